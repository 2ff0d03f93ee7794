"""Which pair to ask about next: the one whose answer tells most about the weights.

How much an answer is expected to tell is ``H(E p) - E H(p)``, the entropy of the answer less the
part of it that knowing the weights would leave (BALD; Houlsby et al. 2011, arXiv 1112.5745,
equation 2). The weights enter the chance p of an answer through one sum, which is normal, so both
terms are integrals over one dimension.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256
from itertools import combinations

import numpy as np
from scipy.special import entr, expit

from groundswell.domain import FloatArray
from models.preference.answers import Seen
from models.preference.posterior import REVIEWER_SD, Posterior

POOL = 50
"""Best ideas among which pairs are asked. Fewer teach less (record 0028)."""
SITTING = 5
"""Pairs asked about at a time."""
NODES = 32
"""Of the integral, which is then exact to a thousandth of a bit."""

Pair = tuple[str, str]
"""Ids of two ideas, the smaller first."""


def pair_of(one: str, other: str) -> Pair:
    """Return two ideas in the order in which a pair is known."""
    return (one, other) if one < other else (other, one)


def next_pair(
    posterior: Posterior, seen: Seen, *, known: Collection[Pair], ideas: Sequence[str]
) -> Pair | None:
    """Return the pair whose answer is expected to tell most; None: all were answered.

    Parameters
    ----------
    known
        Pairs that this reviewer answered before, or does not want now.
    ideas
        To choose from, the best first; those beyond `POOL` are not asked about.
    """
    pool = sorted(ideas[:POOL])
    open_pairs = [pair for pair in combinations(pool, 2) if pair not in known]
    if not open_pairs:
        return None
    apart = np.array([seen.values[one] - seen.values[other] for one, other in open_pairs])
    return open_pairs[int(np.argmax(np.round(expected_gain(posterior, apart), 9)))]


def expected_gain(posterior: Posterior, difference: FloatArray) -> FloatArray:
    """Return what the answer about each pair is expected to tell of the weights, in nats.

    Parameters
    ----------
    difference : ndarray of shape (n_pairs, n_criteria)
        As `Answers.difference`.
    """
    mean = difference @ posterior.mean
    spread = np.sqrt(np.einsum("ij,jk,ik->i", difference, posterior.covariance, difference))
    # What the reviewer weighs otherwise is no news of the weights; it blurs the answer.
    blur = REVIEWER_SD**2 * (difference**2).sum(axis=1)
    nodes, parts = np.polynomial.hermite_e.hermegauss(NODES)
    logits = mean[:, None] + spread[:, None] * nodes
    chance = expit(logits / np.sqrt(1.0 + np.pi / 8.0 * blur)[:, None])
    share = parts / parts.sum()
    return np.asarray(_entropy(chance @ share) - _entropy(chance) @ share)


def left_first(pair: Pair, reviewer: str, seed: int) -> bool:
    """Draw whether the smaller id of a pair stands on the left for a reviewer; always the same."""
    text = "\n".join((str(seed), reviewer, *pair))
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


def _entropy(chance: FloatArray) -> FloatArray:
    return np.asarray(entr(chance) + entr(1.0 - chance))
