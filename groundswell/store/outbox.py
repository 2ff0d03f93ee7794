"""The outbox: what happened, kept in the transaction in which it happened, until it was told.

Whoever decides, or closes the books of a run, adds an event in the same transaction: there is no
event of what was not kept, and none is lost. Who is told is settled later, by a process that
holds a lease of its own, so that nobody waits for a network.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, or_, select

from groundswell.domain import Delivery, Event
from groundswell.event_kinds import EventKind
from groundswell.failpoints import failpoint
from groundswell.store.database import Database, Lease
from groundswell.store.engines import database_time, insert_new, upsert
from groundswell.store.event_tables import delivery, event, webhook

KEPT = timedelta(days=90)
"""How long an event is remembered, with what became of it."""

REACH = timedelta(days=1)
"""How far back a new webhook is told."""


def tell(connection: Connection, events: Iterable[Event]) -> None:
    """Add events to the outbox, in the transaction of what they tell of."""
    now = database_time(connection)
    rows = [
        {"event_id": e.event_id, "kind": e.kind, "subject": e.subject, "happened_at": now}
        for e in events
    ]
    if rows:
        insert_new(connection, event, rows)


def forget_old(connection: Connection) -> None:
    """Take out what happened too long ago to be told."""
    connection.execute(delete(event).where(event.c.happened_at < database_time(connection) - KEPT))


class Outbox:
    """The tables ``event``, ``webhook`` and ``delivery``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has_work(self, wanted: Mapping[str, Sequence[EventKind]], now: datetime) -> bool:
        """Tell whether there is anything to do for webhooks, by the events they want."""
        with self._database.read() as connection:
            known = {row.name: row.since for row in connection.execute(select(webhook))}
            if set(wanted) - set(known):
                return True
            untold = (_untold(name, kinds, known[name]) for name, kinds in wanted.items())
            queries = [select(exists(one)) for one in untold]
            queries.append(select(exists(_deliveries(list(wanted)).where(_is_due(now)))))
            return any(connection.scalar(query) for query in queries)

    def happened(self, events: Sequence[Event]) -> list[Event]:
        """Add what was noticed outside any run; return those that were not known yet."""
        ids = [one.event_id for one in events]
        with self._database.write("outbox.happened", None) as connection:
            known = set(
                connection.scalars(select(event.c.event_id).where(event.c.event_id.in_(ids)))
            )
            tell(connection, events)
        return [one for one in events if one.event_id not in known]

    def gather(self, lease: Lease, name: str, kinds: Sequence[EventKind]) -> None:
        """Put on its way to a webhook whatever happened that it wants and is not told of yet."""
        with self._database.write("outbox.gather", lease) as connection:
            reach = database_time(connection) - REACH
            insert_new(connection, webhook, [{"name": name, "since": reach}])
            since = connection.scalar(select(webhook.c.since).where(webhook.c.name == name))
            if since is None:
                raise ValueError(f"webhook {name} was not kept")
            ids = connection.scalars(_untold(name, kinds, since)).all()
            waiting = {"webhook": name, "state": "waiting", "tries": 0, "found": ""}
            rows = [{**waiting, "event_id": one, "next_at": None, "begun_at": None} for one in ids]
            if rows:
                insert_new(connection, delivery, rows)

    def due(self, name: str, now: datetime, limit: int = 100) -> list[Delivery]:
        """Return what a webhook is to be told now, in the order in which it happened."""
        query = _deliveries([name]).where(_is_due(now)).limit(limit)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query.order_by(*_IN_TIME))]

    def save(self, lease: Lease, told: Delivery) -> None:
        """Keep what became of a delivery."""
        row = {
            "webhook": told.webhook,
            "event_id": told.event.event_id,
            "state": told.state,
            "tries": told.tries,
            "next_at": told.next_at,
            "begun_at": told.begun_at,
            "found": told.found,
        }
        failpoint("outbox.tried")
        with self._database.write("outbox.save", lease) as connection:
            upsert(connection, delivery, [row])

    def newest(self, limit: int = 50) -> list[Delivery]:
        """Return the deliveries of what happened last, newest first."""
        newest = (event.c.happened_at.desc(), event.c.event_id.desc(), delivery.c.webhook)
        with self._database.read() as connection:
            rows = connection.execute(_deliveries().order_by(*newest).limit(limit))
            return [_delivery(row) for row in rows]


_IN_TIME = (event.c.happened_at, event.c.event_id)


def _untold(name: str, kinds: Sequence[EventKind], since: datetime) -> Select[Any]:
    told = select(delivery.c.event_id).where(
        delivery.c.webhook == name, delivery.c.event_id == event.c.event_id
    )
    return select(event.c.event_id).where(
        event.c.kind.in_(kinds), event.c.happened_at >= since, ~told.exists()
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    when = or_(delivery.c.next_at.is_(None), delivery.c.next_at <= now)
    return and_(delivery.c.state == "waiting", when)


def _deliveries(names: Sequence[str] | None = None) -> Select[Any]:
    columns = (c for c in delivery.c if c.name != "event_id")
    query = select(event.c.kind, event.c.subject, event.c.happened_at, *columns)
    query = query.join_from(delivery, event)
    return query if names is None else query.where(delivery.c.webhook.in_(names))


def _delivery(row: Any) -> Delivery:
    values = row._asdict()
    kept = Event(values.pop("kind"), values.pop("subject"))
    return Delivery(event=kept, **values)
