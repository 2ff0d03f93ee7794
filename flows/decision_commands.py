"""The commands by which a person decides, looks decisions up and undoes them."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption

ReviewerOption = Annotated[
    str,
    typer.Option("--reviewer", help="Who decides; left out: who is logged in.", metavar="NAME"),
]
SHOWN = 20
"""Decisions that are listed where nobody says how many."""


def decide(
    idea: Annotated[str, typer.Argument(metavar="IDEA", help="Its id, or its rank.")],
    answer: Annotated[Literal["accept", "reject", "defer", "reopen"], typer.Argument()],
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")] = "",
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="When to look at a deferred idea again.",
        ),
    ] = None,
    reviewer: ReviewerOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Accept, reject, defer or reopen an idea; the next run heeds it."""
    from flows import decisions, views
    from groundswell.config import load_config

    if (answer == "defer") != (until is not None):
        raise typer.BadParameter("--until DATE goes with defer, and defer with it")
    made = decisions.decide_on(
        load_config(config),
        idea,
        answer,
        reason=reason,
        until=until.date() if until else None,
        reviewer=reviewer,
    )
    views.show_decisions([made])


def log(
    n: Annotated[
        int | None, typer.Option("-n", help=f"How many; {SHOWN}, or with --json all.", min=1)
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no decision was changed.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what reviewers decided, the newest last."""
    from flows import decisions, terminal, views
    from groundswell.config import load_config

    settings = load_config(config)
    if verify:
        typer.echo(decisions.verify_log(settings), err=as_json)
    if as_json:
        terminal.write_json(decisions.as_lines(decisions.read_log(settings, n)))
    elif not verify or n is not None:
        views.show_decisions(decisions.read_log(settings, n or SHOWN))


def undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the decision.", min=1)],
    reviewer: ReviewerOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put back what a decision changed; undone itself, the decision stands again."""
    from flows import decisions, views
    from groundswell.config import load_config

    views.show_decisions([decisions.undo(load_config(config), number, reviewer=reviewer)])
