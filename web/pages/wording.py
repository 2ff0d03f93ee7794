"""Decisions as fields and values that a page shows."""

from collections.abc import Sequence

from groundswell.domain import Decision
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import statement_of


def what_changed(decision: Decision) -> list[tuple[str, str, str]]:
    """Return (field, before, after) of what a decision changed; empty text: as computed."""
    return in_lines(
        [
            (name, decision.before.get(name), value)
            for name, value in decision.sets.items()
            if decision.before.get(name) != value
        ]
    )


def in_lines(
    changed: Sequence[tuple[str, FieldValue, FieldValue]],
) -> list[tuple[str, str, str]]:
    """Return (field, before, after) as text; statements are counted, not named."""
    placed = [value for name, _, value in changed if statement_of(name) is not None]
    counted = [
        (f"{placed.count(value)} statements", "", word)
        for value, word in ((True, "belong"), (False, "do not belong"), (None, "as found"))
        if value in placed
    ]
    return counted + [
        (name.replace("_", " "), said(before), said(value))
        for name, before, value in changed
        if statement_of(name) is None
    ]


def said(value: FieldValue) -> str:
    """Return a value of a field as text; empty: as computed."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
