"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[Path, typer.Option("--config", help="The settings.", metavar="FILE")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
CountOption = Annotated[int, typer.Option("-n", help="How many to show.", min=1)]
DEFAULT_CONFIG = Path("config.toml")
