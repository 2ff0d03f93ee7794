"""From a backup back to an installation: all of it or none.

The store is made beside the one that is there and takes its place when it is whole. Files of
models come before it, since it names them; the report's come after it, and what is missing of
them 'groundswell report' writes again.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from flows.registry import files_of
from flows.upkeep.archive import Manifest, TableFacts, read, rows_in, verify
from flows.upkeep.backup import KEY, Backup
from flows.upkeep.erased_since import erase_again
from groundswell.config import Config
from groundswell.errors import ConfigError, StoreError
from groundswell.failpoints import failpoint
from groundswell.files import write_whole
from groundswell.store import Staging, staging

Member = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what became of what was there."""

    backup: Backup
    place: str
    """The database, without its password."""
    kept: str
    """Where the store is that was there before; empty: there was none, or one without rows."""
    report: str
    """The folder of the report; empty: none was written."""
    erased: bool
    """People were erased since the backup, and so again; the next run makes models and report."""


def look(file: Path, identity: Path | None = None) -> Backup:
    """Check all of a backup and return what it holds.

    Raises
    ------
    GroundswellError
        It cannot be opened, or is not as it was written.
    """
    manifest = verify(file, identity)
    with file.open("rb") as opened:
        encrypted = opened.read(4) == b"age-"
    return Backup(str(file), file.stat().st_size, "", encrypted, KEY in manifest.members, manifest)


def restore(
    config: Config,
    file: Path,
    *,
    into: str = "",
    identity: Path | None = None,
    replace: bool = False,
    receipts: Path | None = None,
) -> Restored:
    """Bring an installation back from a backup.

    Parameters
    ----------
    into
        Another database than that of the settings; it alone and the models' files are written.
    identity
        The file with the private key, where the backup is encrypted.
    replace
        A store that has rows may be replaced; it is kept.
    receipts
        Of erasures since, beside those that the store to be replaced knows of.

    Raises
    ------
    GroundswellError
        The backup is not whole, or what is there may not be replaced; nothing was changed.
    """
    found = look(file, identity)
    manifest, home = found.manifest, not into
    database = _without_secret(into) if into else config.store.database
    if home:
        _refuse_other_key(config, manifest, replace=replace)
    with staging(database, manifest.schema_revision, replace=replace) as made:
        with closing(read(file, identity, manifest)) as members:
            files = _take_in(config, made, manifest, members)
        made.finish()
        erased = erase_again(made, config.privacy.receipts, receipts)
        if home:
            _put_key(config, files.pop(KEY, None))
        kept = made.take_over()
    with_report = home and not erased  # it may quote who was erased since
    if with_report:
        _put_report(config, files)
    report = str(config.report.folder) if with_report else ""
    return Restored(found, made.place, kept, report, erased)


def _without_secret(database: str) -> str:
    try:
        password = make_url(database).password if "://" in database else None
    except ArgumentError:
        password = None
    if password:
        raise ConfigError(
            "--into: a password on the command line can be seen by others on this machine; put it"
            " into ~/.pgpass or PGPASSWORD, or the whole address into GROUNDSWELL__STORE__URL"
        )
    return database


def _take_in(
    config: Config, made: Staging, manifest: Manifest, members: Iterator[Member]
) -> dict[str, bytes]:
    """Write tables and models; return the other files."""
    kept: dict[str, bytes] = {}
    for table, parts in groupby(members, key=_table_of):
        if table:
            _fill(made, table, manifest.tables.get(table), parts)
            continue
        for name, data in parts:
            if name.startswith("models/"):
                files_of(config).put_file(name.removeprefix("models/"), data)
            else:
                kept[name] = data
    return kept


def _table_of(member: Member) -> str:
    folder, name, *_ = member[0].split("/")
    return name if folder == "tables" else ""


def _fill(made: Staging, table: str, facts: TableFacts | None, parts: Iterator[Member]) -> None:
    if facts is None:
        raise StoreError(f"{table}: the backup has rows of a table that it does not name")
    rows = (row for _, part in parts for row in rows_in(part))
    try:
        filled = made.fill(table, facts.columns, rows)
    except ValueError as error:
        raise StoreError(f"{table}: the backup's rows cannot be used: {error}") from None
    if filled != facts.rows:
        raise StoreError(f"{table}: {filled:,} rows in the backup, which says {facts.rows:,}")
    failpoint("restore.table")


def _refuse_other_key(config: Config, manifest: Manifest, *, replace: bool) -> None:
    file, wanted = config.privacy.key_file, manifest.members.get(KEY)
    if wanted and not replace and file.is_file() and _digest(file) != wanted:
        raise ConfigError(
            f"{file}: is another key than the backup's, which made the pseudonyms in it; move it"
            " away, or add --replace, which keeps it beside"
        )


def _put_key(config: Config, data: bytes | None) -> None:
    file = config.privacy.key_file
    if data is None or (file.is_file() and file.read_bytes() == data):
        return
    if file.is_file():
        file.replace(file.with_name(f"{file.name}.before-restore"))
    write_whole(file, data, mode=0o600)


def _put_report(config: Config, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        write_whole(config.report.folder / name.removeprefix("report/"), data)


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
