"""Work that waits, work that is finished and what it took, and what a team can do."""

from collections.abc import Iterator, Mapping

from groundswell.domain import Dependency, DependencyKind, TeamCapacity, WorkItem, WorkStatus
from ingest.kinds import Intake, Kind
from ingest.presets import preset_of
from ingest.sources.rows import RowFault
from ingest.text.cleaning import clean_text
from ingest.values import Cells

_MAX_DAYS = 10_000.0
_HOUR_SECONDS = 3600

_STATUSES: Mapping[str, WorkStatus] = {"open": "open", "rejected": "rejected", "done": "done"}
_REJECTING = frozenset(
    (
        *("won't do", "won't fix", "wontfix", "not planned", "not_planned", "rejected", "declined"),
        *("duplicate", "canceled", "cancelled", "invalid", "obsolete", "cannot reproduce"),
    )
)
"""Resolutions by which work is closed without being done."""
_DEPENDENCIES: Mapping[str, DependencyKind] = {
    "requires": "requires",
    "depends on": "requires",
    "is blocked by": "requires",
    "excludes": "excludes",
    "together": "together",
    "must": "must",
}
_ITEM_FIELDS = (
    *("text", "area", "type", "team", "url"),
    *("est_days", "est_seconds", "actual_days", "actual_seconds", "story_points"),
    *("started", "finished", "observed_at"),
)


def _read_backlog(cells: Cells, intake: Intake) -> Iterator[WorkItem]:
    yield _item(cells, intake, _status(cells, intake))


def _read_history(cells: Cells, intake: Intake) -> Iterator[WorkItem]:
    yield _item(cells, intake, "done")


def _item(cells: Cells, intake: Intake, status: WorkStatus) -> WorkItem:
    title = intake.privacy.redact(clean_text(cells.text("title") or ""))
    if not title:
        raise RowFault("missing_text", f"{cells.columns['title']} is empty; expected a title")
    return WorkItem(
        item_id=cells.required("item_id"),
        title=" ".join(title.split()),
        text=intake.privacy.redact(clean_text(cells.text("text") or "")),
        area=cells.name("area"),
        type=cells.name("type"),
        status=status,
        team=cells.name("team"),
        estimate_days=_days(cells, intake, "est"),
        actual_days=_days(cells, intake, "actual"),
        story_points=cells.number("story_points", 0, _MAX_DAYS),
        started=cells.day("started"),
        finished=cells.day("finished"),
        url=cells.name("url"),
    )


def _status(cells: Cells, intake: Intake) -> WorkStatus:
    """Read the status, where the tool's own words stand for ours; closed is not always done."""
    meant = preset_of(intake.source).meaning("status", cells.name("status") or "")
    status = _STATUSES.get(meant) or cells.choice("status", _STATUSES) or "open"
    if status == "open" and (cells.name("status_category") or "").casefold() == "done":
        status = "done"
    if status == "done" and (cells.name("resolution") or "").casefold() in _REJECTING:
        return "rejected"
    return status


def _days(cells: Cells, intake: Intake, which: str) -> float | None:
    """Return person-days, as stated or from working time in seconds."""
    days = cells.number(f"{which}_days", 0, _MAX_DAYS)
    day_seconds = intake.source.hours_per_day * _HOUR_SECONDS
    seconds = cells.number(f"{which}_seconds", 0, _MAX_DAYS * day_seconds)
    return seconds / day_seconds if days is None and seconds is not None else days


def _read_dependency(cells: Cells, _intake: Intake) -> Iterator[Dependency]:
    item, other = cells.required("item_id"), cells.name("other_id") or ""
    kind = cells.choice("kind", _DEPENDENCIES)
    if kind is None:
        found = f"{cells.columns['kind']} is empty"
        raise RowFault("bad_value", f"{found}; expected {', '.join(_DEPENDENCIES)}")
    if (kind == "must") == bool(other) or item == other:
        expected = "no other item" if kind == "must" else "another item"
        raise RowFault("bad_value", f"{item} {kind} {other or 'nothing'}; expected {expected}")
    yield Dependency(item, kind, other)


def _read_capacity(cells: Cells, _intake: Intake) -> Iterator[TeamCapacity]:
    days = cells.number("person_days", 0, _MAX_DAYS)
    if days is None:
        column = cells.columns["person_days"]
        raise RowFault("bad_number", f"{column} is empty; expected a number of person-days")
    yield TeamCapacity(
        team=cells.required("team"),
        release=cells.required("release"),
        person_days=days,
        day_rate=cells.money("day_rate"),
    )


BACKLOG = Kind(
    required=("item_id", "title"),
    optional=(*_ITEM_FIELDS, "status", "status_category", "resolution"),
    read=_read_backlog,
)
WORK_HISTORY = Kind(
    required=("item_id", "title"),
    optional=_ITEM_FIELDS,
    read=_read_history,
)
CAPACITY = Kind(
    required=("team", "release", "person_days"),
    optional=("day_rate", "observed_at"),
    read=_read_capacity,
)
DEPENDENCIES = Kind(
    required=("item_id", "kind"),
    optional=("other_id", "observed_at"),
    read=_read_dependency,
)
