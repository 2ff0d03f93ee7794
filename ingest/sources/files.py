"""One file to read, wherever it lies: on disk, in a gzip file, in a zip archive."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from groundswell.errors import IngestError, UnreachableError
from ingest.sources.archives import printable, unpack_gzip, unpack_member


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One file to read. As text it is its place: ``exports/all.zip/tickets.csv``."""

    path: Path
    """A file; a folder only for the formats that are folders."""
    member: str = ""
    """Name of the file inside a zip archive; empty: the file itself."""

    def __str__(self) -> str:
        return printable(f"{self.path}/{self.member}" if self.member else str(self.path))

    @property
    def suffix(self) -> str:
        """The suffix in lower case and without its dot, of ``x.csv.gz`` the inner one."""
        name = PurePosixPath(self.member or self.path.name)
        if not self.member and name.suffix.lower() == ".gz":
            name = name.with_suffix("")
        return name.suffix.removeprefix(".").lower()

    def open(self) -> BinaryIO:
        """Open the file, unpacked, for reading and seeking.

        Raises
        ------
        IngestError
            There is no such file, it is a folder or no file at all, or its archive is damaged
            or beyond the limits.
        """
        check_file(self.path)
        if self.member:
            return unpack_member(self.path, self.member)
        if self.path.suffix.lower() == ".gz":
            return unpack_gzip(self.path)
        try:
            return self.path.open("rb")
        except OSError as error:
            raise _unreadable(self.path, error) from None


def check_file(path: Path) -> None:
    """Raise `IngestError` unless there is a plain file at `path`."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UnreachableError(
            f"{_shown(path)}: no such file; correct path in config.toml"
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if S_ISDIR(mode):
        raise IngestError(f"{_shown(path)}: is a folder; name the file in it")
    if not S_ISREG(mode):  # a pipe would wait for ever, a device never end
        raise IngestError(f"{_shown(path)}: is not a plain file; copy what it gives to a file")


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the plain files in a folder and its subfolders, and what is left out, both sorted.

    Left out is what `belongs` refuses; linked folders are not entered.

    Raises
    ------
    IngestError
        A folder cannot be listed.
    """
    found: list[Path] = []
    left: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        here = Path(place)
        closed = [name for name in folders if is_hidden(name) or (here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in closed]
        left.extend(here / name for name in closed)
        for name in names:
            (found if belongs(here / name, folder) else left).append(here / name)
    return sorted(found, key=Path.as_posix), sorted(left, key=Path.as_posix)


def belongs(path: Path, folder: Path) -> bool:
    """Whether `path` is a plain file of the folder: not hidden, nor a link that leads out of it."""
    if any(map(is_hidden, path.relative_to(folder).parts)) or not path.is_file():
        return False
    return path.resolve().is_relative_to(folder.resolve())


def is_hidden(name: str) -> bool:
    """Whether a file or folder is one that people do not see, or that macOS adds to archives."""
    return name.startswith(".") or name == "__MACOSX"


def _raise(error: OSError) -> None:
    raise _unreadable(Path(error.filename or ""), error) from None


def _unreadable(path: Path, error: Exception) -> IngestError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return UnreachableError(f"{_shown(path)}: cannot be read: {reason}")


def _shown(path: Path) -> str:
    return printable(str(path))
