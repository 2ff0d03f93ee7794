"""Fitted theme models, the themes and which statement belongs to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, select

from groundswell.domain import NeedTheme, ThemeAssignment
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.mentions import chosen
from groundswell.store.rows import batches, columns_of, frame, row_of, values

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A fitted theme model: its file of arrays and what it was fitted on."""

    version: int
    """From 1, one more for each fit."""
    encoder_id: str
    fingerprint: str
    """Of the statements and settings it was fitted on."""
    settings: Mapping[str, Any]
    file: str
    """Name of the file of arrays, which is on disk before this row is."""
    sha256: str
    statements: int
    """How many it was fitted on."""


class Themes:
    """The tables ``theme_model``, ``theme`` and ``assignment``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_fit(
        self,
        lease: Lease,
        run_id: int,
        model: ModelRow,
        themes: Sequence[NeedTheme],
        assignments: Sequence[ThemeAssignment],
        retired: Mapping[int, tuple[int, ...]],
    ) -> None:
        """Put a new fit in the place of the one before, in one transaction.

        Parameters
        ----------
        themes
            The living themes.
        assignments
            Of every statement the model has seen; all earlier ones go.
        retired
            Themes that ended, each with those that took over its statements (maybe none).

        Raises
        ------
        ValueError
            A theme known so far is neither among the living nor among the retired, or is both.
        """
        with self._database.write("themes.fit", lease) as connection:
            _retire(connection, {theme.theme_id for theme in themes}, retired)
            _write_themes(connection, themes)
            failpoint("themes.fit.themes")
            connection.execute(delete(tables.assignment))
            _write_assignments(connection, assignments)
            failpoint("themes.fit.assignments")
            upsert(connection, tables.theme_model, [row_of(model, run_id=run_id)])

    def add_assignments(
        self,
        lease: Lease,
        assignments: Sequence[ThemeAssignment],
        themes: Sequence[NeedTheme] = (),
    ) -> None:
        """Keep the assignments of new statements, in one transaction.

        Parameters
        ----------
        themes
            Those that are new or whose figures changed with it.
        """
        with self._database.write("themes.assign", lease) as connection:
            _write_themes(connection, themes)
            failpoint("themes.assign.themes")
            _write_assignments(connection, assignments)

    def unassigned_statements(self, model_id: str | None = None) -> "pd.DataFrame":
        """Return statement_id and text_hash of what no theme model has seen.

        Sorted by statement_id; statements of copies are left out, and with `model_id` those
        that this model of annotations calls uninformative.
        """
        statement, assignment = tables.statement.c, tables.assignment.c
        assigned = select(assignment.statement_id).where(
            assignment.statement_id == statement.statement_id
        )
        query = (
            select(statement.statement_id, statement.text_hash)
            .where(*chosen(model_id, model_id is not None), ~assigned.exists())
            .order_by(statement.statement_id)
        )
        with self._database.read() as connection:
            return frame(connection, query)

    def current_model(self) -> ModelRow | None:
        """Return the newest fitted model."""
        version = tables.theme_model.c.version
        newest = select(*columns_of(tables.theme_model, ModelRow)).order_by(version.desc())
        with self._database.read() as connection:
            row = connection.execute(newest.limit(1)).first()
            return None if row is None else ModelRow(*row)

    def themes(self, include_retired: bool = False) -> list[NeedTheme]:
        """Return the themes, sorted by id."""
        living = () if include_retired else (tables.theme.c.state != "retired",)
        with self._database.read() as connection:
            return values(connection, tables.theme, NeedTheme, *living)

    def retired_into(self) -> dict[int, tuple[int, ...]]:
        """Return each retired theme with those that took over its statements."""
        c = tables.theme.c
        query = select(c.theme_id, c.retired_into).where(c.state == "retired").order_by(c.theme_id)
        with self._database.read() as connection:
            return {row.theme_id: row.retired_into for row in connection.execute(query)}

    def next_theme_id(self) -> int:
        """Return the first id that no theme ever had; ids begin at 0."""
        with self._database.read() as connection:
            last = connection.scalar(select(func.max(tables.theme.c.theme_id)))
        return 0 if last is None else last + 1


def _retire(
    connection: Connection, living: set[int], retired: Mapping[int, tuple[int, ...]]
) -> None:
    theme = tables.theme
    known = set(connection.scalars(select(theme.c.theme_id).where(theme.c.state != "retired")))
    if living & set(retired):
        raise ValueError(f"themes both living and retired: {sorted(living & set(retired))}")
    if known - living - set(retired):
        raise ValueError(f"themes forgotten by the fit: {sorted(known - living - set(retired))}")
    for theme_id, heirs in sorted(retired.items()):
        ended = theme.update().where(theme.c.theme_id == theme_id)
        connection.execute(ended.values(state="retired", retired_into=heirs))


def _write_themes(connection: Connection, themes: Sequence[NeedTheme]) -> None:
    upsert(connection, tables.theme, [row_of(theme, retired_into=()) for theme in themes])


def _write_assignments(connection: Connection, assignments: Sequence[ThemeAssignment]) -> None:
    rows = sorted(map(row_of, assignments), key=lambda row: (row["statement_id"], row["theme_id"]))
    for batch in batches(rows, 10 * BATCH):
        upsert(connection, tables.assignment, batch)
