"""What customers do with each part of the product, and what support for it takes."""

from collections.abc import Iterator

from groundswell.domain import ProductUsage, SupportCost
from ingest.kinds import Intake, Kind
from ingest.sources.rows import RowFault
from ingest.values import Cells

_MAX_COUNT = 1_000_000_000_000
_MAX_MINUTES = 1e9


def _read_usage(cells: Cells, _intake: Intake) -> Iterator[ProductUsage]:
    users = cells.integer("unique_users", 0, _MAX_COUNT)
    events = cells.integer("events", 0, _MAX_COUNT)
    if users is None and events is None:
        raise RowFault("bad_number", "unique_users and events are empty; expected one of them")
    yield ProductUsage(
        date=cells.required_moment("date").date(),
        area=cells.required("area"),
        unique_users=users,
        events=events,
    )


def _read_support_cost(cells: Cells, _intake: Intake) -> Iterator[SupportCost]:
    tickets = cells.integer("tickets", 0, _MAX_COUNT)
    minutes = cells.number("minutes", 0, _MAX_MINUTES)
    cost = cells.money("cost")
    if tickets is None and minutes is None and cost is None:
        raise RowFault("bad_number", "tickets, minutes and cost are empty; expected one of them")
    yield SupportCost(
        date=cells.required_moment("date").date(),
        area=cells.required("area"),
        tickets=tickets,
        minutes=minutes,
        cost=cost,
    )


USAGE = Kind(
    required=("date", "area"),
    optional=("unique_users", "events", "observed_at"),
    read=_read_usage,
)
SUPPORT_COST = Kind(
    required=("date", "area"),
    optional=("tickets", "minutes", "cost", "observed_at"),
    read=_read_support_cost,
)
