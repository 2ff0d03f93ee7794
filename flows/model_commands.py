"""The commands that show versions of models, put one in use and go back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from groundswell.domain import ModelVersion
    from groundswell.report import ModelReport

models_app = typer.Typer(no_args_is_help=True, help="Versions of what is learned.")

NameArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="As 'groundswell models list' calls it: themes-7.")
]
WhyOption = Annotated[str, typer.Option("--why", help="Why.", metavar="TEXT")]
ByOption = Annotated[
    str, typer.Option("--by", help="Who does it; left out: who is logged in.", metavar="NAME")
]


@models_app.command("list")
def list_versions(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List every version of every model, the newest of each kind first."""
    from flows import overview, terminal
    from groundswell.config import load_config

    with overview.reading(load_config(config)) as store:
        found = sorted(store.versions.all(), key=lambda one: (one.kind, -one.version))
    if as_json:
        terminal.write_json(found)
    else:
        _show_list(found)


@models_app.command()
def show(
    name: NameArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show one version: what it was made of, what the gates say, what it changes."""
    from flows import overview, terminal
    from flows.promotion import find_version
    from flows.registry import read_report
    from groundswell.config import load_config

    settings = load_config(config)
    with overview.reading(settings) as store:
        version = find_version(store, name)
    report = read_report(settings, version)
    if as_json:
        terminal.write_json({"version": version, "report": report})
    else:
        _show_one(version, report)


@models_app.command()
def diff(
    name: NameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Left out: its parent.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions of one kind, field by field."""
    from flows import overview, terminal
    from flows.promotion import find_version
    from groundswell.config import load_config
    from groundswell.domain.versions import differences
    from groundswell.errors import ConfigError

    with overview.reading(load_config(config)) as store:
        version = find_version(store, name)
        parent = version.parent
        if not other and parent is None:
            raise ConfigError(f"{name}: is the first of its kind; name another to compare it with")
        second = find_version(store, other or f"{version.kind}-{parent}")
    found = differences(second, version)
    if as_json:
        terminal.write_json([{"field": f, "before": b, "now": n} for f, b, n in found])
    else:
        _show_differences(second, version, found)


@models_app.command()
def promote(
    name: NameArgument,
    why: WhyOption = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="In spite of gates it did not pass; needs --why.")
    ] = False,
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put a version in use and make a new report."""
    from flows import promotion, views
    from flows.decisions import this_user
    from flows.progress import shown_progress
    from groundswell.config import load_config

    settings = load_config(config)
    with shown_progress() as progress:
        outcome = promotion.promote(
            settings, name, by=by or this_user(), why=why, anyway=anyway, progress=progress
        )
    views.show_ideas(outcome.top)
    typer.echo(
        f"{name} is in use. 'groundswell models rollback {name.rpartition('-')[0]}' goes back."
    )


@models_app.command()
def rollback(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Of model, such as themes.")],
    why: WhyOption = "",
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put the version before in use again, with the report it had."""
    from flows import promotion
    from flows.decisions import this_user
    from flows.progress import shown_progress
    from flows.registry import kinds_named
    from groundswell.config import load_config

    settings = load_config(config)
    with shown_progress() as progress:
        back = promotion.roll_back(
            settings, kinds_named((kind,))[0], by=by or this_user(), why=why, progress=progress
        )
    typer.echo(
        f"{back.version.name} is in use again, and the report of run {back.shown} is shown."
        f" What came since is placed by the next 'groundswell run'."
    )


@models_app.command()
def confirm(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Keep to the encoder in use: drop the vectors of the others."""
    from flows.promotion import confirm as drop_others
    from groundswell.config import load_config

    gone = drop_others(load_config(config))
    typer.echo(
        f"{gone:,} vectors of other encoders are dropped; going back to one of these would embed"
        " every text again."
        if gone
        else "There are vectors of no other encoder."
    )


def _show_list(versions: "Sequence[ModelVersion]") -> None:
    from flows.terminal import TwoLines, foreign, output, table

    if not versions:
        output().print("No model was made yet; 'groundswell run' makes the first.")
        return
    made = table("version", "state", "run", "statements", "made because, or held back by")
    for one in versions:
        failed = "; ".join(f"{gate.name}: {gate.told}" for gate in one.failed)
        made.add_row(
            one.name,
            "in use" if one.state == "champion" else one.state,
            str(one.run_id),
            f"{one.statements:,}" if one.statements else "",
            TwoLines(failed or foreign(one.why).plain),
        )
    output().print(made)


def _show_one(version: "ModelVersion", report: "ModelReport | None") -> None:
    import reports
    from flows.terminal import foreign, output, table

    console = output()
    console.print(foreign(f"{version.name}: {version.state}, made in run {version.run_id}"))
    console.print(foreign(f"Because: {version.why}. Encoder: {version.encoder_id}."))
    for gate in version.judged:
        console.print(foreign(f"{'passed' if gate.passed else 'FAILED':7}{gate.name}: {gate.told}"))
    if report is None:
        return
    made = table("measured", "challenger", "in use", right=("challenger", "in use"))
    for one in report.measures:
        made.add_row(
            one.name,
            reports.measured(one.challenger, one.unit),
            reports.measured(one.champion, one.unit),
        )
    console.print(made)
    if report.changes is not None:
        for change in report.changes.themes:
            console.print(foreign(change.sentence))
        for move in report.changes.moves:
            console.print(foreign(f"{move.rank_before} → {move.rank_now}  {move.title}"))


def _show_differences(
    before: "ModelVersion", now: "ModelVersion", found: Sequence[tuple[str, str, str]]
) -> None:
    from flows.terminal import foreign, output, table

    made = table("what", before.name, now.name)
    for name, was, later in found:
        made.add_row(name, foreign(was), foreign(later))
    output().print(made)
