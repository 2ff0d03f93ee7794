"""What kind of thing each text says, kept once for each text and model."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from groundswell.domain import Annotation
from groundswell.store import tables
from groundswell.store.database import BATCH, DERIVED_BATCH, Database, Lease
from groundswell.store.engines import insert_new, upsert
from groundswell.store.rows import batches, columns_of, in_parts, row_of


class Annotations:
    """The table ``annotation``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self, model_id: str, hashes: Collection[str]) -> list[str]:
        """Return the hashes a model has not annotated, sorted, each once."""
        c = tables.annotation.c
        with self._database.read() as connection:
            left = set(hashes)
            for rows in in_parts(connection, select(c.text_hash).where(c.model_id == model_id)):
                left.difference_update(row.text_hash for row in rows)
        return sorted(left)

    def add(self, lease: Lease, model_id: str, annotations: Sequence[Annotation]) -> None:
        """Keep the annotations of texts that have none yet, in units of `DERIVED_BATCH`.

        Raises
        ------
        ValueError
            A confidence, polarity or severity is out of its range.
        """
        for batch in batches(annotations, DERIVED_BATCH):
            rows = [row_of(annotation, model_id=model_id) for annotation in batch]
            with self._database.write("annotations.batch", lease, pause=True) as connection:
                insert_new(connection, tables.annotation, rows)

    def replace(self, lease: Lease, model_id: str, annotations: Sequence[Annotation]) -> None:
        """Put annotations in the place of those that a model made of the same texts.

        Raises
        ------
        ValueError
            A confidence, polarity or severity is out of its range.
        """
        for batch in batches(annotations, BATCH):
            rows = [row_of(annotation, model_id=model_id) for annotation in batch]
            with self._database.write("annotations.replace", lease) as connection:
                upsert(connection, tables.annotation, rows)

    def load(self, model_id: str, hashes: Sequence[str]) -> dict[str, Annotation]:
        """Return those of the texts that a model has annotated, by hash."""
        table = tables.annotation
        query = select(*columns_of(table, Annotation)).where(table.c.model_id == model_id)
        found = {}
        with self._database.read() as connection:
            for batch in batches(sorted(set(hashes)), BATCH):
                for row in connection.execute(query.where(table.c.text_hash.in_(batch))):
                    found[row.text_hash] = Annotation(*row)
        return found
