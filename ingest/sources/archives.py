"""gzip and zip files, unpacked within stated limits and never to a place that a name chooses.

What an archive claims about itself is checked before anything is unpacked, and what comes out
is counted: a few kilobytes can hold gigabytes.
"""

import gzip
import lzma
import shutil
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from groundswell.errors import IngestError

MAX_UNPACKED_BYTES = 1_000_000_000
"""Of all members together."""
MAX_RATIO = 100
"""Unpacked to packed bytes; what is smaller than `_SMALL` unpacked is not judged by it."""
MAX_MEMBERS = 1000
SUFFIXES = (".gz", ".zip")

_SMALL = 1_000_000
_BLOCK = 1 << 20
_ENCRYPTED = 1
"""Bit of a member's flags."""
_DAMAGE = (
    *(BadZipFile, EOFError, OSError, zlib.error, lzma.LZMAError, struct.error),
    *(LookupError, NotImplementedError, OverflowError, RuntimeError, ValueError),
)
"""What the standard library raises for archives that are damaged or made to harm."""


@contextmanager
def open_zip(path: Path, most: int = MAX_MEMBERS) -> Iterator[ZipFile]:
    """Open an archive of at most `most` members that keeps the limits.

    Raises
    ------
    IngestError
        It is no zip archive, exceeds a limit, is encrypted or packed in an unusual way.
    """
    with ExitStack() as stack:
        with reading(path):
            archive = stack.enter_context(ZipFile(path))
            members = archive.infolist()
        check_members(path, members, most, "unpack it and name the folder")
        for member in members:
            if member.flag_bits & _ENCRYPTED:
                raise IngestError(f"{path}: is encrypted; unpack it and name the folder")
            if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise IngestError(f"{path}: packed by a rare method; pack it again as plain zip")
        yield archive


def check_members(where: object, members: Sequence[ZipInfo], most: int, remedy: str) -> None:
    """Raise `IngestError` with the remedy if the members claim more than the limits allow."""

    def refused(found: str, limit: str) -> IngestError:
        return IngestError(f"{where}: {found}; at most {limit} is accepted, {remedy}")

    if len(members) > most:
        raise refused(f"{len(members):,} parts", f"{most:,}")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise refused(f"{unpacked:,} bytes unpacked", f"{MAX_UNPACKED_BYTES:,}")
    for member in members:
        if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
            ratio = member.file_size // max(member.compress_size, 1)
            found = f"{printable(member.filename)} unpacks {ratio}-fold"
            raise refused(found, f"{MAX_RATIO}-fold")


def member_names(archive: ZipFile, path: Path) -> list[str]:
    """Return the names of the files in an archive, sorted; two of one name are refused."""
    names = sorted(
        member.filename for member in archive.infolist() if not member.filename.endswith("/")
    )
    for name, following in pairwise(names):
        if name == following:
            raise IngestError(f"{path}: holds two files named {printable(name)}; pack it again")
    return names


def unpack_member(path: Path, member: str) -> BinaryIO:
    """Return one file of a zip archive as a file without a name, at its beginning."""
    with open_zip(path) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError:
            raise IngestError(f"{path}: no file {printable(member)} in it any more") from None
        with ExitStack() as on_failure, reading(path), archive.open(info) as packed:
            unpacked = on_failure.enter_context(TemporaryFile())
            shutil.copyfileobj(packed, unpacked, _BLOCK)
            unpacked.seek(0)
            on_failure.pop_all()
            return unpacked


def unpack_gzip(path: Path) -> BinaryIO:
    """Return what a gzip file holds as a file without a name, at its beginning."""
    most = min(MAX_UNPACKED_BYTES, max(_SMALL, MAX_RATIO * path.stat().st_size))
    with ExitStack() as on_failure, reading(path), gzip.open(path) as packed:
        unpacked = on_failure.enter_context(TemporaryFile())
        while block := packed.read(_BLOCK):
            unpacked.write(block)
            if unpacked.tell() > most:
                found = f"unpacks beyond {most:,} bytes"
                raise IngestError(f"{path}: {found}; unpack it and name the file")
        unpacked.seek(0)
        on_failure.pop_all()
        return unpacked


@contextmanager
def reading(where: object) -> Iterator[None]:
    """Around every use of an archive: damage shows as almost any error."""
    try:
        yield
    except IngestError:
        raise
    except FileNotFoundError:
        raise IngestError(f"{where}: no such file; correct path in config.toml") from None
    except _DAMAGE as error:
        found = f"not a readable archive ({type(error).__name__})"
        raise IngestError(f"{where}: {found}; pack it again") from None


def printable(name: str) -> str:
    """Return a name on one line, in characters that every terminal and database takes."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name
    )
