"""The command that hands ideas over to a tracker."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption

ToOption = Annotated[Literal["jira", "linear", "github"], typer.Option("--to", help="The tracker.")]


def handover(
    ideas: Annotated[list[str], typer.Argument(metavar="IDEA...", help="Ids, or ranks.")],
    to: ToOption,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Where to write; for github a folder.", metavar="PATH"),
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Make the issues there, with the token of the settings.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also ideas that were handed over before.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be said, and do nothing.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write ideas as issues that a tracker imports, or make them there with --send."""
    from flows import handover as handing
    from flows import views
    from groundswell.config import load_config

    if send and file is not None:
        raise typer.BadParameter("--send makes issues and writes no file; leave one of them out")
    settings = load_config(config)
    if dry_run:
        typer.echo("\n\n".join(handing.preview_ideas(settings, ideas, to)))
    elif send:
        views.show_handed_over(handing.send_ideas(settings, ideas, to, again=again))
    else:
        views.show_handed_over(handing.write_ideas(settings, ideas, to, path=file, again=again))
