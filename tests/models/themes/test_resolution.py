"""The top of a hill: found between the places that are tried, kept where nothing is better."""

from collections.abc import Callable
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.themes.foretelling import Trial
from models.themes.resolution import RESOLUTIONS, STEP, choose_resolution

NOBODY = np.empty(0, dtype=np.int64)


def hill(worth_of: Callable[[float], float], spread: float = 0.0) -> Callable[[float], list[Trial]]:
    """Return eight trials a resolution, some better and some worse by `spread`."""

    def trials(at: float) -> list[Trial]:
        signs = (-1.0, 1.0) * 4
        return [Trial(NOBODY, NOBODY, worth_of(at) + sign * spread, 0.0) for sign in signs]

    return trials


@given(st.floats(1.1, 30.0))
def test_the_top_of_a_parabola_is_found_between_the_places(top: float) -> None:
    chosen = choose_resolution(hill(lambda at: -(log2(at / top) ** 2)), None)
    assert chosen == pytest.approx(top, rel=0.01)


def test_few_resolutions_are_tried() -> None:
    tried: list[float] = []

    def trials(at: float) -> list[Trial]:
        tried.append(at)
        return hill(lambda at: -(log2(at / 6.0) ** 2))(at)

    choose_resolution(trials, None)
    assert len(tried) == len(set(tried)) <= 10


@pytest.mark.parametrize("top", [0.01, 1000.0])
def test_at_the_end_of_the_range_the_end_is_chosen(top: float) -> None:
    chosen = choose_resolution(hill(lambda at: -abs(log2(at / top))), None)
    assert chosen == pytest.approx(RESOLUTIONS[0] if top < 1.0 else RESOLUTIONS[-1])


def test_on_a_level_top_one_well_inside_is_chosen() -> None:
    chosen = choose_resolution(hill(lambda at: min(0.0, 2.0 - abs(log2(at / 8.0)))), None)
    assert abs(log2(chosen / 8.0)) <= 1.0, "the top is level from 2 to 32"


def test_one_bad_draw_does_not_move_the_top_far() -> None:
    def worth_of(at: float) -> float:
        lucky = 0.2 if abs(log2(at / (8.0 * STEP))) < 0.1 else 0.0
        return lucky - 0.1 * log2(at / 8.0) ** 2

    assert abs(log2(choose_resolution(hill(worth_of), None) / 8.0)) < 0.45


def test_the_earlier_one_stays_unless_another_is_clearly_better() -> None:
    def worth_of(at: float) -> float:
        return -(log2(at / 8.0) ** 2)

    assert choose_resolution(hill(worth_of), 5.0) == pytest.approx(8.0, rel=0.01)

    def unsure(at: float) -> list[Trial]:
        luck = (-1.0, 1.0, 1.0, -1.0) * 2 if at > 6.0 else (1.0, -1.0) * 4
        return [Trial(NOBODY, NOBODY, worth_of(at) + one, 0.0) for one in luck]

    assert choose_resolution(unsure, 5.0) == 5.0
