"""``groundswell erase``: take a person out of everything, and show what was erased so far."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from pathlib import Path

    from groundswell.config import Config
    from groundswell.domain.erasure import Erasure, Subject

AccountOption = Annotated[
    list[str] | None,
    typer.Option("--account", help="Id of a customer; may be repeated.", metavar="ID"),
]
AuthorOption = Annotated[
    list[str] | None,
    typer.Option("--author", help="Id of whoever wrote; may be repeated.", metavar="ID"),
]


def erase(
    accounts: AccountOption = None,
    authors: AuthorOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: Annotated[
        str, typer.Option("--by", help="Who does it; left out: who is logged in.", metavar="NAME")
    ] = "",
    past: Annotated[bool, typer.Option("--list", help="Show what was erased so far.")] = False,
    wait: Annotated[
        bool, typer.Option("--no-run", help="Leave the new report to the next run.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take a customer or an author out of everything, refuse them from now on, and say so."""
    from flows.upkeep.erasing import subjects_of
    from groundswell.config import load_config

    settings = load_config(config)
    if past:
        _show_past(settings, as_json)
        return
    subjects = subjects_of(settings, accounts or (), authors or ())
    if not yes:
        _ask(settings, subjects)
    done = _erase(settings, subjects, by)
    _show(done, settings, as_json)
    if done is not None and done.anew and not wait:
        _make_anew(config, settings, as_json)


def _erase(settings: "Config", subjects: "Sequence[Subject]", by: str) -> "Erasure | None":
    from flows.decisions import this_user
    from flows.upkeep import erasing

    return erasing.erase(settings, subjects, by=by or this_user())


def _make_anew(path: "Path", settings: "Config", as_json: bool) -> None:
    """Run; where a program reads, without a word."""
    if not as_json:
        from flows.by_hand import run_by_hand

        run_by_hand(path, "refresh")
        return
    from flows import steps
    from flows.webhooks import told_afterwards

    with told_afterwards(settings):
        steps.run(steps.REFRESH, settings, kind="refresh")


def _ask(settings: "Config", subjects: "Sequence[Subject]") -> None:
    from flows.upkeep.erasing import what_would_go

    found = what_would_go(settings, subjects)
    told = ", ".join(f"{count:,} {what}" for what, count in found.items()) or "nothing"
    typer.echo(f"Found of them: {told}.", err=True)
    if found.keys() - {"quarantined rows"}:
        typer.echo(
            "It goes, and so do all models, reports and names that were made with it; they are made"
            " anew from what is left.",
            err=True,
        )
    typer.echo("Their rows are refused from now on. It cannot be undone.", err=True)
    typer.confirm("Erase?", abort=True, err=True)


def _show(done: "Erasure | None", settings: "Config", as_json: bool) -> None:
    from flows import terminal
    from groundswell.domain.erasure import spell_erasure

    if as_json:
        terminal.write_json(None if done is None else spell_erasure(done))
        return
    if done is None:
        typer.echo("Nothing of them is here, and their rows are refused already.")
        return
    made = terminal.table("gone, or changed", "number", right=("number",))
    for what, count in sorted(done.counts.items()):
        made.add_row(what, f"{count:,}")
    console = terminal.output()
    console.print(made if done.counts else "Nothing of them was here; their rows are refused now.")
    missed = terminal.table("not reached", "where", "what would do")
    for one in done.left:
        missed.add_row(*map(terminal.foreign, one))
    console.print(missed)
    folder = settings.privacy.receipts
    console.print(terminal.foreign(f"Receipt: {folder}. Keep it: backups are erased by it."))


def _show_past(settings: "Config", as_json: bool) -> None:
    from flows import overview, terminal
    from groundswell.domain.erasure import spell_erasure

    with overview.reading(settings) as store:
        found = store.erasures.all()
    if as_json:
        terminal.write_json([spell_erasure(one) for one in found])
        return
    made = terminal.table(
        "erasure", "when (UTC)", "by", "whom", "records", "state", right=("records",)
    )
    for one in found:
        whom = ", ".join(stone.kind for stone in one.tombstones) or "by age, or again"
        when, records = f"{one.requested_at:%Y-%m-%d %H:%M}", f"{one.counts.get('records', 0):,}"
        state = one.state if one.state == "done" else "files are still to go"
        made.add_row(
            str(one.erasure_id), when, terminal.foreign(one.requested_by), whom, records, state
        )
    terminal.output().print(made if found else "Nobody was erased so far.")
