"""How much each finished item says about another one, and how far that misses.

A Gaussian process over ln(days) around the class medians. Two pieces of work are alike by the
square of the cosine of their texts, and a little by being finished at about the same time: what
the same work takes rises and falls with people and habits.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from groundswell.domain import FloatArray, Vectors
from models.effort.finished_work import FinishedWork, Medians
from models.evidence.inputs import cosine

HALF_LIFE_ITEMS = 200
"""Finished items after which another one says half as much about the present: about the level
of all work, and about how far estimates miss (decision record 0016)."""
LEVEL_WEIGHT = 0.1
"""What being finished at the same time weighs beside having the same text, which weighs 1."""
LEAST_KNOWN = 5
"""Finished items from which a forecast is worth comparing with what the next one took."""


@dataclass(frozen=True, slots=True)
class Analogy:
    """What was learnt from n finished items, oldest first."""

    vectors: Vectors
    beyond: FloatArray
    """ln(actual days) over the median of its class, shape (n,)."""
    root: FloatArray
    """Lower Cholesky factor of likeness plus `prior` on the diagonal, shape (n, n)."""
    missed: FloatArray
    """ln(actual days / forecast), each item forecast from those before it alone; NaN for the
    first `LEAST_KNOWN`. Shape (n,)."""

    def weigh(self, vectors: Vectors) -> FloatArray:
        """Return what each finished item counts for work that is estimated now.

        ``ln E = ln median + sum_j weight[j] * beyond[j]``, shape (n_vectors, n).
        """
        return self.weigh_alike(cosine(vectors, self.vectors))

    def weigh_alike(self, cosines: FloatArray) -> FloatArray:
        """Return the same from how alike each one is to each finished item, in that shape."""
        age = np.arange(len(self.beyond))[::-1]
        likeness = cosines**2 + LEVEL_WEIGHT * recency(age)
        return np.asarray(cho_solve((self.root, True), likeness.T).T)


def learn_analogy(work: FinishedWork, medians: Medians, *, prior: float) -> Analogy:
    """Learn from finished work.

    With the likeness ``k = cosine^2 + LEVEL_WEIGHT * recency(items between)`` the weights are
    ``k(x)' (K + prior I)^-1``: n items exactly alike, and nothing else, weigh ``n / (n + prior)``
    together and the class median the rest. The factor ``L L' = K + prior I`` gives all forecasts
    at once: what item i took beyond the forecast from the items before it is
    ``L[i, i] z[i]`` where ``L z = beyond``.

    Parameters
    ----------
    prior
        What the class median weighs, in finished items exactly alike; above 0.

    References
    ----------
    Rasmussen and Williams (2006), "Gaussian Processes for Machine Learning", equation 2.25;
    Dawid (1984), "The prequential approach", for the forecasts.
    """
    beyond = work.log_days - medians.now
    age = np.arange(len(beyond))
    likeness = cosine(work.vectors, work.vectors) ** 2
    likeness += LEVEL_WEIGHT * recency(np.abs(age[:, None] - age))
    likeness[np.diag_indices_from(likeness)] += prior
    root = np.asarray(cholesky(likeness, lower=True, overwrite_a=True))
    surprise = np.diag(root) * solve_triangular(root, beyond, lower=True)
    missed = surprise + medians.now - medians.before
    missed[:LEAST_KNOWN] = np.nan
    return Analogy(work.vectors, beyond, root, missed)


def recency(items_since: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> FloatArray:
    """Return 1 for the newest item, half for the one `HALF_LIFE_ITEMS` before it, and so on."""
    return np.asarray(np.exp2(-items_since / HALF_LIFE_ITEMS))
