"""What would change a rank: said in sentences with figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from groundswell.domain import FloatArray, IntArray
from models.ranking.criteria import CRITERIA, EFFORT
from models.ranking.priority import Yardstick
from models.ranking.uncertainty import ranks_of

_Z80 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True, slots=True)
class Standing:
    """The point ranking, arrays aligned with the candidates."""

    titles: tuple[str, ...]
    yardstick: Yardstick
    z: Mapping[str, FloatArray]
    """By criterion, shape (n_candidates,); NaN: missing."""
    priority: FloatArray
    ranks: IntArray
    order: IntArray
    """Row of each rank, best first."""

    @property
    def weights(self) -> Mapping[str, float]:
        """Of each criterion; effort's is negative."""
        return self.yardstick.weights


def what_would_change(
    row: int,
    standing: Standing,
    priority_draws: FloatArray,
    without: Sequence[tuple[str, IntArray]],
) -> tuple[str, ...]:
    """Return up to five sentences about the candidate in that row.

    Parameters
    ----------
    priority_draws
        Shape (n_candidates, n_draws).
    without
        (what is left out, ranks of all candidates without it).
    """
    sentences = [
        _close_call(row, standing, priority_draws),
        _smallest_weight_change(row, standing),
        _first_if(row, standing),
        _without_a_source(row, standing, without),
        _missing_data(row, standing),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def plain(criterion: str) -> str:
    """Return the criterion's name in plain words: ``revenue at stake``."""
    return {"revenue": "revenue at stake"}.get(criterion, criterion.replace("_", " "))


def _close_call(row: int, standing: Standing, draws: FloatArray) -> str:
    place = int(standing.ranks[row]) - 1
    if place + 1 >= len(standing.order):
        return ""
    other = int(standing.order[place + 1])
    wins = float((draws[row] > draws[other]).mean())
    return f'It beats "{standing.titles[other]}" (rank {place + 2}) in {wins:.0%} of the draws.'


def _smallest_weight_change(row: int, standing: Standing) -> str:
    """Find the smallest change of one weight that swaps it with the neighbour above.

    For the first, with the one below. With weight w and distances z, a change d closes the
    gap g where ``d (z_own - z_other) = g``.
    """
    place = int(standing.ranks[row]) - 1
    first = place == 0
    if len(standing.order) < 2:
        return ""
    other = int(standing.order[1 if first else place - 1])
    gap = float(standing.priority[other] - standing.priority[row])
    found: list[tuple[float, str]] = []
    for name, weight in standing.weights.items():
        own, theirs = np.nan_to_num([standing.z[name][row], standing.z[name][other]])
        change = gap / (own - theirs) if abs(own - theirs) > 1e-9 else np.inf
        # A weight may vanish but not change its side.
        if np.isfinite(change) and (weight + change) * np.sign(weight) >= 0:
            found.append((float(change), name))
    if not found:
        return ""
    change, name = min(found, key=lambda pair: (abs(pair[0]), pair[1]))
    weight = standing.weights[name]
    swap = "lose first place to" if first else "pass"
    return (
        f'It would {swap} "{standing.titles[other]}" if the weight of {plain(name)} were'
        f" {abs(weight + change):.2f} instead of {abs(weight):.2f}."
    )


def _first_if(row: int, standing: Standing) -> str:
    """Find the criterion that would have to change least, in sd, for it to be the first."""
    gap = float(standing.priority[standing.order[0]] - standing.priority[row])
    if gap <= 0.0:
        return ""
    clip = standing.yardstick.strategy.clip
    found = []
    for name, weight in standing.weights.items():
        z = float(standing.z[name][row])
        wanted = z + gap / weight if weight else np.nan
        if abs(wanted) <= clip:
            found.append((abs(wanted - z), name, z, wanted))
    if not found:
        return "No single criterion could make it the first."
    _, name, z, wanted = min(found)
    unit = next(c.unit for c in CRITERIA if c.name == name)
    was, needed = (standing.yardstick.natural(name, at) for at in (z, wanted))
    return (
        f"It would be first if {plain(name)} were {_figure(needed)} {unit}"
        f" instead of {_figure(was)}."
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _without_a_source(row: int, standing: Standing, without: Sequence[tuple[str, IntArray]]) -> str:
    rank = int(standing.ranks[row])
    moved = [(abs(int(ranks[row]) - rank), what, int(ranks[row])) for what, ranks in without]
    if not moved:
        return ""
    distance, what, other = max(moved, key=lambda move: (move[0], move[1]))
    if distance == 0:
        return f"Leaving out any one source keeps it at rank {rank}."
    return f"Without {what} it would be at rank {other} instead of {rank}."


def _missing_data(row: int, standing: Standing) -> str:
    """Name the missing criterion with the largest weight and the ranks it could bring."""
    missing = [
        (abs(weight), name)
        for name, weight in standing.weights.items()
        if name != EFFORT and np.isnan(standing.z[name][row]) and weight != 0
    ]
    if not missing:
        return ""
    weight, name = max(missing)
    ends = []
    for z in (_Z80, -_Z80):
        priority = standing.priority.copy()
        priority[row] += weight * z
        ends.append(int(ranks_of(priority[:, None])[row, 0]))
    if ends[0] == ends[1]:
        return f"Knowing its {plain(name)} would hardly move it: rank {ends[0]} either way."
    return (
        f"Knowing its {plain(name)} would settle most: it could move it to anywhere between"
        f" rank {ends[0]} and rank {ends[1]}."
    )
