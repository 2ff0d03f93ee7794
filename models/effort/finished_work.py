"""The finished work that an estimate may know, oldest first, and the medians of its classes."""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from groundswell.domain import FloatArray, Vectors, WorkItem

NEWEST = 2000
"""Finished items that figures rest on. The 1,000 newest did as well on histories of 2,300 and
3,700 items (decision record 0016), and the time grows with the cube."""
CLASS_MINIMUM = 5
"""Finished items from which an area and type have a median of their own."""


@dataclass(frozen=True, slots=True)
class FinishedWork:
    """Finished items, oldest first; those of unknown date before all others, ties by id."""

    items: tuple[WorkItem, ...]
    vectors: Vectors
    """Shape (n_items, dims)."""
    log_days: FloatArray
    """ln(actual person-days), shape (n_items,)."""

    def newest(self, count: int) -> "FinishedWork":
        """Return the last `count` items, or all."""
        first = max(len(self.items) - count, 0)
        return FinishedWork(self.items[first:], self.vectors[first:], self.log_days[first:])


@dataclass(frozen=True, slots=True)
class Medians:
    """Medians of ln(days) by class (area and type), for a class under `CLASS_MINIMUM` of all."""

    by_class: dict[tuple[str | None, str | None], float]
    overall: float
    now: FloatArray
    """Of each item's class as known at the end, shape (n_items,)."""
    before: FloatArray
    """Of each item's class as known when it was finished, itself unknown; NaN for the first."""

    def of(self, item: WorkItem | None) -> float:
        """Return the median of the class of `item`; None: of everything."""
        if item is None:
            return self.overall
        return self.by_class.get((item.area, item.type), self.overall)


def gather_finished(items: Sequence[WorkItem], vectors: Vectors, moment: date) -> FinishedWork:
    """Return the items with known days that were finished before `moment`.

    An item that is done and has no date counts as finished before it.
    """
    rows = [
        row
        for row, item in enumerate(items)
        if item.status == "done"
        and item.actual_days is not None
        and item.actual_days > 0
        and (item.finished is None or item.finished < moment)
    ]
    rows.sort(key=lambda row: (items[row].finished or date.min, items[row].item_id))
    log_days = np.log([items[row].actual_days or 1.0 for row in rows])
    return FinishedWork(tuple(items[row] for row in rows), vectors[rows], log_days)


def class_medians(work: FinishedWork) -> Medians:
    """Return the medians of classes, at the end and at each item."""
    seen: defaultdict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    everything: list[float] = []
    before = []
    for item, log_days in zip(work.items, work.log_days.tolist(), strict=True):
        alike = seen[item.area, item.type]
        known = alike if len(alike) >= CLASS_MINIMUM else everything
        before.append(_median(known) if known else np.nan)
        insort(alike, log_days)
        insort(everything, log_days)
    by_class = {kind: _median(alike) for kind, alike in seen.items() if len(alike) >= CLASS_MINIMUM}
    medians = Medians(by_class, _median(everything), np.empty(0), np.array(before))
    now = np.array([medians.of(item) for item in work.items])
    return Medians(by_class, medians.overall, now, medians.before)


def _median(ordered: list[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
