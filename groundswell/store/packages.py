"""How far each version of each input was read, and where the next reading begins."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.engines import lock_numbers, upsert
from groundswell.store.fates import Fates
from groundswell.store.rows import row_of, values


@dataclass(frozen=True, slots=True)
class Package:
    """One version of one input file, or one reading of a service, and how far it came.

    Every row of it has one fate: ``rows_done = accepted + duplicate + quarantined + erased``.
    """

    package_id: int
    run_id: int
    """The run that opened it."""
    source: str
    kind: str
    path: str
    sha256: str
    size_bytes: int
    rows_done: int = 0
    """Rows from the top of the file that are in the store; a resumed reading skips them."""
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    complete: bool = False
    whole: bool = True
    """It reads its source from the beginning, so that it settles what was quarantined before."""
    forgotten: bool = False
    """Its source is to be read anew: no later run counts it as read."""
    erased: int = 0
    """Rows that may not be kept: of somebody who was erased, or older than their source keeps."""


def file_of(source: str, path: str, sha256: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the package of a version of a file."""
    c = tables.package.c
    return c.source == source, c.path == path, c.sha256 == sha256, c.forgotten.is_(False)


def open_package(connection: Connection, new: Package) -> Package:
    """Return the package as far as it was read, or enter it under the next number."""
    found = values(connection, tables.package, Package, *file_of(new.source, new.path, new.sha256))
    if found:
        return found[0]
    lock_numbers(connection)
    last = connection.scalar(select(func.max(tables.package.c.package_id))) or 0
    new = replace(new, package_id=last + 1)
    connection.execute(tables.package.insert(), row_of(new))
    return new


def require_current(connection: Connection, package: Package) -> None:
    """Raise ValueError unless the package is how the store knows it."""
    stored = values(
        connection, tables.package, Package, tables.package.c.package_id == package.package_id
    )
    if stored != [package]:
        raise ValueError(f"{package} is not how the store knows it: {stored}")


def run_began(connection: Connection, package: Package) -> datetime:
    """Return when the run began that opened the package."""
    run = tables.run.c
    began: datetime = connection.execute(
        select(run.started_at).where(run.run_id == package.run_id)
    ).scalar_one()
    return began


def advance(connection: Connection, package: Package, fates: Fates, *, last: bool) -> Package:
    """Count the rows of a batch."""
    new = (fates.accepted, fates.duplicate, len(fates.quarantined), fates.erased)
    package = replace(
        package,
        rows_done=package.rows_done + sum(new),
        accepted=package.accepted + new[0],
        duplicate=package.duplicate + new[1],
        quarantined=package.quarantined + new[2],
        erased=package.erased + new[3],
        complete=last,
    )
    upsert(connection, tables.package, [row_of(package)])
    failpoint("feedback.batch.cursor")
    return package


def save_cursor(connection: Connection, package: Package, place: str, cursor: str) -> None:
    """Remember where the next reading of a place begins."""
    row = {"source": package.source, "place": place, "cursor": cursor}
    upsert(connection, tables.source_cursor, [row | {"package_id": package.package_id}])
    failpoint("feedback.batch.source_cursor")


def forget_cursors(connection: Connection, source: str) -> None:
    """Let the next reading of a source begin at its beginning."""
    cursors = tables.source_cursor
    connection.execute(delete(cursors).where(cursors.c.source == source))
    failpoint("feedback.cursors.forgotten")


def forget_packages(connection: Connection, source: str) -> int:
    """Let the next run read the files of a source anew; return how many were."""
    c = tables.package.c
    mine = (c.source == source, c.forgotten.is_(False))
    known = connection.scalar(select(func.count()).where(*mine)) or 0
    connection.execute(update(tables.package).where(*mine).values(forgotten=True))
    failpoint("feedback.packages.forgotten")
    return known
