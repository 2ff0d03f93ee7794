"""The whole store as bytes that depend on the data alone.

Equal input gives equal bytes, however often and wherever the work was interrupted. The files
themselves differ even then, in free pages and row order, so a copy made by VACUUM is compared.
What tells of clocks and interruptions is written over (see `groundswell.store.tables`).
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    literal_column,
    select,
    update,
)

from groundswell.store.database import Database
from groundswell.store.tables import metadata


def image(database: Database) -> bytes:
    """Return the canonical image: an SQLite file, or lines of JSON on PostgreSQL."""
    if database.is_sqlite:
        return _sqlite_image(Path(database.place))
    with database.read() as connection:
        return "".join(_lines(connection)).encode()


def _sqlite_image(path: Path) -> bytes:
    with TemporaryDirectory(prefix="groundswell-") as folder:
        copy, masked = Path(folder, "copy.db"), Path(folder, "masked.db")
        _vacuum(path, copy)
        _mask(copy)
        _vacuum(copy, masked)
        return masked.read_bytes()


def _vacuum(path: Path, into: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(into),))


def _mask(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.info.get("volatile"):
                connection.execute(table.delete())
            elif masks := _volatile(table):
                connection.execute(table.update().values(_literally(masks)))
            elif table.info.get("observed"):
                _mask_readings(connection, table)
        # Counts how often the file was compacted.
        connection.exec_driver_sql("PRAGMA schema_version = 1")
    engine.dispose()


def _mask_readings(connection: Connection, table: Table) -> None:
    rows = connection.execute(_readings(table)).mappings().all()
    moments = _moments(table, rows)
    read = [
        {f"old_{name}": value for name, value in row.items()} | {"shown": shown}
        for row, shown in zip(rows, moments, strict=True)
        if not row["stated"]
    ]
    if read:
        mine = (c == bindparam(f"old_{c.name}", type_=c.type) for c in table.primary_key)
        shown = bindparam("shown", type_=Text)
        connection.execute(update(table).where(*mine).values(observed_at=shown), read)


def _readings(table: Table) -> Select[Any]:
    return select(*table.primary_key, table.c.stated).order_by(*table.primary_key)


def _moments(table: Table, rows: Sequence[RowMapping]) -> Iterator[datetime | str]:
    """Yield each observation's moment, in place of the clock's its number within its key."""
    names = [column.name for column in table.primary_key if column.name != "observed_at"]
    number, last = 0, None
    for row in rows:
        key = [row[name] for name in names]
        number = number + 1 if key == last else 1
        last = key
        yield row["observed_at"] if row["stated"] else f"#{number}"


def _literally(masks: dict[str, Any]) -> dict[str, ColumnElement[Any]]:
    return {name: literal_column(repr(value)) for name, value in masks.items()}


def _lines(connection: Connection) -> list[str]:
    lines = []
    for table in metadata.sorted_tables:
        if table.info.get("volatile"):
            continue
        volatile = _volatile(table)
        rows = connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
        moments = list(_moments(table, rows)) if table.info.get("observed") else []
        for number, row in enumerate(rows):
            cells = {column: volatile.get(column, value) for column, value in row.items()}
            if moments:
                cells["observed_at"] = moments[number]
            line = [table.name, cells]
            lines.append(json.dumps(line, default=_spell, sort_keys=True) + "\n")
    return lines


def _volatile(table: Table) -> dict[str, Any]:
    return {c.name: c.info["volatile"] for c in table.c if "volatile" in c.info}


def _spell(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
