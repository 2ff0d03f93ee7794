"""Where the parts of model versions lie: a folder, or whatever fsspec has an address for.

Files are named by their content (`groundswell.domain.file_name`), so none is ever written over:
what was put there once is there whole, or is not there.
"""

import re
from hashlib import sha256

from groundswell.domain import MODEL_KINDS, ModelKind, ModelVersion, file_name
from groundswell.errors import ModelError, StoreError
from groundswell.place import FAULTS, Place, told

_PART = re.compile(r"[a-z]+-[A-Za-z0-9_-]+-[0-9a-f]{16}\.[A-Za-z0-9.]+")
"""See `groundswell.domain.file_name`."""

ANEW = "'groundswell retrain' makes it anew, 'groundswell models rollback' goes back to another"


class ModelFiles:
    """Parts of model versions.

    Parameters
    ----------
    place
        Path of a folder, made on first use, or an address such as ``s3://bucket/models``.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._files = Place(place)

    def put(self, kind: ModelKind, part: str, data: bytes) -> str:
        """Keep a part and return its SHA-256 as hex digits.

        Raises
        ------
        StoreError
            It cannot be written there.
        """
        digest = sha256(data).hexdigest()
        self.put_file(file_name(kind, part, digest), data)
        return digest

    def put_file(self, name: str, data: bytes) -> None:
        """Keep a file under the name that its content has.

        Raises
        ------
        StoreError
            It cannot be written there.
        """
        try:
            self._files.write(name, data)
        except FAULTS as error:
            address = self._files.address_of(name)
            raise StoreError(f"{address}: cannot be written: {told(error)}") from None

    def get(self, version: ModelVersion, part: str) -> bytes:
        """Return a part as it was put there.

        Raises
        ------
        ModelError
            It is gone, or not what was put there.
        """
        digest = version.files[part]
        return self.get_file(file_name(version.kind, part, digest), digest)

    def get_file(self, name: str, digest: str) -> bytes:
        """Return a file by its name and the SHA-256 of its content.

        Raises
        ------
        ModelError
            It is gone, or not what was put there.
        """
        address = self._files.address_of(name)
        try:
            data = self._files.read(name)
        except FAULTS as error:
            raise ModelError(f"{address}: {told(error)}; {ANEW}") from None
        if sha256(data).hexdigest() != digest:
            raise ModelError(f"{address}: was changed; {ANEW}")
        return data

    def clear(self) -> None:
        """Remove every part of every version, and what a crash left of one.

        Raises
        ------
        StoreError
            They cannot be removed.
        """
        try:
            names = self._files.names()
            self._files.remove(name for name in names if _is_part(name.removesuffix(".part")))
        except FAULTS as error:
            raise StoreError(f"{self.place}: cannot be cleared: {told(error)}") from None

    def size(self, version: ModelVersion) -> int:
        """Return the bytes of all parts of a version that are there."""
        return sum(len(self.get(version, part)) for part in version.files)

    def copy(self, version: ModelVersion, into: "ModelFiles") -> None:
        """Put all parts of a version in another place, too."""
        for part in version.files:
            into.put(version.kind, part, self.get(version, part))


def _is_part(name: str) -> bool:
    return _PART.fullmatch(name) is not None and name.partition("-")[0] in MODEL_KINDS
