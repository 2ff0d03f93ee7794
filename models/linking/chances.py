"""How probable it is that two texts are about the same thing, from what they have in common.

The odds are those of a doc picked blindly, one in as many as there are, times what cosine,
letters and words tell. So the same likeness means less among twenty thousand docs than among
twenty, where it is more often chance. The five numbers were fitted to labelled pairs and judged on
others (docs/decisions/0017-linking.md; ``python -m bench link --fit``).
"""

import numpy as np

from groundswell.domain import FloatArray

INTERCEPT = -1.51
COSINE = 10.4
"""Log odds per unit of cosine."""
USUAL_COSINE = -9.7
"""Log odds per unit of the cosine that a query has with docs that merely lie near."""
LETTERS = 2.34
"""Log odds per unit of the cosine in letters."""
WORDS = 0.216
"""Log odds per nat of rarity of the shared words: a shared word's chance alone would make it 1 if
words were independent and always meant the same."""

USUAL_QUANTILE = 0.95
"""What lies near a query: a twentieth of the docs is more like it than this."""
USUAL_AMONG_ALL = 0.33
"""That cosine on average over the fitted sets."""
USUAL_DOCS = 20.0
"""Docs whose usual cosine is taken for granted beside those given: among a handful the match itself
would pass for usual."""
PRIOR_DOCS = 2.0
"""Docs that could be meant beside those given: the only doc there is need not be the one."""

_DECIMALS = 6  # of a probability, so that sums in another order end at the same


def usual_cosine(cosines: FloatArray) -> FloatArray:
    """Return the cosine of each query with what merely lies near it, shape (n_queries,).

    The quantile `USUAL_QUANTILE` of its cosines, drawn towards `USUAL_AMONG_ALL` where docs are
    few.

    Parameters
    ----------
    cosines : ndarray of shape (n_queries, n_docs)
    """
    n_docs = cosines.shape[1]
    if not n_docs:
        return np.full(len(cosines), USUAL_AMONG_ALL)
    near = np.quantile(cosines, USUAL_QUANTILE, axis=1)
    return np.asarray((n_docs * near + USUAL_DOCS * USUAL_AMONG_ALL) / (n_docs + USUAL_DOCS))


def link_probability(
    cosine: FloatArray, usual: FloatArray, letters: FloatArray, words: FloatArray, n_docs: int
) -> FloatArray:
    """Return the probability that each pair is about the same thing, 0 to 1.

    Parameters
    ----------
    cosine, letters : ndarrays that broadcast together
        -1 to 1, and 0 to 1.
    usual
        Of the pair's query, from `usual_cosine`.
    words
        Summed rarity of the shared words, in nats.
    n_docs
        How many docs the query was compared with.
    """
    told = COSINE * cosine + USUAL_COSINE * usual + LETTERS * letters + WORDS * words
    odds = np.exp(INTERCEPT + told - np.log(n_docs + PRIOR_DOCS))
    return np.asarray(np.round(odds / (1.0 + odds), _DECIMALS))
