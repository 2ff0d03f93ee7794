"""Where workers of a cluster leave what they made of a shard: a folder, or an fsspec address.

A shard is named by what it was made of, so a piece of work that is done again, after a worker or
the whole run was killed, finds what is there already and makes the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from groundswell.errors import StoreError
from groundswell.place import FAULTS, Place, told


class ShardFiles:
    """Files of a run on a cluster; each method raises a StoreError if the place cannot be used.

    Parameters
    ----------
    place
        Path of a folder that all workers see, or an address such as ``s3://bucket/shards``.
    """

    def __init__(self, place: str) -> None:
        self._files = Place(place)

    def put(self, name: str, data: bytes) -> None:
        """Keep a file whole or not at all."""
        with self._explained(name):
            self._files.write(name, data)

    def get(self, name: str) -> bytes | None:
        """Return a file; None: there is none."""
        with self._explained(name):
            try:
                return self._files.read(name)
            except FileNotFoundError:
                return None

    def remove(self, name: str) -> None:
        """Remove a file that may be there."""
        with self._explained(name):
            self._files.remove([name])

    def clear(self) -> None:
        """Remove all that killed runs left: what the store knows is not needed here."""
        with self._explained(""):
            self._files.remove(self._files.names())

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            where = self._files.address_of(name)
            raise StoreError(f"{where}: cannot be used: {told(error)}") from None
