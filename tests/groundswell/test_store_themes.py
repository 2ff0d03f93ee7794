"""A fit, and what a run proposes, are seen whole or not at all."""

from dataclasses import replace
from datetime import date

import pytest

from groundswell.domain import (
    NOISE,
    FeatureCandidate,
    ModelVersion,
    NeedTheme,
    RiseAlert,
    ThemeAssignment,
    ThemeChange,
)
from groundswell.store import Lease, Store
from tests.groundswell.samples import RECORD, START, accepted, begin, opened, split


def theme(theme_id: int, **changes: object) -> NeedTheme:
    plain = NeedTheme(theme_id, f"label {theme_id}", ("offline", "sync"), ("s1",), 9, 0.875)
    return replace(plain, **changes)  # type: ignore[arg-type]


def model(version: int) -> ModelVersion:
    settings = {"k": 15, "grid": (0.5, 1.0)}
    return ModelVersion("themes", version, "m1", "f", 1, {"statements": 3}, settings, {"a.b": "0"})


def in_use(version: int) -> ModelVersion:
    return replace(model(version), state="champion", promoted_in=1)


class TestThemes:
    @pytest.fixture
    def statements(self, store: Store, lease: Lease, run_id: int) -> list[str]:
        records = [replace(RECORD, source_id=str(n)) for n in range(3)]
        store.feedback.add_rows(lease, opened(store, lease, run_id), accepted(*records), last=True)
        split(store, lease)
        return list(store.feedback.statements()["statement_id"])

    def test_a_fit_is_visible_as_a_whole(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        assert store.versions.champion("themes") is None
        assert store.themes.next_theme_id() == 0
        assert list(store.themes.unassigned_statements()["statement_id"]) == statements
        themes = [theme(1, parent_id=0, x=-0.5), theme(0, state="provisional")]
        places = [ThemeAssignment(statement, 1, 0.5) for statement in statements[:2]]
        store.themes.save_fit(lease, run_id, model(1), themes, places, {})
        assert store.versions.champion("themes") == in_use(1)
        assert store.themes.themes() == [themes[1], themes[0]]
        assert store.themes.next_theme_id() == 2
        assert list(store.themes.unassigned_statements()["statement_id"]) == statements[2:]

    def test_a_refit_replaces_assignments_and_remembers_who_took_over(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        places = [ThemeAssignment(statement, 0, 1.0) for statement in statements]
        store.themes.save_fit(lease, run_id, model(1), [theme(0)], places, {})
        places = [ThemeAssignment(statement, 2, 1.0) for statement in statements]
        heirs = {0: ((2, 0.75), (1, 0.25))}
        store.themes.save_fit(lease, run_id, model(2), [theme(1), theme(2)], places, heirs)
        assert store.versions.champion("themes") == in_use(2)
        assert [t.theme_id for t in store.themes.themes()] == [1, 2]
        assert next(t.state for t in store.themes.themes(include_retired=True)) == "retired"
        assert store.themes.retired_into() == heirs
        assert store.themes.next_theme_id() == 3
        assert set(store.feedback.mentions()["theme_id"]) == {2}

    def test_a_fit_that_forgets_a_theme_changes_nothing(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        store.themes.save_fit(lease, run_id, model(1), [theme(0)], [], {})
        with pytest.raises(ValueError, match=r"forgotten by the fit: \[0\]"):
            store.themes.save_fit(lease, run_id, model(2), [theme(1)], [], {})
        with pytest.raises(ValueError, match=r"both living and retired: \[0\]"):
            store.themes.save_fit(lease, run_id, model(2), [theme(0)], [], {0: ()})
        assert store.versions.champion("themes") == in_use(1)
        assert [t.theme_id for t in store.themes.themes()] == [0]

    def test_new_assignments_may_bring_new_figures(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        store.themes.save_fit(lease, run_id, model(1), [theme(0, size=1)], [], {})
        place = ThemeAssignment(statements[0], 0, 0.5)
        store.themes.add_assignments(lease, [place], [theme(0, size=2)])
        store.themes.add_assignments(lease, [place])
        assert [t.size for t in store.themes.themes()] == [2]
        assert len(store.feedback.mentions()) == 1

    def test_an_opened_theme_takes_statements_that_had_none(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        places = [ThemeAssignment(statement, NOISE, 1.0) for statement in statements]
        store.themes.save_fit(lease, run_id, model(1), [theme(0)], places, {})
        change = ThemeChange("born", (1,), (), (("now", 1.0),), "“Export” is new.")
        found = ThemeAssignment(statements[0], 1, 1.0)
        store.themes.open_themes(lease, run_id, model(2), [theme(1)], [found], [change])
        assert store.themes.sizes() == {1: 1, NOISE: len(statements) - 1}
        assert store.versions.champion("themes") == in_use(2)
        assert [t.theme_id for t in store.themes.themes()] == [0, 1]
        assert store.themes.changes(run_id) == [change]

    def test_the_size_of_a_theme_counts_the_statements_it_is_strongest_in(
        self, store: Store, lease: Lease, run_id: int, statements: list[str]
    ) -> None:
        one, other = statements[:2]
        places = [
            ThemeAssignment(one, 0, 0.6),
            ThemeAssignment(one, 1, 0.4),
            ThemeAssignment(other, 0, 0.5),
            ThemeAssignment(other, 1, 0.5),  # of equals the lower id
        ]
        store.themes.save_fit(lease, run_id, model(1), [theme(0), theme(1)], places, {})
        assert store.themes.sizes() == {0: 2}

    def test_what_a_run_tells_is_told_once(self, store: Store, lease: Lease, run_id: int) -> None:
        grew = ThemeChange("grew", (0,), (0,), (("before", 3.0), ("now", 9.0)), "“A” grew.")
        for _ in range(2):
            store.themes.save_changes(lease, run_id, [grew], [theme(0, size=9)])
        assert store.themes.changes(run_id) == [grew]
        assert store.themes.changes(run_id + 1) == []
        assert [t.size for t in store.themes.themes()] == [9]

    def test_an_alert_is_kept_and_later_ended(self, store: Store, lease: Lease) -> None:
        alert = RiseAlert(3, "incident", date(2026, 5, 4), version="4.2", voices=12, ratio=2.5)
        store.themes.save_alerts(lease, [alert])
        store.themes.save_alerts(lease, [replace(alert, ended_on=date(2026, 6, 1))])
        assert store.themes.alerts() == [replace(alert, ended_on=date(2026, 6, 1))]

    def test_answers_of_an_endpoint_are_those_of_the_last_run(
        self, store: Store, lease: Lease
    ) -> None:
        store.themes.save_names(lease, {"a": ("Export fails", ""), "b": ("", "words")})
        store.themes.save_names(lease, {"b": ("", "words")})
        assert store.themes.names() == {"b": ("", "words")}

    def test_what_was_said_after_a_run_is_what_came_with_later_ones(
        self, store: Store, run_id: int, statements: list[str]
    ) -> None:
        said = store.feedback.said_after(run_id - 1, "no model")
        assert said["statement_id"].tolist() == statements
        assert {"text", "text_hash", "record_id", "author", "account_id", "kind"} <= {*said}
        assert len(store.feedback.said_after(run_id, "no model")) == 0

    def test_a_membership_beyond_one_is_our_own_mistake(
        self, store: Store, lease: Lease, statements: list[str]
    ) -> None:
        with pytest.raises(ValueError, match="assignment_share"):
            store.themes.add_assignments(lease, [ThemeAssignment(statements[0], 0, 1.5)])


class TestIdeas:
    def test_candidates_of_the_newest_run_come_back(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        first = FeatureCandidate("need-1", "t", "n", ((1, 0.75), (2, 0.25)), "extends", "r", ("I",))
        second = FeatureCandidate("item-9", "t", "n", ())
        store.ideas.save_candidates(lease, run_id, [FeatureCandidate("old", "t", "n", ())])
        store.ideas.save_candidates(lease, run_id, [first, second])
        assert store.ideas.candidates() == [second, first]
        later = begin(store, lease, config_hash="c2")
        store.ideas.save_candidates(lease, later, [second])
        assert store.ideas.candidates() == [second]

    def test_only_reports_of_runs_that_went_well_are_found(
        self, store: Store, lease: Lease
    ) -> None:
        runs = []
        for n, state in enumerate(("ok", "failed", "ok")):
            runs.append(begin(store, lease))
            store.ideas.save_report(lease, runs[n], as_of=START, document=f'{{"n": {n}}}')
            assert store.ideas.report() == (None if n == 0 else '{"n": 0}')  # still running
            store.ledger.finish_run(lease, runs[n], state=state, finished_at=START)  # type: ignore[arg-type]
        assert store.ideas.report() == '{"n": 2}'
        assert store.ideas.report(runs[1]) == '{"n": 1}'
        assert store.ideas.previous_report(runs[2]) == '{"n": 0}'
        assert store.ideas.previous_report(runs[0]) is None

    def test_a_reference_is_kept_under_its_key(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        store.ideas.save_report(
            lease, run_id, as_of=START, document="{}", reference=("balanced/1", '{"median": 1}')
        )
        assert store.ideas.reference("balanced/1") == '{"median": 1}'
        assert store.ideas.reference("balanced/2") is None

    def test_files_replace_those_of_an_earlier_attempt(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        store.ideas.save_files(lease, run_id, "/tmp/r", [("b", "1", 1), ("a", "2", 2**40)])
        store.ideas.save_files(lease, run_id, "/tmp/r", [("c", "3", 3), ("a", "4", 4)])
        assert [(f.name, f.sha256, f.size) for f in store.ideas.files(run_id)] == [
            ("a", "4", 4),
            ("c", "3", 3),
        ]
