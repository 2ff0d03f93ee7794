"""Themes as people shaped them, over what was found: shown, kept, and put back."""

from dataclasses import replace
from typing import Any

import pytest

from groundswell.domain import NOISE, NeedTheme, ThemeAssignment, ThemeChange
from groundswell.domain.drafts import FIRST_MADE
from groundswell.store import Lease, Shaped, Store
from tests.groundswell.samples import RECORD, accepted, opened, split
from tests.groundswell.test_store_themes import model, theme

MADE = theme(FIRST_MADE, label="made", size=1)
CHANGE = ThemeChange("split", (FIRST_MADE,), (), (("now", 1.0),), "“made” was split off.")


class TestShapes:
    @pytest.fixture
    def statements(self, store: Store, lease: Lease, run_id: int) -> list[str]:
        records = [replace(RECORD, source_id=str(n)) for n in range(3)]
        store.feedback.add_rows(lease, opened(store, lease, run_id), accepted(*records), last=True)
        split(store, lease)
        said = sorted(store.feedback.statements()["statement_id"])
        places = [
            ThemeAssignment(said[0], 0, 0.6, 7),
            ThemeAssignment(said[0], 1, 0.3),
            ThemeAssignment(said[1], 1, 0.9),
            ThemeAssignment(said[2], NOISE, 1.0),
        ]
        store.themes.save_fit(lease, run_id, model(1), [theme(0), theme(1)], places, {})
        return said

    def shaped(self, statements: list[str]) -> Shaped:
        """Merge theme 0 into 1, and put the second statement into a theme of its own."""
        moved = (
            ThemeAssignment(statements[0], 1, 0.6, 7),
            ThemeAssignment(statements[1], FIRST_MADE, 1.0),
        )
        shown = theme(1, size=5, exemplars=("s9",))
        return Shaped((shown, MADE), {0: ((1, 1.0),)}, moved, (CHANGE,))

    def test_what_is_shown_is_read_everywhere_and_what_was_found_is_kept(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        found = all_of(store)
        store.shapes.save(lease, run_id, self.shaped(statements))
        assert [one.theme_id for one in store.themes.themes()] == [1, FIRST_MADE]
        assert store.themes.themes()[0].exemplars == ("s9",)
        assert store.themes.retired_into() == {0: ((1, 1.0),)}
        assert store.themes.sizes() == {1: 1, FIRST_MADE: 1, NOISE: 1}
        assert store.themes.changes(run_id) == [CHANGE]
        assert store.shapes.any()
        assert store.shapes.changed() == {0, 1, FIRST_MADE}
        assert store.shapes.covered() == set(statements[:2])
        assert (store.shapes.found_themes(), str(store.shapes.found_assignments())) == found[:2]
        assert store.themes.next_theme_id() == 2  # a made one has its own numbers

    def test_another_shape_takes_the_place_of_the_one_before(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        store.shapes.save(lease, run_id, self.shaped(statements))
        gone = Shaped(retired={FIRST_MADE: ((1, 1.0),)})
        store.shapes.save(lease, run_id, gone)
        assert [one.theme_id for one in store.themes.themes()] == [0, 1]
        assert store.themes.themes()[1] == theme(1)
        assert str(store.shapes.shown_assignments()) == str(store.shapes.found_assignments())
        assert not store.shapes.any()

    def test_a_made_theme_is_never_forgotten(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        store.shapes.save(lease, run_id, self.shaped(statements))
        before = all_of(store)
        with pytest.raises(ValueError, match="made themes forgotten by the shape"):
            store.shapes.save(lease, run_id, Shaped())
        assert all_of(store) == before

    def test_a_fit_starts_from_what_was_found(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        store.shapes.save(lease, run_id, self.shaped(statements))
        places = [ThemeAssignment(one, 0, 1.0) for one in statements]
        kept = Shaped((MADE,), {}, (ThemeAssignment(statements[1], FIRST_MADE, 1.0),), (CHANGE,))
        retired = {1: ((0, 1.0),)}
        store.themes.save_fit(lease, run_id, model(2), [theme(0)], places, retired, (), kept)
        assert [one.theme_id for one in store.themes.themes()] == [0, FIRST_MADE]
        assert store.themes.sizes() == {0: 2, FIRST_MADE: 1}
        assert [one.theme_id for one in store.shapes.found_themes()] == [0]

    def test_the_statements_of_a_theme_are_those_of_which_it_is_the_strongest(
        self, store: Store, statements: list[str]
    ) -> None:
        found = store.lookups.statements_of(1, 9)
        assert [one.statement_id for one in found] == [statements[1]]
        assert found[0].text_hash in set(store.feedback.statements()["text_hash"])
        assert store.lookups.statements_of(1, 0) == []


def all_of(store: Store) -> tuple[list[NeedTheme], str, Any]:
    found = str(store.shapes.found_assignments())
    return store.shapes.found_themes(), found, (store.themes.themes(), store.themes.sizes())
