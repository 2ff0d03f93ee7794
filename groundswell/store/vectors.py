"""Vectors, kept once for each text and model.

The stored value, float16, is the canonical one: what `load` returns is what every later
computation uses, so a run that embeds and a run that finds the vector see the same numbers.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import func, select

from groundswell.domain import Vectors as VectorArray
from groundswell.domain import require_aligned
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import insert_new
from groundswell.store.rows import batches

STORED = np.dtype("<f2")


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
        c, wanted = tables.vector.c, set(hashes)
        query = select(c.text_hash, c.vector).where(c.model_id == model_id)
        if len(wanted) <= BATCH:  # few by their keys, many in one pass over the model's
            query = query.where(c.text_hash.in_(sorted(wanted)))
        with self._database.read() as connection:
            rows = connection.execute(query)
            found = {text_hash: vector for text_hash, vector in rows if text_hash in wanted}
        if len(found) < len(wanted):
            missing = len(wanted) - len(found)
            raise ValueError(f"{missing} of {len(wanted)} texts have no vector of {model_id}")
        if not hashes:
            return np.zeros((0, 0), dtype=np.float32)
        flat = np.frombuffer(b"".join(found[text_hash] for text_hash in hashes), dtype=STORED)
        return flat.astype(np.float32).reshape(len(hashes), -1)

    def missing(self, model_id: str, hashes: Sequence[str]) -> list[str]:
        """Return the hashes a model has no vector of, sorted, each once."""
        c = tables.vector.c
        with self._database.read() as connection:
            known = set(connection.scalars(select(c.text_hash).where(c.model_id == model_id)))
        return sorted(set(hashes) - known)

    def count(self, model_id: str) -> int:
        """Return how many texts a model has embedded."""
        query = select(func.count()).where(tables.vector.c.model_id == model_id)
        with self._database.read() as connection:
            return connection.scalar(query) or 0
