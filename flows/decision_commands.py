"""The commands by which a person decides, looks decisions up and undoes them."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from groundswell.domain import Decision

ReviewerOption = Annotated[
    str,
    typer.Option("--reviewer", help="Who decides; left out: who is logged in.", metavar="NAME"),
]
SHOWN = 20
"""Decisions that are listed where nobody says how many."""

Status = Literal["accept", "reject", "defer", "reopen"]
Kind = Literal["problem", "request", "praise", "question", "other"]
STATUSES: tuple[Status, ...] = get_args(Status)
KINDS: tuple[Kind, ...] = get_args(Kind)
SAME = {"same": True, "different": False, "computed": None}
"""What an answer says of an idea and a match; none: as computed."""


def decide(
    target: Annotated[
        str, typer.Argument(metavar="IDEA", help="Its id, or its rank; or statement-ID.")
    ],
    answer: Annotated[Literal[Status, "same", "different", "computed", Kind], typer.Argument()],
    match: Annotated[
        str, typer.Argument(help="What it is the same as, or not: item-RF-7, deal-D-7, signal-ID.")
    ] = "",
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
    """Accept, reject, defer or reopen an idea; the next run heeds it.

    "same", "different" or "computed" says of an idea and a MATCH whether both are the same thing;
    "problem", "request", "praise", "question", "other" or "computed" of a statement its kind.
    """
    from flows import views

    day = until.date() if until else None
    if (answer == "defer") != (day is not None):
        raise typer.BadParameter("--until DATE goes with defer, and defer with it")
    of_statement = target.startswith("statement-")
    if of_statement != (answer in KINDS) and answer != "computed":
        raise typer.BadParameter("a kind is said of statement-ID, all else of an idea")
    if bool(match) != (answer in SAME and not of_statement):
        raise typer.BadParameter("MATCH goes with same, different and computed, and they with it")
    views.show_decisions([_decided(config, target, answer, match, day, reason, reviewer)])


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


def _decided(
    config: Path,
    target: str,
    answer: str,
    match: str,
    until: date | None,
    reason: str,
    reviewer: str,
) -> "Decision":
    """Record an answer about a statement, about an idea and a match, or about an idea."""
    from flows import decisions
    from groundswell.config import load_config

    settings = load_config(config)
    status = next((one for one in STATUSES if one == answer), None)
    kind = next((one for one in KINDS if one == answer), None)
    if target.startswith("statement-"):
        return decisions.decide_kind(settings, target, kind, reason=reason, reviewer=reviewer)
    if status is None:
        same = SAME[answer]
        return decisions.decide_link(
            settings, target, match, same, reason=reason, reviewer=reviewer
        )
    return decisions.decide_on(
        settings, target, status, reason=reason, until=until, reviewer=reviewer
    )
