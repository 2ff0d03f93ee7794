"""Themes as reviewers shaped them, over the themes as they were found.

Nothing found is lost: what a shape covers is kept beside it and comes back when it is taken off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Table, delete, func, select, union_all

from groundswell.domain import NeedTheme, ThemeAssignment, ThemeChange
from groundswell.domain.drafts import FIRST_MADE
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.rows import batches, frame, row_of, values

if TYPE_CHECKING:
    import pandas as pd

Heirs = tuple[tuple[int, float], ...]
"""Themes that took over the statements of a retired one, each with its share, largest first."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What is shown otherwise than it was found."""

    themes: tuple[NeedTheme, ...] = ()
    """Shown otherwise, or made."""
    retired: Mapping[int, Heirs] = field(default_factory=dict)
    """Not shown, with those that hold their statements instead."""
    assignments: tuple[ThemeAssignment, ...] = ()
    """Of the statements that are shown elsewhere than they were found, all of each."""
    changes: tuple[ThemeChange, ...] = ()
    """What became of themes by it."""


class Shapes:
    """The tables ``found_theme`` and ``found_assignment``, under ``theme`` and ``assignment``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Tell whether anything is shown otherwise than it was found."""
        made = select(func.count()).where(
            tables.theme.c.theme_id >= FIRST_MADE, tables.theme.c.state != "retired"
        )
        covered = [select(func.count()).select_from(kept) for _, kept in _COVERED]
        with self._database.read() as connection:
            return any(connection.scalar(query) for query in (made, *covered))

    def found_themes(self) -> list[NeedTheme]:
        """Return the living themes as they were found, sorted by id."""
        theme = tables.theme.c
        with self._database.read() as connection:
            kept = {one.theme_id: one for one in values(connection, tables.found_theme, NeedTheme)}
            shown = values(connection, tables.theme, NeedTheme, theme.theme_id < FIRST_MADE)
        found = [kept.get(one.theme_id, one) for one in shown]
        return [one for one in found if one.state != "retired"]

    def found_assignments(self) -> "pd.DataFrame":
        """Return every statement's themes as they were found.

        Returns
        -------
        DataFrame
            statement_id, text_hash, theme_id, membership and variant_id (float64, NaN: none);
            sorted by statement_id, then theme_id.
        """
        covered = select(tables.found_assignment.c.statement_id)
        shown = _placed(tables.assignment).where(tables.assignment.c.statement_id.not_in(covered))
        both = union_all(shown, _placed(tables.found_assignment)).subquery()
        query = select(both).order_by(both.c.statement_id, both.c.theme_id)
        with self._database.read() as connection:
            return frame(connection, query, _TYPES)

    def changed(self) -> set[int]:
        """Return the themes that are shown otherwise than they were found, or were made."""
        theme, kept = tables.theme.c, tables.found_theme.c
        made = select(theme.theme_id).where(theme.theme_id >= FIRST_MADE)
        with self._database.read() as connection:
            return {*connection.scalars(made), *connection.scalars(select(kept.theme_id))}

    def covered(self) -> set[str]:
        """Return the statements that are shown elsewhere than they were found."""
        with self._database.read() as connection:
            return set(connection.scalars(select(tables.found_assignment.c.statement_id)))

    def shown_assignments(self) -> "pd.DataFrame":
        """Return every statement's themes as they are shown; as `found_assignments` otherwise."""
        c = tables.assignment.c
        query = _placed(tables.assignment).order_by(c.statement_id, c.theme_id)
        with self._database.read() as connection:
            return frame(connection, query, _TYPES)

    def save(self, lease: Lease, run_id: int, shaped: Shaped) -> None:
        """Put a shape in the place of the one before, in one transaction.

        Parameters
        ----------
        shaped
            Its changes are all that is told of this run.

        Raises
        ------
        ValueError
            A theme that was made lives, and is neither among the themes nor among the retired.
        """
        with self._database.write("themes.shape", lease) as connection:
            put_found_back(connection)
            failpoint("themes.shape.found")
            cover(connection, shaped)
            write_changes(connection, run_id, shaped.changes)


def put_found_back(connection: Connection) -> None:
    """Show everything as it was found; themes that reviewers made stay, with nothing in them."""
    for shown, kept in (
        (tables.assignment, tables.found_assignment),
        (tables.theme, tables.found_theme),
    ):
        key = kept.primary_key.columns[0].name
        connection.execute(delete(shown).where(shown.c[key].in_(select(kept.c[key]))))
        names = [column.name for column in kept.columns]
        connection.execute(shown.insert().from_select(names, select(kept)))
        connection.execute(delete(kept))


def cover(connection: Connection, shaped: Shaped) -> None:
    """Show a shape over what was found, and keep that."""
    _cover_themes(connection, shaped.themes, shaped.retired)
    failpoint("themes.shape.themes")
    _cover_assignments(connection, shaped.assignments)


def write_assignments(connection: Connection, assignments: Sequence[ThemeAssignment]) -> None:
    """Write what is shown of statements, by their keys."""
    rows = sorted(map(row_of, assignments), key=lambda row: (row["statement_id"], row["theme_id"]))
    for batch in batches(rows, 10 * BATCH):
        upsert(connection, tables.assignment, batch)


def write_changes(connection: Connection, run_id: int, changes: Sequence[ThemeChange]) -> None:
    """Write what became of the themes in a run in the place of what it has told so far."""
    table = tables.theme_change
    connection.execute(delete(table).where(table.c.run_id == run_id))
    rows = [row_of(one, run_id=run_id, position=place) for place, one in enumerate(changes)]
    upsert(connection, table, rows)


_COVERED = (
    (tables.assignment, tables.found_assignment),
    (tables.theme, tables.found_theme),
)
"""What is shown, and what was found under it."""

_TYPES = {"theme_id": "int64", "membership": "float64", "variant_id": "float64"}


def _placed(placed: Table) -> Select[Any]:
    c = placed.c
    return select(
        c.statement_id,
        tables.statement.c.text_hash,
        c.theme_id,
        c.membership,
        c.variant_id,
    ).join(tables.statement, tables.statement.c.statement_id == c.statement_id)


def _cover_themes(
    connection: Connection, themes: Sequence[NeedTheme], retired: Mapping[int, Heirs]
) -> None:
    theme, kept = tables.theme, tables.found_theme
    shown = {one.theme_id for one in themes}
    made = select(theme.c.theme_id).where(
        theme.c.theme_id >= FIRST_MADE, theme.c.state != "retired"
    )
    if forgotten := set(connection.scalars(made)) - shown - set(retired):
        raise ValueError(f"made themes forgotten by the shape: {sorted(forgotten)}")
    covered = [one for one in {*shown, *retired} if one < FIRST_MADE]
    names = [column.name for column in kept.columns]
    found = select(theme).where(theme.c.theme_id.in_(covered))
    connection.execute(kept.insert().from_select(names, found))
    upsert(connection, theme, [row_of(one, retired_into=()) for one in themes])
    for theme_id, heirs in sorted(retired.items()):
        ended = theme.update().where(theme.c.theme_id == theme_id)
        connection.execute(ended.values(state="retired", retired_into=heirs))


def _cover_assignments(connection: Connection, assignments: Sequence[ThemeAssignment]) -> None:
    shown, kept = tables.assignment, tables.found_assignment
    names = [column.name for column in kept.columns]
    for batch in batches(sorted({one.statement_id for one in assignments}), BATCH):
        there = shown.c.statement_id.in_(batch)
        connection.execute(kept.insert().from_select(names, select(shown).where(there)))
        connection.execute(delete(shown).where(there))
    write_assignments(connection, assignments)
