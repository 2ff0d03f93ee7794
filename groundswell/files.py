"""Files that are whole or not there: written aside, forced to disk, then renamed."""

import os
from functools import partial
from hashlib import sha256
from pathlib import Path

from groundswell.errors import StoreError
from groundswell.failpoints import failpoint


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> str:
    """Put `data` at `path` in one step and return its SHA-256 as hex digits.

    Whoever reads meanwhile sees the old file or the new one; a crash leaves one of the two.

    Parameters
    ----------
    mode
        Who may read it, such as ``0o600``; None: as the process makes files.

    Raises
    ------
    StoreError
        The folder cannot be made or the file not written.
    """
    aside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = partial(os.open, mode=0o666 if mode is None else mode)  # never readable meanwhile
        with open(aside, "wb", opener=made) as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            failpoint("file.written")
            os.fsync(file.fileno())
        aside.replace(path)
        failpoint("file.renamed")
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free the space or name another"
            " folder in config.toml"
        ) from None
    return sha256(data).hexdigest()


def sync_folder(folder: Path) -> None:
    """Force to disk what was renamed in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
