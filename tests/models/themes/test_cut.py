"""A first proposal of where to cut a theme."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import Vectors
from models.themes.cut import propose_cut


def around(angle: float, count: int, seed: int) -> Vectors:
    spread = np.random.default_rng(seed).normal(angle, 0.1, count)
    return np.stack([np.cos(spread), np.sin(spread)], axis=1).astype(np.float32)


def test_two_groups_are_told_apart_and_the_smaller_one_goes() -> None:
    vectors = np.concatenate([around(0.0, 30, 1), around(1.2, 12, 2)])
    goes, lead = propose_cut(vectors)
    assert goes.tolist() == [False] * 30 + [True] * 12
    assert (lead > 0).all()


def test_the_surest_lie_farthest_from_the_cut() -> None:
    angles = np.array([0.0, 0.1, 0.5, 1.1, 1.2])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    _, lead = propose_cut(vectors)
    assert int(lead.argmin()) == 2


@pytest.mark.parametrize("count", [0, 1, 5])
def test_what_says_one_thing_cannot_be_cut(count: int) -> None:
    goes, _ = propose_cut(np.tile(np.array([[0.6, 0.8]], np.float32), (count, 1)))
    assert goes.tolist() == [False] * count


@given(st.integers(0, 1000), st.integers(2, 40))
def test_order_decides_nothing(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    order = rng.permutation(count)
    goes, again = propose_cut(vectors)[0], propose_cut(vectors[order])[0]
    same = (again == goes[order]).all()
    assert same or 2 * goes.sum() == count  # halves of one size may change places
    assert 2 * goes.sum() <= count
