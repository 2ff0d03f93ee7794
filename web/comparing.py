"""The newest report beside any earlier one: what is different, and how things stood then.

An earlier report is parsed once for each pair and then kept as the little that pages show of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from groundswell.domain import CandidateStatus, ThemeChange
from groundswell.report import Changes, IdeaReport

if TYPE_CHECKING:
    from groundswell.store import Store

KEPT = 16
"""Comparisons in memory: one for each report that some reader looked at last."""

TOP = 10
"""Ranks that are looked at first, as in the report's summary."""
UNSURE = ("thin evidence", "single account", "channels disagree", "stale signal")
"""Badges that say the evidence is thin or at odds with itself."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """How things stood in an earlier report."""

    statuses: Mapping[str, CandidateStatus]
    """By idea."""
    solved: frozenset[str]
    """Ideas that a release may have solved."""
    weak: frozenset[str]
    """Ideas near the top on weak evidence."""
    rising: frozenset[int]
    """Needs, as the next."""
    provisional: frozenset[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different, and how it was."""

    changes: Changes
    earlier: Earlier
    """Of nothing where there is no report before."""


def weak(report: IdeaReport) -> dict[str, list[str]]:
    """Return the ideas near the top on weak evidence, with the badges that say so."""
    found = {
        idea.candidate_id: [badge for badge in idea.badges if badge in UNSURE]
        for idea in report.ideas[:TOP]
    }
    return {candidate_id: badges for candidate_id, badges in found.items() if badges}


def solved(report: IdeaReport) -> dict[str, str]:
    """Return the ideas that a release may have solved, with the reason."""
    return {
        idea.candidate_id: idea.status_reason or "a release matches it"
        for idea in report.ideas
        if "possibly solved" in idea.badges
    }


NOTHING = Earlier({}, frozenset(), frozenset(), frozenset(), frozenset())

_comparisons: dict[tuple[str, int, int | None], Comparison] = {}
_turn = Lock()


def compared(store: "Store", now: IdeaReport, before: int | None) -> Comparison:
    """Compare a report with that of an earlier run, or of the same; None: it is the first."""
    key = (store.place, now.run.run_id, before)
    found = _comparisons.get(key)
    if found is not None:
        return found
    with _turn:  # else every page that waits would parse it
        if key not in _comparisons:
            _comparisons[key] = _compare(store, now, before)
            for old in list(_comparisons)[:-KEPT]:
                del _comparisons[old]
        return _comparisons[key]


def _compare(store: "Store", now: IdeaReport, before: int | None) -> Comparison:
    import reports
    from models.ranking.moves import compare_reports

    document = None if before is None else store.ideas.report(before)
    earlier = None if document is None else reports.from_json(document)
    # Of the first report only what is its own counts as new, not all that was read before it.
    since = now.run.run_id - 1 if earlier is None or before is None else before
    runs = range(since + 1, now.run.run_id + 1)
    packages = store.feedback.packages()
    opened = (one for one in packages if one.run_id in runs and one.kind == "feedback")
    changes = compare_reports(
        earlier,
        now,
        new_records=sum(package.accepted for package in opened),
        theme_changes=_summed(change for run in runs for change in store.themes.changes(run)),
    )
    return Comparison(changes, NOTHING if earlier is None else _stood(earlier))


def _summed(changes: Iterable[ThemeChange]) -> list[ThemeChange]:
    """Return the last change of each theme, and that it was born where it was."""
    found: dict[object, ThemeChange] = {}
    for change in changes:
        key = change.theme_ids or change.sentence
        if key not in found or found[key].kind != "born":
            found[key] = change
    return list(found.values())


def _stood(report: IdeaReport) -> Earlier:
    return Earlier(
        statuses={idea.candidate_id: idea.status for idea in report.ideas},
        solved=frozenset(solved(report)),
        weak=frozenset(weak(report)),
        rising=frozenset(need.theme_id for need in report.themes if need.rises),
        provisional=frozenset(n.theme_id for n in report.themes if n.state == "provisional"),
    )
