"""A backup: the store, the files of its models and its report, in one file.

Everything is taken while others work. The rows are of one moment; files of models are named by
their content and never written over, so those that the rows name are the ones that are there.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from flows.context import utc_now
from flows.overview import is_made
from flows.registry import files_of
from flows.upkeep.archive import NAMES, Manifest, Packing, TableFacts, packed
from flows.upkeep.sealing import recipients_of, sealed
from groundswell import __version__
from groundswell.config import Config
from groundswell.domain import file_name
from groundswell.errors import ConfigError, ModelError, StoreError
from groundswell.failpoints import failpoint
from groundswell.files import sync_folder
from groundswell.model_files import ModelFiles
from groundswell.store import Snapshot, snapshot

SUFFIX = ".tar.zst"
SEALED = ".age"
STAMP = "%Y%m%dT%H%M%SZ"

REPORT_FILES = ("*.html", "*.csv", "*.xlsx", "*.json", "*.md", "models/*.html", "models/*.md")
"""What a run and a plan write into the folder of the report."""

ABANDONED_SECONDS = 86_400
"""After a day nobody is writing an unfinished backup any more."""

KEY = "keys/pseudonym.key"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or looked at."""

    path: str
    size: int
    """Bytes."""
    sha256: str
    """Of the file; empty where it was only looked at."""
    encrypted: bool
    key: bool
    """Whether the key of the pseudonyms is in it."""
    manifest: Manifest

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.manifest.tables.values())


def take(config: Config, file: Path | None = None, recipients: Sequence[str] = ()) -> Backup:
    """Back an installation up into a new file that its owner alone may read.

    Parameters
    ----------
    file
        None: one named by the moment, in the folder of the settings.
    recipients
        Public keys of age, each of whose owners can open it; none: it is not encrypted.

    Raises
    ------
    GroundswellError
        There is no store, the file is there already or cannot be written, or a key is none.
    """
    if not is_made(config):
        raise StoreError(f"{config.store.path}: no store yet; 'groundswell run' makes it")
    keys, taken_at = recipients_of(recipients), utc_now()
    path = file or _named(config, taken_at, sealed=bool(keys))
    with _new_file(path) as written, sealed(written, keys) as sink, packed(sink) as packing:
        manifest = _pack(config, packing, taken_at, with_key=bool(keys))
    return Backup(
        str(path),
        path.stat().st_size,
        written.sha256,
        encrypted=bool(keys),
        key=KEY in manifest.members,
        manifest=manifest,
    )


def newest(folder: Path) -> tuple[Path, datetime] | None:
    """Return the newest backup in a folder, by its file's time."""
    found = [*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{SUFFIX}{SEALED}")]
    last = max(found, key=lambda path: path.stat().st_mtime, default=None)
    return None if last is None else (last, datetime.fromtimestamp(last.stat().st_mtime, UTC))


class _Written:
    """A file that tells the SHA-256 of what went into it."""

    def __init__(self, file: IO[bytes], name: Path) -> None:
        self.name = str(name)
        self._file, self._hash = file, sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Leave it to whoever opened the file, and has it written to the disk first."""


def _named(config: Config, taken_at: datetime, *, sealed: bool) -> Path:
    folder = Path(config.backup.folder or ".")
    return folder / f"groundswell-{taken_at:{STAMP}}{SUFFIX}{SEALED if sealed else ''}"


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """Yield a file that gets its name once it is whole."""
    if path.exists():
        raise ConfigError(f"{path}: is there already; name another file")
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        _clear_away(path.parent)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield _Written(file, path)
            file.flush()
            failpoint("backup.written")
            os.fsync(file.fileno())
        aside.replace(path)
        failpoint("backup.renamed")
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; make room or name another file"
        ) from None
    finally:
        with suppress(FileNotFoundError, NotADirectoryError):  # it has its name, or never was
            aside.unlink()


def _clear_away(folder: Path) -> None:
    """Remove what a backup that was killed left behind."""
    for path in folder.glob(".groundswell-*.part"):
        if utc_now().timestamp() - path.stat().st_mtime > ABANDONED_SECONDS:
            path.unlink(missing_ok=True)


def _pack(config: Config, packing: Packing, taken_at: datetime, *, with_key: bool) -> Manifest:
    with snapshot(config.store.database) as store:
        models: dict[str, str] = {}
        tables = {}
        for name, columns in store.columns.items():
            rows = packing.add_rows(name, _watched(store, name, models))
            tables[name] = TableFacts(columns=columns, rows=rows)
    failpoint("backup.rows")
    missing = [name for name in sorted(models) if not _add_model(config, packing, name, models)]
    for path in _report_files(config):
        packing.add(_member(config, path), path.read_bytes())
    if with_key and config.privacy.key_file.is_file():
        packing.add(KEY, config.privacy.key_file.read_bytes())
    return packing.end(
        program=__version__,
        schema_revision=store.revision,
        database=store.kind,
        taken_at=taken_at.isoformat(timespec="seconds"),
        tables=tables,
        missing=tuple(missing),
    )


def _watched(store: Snapshot, name: str, models: dict[str, str]) -> Iterator[list[Any]]:
    """Yield the rows of a table; note the files that versions of models name."""
    if name != "model_version":
        yield from store.rows(name)
        return
    kind, files = (store.columns[name].index(column) for column in ("kind", "files"))
    for cells in store.rows(name):
        for part, digest in json.loads(cells[files]).items():
            models[file_name(cells[kind], part, digest)] = digest
        yield cells


def _add_model(config: Config, packing: Packing, name: str, digests: dict[str, str]) -> bool:
    files: ModelFiles = files_of(config)
    try:
        data = files.get_file(name, digests[name])
    except ModelError:  # told of in the manifest, and to whoever makes the backup
        return False
    packing.add(f"models/{name}", data)
    return True


def _report_files(config: Config) -> list[Path]:
    folder = config.report.folder
    found = {path for pattern in REPORT_FILES for path in folder.glob(pattern)}
    ours = (path for path in found if NAMES.fullmatch(_member(config, path)))
    return sorted(path for path in ours if path.is_file() and not path.is_symlink())


def _member(config: Config, path: Path) -> str:
    return f"report/{path.relative_to(config.report.folder)}"
