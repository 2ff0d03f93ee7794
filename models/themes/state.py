"""Themes as a fit found them, with every statement's place, as files that a version keeps.

With them a version can be put in use, or back in use, without fitting anything.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from groundswell.domain import NeedTheme, ThemeAssignment, ThemeChange, versions
from groundswell.errors import ModelError
from models.themes.lineage import Heirs

if TYPE_CHECKING:
    import pandas as pd

ASSIGNMENTS = versions.ASSIGNMENTS
THEMES = "themes.json"
COLUMNS = ("statement_id", "theme_id", "membership", "variant_id")


@dataclass(frozen=True, slots=True)
class ThemeState:
    """Themes and who belongs to them, before what reviewers made of them."""

    themes: tuple[NeedTheme, ...]
    """The living ones of all levels, by id."""
    assignments: "pd.DataFrame"
    """statement_id, theme_id, membership and variant_id (float64, NaN: none), by the first two."""
    retired: Mapping[int, Heirs] = field(default_factory=dict)
    """Themes that end with it."""
    changes: tuple[ThemeChange, ...] = ()
    """What becomes of the needs with it."""

    def placed(self, known: set[str]) -> list[ThemeAssignment]:
        """Return the places of those statements that are known."""
        rows = zip(*(self.assignments[name].tolist() for name in COLUMNS), strict=True)
        return [
            ThemeAssignment(statement, theme, membership, _whole(variant))
            for statement, theme, membership, variant in rows
            if statement in known
        ]


def as_table(assignments: "list[ThemeAssignment]") -> "pd.DataFrame":
    """Return assignments as `ThemeState` holds them."""
    import pandas as pd

    rows = [(one.statement_id, one.theme_id, one.membership, one.variant_id) for one in assignments]
    table = pd.DataFrame.from_records(rows, columns=list(COLUMNS))
    table = table.astype({"theme_id": "int64", "membership": "float64", "variant_id": "float64"})
    return table.sort_values(["statement_id", "theme_id"], ignore_index=True)


def to_parts(state: ThemeState) -> dict[str, bytes]:
    """Write a state; equal ones give equal bytes."""
    table = BytesIO()
    state.assignments[list(COLUMNS)].to_parquet(table, index=False, compression="zstd")
    document = {
        "themes": [asdict(theme) for theme in state.themes],
        "retired": sorted(state.retired.items()),
        "changes": [asdict(change) for change in state.changes],
    }
    spelt = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return {ASSIGNMENTS: table.getvalue(), THEMES: spelt.encode()}


def from_parts(parts: Mapping[str, bytes]) -> ThemeState:
    """Read what `to_parts` wrote.

    Raises
    ------
    ModelError
        The bytes are not such a state.
    """
    import pandas as pd

    try:
        table = pd.read_parquet(BytesIO(parts[ASSIGNMENTS]))[list(COLUMNS)]
        document = _tuples(json.loads(parts[THEMES]))
        return ThemeState(
            tuple(NeedTheme(**theme) for theme in document["themes"]),
            table.astype({"statement_id": "str"}),
            dict(document["retired"]),
            tuple(ThemeChange(**change) for change in document["changes"]),
        )
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ModelError(f"places of statements in themes: not readable ({error})") from None


def _whole(variant: float) -> int | None:
    return None if variant != variant else int(variant)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return value
