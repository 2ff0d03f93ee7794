"""Identity of themes over refits: who lives on, who is born, who ended and where to."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import NOISE
from models.themes.lineage import Heirs, Lineage, match_themes, resolve


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
    next_id: int = 100,
    held: tuple[int, ...] = (),
) -> Lineage:
    return match_themes(
        before,
        now,
        next_id=next_id,
        old_labels={theme: f"old {theme}" for theme in set(before.values()) - {NOISE}},
        new_labels={theme: f"new {theme}" for theme in set(now.values()) - {NOISE}},
        held=held,
    )


def test_the_same_statements_are_the_same_theme() -> None:
    groups = {"a": 10, "b": 20}
    found = trace(themes(groups, {"a": 7, "b": 3}), themes(groups, {"a": 0, "b": 1}))
    assert found == Lineage({0: 7, 1: 3}, {}, ())


def test_only_statements_that_both_fits_know_decide() -> None:
    before = themes({"a": 10}, {"a": 5})
    now = themes({"a": 10, "n": 1000}, {"a": 0, "n": 0})
    assert trace(before, now).ids == {0: 5}


def test_at_the_threshold_the_id_is_kept_and_below_it_is_not() -> None:
    # Jaccard index of old 1 and new 0: a / (a + c) = 3 / 10, then 3 / 11
    kept = {"a": 3, "c": 7}
    found = trace(themes(kept, {"a": 1, "c": NOISE}), themes(kept, {"a": 0, "c": 0}))
    assert found.ids[0] == 1
    lost = {"a": 3, "c": 8}
    found = trace(themes(lost, {"a": 1, "c": NOISE}), themes(lost, {"a": 0, "c": 0}))
    assert found.ids[0] == 100


def test_the_pairing_is_best_as_a_whole_not_greedy() -> None:
    # Jaccard: old 1 with new 0 12/28, with new 1 8/20; old 2 with new 0 8/20, with new 1 0.
    # Greedy pairs (1, 0) and leaves 2 without one; together (1, 1) and (2, 0) are better.
    groups = {"a": 12, "b": 8, "c": 8}
    before = themes(groups, {"a": 1, "b": 1, "c": 2})
    now = themes(groups, {"a": 0, "b": 1, "c": 0})
    assert trace(before, now).ids == {0: 2, 1: 1}


def test_new_ids_go_to_the_largest_first_then_to_the_first_item() -> None:
    now = themes({"c": 5, "a": 5, "b": 9}, {"c": 0, "a": 1, "b": 2})
    assert trace({}, now, next_id=40).ids == {2: 40, 1: 41, 0: 42}


def test_the_first_item_is_the_least_of_a_theme() -> None:
    now = themes({"a": 2, "b": 2, "c": 2, "d": 2}, {"a": 1, "b": 0, "c": 0, "d": 1})
    assert trace({}, now, next_id=40).ids == {1: 40, 0: 41}


def test_of_two_equal_parts_the_one_with_the_first_item_keeps_the_id() -> None:
    groups = {"a": 20, "b": 20}
    before = themes(groups, {"a": 5, "b": 5})
    assert trace(before, themes(groups, {"a": 0, "b": 1})).ids == {0: 5, 1: 100}
    assert trace(before, themes(groups, {"a": 1, "b": 0})).ids == {1: 5, 0: 100}


def test_an_id_that_was_used_is_not_given_again() -> None:
    before = themes({"a": 5}, {"a": 7})
    assert trace(before, {}, next_id=8).retired == {7: ()}
    with pytest.raises(ValueError, match="next_id is 7, but there is a theme 7 already"):
        trace(before, {}, next_id=7)


def test_a_theme_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"themes without a name: \[3\]"):
        match_themes({"a": 3}, {}, next_id=9, old_labels={}, new_labels={})


def test_a_split_keeps_the_id_with_the_larger_part() -> None:
    groups = {"a": 60, "b": 40}
    found = trace(themes(groups, {"a": 5, "b": 5}), themes(groups, {"a": 0, "b": 1}))
    assert found.ids == {0: 5, 1: 100}
    assert found.retired == {}


def test_a_merger_keeps_one_id_and_retires_the_other_into_it() -> None:
    groups = {"a": 60, "b": 40}
    found = trace(themes(groups, {"a": 5, "b": 6}), themes(groups, {"a": 0, "b": 0}))
    assert found.ids == {0: 5}
    assert found.retired == {6: ((5, 1.0),)}


def test_of_two_that_merged_the_one_a_person_named_lives_on_under_its_name() -> None:
    groups = {"a": 60, "b": 40}
    before, now = themes(groups, {"a": 5, "b": 6}), themes(groups, {"a": 0, "b": 0})
    found = trace(before, now, held=(6,))
    assert found.ids == {0: 6}
    assert found.retired == {5: ((6, 1.0),)}
    assert found.changes[0].sentence == "“old 5” and “old 6” merged into “old 6” (100 statements)."


def test_where_nobody_named_it_a_theme_in_small_parts_ends() -> None:
    # Jaccard of each part 25/100, less than 0.3
    groups = {"a": 26, "b": 25, "c": 25, "d": 24}
    before = themes(groups, dict.fromkeys("abcd", 5))
    found = trace(before, themes(groups, {"a": 3, "b": 2, "c": 1, "d": 0}))
    assert found.ids == {3: 100, 2: 101, 1: 102, 0: 103}
    assert found.retired == {5: ((100, 0.26), (101, 0.25), (102, 0.25), (103, 0.24))}


def test_where_a_person_named_it_the_largest_part_keeps_the_id() -> None:
    groups = {"a": 24, "b": 25, "c": 26, "d": 25}
    before = themes(groups, dict.fromkeys("abcd", 5))
    found = trace(before, themes(groups, {"a": 3, "b": 2, "c": 1, "d": 0}), held=(5,))
    assert found.ids[1] == 5
    assert found.retired == {}


def test_a_name_does_not_move_to_a_theme_that_is_hardly_made_of_it() -> None:
    # The only theme with statements of old 5 has 4 of 20, and 300 new ones.
    groups = {"a": 4, "b": 16, "z": 500}
    before = themes(groups, {"a": 5, "b": 5, "z": 6})
    now = themes({**groups, "n": 300}, {"a": 0, "b": NOISE, "z": 1, "n": 0})
    assert trace(before, now, held=(5,)).ids == {0: 100, 1: 6}


def test_every_heir_has_its_share_and_the_largest_comes_first() -> None:
    # Old 1 is scattered over four larger themes: 9, 10, 30 and 51 of its 100 statements.
    groups = {"a": 9, "b": 10, "c": 30, "d": 51, "w": 90, "x": 90, "y": 90, "z": 150}
    before = themes(groups, dict.fromkeys("abcd", 1) | {"w": 2, "x": 3, "y": 4, "z": 5})
    together = {"a": 0, "w": 0, "b": 1, "x": 1, "c": 2, "y": 2, "d": 3, "z": 3}
    found = trace(before, themes(groups, together))
    assert found.ids == {0: 2, 1: 3, 2: 4, 3: 5}
    assert found.retired == {1: ((5, 0.51), (4, 0.3), (3, 0.1), (2, 0.09))}


def test_a_theme_without_statements_ends_without_heirs() -> None:
    before = themes({"a": 10}, {"a": 1})
    found = match_themes(
        before, before, next_id=9, old_labels={1: "one", 8: "erased"}, new_labels={1: "one"}
    )
    assert found.ids == {1: 1}
    assert found.retired == {8: ()}


def test_before_there_were_themes_nothing_happened_to_them() -> None:
    assert trace({}, themes({"a": 5}, {"a": 0})).changes == ()
    assert trace(themes({"a": 5}, {"a": NOISE}), themes({"a": 5}, {"a": 0})).changes == ()


def test_a_theme_of_long_ago_resolves_to_what_lives() -> None:
    # 1 -> 0.6 in 2 and 0.4 in 3; 2 -> half in 3, half in 4; 3 -> 0.8 in 5, the rest in none
    retired: dict[int, Heirs] = {
        1: ((2, 0.6), (3, 0.4)),
        2: ((3, 0.5), (4, 0.5)),
        3: ((5, 0.8),),
    }
    # in 5: (0.4 + 0.6 * 0.5) * 0.8 = 0.56, in 4: 0.6 * 0.5 = 0.3
    (first, most), (second, less) = resolve(1, retired)
    assert (first, second) == (5, 4)
    assert (most, less) == pytest.approx((0.56, 0.3))
    assert resolve(3, retired) == ((5, 0.8),)
    assert resolve(5, retired) == ((5, 1.0),)


def test_the_longest_chain_resolves() -> None:
    retired: dict[int, Heirs] = {theme: ((theme + 1, 1.0),) for theme in range(2000)}
    assert resolve(0, retired) == ((2000, 1.0),)


def test_what_went_round_in_a_circle_is_nowhere() -> None:
    assert resolve(1, {1: ((2, 1.0),), 2: ((1, 1.0),)}) == ()
    # Half of it leaves the circle at once; the quarter that came round is given up.
    assert resolve(1, {1: ((2, 0.5), (9, 0.5)), 2: ((1, 0.5),)}) == ((9, 0.5),)


PLACES = st.lists(st.tuples(st.integers(NOISE, 4), st.integers(NOISE, 4)), max_size=60)
HELD = st.sets(st.integers(0, 4)).map(tuple)


def sides(places: list[tuple[int, int]]) -> tuple[dict[str, int], dict[str, int]]:
    before = {f"i{number}": old for number, (old, _) in enumerate(places)}
    return before, {f"i{number}": new for number, (_, new) in enumerate(places)}


@given(PLACES, st.integers(5, 9), HELD)
def test_every_theme_gets_one_id_and_every_old_one_an_end_or_a_future(
    places: list[tuple[int, int]], next_id: int, held: tuple[int, ...]
) -> None:
    before, now = sides(places)
    found = trace(before, now, next_id, held)
    assert set(found.ids) == set(now.values()) - {NOISE}
    assert len(set(found.ids.values())) == len(found.ids)
    old = set(before.values()) - {NOISE}
    kept = set(found.ids.values()) & old
    assert set(found.retired) == old - kept
    assert sorted(set(found.ids.values()) - kept) == list(
        range(next_id, next_id + len(found.ids) - len(kept))
    )


@given(PLACES)
def test_every_statement_of_a_theme_that_ended_is_accounted_for(
    places: list[tuple[int, int]],
) -> None:
    before, now = sides(places)
    found = trace(before, now)
    for theme, heirs in found.retired.items():
        held = [now[item] for item, old in before.items() if old == theme]
        shares = {found.ids[new]: held.count(new) / len(held) for new in set(held) - {NOISE}}
        assert dict(heirs) == pytest.approx(shares)
        assert sum(dict(heirs).values()) == pytest.approx(1 - held.count(NOISE) / len(held))


@given(PLACES, st.permutations(range(5)), HELD)
def test_how_the_new_fit_numbers_its_themes_does_not_matter(
    places: list[tuple[int, int]], order: list[int], held: tuple[int, ...]
) -> None:
    before, now = sides(places)
    renumbered = {item: order[new] if new != NOISE else NOISE for item, new in now.items()}
    found, again = trace(before, now, held=held), trace(before, renumbered, held=held)
    assert {order[new]: theme for new, theme in found.ids.items()} == again.ids
    assert found.retired == again.retired
    assert [change.figures for change in found.changes] == [c.figures for c in again.changes]


@given(st.lists(st.integers(NOISE, 4), max_size=60), st.permutations(range(5)))
def test_the_same_themes_under_other_numbers_keep_all_ids_and_nothing_is_told(
    old: list[int], order: list[int]
) -> None:
    before, now = sides([(theme, order[theme] if theme != NOISE else NOISE) for theme in old])
    found = trace(before, now)
    assert found.ids == {order[theme]: theme for theme in set(old) - {NOISE}}
    assert (found.retired, found.changes) == ({}, ())


@given(
    st.dictionaries(
        st.integers(0, 6),
        st.dictionaries(st.integers(0, 9), st.floats(0.01, 0.3), max_size=3).map(
            lambda heirs: tuple(heirs.items())
        ),
    ),
    st.integers(0, 9),
)
def test_resolving_ends_with_living_themes_and_at_most_the_whole(
    retired: dict[int, Heirs], theme: int
) -> None:
    heirs = dict(resolve(theme, retired))
    assert not heirs.keys() & retired.keys()
    assert sum(heirs.values()) <= 1.0 + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_items_does_not_matter(seed: int) -> None:
    draws = np.random.default_rng(seed)
    before = {f"i{n}": int(theme) for n, theme in enumerate(draws.integers(-1, 6, 200))}
    now = {f"i{n}": int(theme) for n, theme in enumerate(draws.integers(-1, 6, 200))}
    order = [f"i{n}" for n in draws.permutation(200)]
    shuffled = trace({i: before[i] for i in order}, {i: now[i] for i in reversed(order)})
    assert shuffled == trace(before, now)
