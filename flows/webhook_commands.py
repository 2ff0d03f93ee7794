"""``groundswell webhooks``: what was told to whom, a message on trial, a new key."""

from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, CountOption, JsonOption

app = typer.Typer(
    help="List what webhooks were told, try one out, or print a new key.",
    invoke_without_command=True,
    add_completion=False,
)


@app.callback()
def webhooks(
    context: typer.Context,
    n: CountOption = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what webhooks were told, and what waits or was given up; the newest first."""
    if context.invoked_subcommand is not None:
        return
    from flows import overview, terminal
    from groundswell.config import load_config

    settings = load_config(config)
    with overview.reading(settings) as store:
        found = store.outbox.newest(n)
    if as_json:
        terminal.write_json(found)
        return
    table = terminal.table("webhook", "event", "happened (UTC)", "state", "tries", "next", "found")
    for one in found:
        due = f"{one.next_at:%m-%d %H:%M}" if one.next_at else ""
        happened = f"{one.happened_at:%Y-%m-%d %H:%M}"
        cells = (one.webhook, one.event.event_id, happened, one.state, str(one.tries), due)
        table.add_row(*cells, terminal.foreign(one.found))
    terminal.output().print(table if found else _nothing(bool(settings.webhooks)))


@app.command()
def test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a [[webhooks]] entry.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send one message on trial and say what came of it."""
    from flows.webhooks import try_out
    from groundswell.config import load_config

    typer.echo(f"{name}: {try_out(load_config(config), name)}")


@app.command()
def secret() -> None:
    """Print a new key; put it into the variable that secret_variable names, here and there."""
    from ingest.webhooks import new_key

    typer.echo(new_key())


def _nothing(any_webhooks: bool) -> str:
    if any_webhooks:
        return "Nothing was told yet."
    return "No webhooks: docs/webhooks.md shows how to set one up."
