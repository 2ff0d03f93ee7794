"""The commands ``groundswell audience`` and ``groundswell pace``.

Imports little, as `flows.cli` does.
"""

import sys
from typing import Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption


def audience(
    name: Annotated[str, typer.Argument(metavar="ID", help="Its id, or its rank.")],
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print all of them as CSV and nothing else.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show whom to tell of an idea: who asked in which words, which deals hang on it."""
    import reports
    from flows import terminal
    from flows.outcome_views import audience_page
    from flows.outcomes import read_audience
    from groundswell.config import load_config

    settings = load_config(config)
    found = read_audience(settings, name)
    if as_csv:
        sys.stdout.buffer.write(reports.audience_csv(found))
    elif as_json:
        terminal.write_json(found)
    else:
        terminal.output().print(audience_page(found, settings.money.currency))


def pace(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show how fast needs are met, and what became of them after each release."""
    from flows import terminal
    from flows.outcome_views import pace_page
    from flows.outcomes import read_pace
    from groundswell.config import load_config

    found = read_pace(load_config(config))
    if as_json:
        terminal.write_json(found)
    else:
        terminal.output().print(pace_page(found))
