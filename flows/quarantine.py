"""``groundswell quarantine``: rows that could not be used, and another chance for them."""

from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, CountOption, JsonOption

app = typer.Typer(
    help="List rows that could not be used, show one, or read their sources again.",
    invoke_without_command=True,
    add_completion=False,
)


@app.callback()
def quarantine(
    context: typer.Context,
    n: CountOption = 50,
    source: Annotated[
        str | None, typer.Option("--source", help="Only rows of this source.", metavar="NAME")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List rows that could not be used, with the reason and what would be accepted."""
    if context.invoked_subcommand is not None:
        return
    from flows import overview, terminal, views
    from groundswell.config import load_config

    with overview.reading(load_config(config)) as store:
        entries = store.feedback.quarantined(n, source)
        counts = store.feedback.quarantine_counts()
    if as_json:
        terminal.write_json(entries)
    else:
        views.show_quarantine(entries, [one for one in counts if source in (None, one[0])])


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="Its number, such as 12-3.", metavar="ENTRY")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one row: where it stands, what was found, and the row itself without personal data."""
    from flows import overview, terminal, views
    from groundswell.config import load_config
    from groundswell.errors import ConfigError

    with overview.reading(load_config(config)) as store:
        found = store.feedback.quarantine_entry(entry)
    if found is None:
        raise ConfigError(f"entry {entry}: no such row; 'groundswell quarantine' lists them")
    if as_json:
        terminal.write_json(found)
    else:
        views.show_quarantined_row(found)


@app.command()
def retry(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Default: all that have such rows.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Read sources again from their beginning, after a file or its mapping was mended."""
    from flows import intake, views
    from flows.progress import shown_progress
    from groundswell.config import load_config

    settings = load_config(config)
    with shown_progress() as progress:
        counted = intake.retry(settings, sources or (), progress)
    views.show_intake(counted)
