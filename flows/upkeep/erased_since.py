"""Erasures that came after a backup was made, done again in the store that is made of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from groundswell.errors import ConfigError, StoreError
from groundswell.store import Staging

TABLE = "erasure"
"""Where a store keeps by what it knows again who was erased, without naming them."""


def reapply_erasures(made: Staging, receipts: Path | None) -> None:
    """Erase in a store that is not in its place yet whoever was erased since.

    Parameters
    ----------
    receipts
        File of their receipts, where the store that knew of them is gone.

    Raises
    ------
    GroundswellError
        They cannot be read, or cannot be done again; then nothing is restored.
    """
    known = made.earlier(TABLE)
    if receipts is not None:
        known += _read(receipts)
    if known:
        raise StoreError(
            f"{len(known)} erasures were made since the backup, and this version cannot do them"
            " again; nothing was restored"
        )


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError:
        found = None
    entries: Sequence[Any] = found if isinstance(found, list) else [found]
    if not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file}: holds no receipts; expected JSON as 'erase --json' prints it")
    return list(entries)
