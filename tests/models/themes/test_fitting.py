"""Need themes: found without being told how many, and kept when texts are placed again."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from groundswell.domain import NOISE, IntArray, Vectors
from groundswell.errors import ModelError
from models.themes.fitting import NEW, Earlier, ThemeFit, fit_themes
from models.themes.model import Placement, ThemeModel, from_bytes, renamed, to_bytes
from models.themes.placement import assign_themes

MIN_MEMBERSHIP = 0.15


def plant(sizes: list[int], dims: int, spread: float, seed: int) -> tuple[Vectors, IntArray]:
    """Return shuffled unit vectors around one random centre a cluster, and their clusters.

    `spread` is the length of the noise beside a centre of length 1.
    """
    draws = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    centres = _unit(draws.normal(size=(len(sizes), dims)))
    points = centres[truth] + spread * draws.normal(size=(len(truth), dims)) / dims**0.5
    order = draws.permutation(len(truth))
    return _stored(points[order]), truth[order].astype(np.int64)


def fit(vectors: Vectors, before: Earlier | None = None) -> ThemeFit:
    return fit_themes(vectors, neighbours=60, min_statements=8, before=before)


def labels_of(found: ThemeFit) -> IntArray:
    """Return the theme of each row that was fitted."""
    labels = np.empty(len(found.core), dtype=np.int64)
    labels[found.core] = found.model.labels
    return labels


def place(model: ThemeModel, vectors: Vectors) -> Placement:
    return assign_themes(model, vectors, min_membership=MIN_MEMBERSHIP)


def _entries(placed: Placement) -> list[tuple[int, int, int]]:
    parts = (placed.rows, placed.theme_ids, placed.variant_ids)
    return list(zip(*(part.tolist() for part in parts), strict=True))


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _stored(rows: np.ndarray) -> Vectors:
    return np.asarray(_unit(rows).astype(np.float16).astype(np.float32))


@pytest.fixture(scope="module")
def planted() -> tuple[Vectors, IntArray, ThemeFit]:
    vectors, truth = plant([20, 35, 50, 80, 120, 200, 30, 60], dims=64, spread=0.8, seed=1)
    return vectors, truth, fit(vectors)


@pytest.fixture(scope="module")
def overlapping() -> tuple[Vectors, ThemeFit]:
    """Return clusters that run into each other, so that memberships are shared."""
    vectors, _ = plant([60] * 10, dims=12, spread=0.8, seed=2)
    return vectors, fit(vectors)


@pytest.mark.parametrize(
    ("dims", "spread", "count", "seed"),
    [(16, 0.3, 12, 1), (64, 0.9, 16, 2), (384, 0.6, 5, 3), (384, 0.9, 20, 4)],
)
def test_planted_themes_are_found_with_their_number_and_certified(
    dims: int, spread: float, count: int, seed: int
) -> None:
    sizes = np.random.default_rng(seed).integers(60, 201, size=count).tolist()
    vectors, truth = plant(sizes, dims, spread, seed)
    found = fit(vectors)
    assert len(found.model.theme_ids) == count
    assert adjusted_rand_score(truth, labels_of(found)) > 0.99
    assert found.convincing
    assert found.stability.min() >= 0.8


def test_the_order_of_the_rows_changes_nothing(
    planted: tuple[Vectors, IntArray, ThemeFit],
) -> None:
    vectors, _, found = planted
    shuffled = np.random.default_rng(3).permutation(len(vectors))
    again = fit(vectors[shuffled])
    assert to_bytes(again.model) == to_bytes(found.model)
    assert again.stability.tobytes() == found.stability.tobytes()
    assert np.array_equal(labels_of(again), labels_of(found)[shuffled])


def test_the_same_text_is_in_one_place_only() -> None:
    vectors, _ = plant([40] * 6, dims=32, spread=0.9, seed=5)
    found = fit(vectors)
    again = place(found.model, vectors).primary(len(vectors))
    assert np.array_equal(again, labels_of(found))


def test_placing_agrees_with_fitting_also_where_themes_overlap(
    overlapping: tuple[Vectors, ThemeFit],
) -> None:
    vectors, found = overlapping
    placed = place(found.model, vectors).primary(len(vectors))
    assert np.array_equal(placed, labels_of(found))


def test_a_text_that_the_fit_has_not_seen_goes_where_the_fit_would_put_it() -> None:
    vectors, _ = plant([80] * 10, dims=24, spread=0.7, seed=2)
    seen = np.arange(len(vectors)) % 10 != 0
    placed = place(fit(vectors[seen]).model, vectors[~seen]).primary(int((~seen).sum()))
    assert adjusted_rand_score(labels_of(fit(vectors))[~seen], placed) > 0.97


def test_new_texts_go_where_their_cluster_is() -> None:
    vectors, truth = plant([100] * 6, dims=64, spread=0.7, seed=6)
    old, new = np.arange(600) % 2 == 0, np.arange(600) % 2 == 1
    found = fit(vectors[old])
    placed = place(found.model, vectors[new]).primary(int(new.sum()))
    assert adjusted_rand_score(truth[new], placed) > 0.98


@settings(max_examples=15, deadline=None)
@given(chosen=st.lists(st.integers(0, 299), min_size=1, max_size=12))
def test_one_by_one_and_in_a_batch_is_exactly_the_same(
    overlapping: tuple[Vectors, ThemeFit], chosen: list[int]
) -> None:
    _, found = overlapping
    news, _ = plant([60] * 5, dims=12, spread=1.2, seed=7)
    together = place(found.model, news[chosen])
    alone = [place(found.model, news[row : row + 1]) for row in chosen]
    assert np.concatenate([p.theme_ids for p in alone]).tolist() == together.theme_ids.tolist()
    assert np.concatenate([p.memberships for p in alone]).tobytes() == (
        together.memberships.tobytes()
    )


def test_memberships_are_shares_and_weak_ones_are_left_out(
    overlapping: tuple[Vectors, ThemeFit],
) -> None:
    vectors, found = overlapping
    placed = place(found.model, vectors)
    sums = np.bincount(placed.rows, weights=placed.memberships, minlength=len(vectors))
    assert set(placed.rows.tolist()) == set(range(len(vectors)))
    assert placed.memberships.min() >= MIN_MEMBERSHIP
    assert sums.max() <= 1.0 + 1e-9 + MIN_MEMBERSHIP  # a known text's own theme counts at least so
    assert len(placed.rows) > len(vectors)  # some statements speak for two themes


def test_what_lies_far_from_everything_is_noise(
    planted: tuple[Vectors, IntArray, ThemeFit],
) -> None:
    vectors, _, found = planted
    far = _stored(np.random.default_rng(8).normal(size=(50, vectors.shape[1])))
    assert (place(found.model, far).primary(50) == NOISE).mean() >= 0.8
    away = _stored(-found.model.centroids.sum(axis=0, keepdims=True))
    assert place(found.model, away).theme_ids.tolist() == [NOISE]


def test_nothing_is_certified_where_there_are_no_themes() -> None:
    fog = fit(_stored(np.random.default_rng(9).normal(size=(600, 24))))
    assert not fog.convincing
    clear = fit(plant([75] * 8, dims=24, spread=0.5, seed=9)[0])
    assert clear.convincing


def test_groups_of_noise_beside_planted_themes_are_not_stable() -> None:
    vectors, truth = plant([80] * 8, dims=48, spread=0.6, seed=13)
    fog = _stored(np.random.default_rng(14).normal(size=(200, 48)))
    found = fit(np.concatenate([vectors, fog]))
    labels = labels_of(found)
    for theme, stability in enumerate(found.stability):
        members = np.flatnonzero(labels == theme)
        if len(members) and (members >= len(truth)).mean() > 0.5:
            assert stability < 0.5
        else:
            assert stability >= 0.8


def test_refitting_the_same_rows_changes_nothing(
    overlapping: tuple[Vectors, ThemeFit],
) -> None:
    vectors, found = overlapping
    labels = labels_of(found)
    before = Earlier(np.where(labels == NOISE, NOISE, labels + 100), found.model.resolution)
    again = fit(vectors, before)
    assert np.array_equal(labels_of(again), labels_of(found))
    assert again.model.resolution == found.model.resolution


def test_a_tenth_more_rows_move_hardly_any_of_the_old_ones(
    overlapping: tuple[Vectors, ThemeFit],
) -> None:
    vectors, _ = overlapping
    old = np.arange(len(vectors)) % 11 != 0
    first = fit(vectors[old])
    known = np.full(len(vectors), NEW, dtype=np.int64)
    known[old] = labels_of(first)
    again = labels_of(fit(vectors, Earlier(known, first.model.resolution)))
    pairs = np.unique(np.stack([known, again])[:, known >= 0], axis=1, return_counts=True)
    kept = sum(pairs[1][pairs[0][0] == theme].max() for theme in range(len(first.stability)))
    assert kept / (known >= 0).sum() >= 0.95


def test_a_theme_without_parts_has_no_variants() -> None:
    found = fit(plant([200] * 6, dims=64, spread=1.0, seed=16)[0])
    assert (len(found.model.theme_ids), len(found.parents)) == (6, 0)


def test_variants_nest_in_their_themes() -> None:
    # Six themes, each made of three variants that lie close together.
    draws = np.random.default_rng(15)
    themes = _unit(draws.normal(size=(6, 64)))
    variants = _unit(themes[np.repeat(np.arange(6), 3)] + 0.5 * _unit(draws.normal(size=(18, 64))))
    points = variants[np.repeat(np.arange(18), 150)]
    vectors = _stored(points + 1.1 * draws.normal(size=(2700, 64)) / 8)
    found = fit(vectors)
    assert (len(found.model.theme_ids), len(found.parents)) == (6, 18)
    placed = place(found.model, vectors)
    inside = placed.variant_ids != NOISE
    assert inside.mean() > 0.8
    parents = found.parents[placed.variant_ids[inside]]
    assert np.array_equal(parents, placed.theme_ids[inside])


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9])
def test_a_handful_of_statements_is_no_reason_to_fail(count: int) -> None:
    vectors = plant([count], dims=16, spread=1.0, seed=1)[0]
    found = fit(vectors)
    assert found.model.labels.shape == (count,)
    assert len(found.stability) == len(found.areas) == len(found.model.theme_ids)
    placed = place(found.model, vectors)
    assert placed.primary(count).tolist() == labels_of(found).tolist()


def test_under_the_smallest_size_there_is_no_theme() -> None:
    found = fit(plant([8], dims=16, spread=0.1, seed=1)[0])
    assert len(found.model.theme_ids) == 0
    assert found.model.labels.tolist() == [NOISE] * 8


def test_no_theme_is_smaller_than_asked_before_noise_is_taken_out() -> None:
    vectors, _ = plant([100, 100, 4, 3, 100], dims=64, spread=0.5, seed=10)
    found = fit(vectors)
    sizes = np.bincount(found.model.labels[found.model.labels != NOISE])
    assert len(sizes) == 3
    assert sizes.min() >= 8


def test_areas_hold_all_themes() -> None:
    vectors, _ = plant([40] * 6, dims=32, spread=0.9, seed=5)
    found = fit(vectors)
    assert found.areas.shape == found.model.theme_ids.shape
    assert set(found.areas.tolist()) == set(range(int(found.areas.max()) + 1))


def test_a_model_survives_being_written_bit_by_bit(
    planted: tuple[Vectors, IntArray, ThemeFit],
) -> None:
    model = planted[2].model
    again = from_bytes(to_bytes(model))
    for field in fields(ThemeModel):
        before, after = getattr(model, field.name), getattr(again, field.name)
        assert np.array_equal(before, after)
        assert getattr(before, "dtype", float) == getattr(after, "dtype", float)


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda data: b"",
    lambda data: data[:-1],
    lambda data: data[: len(data) // 2],
    lambda data: b"\xff" + data[1:],
    lambda data: data[:8] + b"[" + data[9:],
    lambda data: data.replace(b'"labels"', b'"babels"', 1),
    lambda data: data.replace(b'"numbers"', b'"members"', 1),
    lambda data: data + b"\0",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_model_is_refused_in_one_line(
    planted: tuple[Vectors, IntArray, ThemeFit], damage: Callable[[bytes], bytes]
) -> None:
    data = to_bytes(planted[2].model)
    assert damage(data) != data
    with pytest.raises(ModelError, match="fit it again with 'groundswell retrain'") as caught:
        from_bytes(damage(data))
    assert "\n" not in str(caught.value)


def test_renaming_themes_changes_nothing_but_their_ids(
    overlapping: tuple[Vectors, ThemeFit],
) -> None:
    vectors, found = overlapping
    ids = {int(theme): 100 + (int(theme) * 7) % 50 for theme in found.model.theme_ids}
    assert sorted(ids.values()) != list(ids.values())  # the order does change
    other = renamed(found.model, ids, {n: 500 + n for n in range(len(found.parents))})
    assert other.theme_ids.tolist() == sorted(ids.values())
    for theme, new in ids.items():
        here, there = found.model.theme_ids == theme, other.theme_ids == new
        assert np.array_equal(found.model.centroids[here], other.centroids[there])
    before, after = place(found.model, vectors), place(other, vectors)
    expected = [ids.get(theme, NOISE) for theme in before.primary(len(vectors)).tolist()]
    assert after.primary(len(vectors)).tolist() == expected
    was = {(r, ids[t]): v for r, t, v in _entries(before) if t != NOISE}
    now = {(r, t): v for r, t, v in _entries(after) if t != NOISE}
    assert now == {entry: v if v == NOISE else 500 + v for entry, v in was.items()}


def test_the_strongest_theme_is_the_primary_one_and_ties_go_to_the_lower_id() -> None:
    placement = Placement(
        np.array([0, 0, 1, 1, 2]),
        np.array([3, 8, 3, 8, NOISE]),
        np.array([0.2, 0.7, 0.4, 0.4, 1.0]),
        np.full(5, NOISE),
    )
    assert placement.primary(3).tolist() == [8, 3, NOISE]
