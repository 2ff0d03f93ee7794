"""Growth and shrinking beside the whole, beyond what counts vary by chance."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import ThemeChange
from models.themes.growth import Turnover, changes_of_size, tell_growth

SIZES = st.dictionaries(st.integers(0, 20), st.integers(0, 300), max_size=20)


def tell(
    before: dict[int, int], now: dict[int, int], new_ids: tuple[int, ...] = ()
) -> tuple[ThemeChange, ...]:
    labels = {theme: f"theme {theme}" for theme in before.keys() | now.keys()}
    return changes_of_size(before, now, labels, new_ids=new_ids)


def test_growth_is_told_beside_that_of_the_whole() -> None:
    # The whole grew from 1100 to 1200, so 100 would be 109.1.
    (change,) = tell({1: 1000, 2: 100}, {1: 1000, 2: 200})
    deviations = 2 * (sqrt(100.375) - sqrt(100 / 11 + 0.375)) / sqrt((1 + 1 / 11) * 2)
    assert change == ThemeChange(
        "grew",
        (2,),
        (2,),
        (
            ("before", 100.0),
            ("now", 200.0),
            ("expected", 109.1),
            ("new", 100.0),
            ("expected new", 9.1),
            ("gone", 0.0),
            ("re-sorted", 0.0),
            ("deviations", round(deviations, 2)),
        ),
        "“theme 2” grew from 100 to 200 statements; 109 would have kept pace with the whole.",
    )


def test_what_falls_behind_the_whole_shrank_even_if_it_has_more() -> None:
    before = dict.fromkeys(range(1, 21), 100)
    now = dict.fromkeys(range(1, 20), 180) | {20: 101}
    (change,) = tell(before, now)
    assert (change.kind, change.theme_ids) == ("shrank", (20,))
    # expected: 100 + 1 521 new / 2 000 old * 100 = 176
    assert change.sentence == (
        "“theme 20” fell behind, from 100 to 101 statements; 176 would have kept pace with the"
        " whole."
    )


def test_what_lost_its_statements_shrank() -> None:
    before = dict.fromkeys(range(1, 21), 100)
    (change,) = tell(before, before | {3: 20})
    assert (change.kind, dict(change.figures)["gone"]) == ("shrank", 80.0)
    assert change.sentence.startswith("“theme 3” shrank from 100 to 20 statements; 96 would")


def test_what_is_spared_while_all_others_lose_grew_beside_them() -> None:
    before = dict.fromkeys(range(1, 21), 100)
    (change,) = tell(before, dict.fromkeys(before, 40) | {3: 100})
    assert change.kind == "grew"
    assert change.sentence.startswith("“theme 3” lost little, from 100 to 100 statements; 43")


def test_when_everything_doubles_nothing_grew() -> None:
    assert tell({1: 100, 2: 50, 3: 9}, {1: 200, 2: 100, 3: 18}) == ()


def test_the_flood_of_one_theme_makes_no_other_shrink() -> None:
    # Beside the whole, which grew by 900 / 1 900, all others fell far behind.
    changes = tell({1: 1000, 2: 900}, {1: 1000, 2: 1800})
    assert [(change.kind, change.theme_ids) for change in changes] == [("grew", (2,))]
    changes = tell({1: 600, 2: 900, 3: 400}, {1: 606, 2: 1800, 3: 402})
    assert [(change.kind, change.theme_ids) for change in changes] == [("grew", (2,))]


def test_what_grew_beside_the_middle_and_fell_behind_the_whole_did_neither() -> None:
    changes = tell({1: 3000, 2: 1000, 3: 1500}, {1: 3000, 2: 1200, 3: 4000})
    assert [(change.kind, change.theme_ids) for change in changes] == [("grew", (3,))]


@pytest.mark.parametrize(("came", "told"), [(9, False), (10, True)])
def test_a_few_more_than_expected_are_chance(came: int, told: bool) -> None:
    # 50 come to 100 themes of 100, so half of one is expected: 2 (sqrt(9.375) - sqrt(0.875)) is
    # 4.2528 and 2 (sqrt(10.375) - sqrt(0.875)) 4.57; 3 deviations are 3 sqrt(2 * 1.005) = 4.2532.
    before = dict.fromkeys(range(100), 100)
    rest = 50 - came
    now = {theme: 100 + (theme < rest) for theme in range(99)} | {99: 100 + came}
    assert bool(tell(before, now)) is told


def test_where_all_themes_vary_widely_it_takes_more() -> None:
    before = dict.fromkeys(range(20), 100)
    assert tell(before, {theme: 100 + 5 * theme for theme in before}) == ()
    # 48 came to all others as well, so that none came to one is told.
    changes = tell(before, dict.fromkeys(before, 148) | {0: 100})
    assert [(change.kind, change.theme_ids) for change in changes] == [("shrank", (0,))]


@pytest.mark.parametrize("seed", range(3))
def test_chance_alone_is_hardly_ever_told(seed: int) -> None:
    draws = np.random.default_rng(seed)
    sizes = np.exp(draws.normal(4.0, 1.0, 150)).astype(int) + 8
    before = dict(enumerate(sizes.tolist()))
    told = 0
    for share in (0.001, 0.01, 0.1, 1.0):
        # One in two who write writes twice: variance 5/3 of the mean.
        heads = draws.poisson(sizes * share / 1.5)
        came = heads + draws.binomial(heads, 0.5)
        told += len(
            tell(before, {theme: size + int(came[theme]) for theme, size in before.items()})
        )
    assert told <= 1


def test_a_new_theme_is_born_and_not_also_grown() -> None:
    before = dict.fromkeys(range(20), 100)
    before[19] = 200
    now = before | {3: 200, 19: 500, 20: 12, 21: 1}
    changes = tell(before | {20: 0}, now, new_ids=(21, 20))
    assert [(change.kind, change.theme_ids) for change in changes] == [
        ("born", (20,)),
        ("born", (21,)),
        ("grew", (19,)),
        ("grew", (3,)),
    ]
    assert changes[0].figures == (("now", 12.0),)
    assert changes[0].earlier_ids == ()
    assert [change.sentence for change in changes[:2]] == [
        "“theme 20” is new (12 statements).",
        "“theme 21” is new (1 statement).",
    ]


def test_themes_of_one_run_only_and_themes_without_a_name_are_not_compared() -> None:
    assert changes_of_size({1: 10, -1: 500}, {2: 900, -1: 9000}, {1: "one", 2: "two"}) == ()


def test_statements_that_changed_their_theme_are_no_growth() -> None:
    names = tuple(f"theme {theme}" for theme in range(20))
    same = np.full(20, 100.0)
    now = same.copy()
    now[:2] = 40.0, 160.0
    none = np.zeros(20)
    assert tell_growth(Turnover(tuple(range(20)), names, same, now, none, none)) == []


@given(SIZES, SIZES)
def test_the_order_of_the_themes_does_not_matter(
    before: dict[int, int], now: dict[int, int]
) -> None:
    turned = dict(reversed(before.items())), dict(reversed(now.items()))
    assert tell(*turned) == tell(before, now)
