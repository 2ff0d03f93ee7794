"""Options that several commands share."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[Path, typer.Option("--config", help="The settings.", metavar="FILE")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
CountOption = Annotated[int, typer.Option("-n", help="How many to show.", min=1)]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Use no evidence after this day (UTC).",
    ),
]
DEFAULT_CONFIG = Path("config.toml")


def end_of(day: datetime | None) -> datetime | None:
    """Return the last moment of a day (UTC)."""
    return None if day is None else datetime.combine(day, time.max, UTC)
