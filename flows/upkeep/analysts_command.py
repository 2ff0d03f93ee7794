"""``groundswell analysts``: views of the store, and who may read them."""

from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption


def analysts(
    role: Annotated[
        str, typer.Argument(help="Whom the printed SQL lets read them.", metavar="[ROLE]")
    ] = "analyst",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make views for analysts in PostgreSQL; print the SQL of a role that reads nothing else."""
    from flows.overview import reading
    from groundswell.config import load_config
    from groundswell.store.analysts import SCHEMA, VIEWS

    with reading(load_config(config)) as store:
        statements = store.views_for(role)
    typer.echo(
        f"{len(VIEWS)} views are in the schema {SCHEMA}. An administrator of the server runs what"
        " follows, once; then sets a password with \\password in psql.",
        err=True,
    )
    typer.echo(statements)
