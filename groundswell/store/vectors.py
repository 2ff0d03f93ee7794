"""Vectors, kept once for each text and model.

The stored value, float16, is the canonical one: what `load` returns is what every later
computation uses, so a run that embeds and a run that finds the vector see the same numbers.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, select

from groundswell.domain import IntArray, require_aligned
from groundswell.domain import Vectors as VectorArray
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import insert_new
from groundswell.store.rows import batches, in_parts

STORED = np.dtype("<f2")

BY_KEY = 10_000
"""Vectors that are looked up one by one at most; for more, all of the model's are read."""


@dataclass(frozen=True, slots=True)
class Said:
    """All that customers said, each wording once with its vector; copies are left out."""

    statement_ids: tuple[str, ...]
    """Newest first."""
    places: IntArray
    """Of each statement's text in the next two, shape (n_statements,)."""
    texts: tuple[str, ...]
    vectors: NDArray[np.float16]
    """Shape (n_texts, n_dims), of unit length up to the rounding."""


class Vectors:
    """The table ``vector``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lease: Lease, model_id: str, hashes: Sequence[str], vectors: VectorArray) -> None:
        """Keep the vectors of texts that have none yet, in units of `BATCH`.

        Parameters
        ----------
        hashes
            Of the texts.
        vectors : ndarray of shape (n_texts, n_dims)

        Raises
        ------
        ValueError
            Not one hash per vector, or a number that is not finite as float16.
        """
        require_aligned(hashes, len(vectors), "vectors")
        if not (np.abs(vectors) <= np.finfo(STORED).max).all():
            raise ValueError("vectors: a number is not finite as float16")
        rounded = vectors.astype(STORED)
        for batch in batches(range(len(hashes)), BATCH):
            rows = [
                {"model_id": model_id, "text_hash": hashes[i], "vector": rounded[i].tobytes()}
                for i in batch
            ]
            with self._database.write("vectors.batch", lease, pause=True) as connection:
                insert_new(connection, tables.vector, rows)

    def load(self, model_id: str, hashes: Sequence[str]) -> VectorArray:
        """Return the vectors of texts, aligned with `hashes`.

        Returns
        -------
        ndarray of shape (n_texts, n_dims)
            Of unit length up to the rounding to float16; shape (0, 0) for no texts.

        Raises
        ------
        ValueError
            Some texts have no vector; says how many.
        """
        places = {text_hash: n for n, text_hash in enumerate(dict.fromkeys(hashes))}
        found, filled = np.zeros((0, 0), dtype=np.float32), 0
        with self._database.read() as connection:
            for rows in _stored(connection, model_id, places):
                known = [places.get(text_hash, -1) for text_hash, _ in rows]
                kept = [n for n in known if n >= 0]
                flat = b"".join(v for n, (_, v) in zip(known, rows, strict=True) if n >= 0)
                if kept and not filled:
                    dims = len(flat) // STORED.itemsize // len(kept)
                    found = np.empty((len(places), dims), dtype=np.float32)
                if kept:
                    found[kept] = np.frombuffer(flat, dtype=STORED).reshape(len(kept), -1)
                filled += len(kept)
        if filled < len(places):
            missing = len(places) - filled
            raise ValueError(f"{missing} of {len(places)} texts have no vector of {model_id}")
        if len(places) == len(hashes):
            return found
        return found[[places[text_hash] for text_hash in hashes]]

    def said(self, model_id: str) -> Said:
        """Return every statement whose text has a vector of this model."""
        record, statement, c = tables.record.c, tables.statement.c, tables.vector.c
        query = (
            select(statement.statement_id, statement.text_hash, statement.text)
            .select_from(tables.statement.join(tables.record))
            .where(record.copy_of.is_(None))
            .order_by(record.created_at.desc(), statement.statement_id)
        )
        kept = select(c.text_hash, c.vector).where(c.model_id == model_id)
        with self._database.read() as connection:
            stored = {row.text_hash: row.vector for row in connection.execute(kept)}
            rows = [row for row in connection.execute(query) if row.text_hash in stored]
        texts = {row.text_hash: row.text for row in rows}
        order = {text_hash: place for place, text_hash in enumerate(texts)}
        flat = np.frombuffer(b"".join(stored[text_hash] for text_hash in texts), dtype=STORED)
        return Said(
            statement_ids=tuple(row.statement_id for row in rows),
            places=np.array([order[row.text_hash] for row in rows], dtype=np.int64),
            texts=tuple(texts.values()),
            vectors=flat.reshape(len(texts), -1) if len(texts) else np.zeros((0, 0), STORED),
        )

    def missing(self, model_id: str, hashes: Collection[str]) -> list[str]:
        """Return the hashes a model has no vector of, sorted, each once."""
        c = tables.vector.c
        with self._database.read() as connection:
            left = set(hashes)
            for rows in in_parts(connection, select(c.text_hash).where(c.model_id == model_id)):
                left.difference_update(row.text_hash for row in rows)
        return sorted(left)

    def forget(self, lease: Lease, kept: Collection[str]) -> int:
        """Drop the vectors of all models but some, and return how many went."""
        others = tables.vector.c.model_id.not_in(sorted(kept))
        with self._database.write("vectors.forget", lease) as connection:
            return connection.execute(delete(tables.vector).where(others)).rowcount

    def count(self, model_id: str) -> int:
        """Return how many texts a model has embedded."""
        query = select(func.count()).where(tables.vector.c.model_id == model_id)
        with self._database.read() as connection:
            return connection.scalar(query) or 0


def _stored(
    connection: Connection, model_id: str, wanted: Collection[str]
) -> Iterator[list[tuple[str, bytes]]]:
    """Yield hashes and vectors, few by their keys, many in one pass over the model's."""
    c = tables.vector.c
    query = select(c.text_hash, c.vector).where(c.model_id == model_id)
    if len(wanted) > BY_KEY:
        for rows in in_parts(connection, query):
            yield [(row.text_hash, row.vector) for row in rows]
        return
    for batch in batches(sorted(wanted), BATCH):
        yield [
            (row.text_hash, row.vector)
            for row in connection.execute(query.where(c.text_hash.in_(batch)))
        ]
