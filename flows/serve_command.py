"""The command that serves the review app, with what works beside it."""

from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption


def serve(
    host: Annotated[
        str | None, typer.Option(help="Where to listen; default: that of the settings.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Open the review app in a browser, by itself only on this machine, until interrupted."""
    from contextlib import suppress
    from functools import partial

    import web.app
    from flows.webhooks import told_meanwhile
    from flows.worker import Worker
    from groundswell import logs
    from groundswell.config import load_config
    from groundswell.tracing import start_tracing

    settings = load_config(config)
    logs.set_up(settings.logging)
    start_tracing()
    say = partial(typer.echo, err=True)
    with (
        suppress(KeyboardInterrupt),  # the ordinary way to end
        told_meanwhile(settings),
        Worker(config, say) as worker,
    ):
        web.app.serve(settings, host, port, say=say, wake=worker.wake)
