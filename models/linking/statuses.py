"""What a candidate is beside what is known already: new, waiting, done, refused or said twice.

A refusal is respected until clearly more customers ask for the same. Otherwise it would have to
be repeated at every run, or would hold for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Literal

import numpy as np

from groundswell.domain import CandidateStatus, FloatArray
from models.linking.matching import Texts, match
from models.linking.recalibration import Recalibration

FoundKind = Literal["done", "release", "rejected", "open", "candidate"]

STATUS_OF: dict[FoundKind, CandidateStatus] = {
    "done": "shipped",
    "release": "shipped",
    "rejected": "rejected",
    "open": "extends",
    "candidate": "duplicate",
}
"""Where two are equally probable, the earlier one here decides: what is done is done."""

_CALLED: dict[FoundKind, str] = {
    "done": "finished",
    "release": "released",
    "rejected": "rejected",
    "open": "open",
    "candidate": "the same as",
}

RETURN_FACTOR = 2.0
"""A refused idea comes back with so many times the voices it had; that many are no accident of a
few more months of feedback."""

LIKELY = 0.5
"""Probability from which something is taken to be about the same thing: more likely than not."""

MENTIONED = 0.2
"""Probability from which the nearest thing is told though it does not count."""

_TWINS = 5  # nearest other candidates that may say the same


@dataclass(frozen=True, slots=True)
class Found:
    """Something known already that may be about the same thing as a candidate."""

    kind: FoundKind
    ref: str
    """Its id."""
    title: str
    probability: float
    """That it is about the same thing, 0 to 1."""
    why: str
    """From `models.linking.matching.Matches.reason`."""
    on: date | None = None
    """When it was finished, released or rejected."""
    voices_then: float | None = None
    """Of a rejected one: voices the candidate's need had when it was rejected; None: not known."""
    told: str = ""
    """What is said of it; empty: its kind, day, id, title and why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a candidate is, how sure that is, and why."""

    status: CandidateStatus
    probability: float
    """That the status is right: of what gives it, or for a new one that the nearest is not it."""
    reason: str
    returned: bool = False
    """It was rejected before, and its evidence has grown enough since."""


def settle(
    found: Sequence[Found],
    *,
    voices: float | None = None,
    likely: float = LIKELY,
    return_factor: float = RETURN_FACTOR,
) -> Standing:
    """Return the status that the most probable of what was found gives.

    Parameters
    ----------
    found
        In any order.
    voices
        Distinct customers who ask for the candidate by now; None where that is not known.
    likely
        Probability from which something counts, 0 to 1.
    return_factor
        A rejected candidate is looked at afresh where ``voices >= return_factor * voices_then``.
        Without both numbers it stays rejected.
    """
    kinds = list(STATUS_OF)
    order = sorted(found, key=lambda f: (-f.probability, kinds.index(f.kind), f.ref))
    counted = [one for one in order if one.probability >= likely]
    if not counted:
        return _new(order)
    first, more = counted[0], len(counted) - 1
    also = f"; {more} more like it" if more else ""
    if first.kind != "rejected":
        return Standing(STATUS_OF[first.kind], first.probability, _tell(first) + also)
    grown, told = _growth(first, voices, return_factor)
    story = f"{_tell(first)}; {told}"
    if not grown:
        return Standing("rejected", first.probability, story + also)
    rest = settle([one for one in order if one.kind != "rejected"], likely=likely)
    reason = f"{story}; {rest.reason}" if rest.reason else story
    return replace(rest, reason=reason, returned=True)


def find_twins(
    candidates: Texts,
    strength: FloatArray,
    *,
    likely: float = LIKELY,
    recalibration: Recalibration | None = None,
) -> list[tuple[int, float, str] | None]:
    """Return for each candidate the strongest other one that says the same, if it is stronger.

    Two candidates say the same where each is likely to be meant by the other; the smaller
    probability counts.

    Parameters
    ----------
    strength : ndarray of shape (n_candidates,)
        For example voices; of equal ones the earlier row is the stronger.

    Returns
    -------
    list of (row, probability, why) or None, one per candidate
    """
    near = match(candidates, candidates, count=_TWINS + 1, recalibration=recalibration)
    chances = [
        dict(zip(docs, values, strict=True))
        for docs, values in zip(near.docs.tolist(), near.probability.tolist(), strict=True)
    ]
    rank = np.empty(len(strength), dtype=np.int64)
    rank[np.argsort(-strength, kind="stable")] = np.arange(len(strength))
    twins: list[tuple[int, float, str] | None] = []
    for row, others in enumerate(near.docs.tolist()):
        both = [
            (int(rank[other]), place, other, min(chances[row][other], chances[other][row]))
            for place, other in enumerate(others)
            if rank[other] < rank[row] and row in chances[other]
        ]
        said = [one for one in sorted(both) if one[3] >= likely]
        twins.append((said[0][2], said[0][3], near.reason(row, said[0][1])) if said else None)
    return twins


def _new(order: Sequence[Found]) -> Standing:
    nearest = order[0].probability if order else 0.0
    told = f"nearest, but not sure enough: {_tell(order[0])}" if nearest >= MENTIONED else ""
    return Standing("new", 1.0 - nearest, told)


def _tell(found: Found) -> str:
    if found.told:
        return found.told
    when = f" {found.on.isoformat()}" if found.on and found.kind != "open" else ""
    return f'{_CALLED[found.kind]}{when}: {found.ref} "{found.title}" ({found.why})'


def _growth(rejected: Found, voices: float | None, factor: float) -> tuple[bool, str]:
    """Return whether the voices have grown enough since, and the sentence that says so."""
    then = rejected.voices_then
    if voices is None or then is None:
        return False, "how many asked for it then is not known, so it stays rejected"
    # Where nobody asked, one voice is no growth worth telling: it is counted from one.
    needed = factor * max(then, 1.0)
    if voices >= needed:
        grew = f"back because the voices grew from {then:.0f} to {voices:.0f}"
        return True, f"{grew}, {factor:g} times or more"
    return False, f"{then:.0f} voices then, {voices:.0f} now; it comes back from {ceil(needed)}"
