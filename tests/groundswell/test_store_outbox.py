"""What happened is told of exactly where it was kept, and to whom it concerns."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from groundswell.domain import Delivery, Draft, Event, RiseAlert
from groundswell.errors import ConflictError
from groundswell.event_kinds import EVENTS
from groundswell.store import Lease, Store
from groundswell.store.event_tables import delivery, event, webhook
from tests.groundswell.samples import START

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def happened(store: Store) -> list[str]:
    with store._database.read() as connection:
        return list(connection.scalars(select(event.c.event_id).order_by(event.c.event_id)))


def decide(store: Store, target: str, version: int | None = None) -> None:
    store.decisions.record(Draft("accept", target, "ann", START), version)


def test_a_decision_that_was_kept_is_in_the_outbox_and_a_refused_one_is_not(store: Store) -> None:
    decide(store, "need-1", 0)
    with pytest.raises(ConflictError):
        decide(store, "need-1", 0)
    both = [
        (Draft("accept", "need-2", "ann", START), 0),
        (Draft("accept", "need-1", "b", START), 0),
    ]
    with pytest.raises(ConflictError):
        store.decisions.record_all(both)
    assert happened(store) == ["decision.made 1"]
    store.decisions.undo(1, reviewer="ann", at=START)
    assert happened(store) == ["decision.made 1", "decision.made 2"]


def test_a_run_tells_that_it_failed_or_that_there_is_a_report(
    store: Store, lease: Lease, run_id: int
) -> None:
    store.ledger.finish_run(lease, run_id, state="failed", finished_at=START, message="no file")
    more = {"started_at": START, "config_hash": "", "versions": {}}
    second = store.ledger.begin_run(lease, kind="ingest", **more).run_id  # type: ignore[arg-type]
    store.ledger.finish_run(lease, second, state="ok", finished_at=START)
    third = store.ledger.begin_run(lease, kind="refresh", **more).run_id  # type: ignore[arg-type]
    store.ideas.save_report(lease, third, as_of=START, document="{}")
    store.ledger.finish_run(lease, third, state="ok", finished_at=START)
    assert happened(store) == [f"report.ready {third}", f"run.failed {run_id}"]


def test_a_run_that_was_killed_is_told_of_when_the_next_begins(
    store: Store, lease: Lease, run_id: int
) -> None:
    assert happened(store) == []
    store.ledger.begin_run(lease, kind="other", started_at=START, config_hash="", versions={})
    assert happened(store) == [f"run.failed {run_id}"]


def test_a_rise_is_told_of_when_it_begins_and_not_when_it_ends(
    store: Store, lease: Lease, run_id: int
) -> None:
    alert = RiseAlert(7, "need", date(2026, 3, 1))
    store.themes.save_alerts(lease, [alert])
    store.themes.save_alerts(lease, [replace(alert, ended_on=date(2026, 4, 1))])
    store.themes.save_alerts(lease, [replace(alert, theme_id=8, ended_on=date(2026, 4, 1))])
    assert happened(store) == ["need.rising 7 need 2026-03-01"]


def test_each_webhook_is_told_once_of_what_it_wants_in_order(store: Store, lease: Lease) -> None:
    decide(store, "need-1")
    store.themes.save_alerts(lease, [RiseAlert(7, "need", date(2026, 3, 1))])
    decide(store, "need-2")
    assert store.outbox.has_work({"all": EVENTS}, LATER)
    for _ in range(2):
        store.outbox.gather(lease, "all", EVENTS)
        store.outbox.gather(lease, "rises", ("need.rising",))
    found = [one.event.event_id for one in store.outbox.due("all", LATER)]
    assert found == ["decision.made 1", "need.rising 7 need 2026-03-01", "decision.made 2"]
    assert [one.event.kind for one in store.outbox.due("rises", LATER)] == ["need.rising"]
    assert len(store.outbox.newest()) == 4


def test_what_was_sent_or_waits_for_later_is_not_due(store: Store, lease: Lease) -> None:
    decide(store, "need-1")
    decide(store, "need-2")
    store.outbox.gather(lease, "all", EVENTS)
    one, other = store.outbox.due("all", START)
    store.outbox.save(lease, replace(one, state="sent", tries=1, begun_at=START))
    later = START + timedelta(minutes=5)
    waiting = replace(other, tries=1, next_at=later, begun_at=START, found="answered 500")
    store.outbox.save(lease, waiting)
    assert store.outbox.due("all", START) == []
    assert not store.outbox.has_work({"all": EVENTS}, START)
    assert store.outbox.due("all", later) == [waiting]
    assert store.outbox.has_work({"all": EVENTS}, later)
    assert {one.state for one in store.outbox.newest()} == {"sent", "waiting"}


def test_a_new_webhook_is_told_of_the_last_day_alone(store: Store, lease: Lease) -> None:
    decide(store, "need-1")
    decide(store, "need-2")
    old = datetime.now(UTC) - timedelta(days=2)
    with store._database.unchecked_write() as connection:
        mine = event.c.event_id == "decision.made 1"
        connection.execute(update(event).where(mine).values(happened_at=old))
    store.outbox.gather(lease, "new", EVENTS)
    assert [one.event for one in store.outbox.due("new", LATER)] == [Event("decision.made", "2")]


def test_what_happened_long_ago_is_forgotten_when_a_run_ends(
    store: Store, lease: Lease, run_id: int
) -> None:
    decide(store, "need-1")
    decide(store, "need-2")
    store.outbox.gather(lease, "all", EVENTS)
    old = datetime.now(UTC) - timedelta(days=91)
    with store._database.unchecked_write() as connection:
        mine = event.c.event_id == "decision.made 1"
        connection.execute(update(event).where(mine).values(happened_at=old))
    store.ledger.finish_run(lease, run_id, state="ok", finished_at=START)
    assert happened(store) == ["decision.made 2"]
    with store._database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(delivery)) == 1
        assert connection.scalar(select(webhook.c.name)) == "all"


def test_the_outbox_leaves_no_trace_in_the_image_of_a_store(store: Store, lease: Lease) -> None:
    store.themes.save_alerts(lease, [])
    before = store.image()
    store.outbox.gather(lease, "all", EVENTS)
    assert store.image() == before


def test_a_delivery_begins_by_waiting() -> None:
    assert Delivery("a", Event("run.failed", "1"), START).state == "waiting"
