"""The tables of themes and of what belongs to them: as they are shown, and as they were found.

Reviewers merge, split and retire themes and move statements. What is shown is in ``theme`` and
``assignment``; where that differs from what the fit found, what it found is kept in ``found_theme``
and ``found_assignment``, so that a later fit can go on from it and a decision can be undone.
"""

from sqlalchemy import CheckConstraint, Double, Index, Integer, Table

from groundswell.store.columns import Document, Words, key, optional, part_of, required, table


def _themes(name: str) -> Table:
    return table(
        name,
        key("theme_id", Integer),
        required("label"),
        required("keywords", Document),
        required("exemplars", Document),
        required("size", Integer),
        required("stability", Double),
        required("state"),
        optional("parent_id", Integer),
        required("x", Double),
        required("y", Double),
        required("level"),
        required("named_by"),
        required("name_evidence", Document),
        required("counter_exemplars", Document),
        required("retired_into", Document),
    )


def _assignments(name: str) -> Table:
    return table(
        name,
        key("statement_id", Words, part_of("statement.statement_id")),
        key("theme_id", Integer),
        required("membership", Double),
        optional("variant_id", Integer),
        CheckConstraint("membership BETWEEN 0 AND 1", name=f"{name}_share"),
    )


theme, found_theme = _themes("theme"), _themes("found_theme")
assignment, found_assignment = _assignments("assignment"), _assignments("found_assignment")
Index("assignment_theme", assignment.c.theme_id)
