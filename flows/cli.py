"""The ``groundswell`` command: what a person types.

Imports little, so that ``--help`` answers at once; what a command needs, it imports itself.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.accounts_commands import tokens, users
from flows.after_shipping import audience, pace
from flows.decision_commands import decide, log, undo
from flows.handover_command import handover
from flows.job_commands import jobs
from flows.model_commands import models_app
from flows.options import DEFAULT_CONFIG, ConfigOption, CountOption, DayOption, JsonOption, end_of
from flows.quarantine import app as quarantine_app
from flows.serve_command import serve
from flows.upkeep.analysts_command import analysts
from flows.upkeep.backup_command import backup, restore
from flows.upkeep.erase_command import erase
from flows.upkeep.metrics_command import metrics
from flows.webhook_commands import app as webhooks_app
from groundswell.errors import GroundswellError


class _Commands(TyperGroup):
    """Shows what the operator can mend, and Ctrl-C, as one line instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except GroundswellError as error:
            typer.echo("groundswell: " + " ".join(str(error).splitlines()), err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("interrupted; nothing is lost, run again to go on", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    help="Turn what customers say into a ranked, explained list of features worth building.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; ends the process with its status."""
    app(prog_name="groundswell")


def _show_version(wanted: bool) -> None:
    if wanted:
        from groundswell import __version__

        typer.echo(f"groundswell {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version)
    ] = False,
) -> None:
    pass


@app.command()
def init(
    exports: Annotated[list[Path], typer.Argument(metavar="EXPORT...", help="Files to read.")],
    config: ConfigOption = DEFAULT_CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Replace settings that exist.")] = False,
) -> None:
    """Write commented settings for your exports and show what was guessed."""
    from flows.init import write_config
    from flows.views import show_guesses

    show_guesses(write_config(exports, config, force=force), config)


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    as_of: DayOption = None,
) -> None:
    """Read what is new, rank the ideas and write the report."""
    from flows.by_hand import run_by_hand

    run_by_hand(config, "refresh", end_of(as_of))


@app.command()
def retrain(
    models: Annotated[
        list[str] | None,
        typer.Option("--model", help="Only this kind; may be repeated.", metavar="KIND"),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why.", metavar="TEXT")] = "",
    wait: Annotated[
        bool, typer.Option("--wait", help="Leave it to a person to put in use what passes.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make challengers of the models, compare them, and put in use what passes the gates."""
    from flows.by_hand import run_by_hand
    from flows.retraining import asked

    run_by_hand(config, "retrain", asked=asked(models or (), why=why, waits=wait))


@app.command()
def status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show the last runs, what was read of each source, and the next scheduled run."""
    from flows import overview, terminal, views
    from groundswell.config import load_config

    found = overview.read_status(load_config(config))
    if as_json:
        terminal.write_json(found)
    else:
        views.show_status(found)


@app.command()
def ideas(
    n: CountOption = 10,
    as_of: DayOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the best ideas of the newest report, or of an earlier day as they were known then."""
    import reports
    from flows import overview, past, terminal, views
    from groundswell.config import load_config

    settings = load_config(config)
    moment = end_of(as_of)
    report = overview.newest_report(settings) if moment is None else past.show(settings, moment)
    if as_json:
        best = overview.published(replace(report, ideas=report.ideas[:n]))
        terminal.write_json(best["ideas"])
    else:
        views.show_ideas(reports.top_table_rows(report, n))


@app.command()
def idea(
    name: Annotated[str, typer.Argument(metavar="ID", help="Its id, or its rank.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one idea: why it ranks where it does, and who asks for it in which words."""
    from flows import overview, terminal
    from flows.idea_page import idea_page
    from groundswell.config import load_config

    report = overview.newest_report(load_config(config))
    found = overview.find_idea(report, name)
    if as_json:
        (only,) = overview.published(replace(report, ideas=(found,)))["ideas"]
        terminal.write_json(only)
    else:
        terminal.output().print(idea_page(found, report))


@app.command()
def themes(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show the needs that customers express, the most wanted first."""
    from flows import overview, terminal, views
    from groundswell.config import load_config

    report = overview.newest_report(load_config(config))
    found = tuple(sorted(report.themes, key=lambda theme: (-theme.voices, theme.theme_id)))
    if as_json:
        terminal.write_json(overview.published(replace(report, themes=found))["themes"])
    else:
        views.show_themes(found)


@app.command()
def plan(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Plan the ideas of the newest report into releases: who does what when, and at what risk."""
    import json

    import reports
    from flows import terminal
    from flows.plan import plan_releases
    from flows.plan_view import show_plan
    from groundswell.config import load_config

    found, page = plan_releases(load_config(config))
    if as_json:
        terminal.write_json(json.loads(reports.plan_json(found)))
    else:
        show_plan(found, page)


@app.command()
def report(
    path_only: Annotated[
        bool, typer.Option("--open-path", help="Print only the path of the page.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show where the newest report is and what it rests on; write it again if it is gone."""
    from flows import overview, terminal, views
    from flows.by_hand import report_in_place
    from groundswell.config import load_config

    found, page = report_in_place(load_config(config))
    if as_json:
        terminal.write_json({"page": str(page), **overview.published(found)})
    elif path_only:
        typer.echo(page)
    else:
        views.show_report(found, page)


@app.command()
def ingest(
    stream: Annotated[
        str,
        typer.Argument(
            metavar="[-]", help="'-': JSON Lines from standard input; left out: the sources."
        ),
    ] = "",
    source: Annotated[
        str, typer.Option("--source", help="The source that '-' is for.", metavar="NAME")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take feedback in without ranking it: what is new in the sources, or what is piped in."""
    from flows import intake, views
    from flows.progress import shown_progress
    from groundswell.config import load_config

    settings = load_config(config)
    if stream not in ("", "-"):
        raise typer.BadParameter("expected - or nothing; name files in [[sources]] of config.toml")
    if source and not stream:
        raise typer.BadParameter("--source goes with -; left out, every source is read")
    with shown_progress() as progress:
        if stream:
            counted = intake.push(settings, sys.stdin.buffer, source or intake.PUSHED, progress)
        else:
            counted = intake.ingest(settings, progress)
    views.show_intake(counted)


app.add_typer(quarantine_app, name="quarantine")
app.add_typer(users, name="users")
app.add_typer(tokens, name="tokens")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(models_app, name="models")
for made in (decide, log, undo, handover, audience, pace, jobs, serve, metrics):
    app.command()(made)
for kept in (erase, analysts, backup, restore):
    app.command()(kept)


@app.command()
def schedule(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run by the cron line of the settings until interrupted."""
    from flows import serving
    from flows.progress import shown_progress

    with shown_progress() as progress:
        serving.serve(config, progress=progress)


@app.command()
def doctor(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Look the installation over; ends with status 1 if something has to be mended."""
    from flows import terminal, views
    from flows.doctor import examine

    checks = examine(config)
    if as_json:
        terminal.write_json(checks)
    else:
        views.show_checks(checks)
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)
