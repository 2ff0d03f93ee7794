"""The program that learns what words mean, beside the server: ``python -m web.learning_meanings``.

It takes seconds of pure computing, and beside that no page would be answered in time: rows are read
one by one, and after each the reader would wait for the other thread. What it finds goes through a
file of arrays, in which nothing can be executed.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from groundswell.store.vectors import Said
    from models.nearest.meaning import Meanings

Learned = tuple[tuple[str, ...], "np.ndarray[Any, np.dtype[np.int64]]", "Meanings"]
"""Ids of the statements, newest first; place of each one's text; the meanings."""

LATER = 10
"""By how much it stands back for whoever waits for a page (``nice``)."""


def learned_beside(database: str, encoder_id: str) -> Learned | None:
    """Have another process learn, and return what it found; None: nothing could be learnt."""
    with TemporaryDirectory(prefix="groundswell-") as folder:
        path = Path(folder, "meanings.npz")
        command = [sys.executable, "-P", "-m", __name__, str(path), encoder_id]
        # The address of a database may hold a password, which a list of processes would show.
        subprocess.run(command, input=database.encode(), check=False)  # noqa: S603
        return _read(path) if path.exists() else None


def learned_from(said: "Said") -> Learned | None:
    """Learn what the words of a store mean; None: no text has a vector."""
    from models.nearest.meaning import learn_meanings

    if not said.texts:
        return None
    return said.statement_ids, said.places, learn_meanings(said.texts, said.vectors)


def _write(path: Path, learned: Learned) -> None:
    statement_ids, places, meanings = learned
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        statement_ids=_as_bytes(statement_ids),
        places=places,
        words=_as_bytes(meanings.words),
        rows=meanings.rows,
        word_vectors=meanings.word_vectors,
        rarity=meanings.rarity,
        centre=meanings.centre,
    )
    part.rename(path)


def _read(path: Path) -> Learned:
    from models.nearest.meaning import Meanings

    with np.load(path, allow_pickle=False) as parts:
        words = {word: place for place, word in enumerate(_as_texts(parts["words"]))}
        names = ("word_vectors", "rarity", "centre")
        meanings = Meanings(parts["rows"], words, *(parts[name] for name in names))
        return tuple(_as_texts(parts["statement_ids"])), parts["places"], meanings


def _as_bytes(lines: Any) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def _as_texts(spelt: "np.ndarray[Any, np.dtype[np.uint8]]") -> list[str]:
    return spelt.tobytes().decode().split("\n") if len(spelt) else []


def _main(path: Path, encoder_id: str) -> None:
    from groundswell.store import open_store

    os.nice(LATER)
    with open_store(sys.stdin.read()) as store:
        learned = learned_from(store.vectors.said(encoder_id))
    if learned is not None:
        _write(path, learned)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
