"""What changes for people when a challenger takes over: statements, needs and the best ideas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell.domain import NOISE

BEST = 20
"""Ideas whose coming and going counts."""
LOST = 0.5
"""Share of a need's statements that go to no need at all, from which it is lost."""
FEWEST = 8
"""Statements of a need from which its loss counts."""


@dataclass(frozen=True, slots=True)
class Churn:
    """How much is shown elsewhere."""

    statements: int
    """That both know."""
    moved: float
    """Share of them that is shown in another need, or in one in place of none, 0 to 1."""
    lost: tuple[tuple[int, float], ...]
    """(need, share of its statements that is in no need any more)."""
    ideas: float
    """Share of the best ideas that were not among the best, 0 to 1."""
    came: tuple[str, ...]
    went: tuple[str, ...]


def measure_churn(
    before: Mapping[str, int],
    after: Mapping[str, int],
    best_before: Sequence[str],
    best_after: Sequence[str],
) -> Churn:
    """Compare what is shown by two sets of models on the same data.

    Parameters
    ----------
    before, after
        Statement id to the need it is shown in, `NOISE` for none.
    best_before, best_after
        Ids of the ideas, the best first.
    """
    both = [one for one in before if one in after]
    moved = sum(before[one] != after[one] for one in both)
    old, new = best_before[:BEST], best_after[:BEST]
    came = tuple(one for one in new if one not in old)
    return Churn(
        statements=len(both),
        moved=moved / len(both) if both else 0.0,
        lost=_lost(before, after),
        ideas=len(came) / len(new) if new and old else 0.0,
        came=came if old else (),
        went=tuple(one for one in old if one not in new),
    )


def _lost(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[tuple[int, float], ...]:
    sizes: dict[int, int] = {}
    gone: dict[int, int] = {}
    for statement, need in before.items():
        if need != NOISE and statement in after:
            sizes[need] = sizes.get(need, 0) + 1
            gone[need] = gone.get(need, 0) + (after[statement] == NOISE)
    shares = ((need, gone[need] / size) for need, size in sorted(sizes.items()) if size >= FEWEST)
    return tuple((need, share) for need, share in shares if share > LOST)
