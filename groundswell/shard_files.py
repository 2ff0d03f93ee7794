"""Where workers of a cluster leave what they made of a shard: a folder, or an fsspec address.

A shard is named by what it was made of, so a piece of work that is done again, after a worker or
the whole run was killed, finds what is there already and makes the rest.
"""

from pathlib import Path
from typing import Any

from groundswell.errors import StoreError
from groundswell.files import write_whole


class ShardFiles:
    """Files of a run on a cluster.

    Parameters
    ----------
    place
        Path of a folder that all workers see, or an address such as ``s3://bucket/shards``.
    """

    def __init__(self, place: str) -> None:
        self.place = place

    def put(self, name: str, data: bytes) -> None:
        """Keep a file whole or not at all.

        Raises
        ------
        StoreError
            It cannot be written there.
        """
        if "://" not in self.place:
            write_whole(Path(self.place, name), data)
            return
        try:
            self._system().pipe_file(self._address(name), data)
        except (OSError, ValueError, ImportError) as error:
            raise StoreError(f"{self._address(name)}: cannot be written: {error}") from None

    def get(self, name: str) -> bytes | None:
        """Return a file; None: there is none.

        Raises
        ------
        StoreError
            The place cannot be reached.
        """
        try:
            if "://" not in self.place:
                return Path(self.place, name).read_bytes()
            return bytes(self._system().cat_file(self._address(name)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ImportError) as error:
            raise StoreError(f"{self._address(name)}: cannot be read: {error}") from None

    def remove(self, name: str) -> None:
        """Remove a file that may be there.

        Raises
        ------
        StoreError
            The place cannot be reached.
        """
        try:
            if "://" not in self.place:
                Path(self.place, name).unlink(missing_ok=True)
            else:
                self._system().rm_file(self._address(name))
        except FileNotFoundError:
            return
        except (OSError, ValueError, ImportError) as error:
            raise StoreError(f"{self._address(name)}: cannot be removed: {error}") from None

    def clear(self) -> None:
        """Remove all that killed runs left: what the store knows is not needed here.

        Raises
        ------
        StoreError
            The place cannot be reached.
        """
        try:
            if "://" not in self.place:
                names = [one.name for one in Path(self.place).glob("*") if one.is_file()]
            else:
                found = self._system().ls(self.place, detail=False, refresh=True)
                names = [str(one).rpartition("/")[2] for one in found]
        except FileNotFoundError:
            return
        except (OSError, ValueError, ImportError) as error:
            raise StoreError(f"{self.place}: cannot be read: {error}") from None
        for name in filter(None, names):
            self.remove(name)

    def _address(self, name: str) -> str:
        return f"{self.place.rstrip('/')}/{name}"

    def _system(self) -> Any:
        from fsspec.core import url_to_fs

        return url_to_fs(self.place)[0]
