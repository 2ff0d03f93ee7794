"""What was in no theme is shown in one only where it lies near to it."""

import numpy as np

from groundswell.domain import NOISE
from models.nearest.neighbours import exact_unit_rows
from models.themes.electing import floor_of


def test_what_lies_between_themes_or_far_from_all_is_near_to_none() -> None:
    spread = 0.1 * np.random.default_rng(1).normal(size=(40, 8))
    members = np.repeat(np.eye(8)[:2], 20, axis=0) + spread
    floor = floor_of(
        exact_unit_rows(members.astype(np.float32)), np.repeat([7, 3], 20).astype(np.int64)
    )
    asked = np.array([np.eye(8)[0], np.eye(8)[1], np.eye(8)[1], np.eye(8)[5], np.eye(8)[0]])
    cleared = floor.is_cleared(
        exact_unit_rows(asked.astype(np.float32)), np.array([7, 3, 7, 3, NOISE])
    )
    assert cleared.tolist() == [True, True, False, False, False]


def test_without_themes_nothing_is_near() -> None:
    nothing = floor_of(np.eye(4, dtype=np.float32), np.full(4, NOISE, np.int64))
    assert not nothing.is_cleared(np.eye(4, dtype=np.float32), np.full(4, NOISE, np.int64)).any()
