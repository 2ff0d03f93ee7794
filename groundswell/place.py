"""A folder, or an address that fsspec knows: a file there is whole, or it is not there."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from groundswell.files import write_whole

FAULTS = (OSError, ValueError, ImportError)
"""What a place raises that cannot be used; ``FileNotFoundError`` where only the file is not."""


class Place:
    """Files by name.

    Parameters
    ----------
    address
        Path of a folder, made on first use, or an address such as ``s3://bucket/models``.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def address_of(self, name: str) -> str:
        """Return where a file lies."""
        return f"{self.address.rstrip('/')}/{name}"

    def write(self, name: str, data: bytes) -> None:
        """Keep a file whole or not at all.

        Raises
        ------
        StoreError
            It cannot be written into the folder; for an address, one of `FAULTS`.
        """
        if self._is_folder:
            write_whole(Path(self.address, name), data)
        else:
            self._system().pipe_file(self.address_of(name), data)  # shown when it is whole

    def read(self, name: str) -> bytes:
        """Return a file; raises one of `FAULTS`."""
        if self._is_folder:
            return Path(self.address, name).read_bytes()
        return bytes(self._system().cat_file(self.address_of(name)))

    def names(self) -> list[str]:
        """Return the names of all files; raises one of `FAULTS`."""
        if self._is_folder:
            return [path.name for path in Path(self.address).glob("*") if path.is_file()]
        system = self._system()
        if not system.exists(self.address):
            return []
        found = system.ls(self.address, detail=False, refresh=True)
        return [name for name in (str(one).rpartition("/")[2] for one in found) if name]

    def remove(self, names: Iterable[str]) -> None:
        """Remove files that may be there; raises one of `FAULTS`."""
        if self._is_folder:
            for name in names:
                Path(self.address, name).unlink(missing_ok=True)
        elif addresses := [self.address_of(name) for name in names]:
            try:
                self._system().rm(addresses)
            except FileNotFoundError:
                return

    @property
    def _is_folder(self) -> bool:
        return "://" not in self.address

    def _system(self) -> Any:
        from fsspec.core import url_to_fs

        return url_to_fs(self.address)[0]


def told(error: Exception) -> str:
    """Return what a fault says, in few words."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip()
