"""Work that waits, work that is finished and what it took, and what a team can do."""

from collections.abc import Iterator, Mapping

from groundswell.config import SourceConfig
from groundswell.domain import TeamCapacity, WorkItem, WorkStatus
from ingest.cleaning import clean_text
from ingest.kinds import Kind
from ingest.privacy import redact
from ingest.sources.rows import RowFault
from ingest.values import Cells

_MAX_DAYS = 10_000.0

_STATUSES: Mapping[str, WorkStatus] = {"open": "open", "rejected": "rejected", "done": "done"}
_ITEM_FIELDS = (
    *("text", "area", "type", "team", "url"),
    *("est_days", "actual_days", "story_points", "started", "finished"),
)


def _read_backlog(cells: Cells, _source: SourceConfig) -> Iterator[WorkItem]:
    yield _item(cells, cells.choice("status", _STATUSES) or "open")


def _read_history(cells: Cells, _source: SourceConfig) -> Iterator[WorkItem]:
    yield _item(cells, "done")


def _item(cells: Cells, status: WorkStatus) -> WorkItem:
    title = redact(clean_text(cells.text("title") or ""))
    if not title:
        raise RowFault("missing_text", f"{cells.columns['title']} is empty; expected a title")
    return WorkItem(
        item_id=cells.required("item_id"),
        title=" ".join(title.split()),
        text=redact(clean_text(cells.text("text") or "")),
        area=cells.name("area"),
        type=cells.name("type"),
        status=status,
        team=cells.name("team"),
        estimate_days=cells.number("est_days", 0, _MAX_DAYS),
        actual_days=cells.number("actual_days", 0, _MAX_DAYS),
        story_points=cells.number("story_points", 0, _MAX_DAYS),
        started=cells.day("started"),
        finished=cells.day("finished"),
        url=cells.name("url"),
    )


def _read_capacity(cells: Cells, _source: SourceConfig) -> Iterator[TeamCapacity]:
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
    optional=(*_ITEM_FIELDS, "status"),
    read=_read_backlog,
)
WORK_HISTORY = Kind(
    required=("item_id", "title"),
    optional=_ITEM_FIELDS,
    read=_read_history,
)
CAPACITY = Kind(
    required=("team", "release", "person_days"),
    optional=("day_rate",),
    read=_read_capacity,
)
