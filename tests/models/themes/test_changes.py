"""What is told of themes from one fit to the next: the right change, once, with its figures."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import NOISE, ThemeChange, ThemeChangeKind
from models.themes.change_words import ORDER, listed
from models.themes.changes import DRIFT_COSINE
from models.themes.lineage import Centroids, Lineage, match_themes


def themes(groups: Mapping[str, int], place: Mapping[str, int]) -> dict[str, int]:
    """Return items ``a000, a001, ...`` for ``a=2``, each in the theme of its group."""
    return {
        f"{name}{number:03}": place[name]
        for name, count in groups.items()
        for number in range(count)
    }


def trace(
    before: Mapping[str, int],
    now: Mapping[str, int],
    old_centroids: Centroids | None = None,
    new_centroids: Centroids | None = None,
) -> Lineage:
    return match_themes(
        before,
        now,
        next_id=100,
        old_labels={theme: f"old {theme}" for theme in set(before.values()) - {NOISE}},
        new_labels={theme: f"new {theme}" for theme in set(now.values()) - {NOISE}},
        old_centroids=old_centroids,
        new_centroids=new_centroids,
    )


def tell(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[ThemeChange, ...]:
    return trace(before, now).changes


def kinds(
    changes: tuple[ThemeChange, ...],
) -> list[tuple[ThemeChangeKind, tuple[int, ...], tuple[int, ...]]]:
    return [(change.kind, change.earlier_ids, change.theme_ids) for change in changes]


def test_a_split_is_told_with_the_share_of_each_part() -> None:
    groups = {"a": 60, "b": 35, "c": 5}
    before = themes(groups, dict.fromkeys("abc", 5))
    now = themes({**groups, "n": 4}, {"a": 0, "b": 1, "c": NOISE, "n": 1})
    assert tell(before, now) == (
        ThemeChange(
            "split",
            (5, 100),
            (5,),
            (
                ("before", 100.0),
                ("now", 99.0),
                ("share in 5", 0.6),
                ("share in 100", 0.35),
                ("share elsewhere", 0.05),
            ),
            "“old 5” (100 statements) split into “new 0” (60% of it) and “new 1” (35% of it).",
        ),
    )


def test_a_merger_is_told_with_the_share_of_each_theme() -> None:
    groups = {"a": 60, "b": 40, "c": 10}
    before = themes(groups, {"a": 5, "b": 6, "c": 6})
    now = themes({**groups, "n": 3}, {"a": 0, "b": 0, "c": NOISE, "n": 0})
    assert tell(before, now) == (
        ThemeChange(
            "merged",
            (5,),
            (5, 6),
            (
                ("before", 110.0),
                ("now", 103.0),
                ("new", 3.0),
                ("share of 5", 1.0),
                ("share of 6", 0.8),
            ),
            "“old 5” and “old 6” merged into “new 0” (103 statements).",
        ),
    )


def test_a_theme_is_born_of_new_statements_of_others_and_of_none() -> None:
    groups = {"a": 100, "b": 12, "m": 9, "o": 1, "x": 4}
    before = themes(groups, {"a": 1, "b": 2, "m": 1, "o": 2, "x": NOISE})
    now = themes({**groups, "n": 30}, {"a": 0, "b": 1, "m": 2, "o": 2, "x": 2, "n": 2})
    assert tell(before, now) == (
        ThemeChange(
            "born",
            (100,),
            (),
            (
                ("now", 44.0),
                ("new", 30.0),
                ("from themes", 10.0),
                ("from none", 4.0),
                ("from 1", 9.0),
            ),
            "“new 2” is new (44 statements: 30 new, 10 from other themes and 4 from none).",
        ),
    )


def test_a_new_theme_made_of_old_statements_of_one_theme_is_a_part_of_it() -> None:
    # As above, but with 12 new ones in place of 30: 14 of 26 are known, where of a theme of 26
    # statements among 138, of which 126 are known, half of 23.7 suffice.
    groups = {"a": 80, "b": 12, "m": 10, "x": 4}
    before = themes(groups, {"a": 1, "b": 2, "m": 1, "x": NOISE})
    now = themes({**groups, "n": 12}, {"a": 0, "b": 1, "m": 2, "x": 2, "n": 2})
    assert [(change.kind, change.theme_ids) for change in tell(before, now)] == [
        ("split", (1, 100))
    ]


def test_parts_of_a_theme_are_known_when_all_has_tripled() -> None:
    groups = {"a": 60, "b": 40, "z": 100}
    before = themes(groups, {"a": 1, "b": 1, "z": 2})
    new = {"n": 120, "o": 80, "p": 200}
    now = themes({**groups, **new}, {"a": 0, "n": 0, "b": 1, "o": 1, "z": 2, "p": 2})
    assert [change.kind for change in tell(before, now)] == ["split"]


def test_the_part_that_keeps_the_id_may_be_flooded_with_new_statements() -> None:
    groups = {"a": 60, "b": 40, "z": 900}
    before = themes(groups, {"a": 1, "b": 1, "z": 2})
    now = themes({**groups, "n": 500}, {"a": 0, "n": 0, "b": 1, "z": 2})
    assert kinds(tell(before, now)) == [("split", (1,), (1, 100))]


def test_a_part_under_a_tenth_is_no_part() -> None:
    groups = {"a": 91, "b": 9}
    before = themes(groups, {"a": 1, "b": 1})
    (change,) = tell(before, themes(groups, {"a": 0, "b": 1}))
    assert change.kind == "born"
    assert change.sentence == "“new 1” is new (9 statements: 9 from other themes)."


def test_no_share_is_minus_zero() -> None:
    # 29/56 + 18/56 + 9/56 is more than 1 by the last bit.
    groups = {"a": 29, "b": 18, "c": 9}
    before = themes(groups, dict.fromkeys("abc", 1))
    (change,) = tell(before, themes(groups, {"a": 0, "b": 1, "c": 2}))
    assert str(dict(change.figures)["share elsewhere"]) == "0.0"


def test_a_theme_that_split_did_not_also_merge() -> None:
    # Most of 1, and all of 2, is in new 0.
    groups = {"a": 60, "b": 25, "c": 20}
    before = themes(groups, {"a": 1, "b": 1, "c": 2})
    changes = tell(before, themes(groups, {"a": 0, "b": 1, "c": 0}))
    assert kinds(changes) == [("split", (1,), (1, 100)), ("retired", (2,), (1,))]


def test_a_theme_that_lives_on_elsewhere_did_not_merge() -> None:
    # Most of 2 went to what 1 is now, but the rest is enough to live on.
    groups = {"a": 100, "b": 55, "c": 45}
    before = themes(groups, {"a": 1, "b": 2, "c": 2})
    changes = tell(before, themes(groups, {"a": 0, "b": 0, "c": 1}))
    assert kinds(changes) == [("drifted", (2,), (2,))]


def test_a_theme_that_split_did_not_also_drift() -> None:
    # 45 of 100 live on among 46 that were in none; 28 and 27 are parts.
    groups = {"a": 45, "x": 46, "b": 28, "c": 27}
    before = themes(groups, {"a": 1, "b": 1, "c": 1, "x": NOISE})
    found = trace(before, themes(groups, {"a": 0, "x": 0, "b": 1, "c": 2}))
    assert found.ids[0] == 1
    assert kinds(found.changes) == [("split", (1,), (100, 101))]


def test_a_part_that_another_theme_lives_on_in_is_told_of_once() -> None:
    # Most of new 0 is of 1, but 2 lives on in it, as 1 does in new 1.
    groups = {"a": 12, "b": 8, "c": 8}
    before = themes(groups, {"a": 1, "b": 1, "c": 2})
    changes = tell(before, themes(groups, {"a": 0, "b": 1, "c": 0}))
    assert kinds(changes) == [("split", (1,), (2, 1))]


def test_a_theme_that_drifted_did_not_also_grow() -> None:
    groups = {"a": 40, "b": 60, "z": 1000}
    before = themes(groups, {"a": 1, "b": 1, "z": 2})
    now = themes({**groups, "n": 500}, {"a": 0, "b": NOISE, "n": 0, "z": 1})
    assert kinds(tell(before, now)) == [("drifted", (1,), (1,))]


def test_a_theme_that_ends_says_where_its_statements_are() -> None:
    # Of 20 in theme 9: 9 in theme 1, 8 in 2, 1 in 3, 2 in none; 4 more are no longer known.
    groups = {"a": 9, "b": 8, "c": 1, "d": 2, "g": 4, "x": 90, "y": 80, "z": 70}
    before = themes(groups, dict.fromkeys("abcdg", 9) | {"x": 1, "y": 2, "z": 3})
    groups.pop("g")
    now = themes(groups, {"a": 0, "x": 0, "b": 1, "y": 1, "c": 2, "z": 2, "d": NOISE})
    assert tell(before, now) == (
        ThemeChange(
            "retired",
            (1, 2),
            (9,),
            (
                ("before", 24.0),
                ("gone", 4.0),
                ("share in 1", 0.45),
                ("share in 2", 0.4),
                ("share in none", 0.1),
            ),
            "“old 9” (24 statements) ended; its statements are now in “new 0” (45% of it) and"
            " “new 1” (40% of it).",
        ),
    )


@pytest.mark.parametrize(
    ("now", "where"),
    [
        ({"a": 0, "b": NOISE}, "its statements are scattered or in none"),
        ({"a": 0}, "none of its statements is left"),
    ],
)
def test_a_theme_can_end_without_heirs(now: dict[str, int], where: str) -> None:
    groups = {"a": 12, "b": 12}
    found = trace(themes(groups, {"a": 1, "b": 2}), themes(dict.fromkeys(now, 12), now))
    assert found.retired == {2: ()}
    assert [change.sentence for change in found.changes] == [
        f"“old 2” (12 statements) ended; {where}."
    ]


def test_a_theme_drifts_when_most_of_it_left() -> None:
    # Kept 40 of 100; Jaccard index 0.4, so the id is kept.
    groups = {"a": 40, "b": 60}
    before = themes(groups, {"a": 1, "b": 1})
    (change,) = tell(before, themes(groups, {"a": 0, "b": NOISE}))
    assert (change.kind, change.theme_ids, change.earlier_ids) == ("drifted", (1,), (1,))
    assert change.figures == (
        ("before", 100.0),
        ("now", 40.0),
        ("new", 0.0),
        ("kept", 0.4),
        ("own", 1.0),
    )
    assert change.sentence == (
        "“old 1” (100 statements) drifted to “new 0” (40 statements): 40% of it stayed and makes"
        " up 100% of what is not new in it."
    )


def test_a_theme_drifts_when_most_of_what_is_in_it_came_from_elsewhere() -> None:
    groups = {"a": 40, "b": 60}
    before = themes(groups, {"a": 1, "b": NOISE})
    (change,) = tell(before, themes(groups, {"a": 0, "b": 0}))
    assert change.kind == "drifted"
    assert dict(change.figures)["own"] == 0.4


@pytest.mark.parametrize(("cosine", "kinds"), [(DRIFT_COSINE, []), (0.89, ["drifted"])])
def test_a_theme_drifts_when_its_centre_moved(cosine: float, kinds: list[str]) -> None:
    items = themes({"a": 40}, {"a": 1})
    old = {1: np.array([1.0, 0.0], dtype=np.float32)}
    new = {1: np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)}
    changes = trace(items, items, old, new).changes
    assert [change.kind for change in changes] == kinds
    assert [dict(change.figures)["cosine"] for change in changes] == [0.89] * len(kinds)
    assert trace(items, items, old, {}).changes == ()


def test_growth_is_told_of_new_statements_only() -> None:
    # 60 that were in none and are in theme 1 now say nothing new; 100 new ones in 2 do.
    groups = {"a": 100, "x": 60, "b": 100, "c": 1000}
    before = themes(groups, {"a": 1, "x": NOISE, "b": 2, "c": 3})
    now = themes({**groups, "n": 100}, {"a": 0, "x": 0, "b": 1, "n": 1, "c": 2})
    (change,) = tell(before, now)
    assert (change.kind, change.theme_ids) == ("grew", (2,))
    assert dict(change.figures)["new"] == 100.0
    assert dict(change.figures)["re-sorted"] == 0.0


def test_everything_planted_at_once_is_told_once_and_in_order() -> None:
    groups = dict.fromkeys("abcdefghz", 60) | {"y": 600, "q": 20}
    before = themes(
        groups,
        {"a": 1, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6, "h": 6, "z": 7, "y": 8, "q": 9},
    )
    now = themes(
        {**groups, "n": 50, "o": 90},
        {
            **{"a": 0, "b": 1},  # 1 split
            **{"c": 2, "d": 2},  # 2 and 3 merged
            **{"n": 3},  # born
            **{"q": NOISE},  # 9 retired
            **{"e": 4, "f": 5},  # as they were
            **{"g": NOISE, "h": 6},  # half of 6 left, which is no drift yet
            **{"z": 7, "o": 7},  # 7 grew
            **{"y": 8},
        },
    )
    assert kinds(trace(before, now).changes) == [
        ("split", (1,), (1, 100)),
        ("merged", (2, 3), (2,)),
        ("born", (), (101,)),
        ("retired", (9,), ()),
        ("grew", (7,), (7,)),
    ]


def test_a_list_in_a_sentence() -> None:
    assert [listed(list("abc")[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


PLACES = st.lists(st.tuples(st.integers(NOISE, 4), st.integers(NOISE, 4)), max_size=60)


@given(PLACES)
def test_each_theme_has_one_story(places: list[tuple[int, int]]) -> None:
    before = {f"i{number}": old for number, (old, _) in enumerate(places)}
    now = {f"i{number}": new for number, (_, new) in enumerate(places)}
    found = trace(before, now)
    told = [theme for change in found.changes for theme in change.earlier_ids]
    assert len(told) == len(set(told))
    if set(before.values()) - {NOISE}:
        fresh = {theme for theme in found.ids.values() if theme >= 100}
        named = {theme for change in found.changes for theme in change.theme_ids}
        assert fresh <= named
        assert set(found.retired) <= set(told)
    subjects = [
        theme
        for change in found.changes
        if change.kind not in ("split", "merged", "retired")
        for theme in change.theme_ids
    ]
    parts = [
        theme
        for change in found.changes
        if change.kind in ("split", "merged")
        for theme in change.theme_ids
    ]
    assert len(subjects) == len(set(subjects))
    assert not set(subjects) & set(parts)
    kinds = [ORDER.index(change.kind) for change in found.changes]
    assert kinds == sorted(kinds)
