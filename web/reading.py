"""What the pages read: the newest good report, parsed once, and what is found in it quickly.

A report is a document of megabytes, and a page has a tenth of a second. So the newest one is kept
in memory under its run's id; whether there is a newer one costs a page one small query. A run that
went well never changes its report.
"""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from groundswell.report import Changes, IdeaMove, IdeaReport, RankedIdea, ThemeSummary
from web.comparing import compared

if TYPE_CHECKING:
    from pathlib import Path

    from markupsafe import Markup

    from groundswell.report import ReleasePlan
    from groundswell.store import Store
    from reports.waterfall import Scale

KEPT = 2
"""Reports in memory: the newest, and the one that pages under way still show."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A report with what its pages look up; each is equal to itself alone."""

    report: IdeaReport
    changes: Changes

    @cached_property
    def ideas(self) -> Mapping[str, RankedIdea]:
        """Return the ideas by id."""
        return {idea.candidate_id: idea for idea in self.report.ideas}

    @cached_property
    def needs(self) -> Mapping[int, ThemeSummary]:
        """Return the needs by id."""
        return {theme.theme_id: theme for theme in self.report.themes}

    @cached_property
    def moves(self) -> Mapping[str, IdeaMove]:
        """Return what moved since the run before, by idea."""
        return {move.candidate_id: move for move in self.changes.moves}

    @cached_property
    def scale(self) -> "Scale":
        """Return one scale for all waterfalls, so that bars can be compared between ideas."""
        from reports.waterfall import shared_scale

        return shared_scale(self.report.ideas)

    @cached_property
    def maps(self) -> "tuple[Markup, Markup]":
        """Return the map of the needs for a wide and for a narrow page."""
        from reports.theme_map import theme_map

        return theme_map(self.report.themes, 1040, 560), theme_map(self.report.themes, 360, 420)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Return what an idea can be found by, case-folded, by idea."""
        return {idea.candidate_id: self._words(idea).casefold() for idea in self.report.ideas}

    @cached_property
    def others(self) -> Mapping[str, str]:
        """Return the title of everything that ideas were compared with, by its name."""
        return {one.other: one.title for idea in self.report.ideas for one in idea.matches}

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Return the segments that any idea names, sorted."""
        return tuple(sorted({name for idea in self.report.ideas for name, _ in idea.segments}))

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Return the channels that any idea names, sorted."""
        return tuple(sorted({name for idea in self.report.ideas for name, _ in idea.channels}))

    @cached_property
    def strategies(self) -> tuple[str, ...]:
        """Return the strategies by which ideas are ranked, the report's own first."""
        named = dict.fromkeys([self.report.strategy])
        for idea in self.report.ideas:
            named.update(dict.fromkeys(name for name, _ in idea.ranks_by_strategy))
        return tuple(named)

    def _words(self, idea: RankedIdea) -> str:
        labels = (self.needs[n].label for n in idea.theme_ids if n in self.needs)
        return "\n".join((idea.candidate_id, idea.title, idea.need, *labels, *idea.item_ids))


_readings: dict[tuple[str, int], Reading] = {}
_plans: dict["Path", tuple[tuple[int, int], "ReleasePlan"]] = {}
"""The newest plan of a folder, under the time and the size of its file."""
_turn = Lock()


def newest(store: "Store") -> Reading | None:
    """Return the newest report that went well; None before the first.

    Raises
    ------
    StoreError
        It was written by another version.
    """
    run_id = store.lookups.newest_report()
    if run_id is None:
        _forget(store)
        return None
    key = (store.place, run_id)
    found = _readings.get(key)
    if found is not None:
        return found
    with _turn:  # else every page that waits would parse it
        if key not in _readings:
            _readings[key] = _read(store, run_id)
            _forget(store)
            _set_apart()
        return _readings[key]


def warm(store: "Store") -> None:
    """Read the newest report and draw what all pages share, so that nobody waits for it."""
    reading = newest(store)
    if reading is not None:
        _ = reading.words, reading.scale, reading.maps


def plan(folder: "Path") -> "ReleasePlan | None":
    """Return the release plan that lies beside the report; None without one.

    Raises
    ------
    StoreError
        It was written by another version.
    """
    import reports

    path = folder / "plan.json"
    try:
        stamp = path.stat()
        mark = (stamp.st_mtime_ns, stamp.st_size)
        if _plans.get(path, (None,))[0] != mark:
            _plans[path] = mark, reports.plan_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return _plans[path][1]


def _forget(store: "Store") -> None:
    """Let go of reports that are old, or are not there any more: somebody may have been erased."""
    there = {(store.place, run) for run, _ in store.lookups.good_runs()}
    gone = [key for key in _readings if key[0] == store.place and key not in there]
    for old in [*gone, *[key for key in _readings if key not in gone][:-KEPT]]:
        _readings.pop(old, None)


def _set_apart() -> None:
    """Spare the collector of garbage what stays: over a report it takes a fifth of a second.

    No page is answered meanwhile. What was set apart with an earlier report is looked at again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _read(store: "Store", run_id: int) -> Reading:
    import reports

    document = store.ideas.report(run_id)
    if document is None:
        raise ValueError(f"the report of run {run_id} is gone")
    report = reports.from_json(document)
    earlier = (run for run, _ in store.lookups.good_runs() if run < run_id)
    return Reading(report, compared(store, report, next(earlier, None)).changes)
