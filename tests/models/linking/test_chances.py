import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.linking.chances import link_probability, usual_cosine

shares = st.floats(0.0, 1.0)
amounts = st.floats(0.0, 30.0)
sizes = st.integers(1, 20_000)


def chance(cosine: float, usual: float, letters: float, words: float, n_docs: int) -> float:
    c, u, own, shared = np.array([[cosine], [usual], [letters], [words]])
    return float(link_probability(c, u, own, shared, n_docs)[0])


def test_worked_example() -> None:
    # log odds: -1.51 + 10.4 * .7 - 9.7 * .3 + 2.34 * .5 + .216 * 9 - ln(98 + 2) = 1.3688
    assert chance(0.7, 0.3, 0.5, 9.0, 98) == pytest.approx(1 / (1 + np.exp(-1.3688)), abs=1e-4)


@given(shares, shares, shares, amounts, sizes, st.floats(0.001, 1.0))
def test_what_two_texts_share_never_speaks_against_them(
    cosine: float, usual: float, letters: float, words: float, n_docs: int, more: float
) -> None:
    before = chance(cosine, usual, letters, words, n_docs)
    assert 0.0 <= before <= 1.0
    assert chance(cosine + more, usual, letters, words, n_docs) >= before
    assert chance(cosine, usual, letters + more, words, n_docs) >= before
    assert chance(cosine, usual, letters, words + more, n_docs) >= before
    assert chance(cosine, usual + more, letters, words, n_docs) <= before


@given(shares, shares, shares, amounts, sizes)
def test_the_same_likeness_means_less_among_more_docs(
    cosine: float, usual: float, letters: float, words: float, n_docs: int
) -> None:
    among_more = chance(cosine, usual, letters, words, 2 * n_docs)
    assert among_more <= chance(cosine, usual, letters, words, n_docs)


def test_what_is_usual_is_known_beforehand_where_docs_are_few() -> None:
    # one doc at .9 beside 20 at .33: (.9 + 20 * .33) / 21
    np.testing.assert_allclose(usual_cosine(np.array([[0.9]])), [7.5 / 21])
    np.testing.assert_allclose(usual_cosine(np.empty((2, 0))), [0.33, 0.33])
    many = np.tile(np.linspace(0.0, 1.0, 2_001), (1, 1))
    assert usual_cosine(many)[0] == pytest.approx(0.95, abs=0.01)
