"""Erasures that came after a backup was made, done again in the store that is made of it."""

import json
import secrets
from pathlib import Path
from typing import Any

from flows.context import utc_now
from flows.upkeep.erasing import SALT_BYTES, by_receipts
from groundswell.domain.erasure import Tombstone, tombstones_in
from groundswell.errors import ConfigError
from groundswell.store import Staging, open_store, reapply_erasures

TABLE = "erasure"
"""Where a store keeps by what it knows again who was erased, without naming them."""


def erase_again(made: Staging, folder: Path, receipts: Path | None) -> bool:
    """Erase in a store that is not in its place yet whoever was erased since.

    Parameters
    ----------
    folder
        Of the receipts that this installation wrote.
    receipts
        A file of more, where the store that knew of them is gone.

    Returns
    -------
    bool
        Whether anybody had to be: reports of before may quote them.

    Raises
    ------
    GroundswellError
        Receipts cannot be read; then nothing is restored.
    """
    known = [*_of_earlier(made), *by_receipts(folder), *(_read(receipts) if receipts else ())]
    if not known:
        return False
    key = secrets.token_bytes(SALT_BYTES)
    with open_store(made.database) as store, store.lease("pipeline") as lease:
        return reapply_erasures(store, lease, known, at=utc_now(), key=key) is not None


def _of_earlier(made: Staging) -> list[Tombstone]:
    return [
        Tombstone(*stone) for row in made.earlier(TABLE) for stone in json.loads(row["tombstones"])
    ]


def _read(file: Path) -> list[Tombstone]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        entries = found if isinstance(found, list) else [found]
        return [stone for entry in entries for stone in tombstones_in(entry)]
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(
            f"{file}: holds no receipts; expected JSON as 'erase --json' prints it"
        ) from None
