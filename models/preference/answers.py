"""Answers as arrays: which idea of two was put first, and what was seen of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

import numpy as np

from groundswell.domain import FloatArray, IdeaVerdict, IntArray, Preference
from groundswell.report import IdeaReport
from models.ranking.criteria import EFFORT

TIE = 0.5
"""What "cannot say" counts as: half a win for either."""
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Answers:
    """One row per answered pair, in the order of time."""

    criteria: tuple[str, ...]
    difference: FloatArray
    """How far the first idea is above the second in each criterion, in standard deviations; of
    effort, how far below. Shape (n, n_criteria)."""
    won: FloatArray
    """1: the first was put first; `TIE`: cannot say."""
    side: FloatArray
    """1: the first stood on the left, -1: on the right, 0: they did not stand side by side."""
    places: FloatArray
    """How many places the first stood above the second; 0 where no rank was shown."""
    reviewer: IntArray
    """Place in `reviewers`."""
    reviewers: tuple[str, ...]
    weight: FloatArray
    """How many answers it counts for, 0 to 1."""
    age_days: FloatArray
    """Before the newest of them."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.won)

    def some(self, rows: IntArray) -> "Answers":
        """Return the answers of some rows; who answered stays as it is."""
        return Answers(
            self.criteria,
            self.difference[rows],
            self.won[rows],
            self.side[rows],
            self.places[rows],
            self.reviewer[rows],
            self.reviewers,
            self.weight[rows],
            self.age_days[rows],
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a report showed of its ideas."""

    ranks: Mapping[str, int]
    values: Mapping[str, FloatArray]
    """Idea to its distances from the median, by criterion as in `criteria`; 0 where unknown."""


@dataclass(frozen=True, slots=True)
class _Pair:
    at: datetime
    reviewer: str
    seen: Seen
    first: str
    second: str
    won: float = 1.0
    side: float = 0.0
    places: float = 0.0
    weight: float = 1.0


def seen_in(report: IdeaReport, criteria: Sequence[str]) -> Seen:
    """Return what a report showed of its ideas, with effort turned so that more is better."""
    values = {}
    for idea in report.ideas:
        z = {part.criterion: part.z for part in idea.parts}
        turned = [-z.get(name, 0.0) if name == EFFORT else z.get(name, 0.0) for name in criteria]
        values[idea.candidate_id] = np.array(turned, np.float64)
    return Seen({idea.candidate_id: idea.rank for idea in report.ideas}, values)


def gather(
    criteria: Sequence[str],
    preferences: Sequence[Preference],
    verdicts: Mapping[str, IdeaVerdict],
    reports: Mapping[int, Seen],
    ready: Sequence[tuple[datetime, int]],
) -> Answers:
    """Return everything reviewers said of pairs, asked or not.

    Whoever accepted one idea and rejected another of the same report put the first before the
    second. Of such pairs there are many more than decisions, so they share the weight of the
    rarer of the two answers. What a report no longer known showed is left out.

    Parameters
    ----------
    reports
        Run to what its report showed.
    ready
        (when, run) of each report, oldest first: a reviewer saw the newest that was ready.
    """
    pairs = [*_asked(preferences, reports), *_decided(verdicts, reports, ready)]
    return as_answers(criteria, sorted(pairs, key=lambda pair: pair.at))


def report_seen(at: datetime, ready: Sequence[tuple[datetime, int]]) -> int | None:
    """Return the run whose report was the newest at a moment; None: there was none."""
    return next((run for when, run in reversed(ready) if when <= at), None)


def as_answers(criteria: Sequence[str], pairs: Sequence[_Pair]) -> Answers:
    """Return pairs as arrays, in their order."""
    reviewers = tuple(sorted({pair.reviewer for pair in pairs}))
    apart = [pair.seen.values[pair.first] - pair.seen.values[pair.second] for pair in pairs]
    newest = max((pair.at for pair in pairs), default=None)
    ages = [(newest - pair.at).total_seconds() / _DAY_SECONDS for pair in pairs if newest]
    return Answers(
        criteria=tuple(criteria),
        difference=np.array(apart, np.float64).reshape(len(pairs), len(criteria)),
        won=np.array([pair.won for pair in pairs]),
        side=np.array([pair.side for pair in pairs]),
        places=np.array([pair.places for pair in pairs]),
        reviewer=np.array([reviewers.index(pair.reviewer) for pair in pairs], np.int64),
        reviewers=reviewers,
        weight=np.array([pair.weight for pair in pairs]),
        age_days=np.array(ages),
    )


def _asked(preferences: Iterable[Preference], reports: Mapping[int, Seen]) -> list[_Pair]:
    return [
        _Pair(
            at=one.at,
            reviewer=one.reviewer,
            seen=reports[one.run_id],
            first=one.idea,
            second=one.other,
            won=TIE if one.tie else 1.0,
            side=1.0 if one.side == "left" else -1.0,
        )
        for one in preferences
        if one.run_id in reports and {one.idea, one.other} <= reports[one.run_id].ranks.keys()
    ]


def _decided(
    verdicts: Mapping[str, IdeaVerdict],
    reports: Mapping[int, Seen],
    ready: Sequence[tuple[datetime, int]],
) -> list[_Pair]:
    """Return every accepted idea over every rejected one, of one reviewer and one report."""
    sittings: dict[tuple[str, int], dict[str, list[IdeaVerdict]]] = {}
    for _, verdict in sorted(verdicts.items()):
        if verdict.status not in ("accepted", "rejected") or verdict.at is None:
            continue
        run = report_seen(verdict.at, ready)
        if run is not None and run in reports and verdict.target in reports[run].ranks:
            sitting = sittings.setdefault((verdict.reviewer, run), {"accepted": [], "rejected": []})
            sitting[verdict.status].append(verdict)
    return [
        pair
        for (_, run), sitting in sorted(sittings.items())
        for pair in _over(sitting["accepted"], sitting["rejected"], reports[run])
    ]


def _over(accepted: list[IdeaVerdict], rejected: list[IdeaVerdict], seen: Seen) -> list[_Pair]:
    return [
        _Pair(
            at=max(one.signed["status"].at, other.signed["status"].at),
            reviewer=one.reviewer,
            seen=seen,
            first=one.target,
            second=other.target,
            places=float(seen.ranks[other.target] - seen.ranks[one.target]),
            weight=1.0 / max(len(accepted), len(rejected)),
        )
        for one, other in product(accepted, rejected)
    ]
