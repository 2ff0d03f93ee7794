"""Where the parts of model versions lie: a folder, or whatever fsspec has an address for.

Files are named by their content (`groundswell.domain.file_name`), so none is ever written over:
what was put there once is there whole, or is not there.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from groundswell.domain import ModelKind, ModelVersion, file_name
from groundswell.errors import ModelError, StoreError
from groundswell.files import write_whole

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
        if "://" not in self.place:
            write_whole(Path(self.place, name), data)
            return
        try:
            # Object stores show a file when it is whole.
            _system(self.place).pipe_file(self._address(name), data)
        except (OSError, ValueError, ImportError) as error:
            raise StoreError(f"{self._address(name)}: cannot be written: {_told(error)}") from None

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
        address = self._address(name)
        try:
            if "://" in self.place:
                data = bytes(_system(self.place).cat_file(address))
            else:
                data = Path(address).read_bytes()
        except (OSError, ValueError, ImportError) as error:
            raise ModelError(f"{address}: {_told(error)}; {ANEW}") from None
        if sha256(data).hexdigest() != digest:
            raise ModelError(f"{address}: was changed; {ANEW}")
        return data

    def size(self, version: ModelVersion) -> int:
        """Return the bytes of all parts of a version that are there."""
        return sum(len(self.get(version, part)) for part in version.files)

    def copy(self, version: ModelVersion, into: "ModelFiles") -> None:
        """Put all parts of a version in another place, too."""
        for part in version.files:
            into.put(version.kind, part, self.get(version, part))

    def _address(self, name: str) -> str:
        return f"{self.place.rstrip('/')}/{name}"


def _system(place: str) -> Any:
    from fsspec.core import url_to_fs

    return url_to_fs(place)[0]


def _told(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip()
