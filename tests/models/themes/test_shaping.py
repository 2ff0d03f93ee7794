"""Where statements are shown after reviewers merged, split, moved and retired."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import NOISE, ThemeAssignment, ThemeVerdict, Vectors
from groundswell.domain.drafts import FIRST_MADE
from models.themes.shaping import Shape, shape_statements
from models.themes.wishes import read_wishes
from tests.models.themes.deciding import merged, retired, split

ANGLES = {"a": 0.0, "b": 0.1, "c": 0.2, "x": 1.3, "y": 1.4, "z": 1.5, "q": 2.5}
"""Statements on a circle: a to c lie together, and so do x to z."""

Rows = Sequence[tuple[str, int, float]]
ONE_THEME: Rows = [(name, 1, 0.8) for name in "abcxyz"] + [("q", 2, 0.8)]


def vectors_of(hashes: Sequence[str]) -> Vectors:
    angles = np.array([ANGLES[one.removeprefix("hash of ")] for one in hashes])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def table(rows: Rows, variants: Mapping[str, int] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(sorted(rows), columns=["statement_id", "theme_id", "membership"])
    frame["text_hash"] = "hash of " + frame["statement_id"]
    frame["variant_id"] = frame["statement_id"].map(variants or {}).astype("float64")
    return frame


def shape(
    rows: Rows, *verdicts: ThemeVerdict, before: Mapping[str, int] | None = None, **more: int
) -> Shape:
    found = sorted({theme for _, theme, _ in rows} - {NOISE})
    wishes = read_wishes({one.theme_id: one for one in verdicts}, found, {})
    return shape_statements(table(rows, more), wishes, vectors_of, before or {})


def shown(found: Shape) -> dict[str, int]:
    return dict(zip(found.statements.tolist(), found.shown.tolist(), strict=True))


def test_without_wishes_nothing_is_shown_otherwise() -> None:
    found = shape(ONE_THEME)
    assert found.assignments == ()
    assert found.shown.tolist() == found.found.tolist()


def test_a_merged_theme_gives_all_it_has_and_keeps_its_variants() -> None:
    rows = [("a", 1, 0.6), ("a", 2, 0.3), ("b", 2, 0.7), ("c", 3, 0.9)]
    found = shape(rows, merged(1, 2, number=1), a=11)
    assert shown(found) == {"a": 2, "b": 2, "c": 3}
    assert found.assignments == (ThemeAssignment("a", 2, 0.6, 11),)
    assert found.variants.tolist() == [11, NOISE, NOISE]


def test_a_weaker_membership_in_a_merged_theme_goes_along() -> None:
    rows = [("a", 3, 0.6), ("a", 1, 0.3), ("b", 2, 0.7), ("c", 1, 0.9)]
    found = shape(rows, merged(1, 2, number=1))
    moved = [one for one in found.assignments if one.statement_id == "a"]
    assert moved == [ThemeAssignment("a", 2, 0.3), ThemeAssignment("a", 3, 0.6)]


def test_what_only_a_retired_theme_holds_is_in_no_theme() -> None:
    rows = [("a", 1, 0.6), ("a", 2, 0.3), ("b", 2, 0.7), ("b", 1, 0.2)]
    found = shape(rows, retired(1, number=1))
    assert shown(found) == {"a": NOISE, "b": 2}
    assert found.assignments == (ThemeAssignment("a", NOISE, 1.0), ThemeAssignment("b", 2, 0.7))


def test_a_split_takes_what_is_like_its_examples() -> None:
    cut = split(FIRST_MADE, 1, {"x": True, "a": False})
    found = shape(ONE_THEME, cut)
    assert shown(found) == {
        **dict.fromkeys("abc", 1),
        **dict.fromkeys("xyz", FIRST_MADE),
        "q": 2,  # like the examples, but of another theme
    }


def test_without_examples_of_what_stays_only_the_named_go() -> None:
    found = shape(ONE_THEME, split(FIRST_MADE, 1, {"x": True, "y": True}))
    assert [one for one, theme in shown(found).items() if theme == FIRST_MADE] == ["x", "y"]


def test_an_example_that_stays_does_so_whatever_it_is_like() -> None:
    cut = split(FIRST_MADE, 1, {"x": True, "y": False, "a": False, "b": False})
    assert shown(shape(ONE_THEME, cut))["y"] == 1


def test_a_split_of_a_split() -> None:
    first = split(FIRST_MADE, 1, {"x": True, "y": True, "z": True})
    later = split(FIRST_MADE + 1, FIRST_MADE, {"z": True, "x": False}, number=9)
    found = shown(shape(ONE_THEME, first, later))
    assert [found[one] for one in "xyz"] == [FIRST_MADE, FIRST_MADE, FIRST_MADE + 1]


def test_a_split_takes_from_what_was_merged_into_its_source_before() -> None:
    rows = [*((one, 1, 0.8) for one in "abx"), *((one, 2, 0.8) for one in "cyz")]
    cut = split(FIRST_MADE, 1, {"x": True, "a": False}, number=7)
    before = shown(shape(rows, merged(2, 1, number=6), cut))
    assert before == {**dict.fromkeys("abc", 1), **dict.fromkeys("xyz", FIRST_MADE)}
    later = shown(shape(rows, merged(2, 1, number=8), cut))
    assert later == {**dict.fromkeys("abcyz", 1), "x": FIRST_MADE}  # all of 2 goes into 1


def test_a_moved_statement_is_only_where_it_was_put() -> None:
    rows = [("a", 1, 0.6), ("a", 2, 0.3), ("b", 2, 0.7)]
    found = shape(rows, ThemeVerdict(2, holds={"a": (True, 1)}))
    assert found.assignments == (ThemeAssignment("a", 2, 1.0),)


def test_a_moved_statement_follows_the_theme_into_a_merger() -> None:
    rows = [("a", 1, 0.6), ("b", 2, 0.7), ("c", 3, 0.9)]
    found = shape(rows, ThemeVerdict(2, holds={"a": (True, 1)}), merged(3, 1, number=2))
    assert shown(found) == {"a": 2, "b": 2, "c": 1}


def test_a_statement_that_does_not_belong_is_in_no_theme() -> None:
    rows = [("a", 1, 0.6), ("a", 2, 0.3), ("b", 2, 0.7), ("b", 1, 0.2)]
    found = shape(rows, ThemeVerdict(1, holds={"a": (False, 1), "b": (False, 1)}))
    assert shown(found) == {"a": NOISE, "b": 2}
    assert found.assignments == (ThemeAssignment("a", NOISE, 1.0), ThemeAssignment("b", 2, 0.7))


def test_a_theme_that_the_fit_finds_by_itself_goes_on_under_the_persons_number() -> None:
    # The fit now has x to z as theme 5; most of it was shown as what a person had split off.
    rows = [*((one, 1, 0.8) for one in "abc"), *((one, 5, 0.8) for one in "xyz")]
    cut = split(FIRST_MADE, 1, {"x": True, "a": False})
    before = {"a": 1, "b": 1, "x": FIRST_MADE, "y": FIRST_MADE}
    assert shown(shape(rows, cut, before=before))["z"] == FIRST_MADE
    assert shown(shape(rows, cut))["z"] == 5  # nothing is known of before


def test_statements_that_are_not_there_change_nothing() -> None:
    found = shape(ONE_THEME, ThemeVerdict(2, holds={"gone": (True, 1)}))
    assert found.assignments == ()
    assert shape([], ThemeVerdict(2, holds={"gone": (True, 1)})).assignments == ()


@pytest.mark.parametrize("seed", range(3))
@given(data=st.data())
def test_every_statement_is_shown_once_and_nothing_twice(seed: int, data: st.DataObject) -> None:
    themes = st.integers(1, 4)
    names = st.sampled_from(sorted(ANGLES))
    rows = [
        (name, theme, round(0.3 + 0.1 * place, 2))
        for name in sorted(ANGLES)
        for place, theme in enumerate(sorted(data.draw(st.sets(themes, min_size=1, max_size=2))))
    ]
    links = data.draw(st.dictionaries(themes, themes, max_size=4))
    verdicts = {n: merged(n, into, number=n + seed) for n, into in links.items() if n != into}
    holds = data.draw(st.dictionaries(names, st.booleans(), max_size=4))
    moved = {name: (belongs, 9) for name, belongs in holds.items()}
    theme = data.draw(themes)
    if theme not in verdicts:
        verdicts[theme] = ThemeVerdict(theme, holds=moved, version=9)
    wishes = read_wishes(verdicts, range(1, 5), {})
    found = shape_statements(table(rows), wishes, vectors_of, {})
    keys = [(one.statement_id, one.theme_id) for one in found.assignments]
    assert len(keys) == len(set(keys))
    assert not {one.theme_id for one in found.assignments} & set(wishes.homes)
    for statement in {one.statement_id for one in found.assignments}:
        own = [one for one in found.assignments if one.statement_id == statement]
        assert max(own, key=lambda one: one.membership).theme_id == shown(found)[statement]
        assert sum(one.membership for one in own) <= 1.0 + 1e-9
