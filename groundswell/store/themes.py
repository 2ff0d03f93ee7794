"""The themes of the fitted model in use, and which statement belongs to which."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select

from groundswell.domain import (
    Event,
    ModelVersion,
    NeedTheme,
    RiseAlert,
    ThemeAssignment,
    ThemeChange,
)
from groundswell.domain.drafts import FIRST_MADE
from groundswell.failpoints import failpoint
from groundswell.store import shapes, tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.mentions import chosen
from groundswell.store.outbox import tell
from groundswell.store.rows import batches, frame, row_of, values
from groundswell.store.shapes import Heirs, Shaped
from groundswell.store.versions import enthrone

if TYPE_CHECKING:
    import pandas as pd


class Themes:
    """The tables ``theme``, ``assignment`` and what is told of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_fit(
        self,
        lease: Lease,
        run_id: int,
        model: ModelVersion,
        themes: Sequence[NeedTheme],
        assignments: Sequence[ThemeAssignment],
        retired: Mapping[int, Heirs],
        changes: Sequence[ThemeChange] = (),
        shaped: Shaped = Shaped(),  # noqa: B008  # a frozen value
        others: Sequence[ModelVersion] = (),
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
        changes
            What became of the themes; takes the place of what this run has told so far.
        shaped
            What is shown otherwise; all else here is as found. Its changes come last.
        others
            Versions of other kinds that are put in use with it.

        Raises
        ------
        ValueError
            A theme known so far is neither among the living nor among the retired, or is both.
        """
        with self._database.write("themes.fit", lease) as connection:
            shapes.put_found_back(connection)
            _retire(connection, {theme.theme_id for theme in themes}, retired)
            _write_themes(connection, themes)
            failpoint("themes.fit.themes")
            connection.execute(delete(tables.assignment))
            shapes.write_assignments(connection, assignments)
            failpoint("themes.fit.assignments")
            shapes.cover(connection, shaped)
            shapes.write_changes(connection, run_id, [*changes, *shaped.changes])
            for version in (*others, model):
                enthrone(connection, version, run_id)

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
            shapes.write_assignments(connection, assignments)

    def open_themes(
        self,
        lease: Lease,
        run_id: int,
        model: ModelVersion,
        themes: Sequence[NeedTheme],
        assignments: Sequence[ThemeAssignment],
        changes: Sequence[ThemeChange] = (),
    ) -> None:
        """Add themes to the fit, with a model that knows them, in one transaction.

        Parameters
        ----------
        themes
            The new ones.
        assignments
            Of the statements they were found in; what these were assigned to before goes.
        changes
            As in `save_fit`.
        """
        with self._database.write("themes.open", lease) as connection:
            _write_themes(connection, themes)
            failpoint("themes.open.themes")
            moved = sorted({one.statement_id for one in assignments})
            for batch in batches(moved, BATCH):
                gone = tables.assignment.c.statement_id.in_(batch)
                connection.execute(delete(tables.assignment).where(gone))
            shapes.write_assignments(connection, assignments)
            failpoint("themes.open.assignments")
            shapes.write_changes(connection, run_id, changes)
            enthrone(connection, model, run_id)

    def save_changes(
        self,
        lease: Lease,
        run_id: int,
        changes: Sequence[ThemeChange],
        themes: Sequence[NeedTheme],
    ) -> None:
        """Keep what became of the themes in a run, and those whose size is another now.

        Parameters
        ----------
        changes
            As in `save_fit`.
        """
        with self._database.write("themes.changes", lease) as connection:
            _write_themes(connection, themes)
            failpoint("themes.changes.themes")
            shapes.write_changes(connection, run_id, changes)

    def changes(self, run_id: int) -> list[ThemeChange]:
        """Return what became of the themes in a run."""
        table = tables.theme_change
        with self._database.read() as connection:
            return values(connection, table, ThemeChange, table.c.run_id == run_id)

    def sizes(self) -> dict[int, int]:
        """Return how many statements have each theme as their strongest; `NOISE` is one."""
        c = tables.assignment.c
        place = func.row_number().over(
            partition_by=c.statement_id, order_by=(c.membership.desc(), c.theme_id)
        )
        ranked = select(c.theme_id, place.label("place")).subquery()
        strongest = select(ranked.c.theme_id, func.count()).where(ranked.c.place == 1)
        with self._database.read() as connection:
            rows = connection.execute(strongest.group_by(ranked.c.theme_id))
            return {int(theme): int(count) for theme, count in rows}

    def save_alerts(self, lease: Lease, alerts: Sequence[RiseAlert]) -> None:
        """Keep alerts that are new or have ended."""
        with self._database.write("themes.alerts", lease) as connection:
            upsert(connection, tables.rise_alert, [row_of(alert) for alert in alerts])
            tell(connection, [Event("need.rising", a.subject) for a in alerts if not a.ended_on])

    def alerts(self) -> list[RiseAlert]:
        """Return every alert ever raised, by theme, view and day."""
        with self._database.read() as connection:
            return values(connection, tables.rise_alert, RiseAlert)

    def save_names(self, lease: Lease, answers: Mapping[str, tuple[str, str]]) -> None:
        """Keep the answers of a naming endpoint, by key: (title, refusal); the others go."""
        rows = [
            {"key": key, "title": title, "refusal": refusal}
            for key, (title, refusal) in sorted(answers.items())
        ]
        with self._database.write("themes.names", lease) as connection:
            connection.execute(delete(tables.name_proposal))
            upsert(connection, tables.name_proposal, rows)

    def names(self) -> dict[str, tuple[str, str]]:
        """Return the answers of a naming endpoint, by key: (title, refusal)."""
        c = tables.name_proposal.c
        with self._database.read() as connection:
            rows = connection.execute(select(c.key, c.title, c.refusal).order_by(c.key))
            return {row.key: (row.title, row.refusal) for row in rows}

    def unassigned_statements(self, model_id: str | None = None) -> "pd.DataFrame":
        """Return statement_id, text_hash and text of what no theme model has seen.

        Sorted by statement_id; statements of copies are left out, and with `model_id` those
        that this model of annotations calls uninformative.
        """
        statement, assignment = tables.statement.c, tables.assignment.c
        assigned = select(assignment.statement_id).where(
            assignment.statement_id == statement.statement_id
        )
        query = (
            select(statement.statement_id, statement.text_hash, statement.text)
            .where(*chosen(model_id, model_id is not None), ~assigned.exists())
            .order_by(statement.statement_id)
        )
        with self._database.read() as connection:
            return frame(connection, query)

    def themes(self, include_retired: bool = False) -> list[NeedTheme]:
        """Return the themes, sorted by id."""
        living = () if include_retired else (tables.theme.c.state != "retired",)
        with self._database.read() as connection:
            return values(connection, tables.theme, NeedTheme, *living)

    def retired_into(self) -> dict[int, Heirs]:
        """Return each retired theme with those that took over its statements."""
        c = tables.theme.c
        query = select(c.theme_id, c.retired_into).where(c.state == "retired").order_by(c.theme_id)
        with self._database.read() as connection:
            return {
                row.theme_id: tuple((int(heir), float(share)) for heir, share in row.retired_into)
                for row in connection.execute(query)
            }

    def next_theme_id(self) -> int:
        """Return the first id that no found theme ever had; ids begin at 0."""
        theme_id = tables.theme.c.theme_id
        last_found = select(func.max(theme_id)).where(theme_id < FIRST_MADE)
        with self._database.read() as connection:
            last = connection.scalar(last_found)
        return 0 if last is None else last + 1


def _retire(connection: Connection, living: set[int], retired: Mapping[int, Heirs]) -> None:
    theme = tables.theme
    alive = select(theme.c.theme_id).where(
        theme.c.state != "retired", theme.c.theme_id < FIRST_MADE
    )
    known = set(connection.scalars(alive))
    if living & set(retired):
        raise ValueError(f"themes both living and retired: {sorted(living & set(retired))}")
    if known - living - set(retired):
        raise ValueError(f"themes forgotten by the fit: {sorted(known - living - set(retired))}")
    for theme_id, heirs in sorted(retired.items()):
        ended = theme.update().where(theme.c.theme_id == theme_id)
        connection.execute(ended.values(state="retired", retired_into=heirs))


def _write_themes(connection: Connection, themes: Sequence[NeedTheme]) -> None:
    upsert(connection, tables.theme, [row_of(theme, retired_into=()) for theme in themes])
