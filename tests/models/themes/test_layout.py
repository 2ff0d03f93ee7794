"""The theme map: alike themes side by side, and the same picture from run to run."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness
from threadpoolctl import threadpool_limits

from groundswell.domain import FloatArray, IntArray, Vectors
from models.themes.layout import FEWEST, MOST_MOVED, SLACK, lay_out

WIDTH = 2.0  # of the map, from -1 to 1
DIMS = 32


def themes(areas: int, each: int, seed: int) -> tuple[Vectors, IntArray]:
    """Return unit vectors in distinct areas, and their areas."""
    draws = np.random.default_rng(seed)
    labels = np.repeat(np.arange(areas), each)
    points = draws.normal(size=(areas, DIMS))[labels] + 0.5 * draws.normal(size=(len(labels), DIMS))
    return unit(points), labels.astype(np.int64)


def unit(points: FloatArray) -> Vectors:
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float32)


def apart(places: FloatArray) -> FloatArray:
    distances = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)


def same_area(places: FloatArray, areas: IntArray) -> float:
    """Return how many themes have one of their own area nearest, 0 to 1."""
    return float((areas[apart(places).argmin(axis=1)] == areas).mean())


def moved(places: FloatArray, before: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(places - before, axis=1) / WIDTH)


def with_new(before: FloatArray, new: int) -> FloatArray:
    return np.vstack([before, np.full((new, 2), np.nan)])


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 20, 520])
def test_the_first_map_fills_its_square(count: int) -> None:
    vectors, _ = themes(1, count, seed=count)
    places = lay_out(vectors, np.zeros(count, dtype=np.int64))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(axis=0) == pytest.approx([1.0, 1.0 if count > 2 else 0.0])


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_themes_lie_in_the_middle(count: int) -> None:
    places = lay_out(np.ones((count, 8), dtype=np.float32), np.zeros(count, np.int64))
    assert places.tolist() == [[0.0, 0.0]] * count


@pytest.mark.parametrize(("areas", "each"), [(5, 12), (12, 50)])
def test_the_nearest_theme_on_the_map_is_mostly_of_the_same_area(areas: int, each: int) -> None:
    vectors, labels = themes(areas, each, seed=2)
    places = lay_out(vectors, labels)
    assert same_area(places, labels) > 0.95
    assert trustworthiness(vectors, places, n_neighbors=7) > 0.95


def test_areas_stay_together_where_their_words_do_not() -> None:
    draws = np.random.default_rng(17)
    areas = np.arange(60, dtype=np.int64) % 4
    vectors = unit(draws.normal(size=(4, DIMS))[areas] + 3.5 * draws.normal(size=(60, DIMS)))
    by_words = np.argmax(vectors @ vectors.T - 2.0 * np.eye(60), axis=1)
    assert (areas[by_words] == areas).mean() < 0.7
    assert same_area(lay_out(vectors, areas), areas) > 0.85


@pytest.mark.parametrize("count", [4, 40])
@pytest.mark.parametrize("share_known", [0.0, 0.8])
def test_neither_repetition_nor_order_changes_a_place(count: int, share_known: float) -> None:
    vectors, areas = themes(4, count // 4, seed=3)
    draws = np.random.default_rng(4)
    before = draws.uniform(-1, 1, size=(count, 2))
    before[int(share_known * count) :] = np.nan
    places = lay_out(vectors, areas, before=before)
    assert lay_out(vectors, areas, before=before).tobytes() == places.tobytes()
    mixed = draws.permutation(count)
    other = lay_out(vectors[mixed], 3 - areas[mixed], before=before[mixed])
    assert other.tobytes() == places[mixed].tobytes()


def test_the_number_of_cores_changes_no_place() -> None:
    draws = np.random.default_rng(18)
    vectors, areas = unit(draws.normal(size=(300, 384))), np.arange(300, dtype=np.int64) % 5
    maps = []
    for cores in (1, 2):
        with threadpool_limits(cores):
            maps.append(lay_out(vectors, areas).tobytes())
    assert maps[0] == maps[1]


@pytest.mark.parametrize("count", [2, 4, 12, 60])
def test_equal_themes_are_told_apart(count: int) -> None:
    vectors = np.full((count, 4), 0.5, dtype=np.float32)
    places = lay_out(vectors, np.zeros(count, np.int64))
    assert np.abs(places).max() <= 1.0
    # least distance: 0.4 times the 2 / sqrt(60) = 0.26 of a square grid; pushing ends near it
    assert apart(places).min() > (0.09 if count < 60 else 0.8 * 0.4 * 0.26)


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_same_themes_stay_where_they_are_to_the_last_byte(count: int) -> None:
    vectors, areas = themes(1, count, seed=5)
    before = lay_out(vectors, areas).round(4)
    changed = unit(vectors + np.random.default_rng(6).normal(scale=0.05, size=vectors.shape))
    assert lay_out(changed, areas, before=before).tobytes() == before.tobytes()


def test_themes_that_ended_leave_the_others_alone() -> None:
    vectors, areas = themes(6, 10, seed=7)
    before = lay_out(vectors, areas)
    rest = before[:, 0] < 0.9  # the rim of one side is gone
    kept = lay_out(vectors[rest], areas[rest], before=before[rest])
    assert kept.tobytes() == before[rest].tobytes()


def test_a_tenth_of_new_themes_hardly_moves_the_old_ones() -> None:
    vectors, areas = themes(10, 22, seed=8)
    old = np.arange(220) % 11 != 0
    order = np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)])
    vectors, areas = vectors[order], areas[order]
    before = lay_out(vectors[:200], areas[:200])
    places = lay_out(vectors, areas, before=with_new(before, 20))
    # 20 of 220 are new: each axis may move by 0.3 * 20 / 220 = 0.027 of 2, 1.4 % of the width
    assert np.abs(places[:200] - before).max() <= 0.3 * 20 / 220 + 1e-12
    assert 0.0 < np.median(moved(places[:200], before)) <= 0.02
    assert moved(places[:200], before).max() <= 0.10
    assert same_area(places, areas) > 0.95


def test_one_new_theme_at_the_rim_does_not_shift_the_map() -> None:
    vectors, areas = themes(5, 20, seed=9)
    before = lay_out(vectors, areas)
    stranger = unit(-vectors.mean(axis=0, keepdims=True))
    places = lay_out(
        np.vstack([vectors, stranger]), np.append(areas, 5), before=with_new(before, 1)
    )
    # 1 of 101 is new: 0.003 along each axis is two pixels of a map 1,000 pixels wide
    assert np.abs(places[:100] - before).max() <= 0.3 / 101 + 1e-12


def test_a_new_theme_lies_among_its_relatives() -> None:
    vectors, areas = themes(6, 15, seed=10)
    last = np.arange(14, 90, 15)  # one of each area
    before = lay_out(vectors, areas)
    before[last] = np.nan
    places = lay_out(vectors, areas, before=before)
    near = np.argsort(apart(places)[last], axis=1)[:, :5]
    assert (areas[near] == areas[last][:, None]).mean() > 0.9


def test_a_new_area_gathers_in_one_place() -> None:
    vectors, areas = themes(7, 12, seed=11)
    known = areas < 6
    before = lay_out(vectors[known], areas[known])
    places = lay_out(vectors, areas, before=with_new(before, 12))
    assert same_area(places, areas) > 0.9
    radius = np.linalg.norm(places[~known] - places[~known].mean(axis=0), axis=1).mean()
    assert radius < 0.5 * np.linalg.norm(places - places.mean(axis=0), axis=1).mean()


@dataclass
class World:
    """Themes that are born and end, a tenth in each round."""

    seed: int
    areas: int
    count: int

    def __post_init__(self) -> None:
        self.draws = np.random.default_rng(self.seed)
        self.centres = self.draws.normal(size=(self.areas + 5, DIMS))
        self.labels = np.arange(self.count, dtype=np.int64) % self.areas
        self.vectors = self._drawn(self.labels)
        self.places = lay_out(self.vectors, self.labels)

    def go_on(self) -> FloatArray:
        """Go one round on, which also opens a new area now and then; return what stayed moved."""
        change = self.count // 10
        self.areas += int(self.draws.random() < 0.4 and self.areas < len(self.centres))
        born = self.draws.integers(self.areas, size=change)
        stay = np.sort(self.draws.permutation(self.count)[change:])
        before = self.places[stay].round(4)
        self.labels = np.concatenate([self.labels[stay], born])
        self.vectors = np.vstack([self.vectors[stay], self._drawn(born)])
        self.places = lay_out(self.vectors, self.labels, before=with_new(before, change))
        return moved(self.places[: len(stay)], before)

    def _drawn(self, labels: IntArray) -> Vectors:
        noise = self.draws.normal(size=(len(labels), DIMS))
        return unit(self.centres[labels] + 0.6 * noise)


@pytest.mark.parametrize(("areas", "count"), [(6, 60), (10, 150)])
def test_ten_rounds_of_births_and_deaths_wear_nothing_out(areas: int, count: int) -> None:
    world = World(12, areas, count)
    spread = world.places.std(axis=0)
    for _ in range(10):
        steps = world.go_on()
        assert np.median(steps) <= 0.02
        assert steps.max() <= 0.10
    # two thirds of the themes are other ones now: 1 - 0.9 ** 10 = 0.65
    assert trustworthiness(world.vectors, world.places, n_neighbors=7) > 0.93
    assert same_area(world.places, world.labels) > 0.93
    assert (world.places.std(axis=0) > 0.8 * spread).all()


def test_a_map_made_afresh_is_turned_like_the_one_before() -> None:
    vectors, areas = themes(4, 10, seed=13)
    fresh = lay_out(vectors, areas)
    before = fresh[:, ::-1] * [1.0, -1.0]  # a quarter turn
    turned = before.copy()
    before[10:] = np.nan  # a quarter is old: everything is laid out again
    np.testing.assert_allclose(lay_out(vectors, areas, before=before), turned)


def test_a_map_of_few_themes_does_not_stay_cramped() -> None:
    vectors, areas = themes(1, FEWEST, seed=14)
    heap = np.array([[0.0, 0.0], [0.0, 0.01], [0.01, 0.0], [0.01, 0.01]])
    places = lay_out(vectors, areas, before=with_new(heap, 1))
    assert np.abs(places).max(axis=0) == pytest.approx([1.0, 1.0])


def test_beyond_five_hundred_old_themes_stay_and_new_ones_come_beside_them() -> None:
    vectors, areas = themes(20, 30, seed=15)
    before = np.stack([np.cos(areas), np.sin(areas)], axis=1) * 0.8
    before += np.random.default_rng(16).uniform(-0.1, 0.1, size=(600, 2))
    before[::10] = np.nan
    places = lay_out(vectors, areas, before=before)
    old = ~np.isnan(before[:, 0])
    assert places[old].tobytes() == before[old].tobytes()
    assert same_area(places, areas) > 0.8


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 25),
    st.integers(1, 4),
    st.floats(0.0, 1.0),
    st.sampled_from(["spread", "heap", "corner"]),
    st.integers(0, 1000),
)
def test_every_map_is_finite_within_its_frame_and_moves_no_old_theme_far(
    count: int, areas: int, share_new: float, shape: str, seed: int
) -> None:
    draws = np.random.default_rng(seed)
    vectors = unit(draws.normal(size=(count, 6)))
    scale = {"spread": 1.0, "heap": 0.0, "corner": 1e-3}[shape]
    before = np.clip((shape == "corner") + draws.uniform(-scale, scale, (count, 2)), -1.0, 1.0)
    new = draws.random(count) < share_new
    before[new, seed % 2] = np.nan
    places = lay_out(vectors, draws.integers(areas, size=count), before=before)
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 1.0
    if new.mean() <= 0.5 and (~new).sum() >= FEWEST:
        limit = min(MOST_MOVED, SLACK * new.mean())
        assert np.abs(places[~new] - before[~new]).max() <= limit + 1e-12


def test_every_theme_has_an_area() -> None:
    with pytest.raises(ValueError, match="2 centroids with 1 areas"):
        lay_out(np.eye(2, dtype=np.float32), np.zeros(1, dtype=np.int64))


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (np.zeros((1, 2)), r"2 centroids with earlier places of shape \(1, 2\)"),
        (np.array([[0.0, 0.0], [0.0, 1.5]]), "an earlier place lies outside -1 to 1"),
    ],
)
def test_earlier_places_fit_themes_and_map(before: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lay_out(np.eye(2, dtype=np.float32), np.zeros(2, np.int64), before=before)
