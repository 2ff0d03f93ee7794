"""``groundswell metrics``: how the installation does, for Prometheus."""

from pathlib import Path
from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption

READABLE = 0o644
"""node_exporter reads it as a user of its own; there is nothing of a customer in it."""


def metrics(
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Write this file instead, in one step.", metavar="FILE"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print how the installation does, in figures that Prometheus reads."""
    from flows.upkeep.figures import figures
    from groundswell.config import load_config
    from groundswell.files import write_whole

    text = figures(load_config(config))
    if into is None:
        typer.echo(text.decode(), nl=False)
    else:
        write_whole(into, text, mode=READABLE)
