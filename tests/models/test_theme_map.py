"""The theme map: alike themes side by side, the same picture every time."""

import numpy as np
import pytest

from groundswell.domain import IntArray, Vectors
from models.theme_map import lay_out


def themes(areas: int, each: int, seed: int) -> tuple[Vectors, IntArray]:
    """Return unit vectors in distinct areas, and their areas."""
    draws = np.random.default_rng(seed)
    labels = np.repeat(np.arange(areas), each)
    points = draws.normal(size=(areas, 32))[labels] + 0.5 * draws.normal(size=(len(labels), 32))
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit.astype(np.float32), labels.astype(np.int64)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 20, 520])
def test_the_map_fills_its_square(count: int) -> None:
    vectors, _ = themes(1, count, seed=count)
    places = lay_out(vectors, np.zeros(count, dtype=np.int64), seed=1)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(axis=0) == pytest.approx([1.0, 1.0 if count > 2 else 0.0])


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_themes_lie_in_the_middle(count: int) -> None:
    places = lay_out(np.ones((count, 8), dtype=np.float32), np.zeros(count, np.int64), seed=1)
    assert places.tolist() == [[0.0, 0.0]] * count


def test_the_nearest_theme_on_the_map_is_mostly_of_the_same_area() -> None:
    vectors, areas = themes(5, 12, seed=2)
    places = lay_out(vectors, areas, seed=1)
    apart = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (areas[apart.argmin(axis=1)] == areas).mean() > 0.95


@pytest.mark.parametrize("count", [4, 40])
def test_the_same_seed_draws_the_same_map(count: int) -> None:
    vectors, areas = themes(4, count // 4, seed=3)
    first = lay_out(vectors, areas, seed=7)
    assert lay_out(vectors, areas, seed=7).tobytes() == first.tobytes()


def test_equal_themes_have_finite_places() -> None:
    places = lay_out(np.full((12, 4), 0.5, dtype=np.float32), np.zeros(12, np.int64), seed=1)
    assert np.isfinite(places).all()


def test_every_theme_has_an_area() -> None:
    with pytest.raises(ValueError, match="2 centroids with 1 areas"):
        lay_out(np.eye(2, dtype=np.float32), np.zeros(1, dtype=np.int64), seed=1)
