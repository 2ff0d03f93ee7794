"""What people decided about is kept where a fit leaves it out again."""

import numpy as np
import pytest

from groundswell.domain import NOISE, IntArray, Vectors
from models.themes.fitting import ThemeFit, fit_themes
from models.themes.keeping import keep_decided
from models.themes.model import Placement
from models.themes.placement import assign_themes
from tests.models.themes.test_provisional import around, centres, strays

STRAYS = 20
TEXTS = [f"what number {n} says" for n in range(3 * 40 + STRAYS)]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Three needs of 40, and what has nothing in common with anything."""
    return np.concatenate([around(centres(3, 9), [40, 40, 40], 10), strays(STRAYS, 3)])


@pytest.fixture(scope="module")
def fitted(vectors: Vectors) -> tuple[ThemeFit, Placement]:
    fit = fit_themes(vectors, TEXTS, neighbours=60, min_statements=8)
    return fit, assign_themes(fit.model, vectors, TEXTS, min_membership=0.25)


@pytest.fixture
def before(vectors: Vectors) -> IntArray:
    """Ids of before: two needs, and one of strays; the third need is new."""
    return np.repeat([7, 3, NOISE, 12], [40, 40, 40, STRAYS])


def test_the_strays_are_in_no_theme(fitted: tuple[ThemeFit, Placement]) -> None:
    assert len(fitted[0].areas) == 3
    assert (fitted[1].primary(len(TEXTS))[-STRAYS:] == NOISE).mean() > 0.8


def test_a_theme_that_was_decided_about_is_kept_of_what_is_left_out(
    fitted: tuple[ThemeFit, Placement], vectors: Vectors, before: IntArray
) -> None:
    earlier = fitted[1].primary(len(TEXTS))
    fit, placement = keep_decided(*fitted, vectors, TEXTS, before=before, decided={12, 7})
    now = placement.primary(len(TEXTS))
    np.testing.assert_array_equal(now[:-STRAYS], earlier[:-STRAYS])
    kept = earlier[-STRAYS:] == NOISE
    assert set(now[-STRAYS:][kept].tolist()) == {3}
    assert len(fit.areas) == len(fit.stability) == len(fit.model.centroids) == 4
    assert fit.stability[3] == 0.0
    np.testing.assert_array_equal(fit.model.theme_ids, range(4))
    assert (fit.model.labels == 3).sum() == kept.sum()
    assert len(fit.model.references) == len(fit.core) == len(fit.model.word_starts) - 1
    again = assign_themes(fit.model, vectors[-STRAYS:], TEXTS[-STRAYS:], min_membership=0.25)
    assert 3 in again.primary(STRAYS)


def test_its_texts_vote_though_the_graph_was_made_without_them(
    fitted: tuple[ThemeFit, Placement], vectors: Vectors, before: IntArray
) -> None:
    inside = np.arange(len(TEXTS) - STRAYS)
    fit = fit_themes(vectors[inside], TEXTS[: len(inside)], neighbours=60, min_statements=8)
    placement = assign_themes(fit.model, vectors, TEXTS, min_membership=0.25)
    kept, now = keep_decided(fit, placement, vectors, TEXTS, before=before, decided={12})
    members = np.flatnonzero(now.primary(len(TEXTS)) == 3)
    assert len(members) > STRAYS / 2
    np.testing.assert_array_equal(kept.core, [*fit.core, *members])
    np.testing.assert_array_equal(kept.model.labels[len(fit.core) :], 3)
    np.testing.assert_allclose(kept.model.references[len(fit.core) :], vectors[members], atol=0.001)
    assert len(kept.model.word_starts) == len(kept.core) + 1


@pytest.mark.parametrize("decided", [set(), {7, 3}, {99}])
def test_what_lives_on_or_was_never_decided_about_is_left_as_it_is(
    fitted: tuple[ThemeFit, Placement], vectors: Vectors, before: IntArray, decided: set[int]
) -> None:
    fit, placement = keep_decided(*fitted, vectors, TEXTS, before=before, decided=decided)
    assert fit is fitted[0]
    assert placement is fitted[1]


def test_what_mostly_went_into_others_is_not_kept(
    fitted: tuple[ThemeFit, Placement], vectors: Vectors
) -> None:
    before = np.repeat([12, NOISE, 12], [2 * STRAYS, 120 - 2 * STRAYS, STRAYS])
    assert keep_decided(*fitted, vectors, TEXTS, before=before, decided={12})[0] is fitted[0]
