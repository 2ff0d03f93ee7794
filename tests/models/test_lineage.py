"""Identity of themes over refits: who lives on, who is born, who ended and where to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import NOISE
from models.lineage import Lineage, match_themes


def items(**groups: int) -> dict[str, int]:
    """Return items ``a0, a1, ...`` for ``a=2``; their theme is filled in by `themes`."""
    return {f"{name}{number}": 0 for name, count in groups.items() for number in range(count)}


def themes(groups: dict[str, int], place: dict[str, int]) -> dict[str, int]:
    return {item: place[item[0]] for item in items(**groups)}


def trace(before: dict[str, int], now: dict[str, int], next_id: int = 100) -> Lineage:
    return match_themes(
        before,
        now,
        next_id=next_id,
        old_labels={theme: f"old {theme}" for theme in set(before.values()) - {NOISE}},
        new_labels={theme: f"new {theme}" for theme in set(now.values()) - {NOISE}},
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
    # Jaccard index of old 1 and new 0: a / (a + b + c) = 3 / 10, then 3 / 11
    place_before, place_now = {"a": 1, "b": 1, "c": 2}, {"a": 0, "b": 1, "c": 0}
    kept = {"a": 3, "b": 0, "c": 7}
    found = trace(themes(kept, {**place_before, "c": NOISE}), themes(kept, {**place_now, "c": 0}))
    assert found.ids[0] == 1
    lost = {"a": 3, "c": 8}
    found = trace(themes(lost, {**place_before, "c": NOISE}), themes(lost, {**place_now, "c": 0}))
    assert found.ids[0] == 100


def test_the_pairing_is_best_as_a_whole_not_greedy() -> None:
    # Jaccard: old 1 with new 0 10/24, with new 1 8/22; old 2 with new 0 8/22, with new 1 0.
    # Greedy pairs (1, 0) and leaves 2 without one; together (1, 1) and (2, 0) are better.
    groups = {"a": 10, "b": 8, "c": 8}
    before = themes(groups, {"a": 1, "b": 1, "c": 2})
    now = themes(groups, {"a": 0, "b": 1, "c": 0})
    assert trace(before, now).ids == {0: 2, 1: 1}


def test_new_ids_go_to_the_largest_first_then_to_the_first_item() -> None:
    now = themes({"c": 5, "a": 5, "b": 9}, {"c": 0, "a": 1, "b": 2})
    assert trace({}, now, next_id=40).ids == {2: 40, 1: 41, 0: 42}


def test_before_there_were_themes_nothing_happened_to_them() -> None:
    assert trace({}, themes({"a": 5}, {"a": 0})).events == ()
    assert trace(themes({"a": 5}, {"a": NOISE}), themes({"a": 5}, {"a": 0})).events == ()


def test_a_split_keeps_the_id_with_the_larger_part_and_is_told_with_its_shares() -> None:
    groups = {"a": 60, "b": 40}
    found = trace(themes(groups, {"a": 5, "b": 5}), themes(groups, {"a": 0, "b": 1}))
    assert found.ids == {0: 5, 1: 100}
    assert found.retired == {}
    assert found.events == (
        "“old 5” (100 statements) split into “new 0” (60% of it) and “new 1” (40% of it).",
    )


def test_a_merger_keeps_one_id_and_retires_the_other_into_it() -> None:
    groups = {"a": 60, "b": 40}
    found = trace(themes(groups, {"a": 5, "b": 6}), themes(groups, {"a": 0, "b": 0}))
    assert found.ids == {0: 5}
    assert found.retired == {6: (5,)}
    assert "“old 5” and “old 6” merged into “new 0” (100 statements)." in found.events


def test_successors_hold_a_tenth_and_the_largest_comes_first() -> None:
    # Old 1 is scattered over four larger themes: 9, 10, 30 and 51 of its 100 statements.
    groups = {"a": 9, "b": 10, "c": 30, "d": 51, "w": 90, "x": 90, "y": 90, "z": 150}
    before = themes(groups, dict.fromkeys("abcd", 1) | {"w": 2, "x": 3, "y": 4, "z": 5})
    together = {"a": 0, "w": 0, "b": 1, "x": 1, "c": 2, "y": 2, "d": 3, "z": 3}
    found = trace(before, themes(groups, together))
    assert found.ids == {0: 2, 1: 3, 2: 4, 3: 5}
    assert found.retired == {1: (5, 4, 3)}


def test_a_theme_whose_statements_are_noise_now_has_no_successor() -> None:
    groups = {"a": 12, "b": 12}
    found = trace(themes(groups, {"a": 1, "b": 2}), themes(groups, {"a": 0, "b": NOISE}))
    assert found.retired == {2: ()}
    assert found.events == (
        "“old 2” (12 statements) ended; none of its statements belong together now.",
    )


def test_what_is_new_is_told() -> None:
    before, now = themes({"a": 30}, {"a": 1}), themes({"a": 30, "n": 9}, {"a": 0, "n": 1})
    assert "“new 1” is new (9 statements)." in trace(before, now).events


def test_growth_is_told_beside_that_of_the_whole() -> None:
    before = themes({"a": 100, "b": 1000}, {"a": 1, "b": 2})
    now = themes({"a": 200, "b": 1000}, {"a": 0, "b": 1})
    # as the whole did: 100 * 1200 / 1100 = 109
    assert trace(before, now).events == (
        "“new 0” grew from 100 to 200 statements (as the whole did: 109).",
    )


def test_when_everything_doubles_nothing_grew() -> None:
    before = themes({"a": 100, "b": 50}, {"a": 1, "b": 2})
    now = themes({"a": 200, "b": 100}, {"a": 0, "b": 1})
    assert trace(before, now).events == ()


def test_names_of_themes_without_statements_are_not_told_of() -> None:
    before = themes({"a": 10}, {"a": 1})
    found = match_themes(
        before, before, next_id=9, old_labels={1: "one", 8: "area"}, new_labels={1: "one"}
    )
    assert found == Lineage({1: 1}, {}, ())


PLACES = st.lists(st.tuples(st.integers(NOISE, 4), st.integers(NOISE, 4)), max_size=60)


@given(PLACES, st.integers(5, 9))
def test_every_theme_gets_one_id_and_every_old_one_an_end_or_a_future(
    places: list[tuple[int, int]], next_id: int
) -> None:
    before = {f"i{number}": old for number, (old, _) in enumerate(places)}
    now = {f"i{number}": new for number, (_, new) in enumerate(places)}
    found = trace(before, now, next_id)
    assert set(found.ids) == set(now.values()) - {NOISE}
    assert len(set(found.ids.values())) == len(found.ids)
    old = set(before.values()) - {NOISE}
    kept = set(found.ids.values()) & old
    assert set(found.retired) == old - kept
    assert sorted(set(found.ids.values()) - kept) == list(
        range(next_id, next_id + len(found.ids) - len(kept))
    )
    assert {heir for heirs in found.retired.values() for heir in heirs} <= set(found.ids.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_items_does_not_matter(seed: int) -> None:
    draws = np.random.default_rng(seed)
    before = {f"i{n}": int(theme) for n, theme in enumerate(draws.integers(-1, 6, 200))}
    now = {f"i{n}": int(theme) for n, theme in enumerate(draws.integers(-1, 6, 200))}
    order = [f"i{n}" for n in draws.permutation(200)]
    shuffled = trace({i: before[i] for i in order}, {i: now[i] for i in reversed(order)})
    assert shuffled == trace(before, now)
