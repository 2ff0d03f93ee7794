"""A store of the first schema is brought to the newest with all it held."""

from typing import Any

from alembic import command
from sqlalchemy import text

from groundswell.domain import Account, FeedbackRecord
from groundswell.store import SINCE_EVER, Version, open_store
from groundswell.store.database import Database
from groundswell.store.schema import _config
from tests.groundswell.samples import START

RECORD = FeedbackRecord("tickets", "1", "offline", START, "ticket")
MOMENT = START.isoformat(timespec="microseconds")
ROWS: dict[str, dict[str, Any]] = {
    "run": {
        "run_id": 1,
        "kind": "refresh",
        "resource": "pipeline",
        "state": "ok",
        "started_at": MOMENT,
        "config_hash": "c",
        "versions": "{}",
        "attempts": 1,
        "message": "",
    },
    "package": {
        "package_id": 1,
        "run_id": 1,
        "source": "tickets",
        "kind": "feedback",
        "path": "a.csv",
        "sha256": "1",
        "size_bytes": 10,
        "accepted": 1,
        "duplicate": 0,
        "quarantined": 1,
        "rows_done": 2,
        "complete": True,
    },
    "quarantine": {
        "package_id": 1,
        "position": 1,
        "line": 3,
        "reason": "bad_date",
        "detail": "d",
        "raw": "r" * 5000,
    },
    "record": {
        "record_id": RECORD.record_id,
        "package_id": 1,
        "line": 2,
        "statements": 1,
        "source": "tickets",
        "source_id": "1",
        "text": "offline",
        "created_at": MOMENT,
        "channel": "ticket",
    },
    "statement": {
        "statement_id": "s1",
        "record_id": RECORD.record_id,
        "start": 0,
        "end": 7,
        "text": "offline",
        "text_hash": "h",
    },
    "assignment": {"statement_id": "s1", "theme_id": 3, "membership": 0.5},
    "account": {"account_id": "a1", "name": "Ace", "arr": 5.0, "status": "active"},
}


def test_what_the_first_schema_held_is_all_there(database: str) -> None:
    _write_first(database)
    with open_store(database) as store:
        assert store.feedback.records([RECORD.record_id]) == {RECORD.record_id: RECORD}
        mention = store.feedback.mentions().iloc[0]
        assert (mention["statement_id"], mention["theme_id"], mention["line"]) == ("s1", 3, 2)
        (package,) = store.feedback.packages()
        assert (package.complete, package.whole, package.forgotten) == (True, True, False)
        (entry,) = store.feedback.quarantined(9)
        assert (entry.entry_id, entry.row.line, len(entry.row.raw)) == ("1-1", 3, 4096)
        assert store.market.versions(Account) == [
            Version(Account("a1", "Ace", 5.0), SINCE_EVER, None, SINCE_EVER, "")
        ]


def _write_first(database: str) -> None:
    raw = Database(database)
    with raw.unchecked_write() as connection:
        command.upgrade(_config(connection), "0001")
        for table, row in ROWS.items():
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
    raw.engine.dispose()
