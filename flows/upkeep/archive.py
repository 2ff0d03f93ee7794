"""The file of a backup: a tar, packed by zstd, that may be sealed with age.

``tables/NAME/00001.jsonl`` hold rows as JSON lists, ``models/`` and ``report/`` files as they
were. Last come ``manifest.json`` with the SHA-256 of each of them, and the SHA-256 of that. What
was changed, added or cut off is found before anything of it is used.
"""

import json
import re
import tarfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.upkeep.sealing import unsealed
from groundswell.errors import StoreError

MANIFEST = "manifest.json"
SUM = "manifest.json.sha256"

NAMES = re.compile(
    r"tables/[a-z_]{1,60}/[0-9]{5}\.jsonl|models/[\w-][\w.-]{0,200}|report/(models/)?[\w-][\w.-]{0,200}"
    r"|keys/pseudonym\.key",
    re.ASCII,
)
"""What may be in a backup; nothing of it leads anywhere else."""

PART_BYTES = 8 << 20
"""About how much of a table is one member: what is held in memory of it."""

MOST_BYTES = 1 << 30
"""A larger member is refused unread."""


class TableFacts(BaseModel):
    """What a backup holds of a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: tuple[str, ...]
    rows: int


class Manifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    program: str
    """Version of the program that made it."""
    schema_revision: str
    database: str
    """Kind of the database it was made of."""
    taken_at: str
    tables: Mapping[str, TableFacts]
    """In the order in which they can be filled."""
    members: Mapping[str, str]
    """Name to SHA-256, in the order of the file."""
    missing: tuple[str, ...]
    """Files of models that the store names and that were not there."""


class Packing:
    """Puts members into a backup one after another."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        """Put a file in."""
        self._members[name] = sha256(data).hexdigest()
        self._write(name, data)

    def add_rows(self, table: str, rows: Iterable[list[Any]]) -> int:
        """Put the rows of a table in; return how many."""
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        count = number = size = 0
        part: list[bytes] = []
        for cells in rows:
            part.append(encode(cells).encode())
            count, size = count + 1, size + len(part[-1])
            if size >= PART_BYTES:
                number += 1
                self._add_part(table, number, part)
                part, size = [], 0
        if part:
            self._add_part(table, number + 1, part)
        return count

    def end(self, **facts: Any) -> Manifest:
        """Put the manifest in, after which nothing may follow."""
        manifest = Manifest(members=self._members, **facts)
        data = manifest.model_dump_json(indent=1).encode()
        self._write(MANIFEST, data)
        self._write(SUM, _sum_of(data))
        return manifest

    def _add_part(self, table: str, number: int, part: list[bytes]) -> None:
        self.add(f"tables/{table}/{number:05}.jsonl", b"\n".join(part) + b"\n")

    def _write(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self._tar.addfile(entry, BytesIO(data))


@contextmanager
def packed(sink: IO[bytes]) -> Iterator[Packing]:
    """Yield what packs members on their way into `sink`."""
    import pyarrow

    with (
        pyarrow.CompressedOutputStream(pyarrow.PythonFile(sink, "w"), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Packing(tar)


def verify(path: Path, identity: Path | None = None) -> Manifest:
    """Read all of a backup and return what it holds.

    Raises
    ------
    ConfigError
        It is sealed, and no key was named.
    StoreError
        It cannot be opened, or is not as it was written.
    """
    found: dict[str, str] = {}
    *last, (name, data) = _tail(path, identity, found)
    if [one for one, _ in last] != [MANIFEST] or name != SUM or data != _sum_of(last[0][1]):
        raise _not_whole(path, "the manifest does not fit")
    try:
        manifest = Manifest.model_validate_json(last[0][1])
    except ValidationError as error:
        raise _not_whole(
            path, f"the manifest cannot be read, {error.error_count()} mistakes"
        ) from None
    if list(found.items()) != list(manifest.members.items()):
        names = sorted(dict(found.items() ^ manifest.members.items())) or ["the order"]
        raise _not_whole(path, f"{names[0]} is not as it was written")
    return manifest


def read(path: Path, identity: Path | None, manifest: Manifest) -> Generator[tuple[str, bytes]]:
    """Yield the members of a backup that was verified, each checked again.

    Raises
    ------
    StoreError
        It was changed since.
    """
    left = dict(manifest.members)
    with closing(_members(path, identity)) as members:
        for name, data in members:
            if name in (MANIFEST, SUM):
                continue
            if left.pop(name, "") != sha256(data).hexdigest():
                raise _not_whole(path, f"{name} was changed while it was read")
            yield name, data
    if left:
        raise _not_whole(path, f"{min(left)} went away while it was read")


def rows_in(part: bytes) -> list[list[Any]]:
    """Return the rows of a part of a table."""
    # A line break within a text is spelt out, so each one here ends a row.
    rows: list[list[Any]] = json.loads(b"[" + part.rstrip(b"\n").replace(b"\n", b",") + b"]")
    return rows


def _tail(path: Path, identity: Path | None, found: dict[str, str]) -> list[tuple[str, bytes]]:
    """Return the members from the manifest on; note the hash of each one before."""
    last: list[tuple[str, bytes]] = []
    with closing(_members(path, identity)) as members:
        for name, data in members:
            if last or name == MANIFEST:
                last.append((name, data))
            elif name in found:
                raise _not_whole(path, f"{name} is there twice")
            else:
                found[name] = sha256(data).hexdigest()
    return last or [("", b"")]


def _members(path: Path, identity: Path | None) -> Generator[tuple[str, bytes]]:
    import pyarrow

    try:
        with path.open("rb") as file, unsealed(file, identity) as stream:
            try:
                plain = pyarrow.CompressedInputStream(pyarrow.PythonFile(stream, "r"), "zstd")
                yield from _unpacked(path, plain)
            except (tarfile.TarError, OSError, EOFError, ValueError) as error:
                raise _not_whole(path, str(error).partition("\n")[0]) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None


def _unpacked(path: Path, plain: Any) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for entry in tar:
            if not entry.isreg() or not (
                entry.name in (MANIFEST, SUM) or NAMES.fullmatch(entry.name)
            ):
                raise _not_whole(path, f"{entry.name[:80]!r} does not belong there")
            if entry.size > MOST_BYTES:
                raise _not_whole(path, f"{entry.name} is larger than {MOST_BYTES:,} bytes")
            member = tar.extractfile(entry)
            data = member.read() if member else b""
            if len(data) != entry.size:
                raise _not_whole(path, f"{entry.name} is cut off")
            yield entry.name, data
    while rest := plain.read(1 << 20):
        if rest.strip(b"\0"):
            raise _not_whole(path, "something follows its end")


def _sum_of(manifest: bytes) -> bytes:
    return f"{sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def _not_whole(path: Path, found: str) -> StoreError:
    return StoreError(f"{path}: no whole backup: {found}; nothing was restored, take another one")
