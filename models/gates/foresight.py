"""The golden set of themes: the newest statements, and what older ones foretell about them.

Which newest statements lie nearest to one another is a fact that no fit decides. Themes that are
really there foretell it: two newest statements whose older neighbours belong to one theme are
neighbours themselves far more often than chance would have it. So two sets of themes are compared
on the same ties, without labels and without the themes that the newest statements were given.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.nearest.neighbours import RANK_DAMPING, exact_unit_rows, neighbour_graph
from models.themes.fitting import neighbours_for
from models.themes.foretelling import PAYS_FOR, Halves, hits, try_partition
from models.themes.likeness import Likeness, Said, neighbours_within, some_of
from models.themes.wording import read_wording

MOST_TEXTS = 16_000
"""Texts looked at: more make the interval narrower than anybody needs."""
NEWEST_SHARE = 0.2
"""Of the texts that are foretold."""
FEWEST_TIES = 50
"""Ties among the newest from which anything can be said."""
NEIGHBOURS = 20
"""Among the older statements, in a large set; fewer in a small one."""
NEAREST = 5
"""Others among the newest that each is tied to: fewer than a theme that is worth its name has."""
STRAY = 0.05
"""Share of ties that follow chance whatever the themes: else one tie that nobody foresaw would
count more than all others."""
TOLERANCE = 0.01
"""Nats per tie that are nothing: themes usually foretell about one."""
ONE_SIDED = 1.645
"""Standard errors by which a loss must exceed 0 to be one: 95 %, one side."""

_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Texts in the order of time, cut into older and newest, with the ties among them."""

    rows: IntArray
    """Which of the texts given, shape (n,)."""
    halves: Halves
    """The older ones inside, the newest outside."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """How two sets of themes foretell the ties among the newest statements."""

    champion: float
    """Nats per tie, less what the themes cost to name."""
    challenger: float
    error: float
    """Standard error of the difference, in nats per tie."""
    ties: int

    @property
    def known(self) -> bool:
        """Whether there are enough ties to tell."""
        return self.ties >= FEWEST_TIES

    @property
    def lost(self) -> bool:
        """Whether the challenger surely foretells less, by more than nothing."""
        gain = self.challenger - self.champion
        return self.known and gain + ONE_SIDED * self.error < -TOLERANCE


def golden_set(vectors: Vectors, texts: list[str], moments: FloatArray) -> GoldenSet:
    """Cut texts by time and join each to those nearest in meaning and words.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    texts
        What they say.
    moments : ndarray of shape (n,)
        When each was said first, in any unit.
    """
    rows = np.lexsort((np.arange(len(texts)), moments))
    if len(rows) > MOST_TEXTS:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_TEXTS).astype(np.int64)]
    outside = np.arange(len(rows)) >= round(len(rows) * (1.0 - NEWEST_SHARE))
    inner, outer = np.flatnonzero(~outside), np.flatnonzero(outside)
    if min(len(inner), len(outer)) < 2:
        return GoldenSet(rows, _unjoined(inner, outer))
    said = Said(exact_unit_rows(vectors[rows]), read_wording([texts[row] for row in rows]))
    older, newest = some_of(said, inner), some_of(said, outer)
    halves = Halves(
        inner=inner,
        graph=_graph(older, neighbours_for(len(inner), NEIGHBOURS)),
        between=_towards(newest, older),
        outer=outer,
        ties=sp.coo_array(_graph(newest, NEAREST)),
        sizes=np.ones(len(inner)),
    )
    return GoldenSet(rows, halves)


def foresee(golden: GoldenSet, champion: IntArray, challenger: IntArray) -> Foresight:
    """Compare two sets of themes.

    Parameters
    ----------
    champion, challenger : ndarrays of shape (n,)
        Theme of each of the texts that the golden set was cut from, `NOISE` for none.
    """
    one = _scores(golden.halves, champion[golden.rows])
    other = _scores(golden.halves, challenger[golden.rows])
    weights = golden.halves.ties.data
    total = float(weights.sum())
    if total <= 0.0:
        return Foresight(0.0, 0.0, 0.0, 0)
    # Ties of one statement hang together, so statements are what varies.
    nodes = golden.halves.ties.row
    gains = np.bincount(nodes, weights * (other.ties - one.ties))
    shares = np.bincount(nodes, weights)
    mean = float(gains.sum()) / total
    error = sqrt(float(((gains - mean * shares) ** 2).sum())) / total
    return Foresight(
        float(weights @ one.ties) / total - one.cost,
        float(weights @ other.ties) / total - other.cost,
        error,
        len(weights) // 2,
    )


@dataclass(frozen=True, slots=True)
class _Scores:
    ties: FloatArray
    """Log likelihood ratio of each tie among the newest."""
    cost: float
    """Of naming the themes, in nats per tie."""


def _scores(halves: Halves, labels: IntArray) -> _Scores:
    """Score the ties; a statement in no theme foretells nothing."""
    inner = labels[halves.inner]
    placed = np.flatnonzero(inner != NOISE)
    known, codes = np.unique(inner[placed], return_inverse=True)
    ties = len(halves.ties.data)
    if len(known) < 2:
        return _Scores(np.zeros(ties), 0.0)
    some = Halves(
        inner=halves.inner[placed],
        graph=sp.csr_array(halves.graph[placed][:, placed]),
        between=sp.csr_array(halves.between[:, placed]),
        outer=halves.outer,
        ties=halves.ties,
        sizes=halves.sizes[placed],
    )
    trial = try_partition(some, codes.astype(np.int64))
    return _Scores(_ratios(some, codes, hits(some, trial.joined)), trial.entropy / PAYS_FOR)


def _ratios(halves: Halves, codes: IntArray, inside: np.ndarray) -> FloatArray:
    graph = halves.graph
    strengths = np.asarray(graph.sum(axis=1)).ravel()
    total = float(strengths.sum())
    if total <= 0.0:
        return np.zeros(len(inside))
    rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    share = float(graph.data[codes[rows] == codes[graph.indices]].sum()) / total
    chance = float(((np.bincount(codes, strengths) / total) ** 2).sum())
    share = (1.0 - STRAY) * share + STRAY * chance
    within = np.log(max(share, _LEAST) / max(chance, _LEAST))
    across = np.log(max(1.0 - share, _LEAST) / max(1.0 - chance, _LEAST))
    return np.asarray(np.where(inside, within, across))


def _graph(said: Said, count: int) -> sp.csr_array:
    return neighbour_graph(neighbours_within(said, min(count, len(said.vectors) - 1)))


def _towards(newest: Said, older: Said) -> sp.csr_array:
    """Tie each newest statement to the older ones nearest to it, nearer ones more strongly."""
    count = min(NEIGHBOURS, len(older.vectors))
    indices, _ = Likeness(older).nearest(newest, count)
    weights = np.broadcast_to(1.0 / (RANK_DAMPING + np.arange(count)), indices.shape)
    rows = np.repeat(np.arange(len(indices)), count)
    shape = (len(indices), len(older.vectors))
    return sp.csr_array((weights.ravel(), (rows, indices.ravel())), shape=shape)


def _unjoined(inner: IntArray, outer: IntArray) -> Halves:
    return Halves(
        inner=inner,
        graph=sp.csr_array((len(inner), len(inner))),
        between=sp.csr_array((len(outer), len(inner))),
        outer=outer,
        ties=sp.coo_array((len(outer), len(outer))),
        sizes=np.ones(len(inner)),
    )
