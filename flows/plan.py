"""The release plan: the newest report's ideas against the teams' capacity."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows import overview
from flows.context import Reading
from flows.encoders import serving
from flows.ranking import load_report
from flows.statements import annotator_id
from groundswell.config import Config, PlanConfig
from groundswell.domain import TeamCapacity
from groundswell.errors import PlanError
from groundswell.files import write_whole
from groundswell.report import IdeaReport, ReleasePlan
from groundswell.store import Store

if TYPE_CHECKING:
    from models.planning.problem import Placement, Rules

POINTS = "points"
BASIS = {
    "money": "the value within 12 months, less the cost of the work",
    "utility": "the expected utility E[max(U, 0)]: U is the priority without its part for effort,"
    " in standard deviations above an idea that nobody asks for",
    "product": "the strategy's product of natural units, without its effort",
}
"""What an idea's value is, in words, by the form it has."""


def plan_releases(config: Config) -> tuple[ReleasePlan, Path]:
    """Plan the newest report's ideas, write the plan beside the report and return its page.

    Raises
    ------
    GroundswellError
        There is no report or no capacity yet, or no plan keeps all rules.
    """
    import reports

    with overview.reading(config) as store:
        report = load_report(store)
        plan = make(config, store, report)
    folder = config.report.folder.absolute()
    for name, data in reports.render_plan(plan, report).items():
        write_whole(folder / name, data)
    return plan, folder / "plan.html"


def make(config: Config, store: Store, report: IdeaReport) -> ReleasePlan:
    """Plan a report's ideas with what the store knows of teams and dependencies."""
    from models.planning.ideas import Sources, plan_input
    from models.planning.plan import make_plan
    from models.ranking.strategies import known_strategies

    market = store.market
    sources = Sources(
        ideas=report.ideas,
        capacity=_capacity(config, market.capacity()),
        items=market.work_items(),
        dependencies=market.dependencies(),
        problem_shares=_problem_shares(config, store, report),
        unasked=report.unasked,
        money=config.plan.value == "money",
        product=known_strategies(config.ranking.strategies)[report.strategy].product,
    )
    found = plan_input(sources, _rules(config.plan, config.ranking.seed), config.plan.releases)
    with _solver_silenced():
        return make_plan(
            found.problem,
            currency=report.currency,
            value_unit=report.currency if found.form == "money" else POINTS,
            value_basis=BASIS[found.form],
            blocked=found.blocked,
            placements=_placements(store),
            notes=found.notes,
        )


def _placements(store: Store) -> "list[Placement]":
    """Return what planners decided, each about the idea that it is about now."""
    from models.planning.problem import Placement
    from models.ranking.verdicts import attach_verdicts

    themes = store.themes
    living = {theme.theme_id for theme in themes.themes()}
    said = attach_verdicts(store.decisions.verdicts(), living, themes.retired_into()).ideas
    return [
        Placement(
            *(candidate_id, verdict.release, verdict.team or ""),
            decision=verdict.signed["release"].number,
        )
        for candidate_id, verdict in sorted(said.items())
        if verdict.release is not None
    ]


def _capacity(config: Config, known: list[TeamCapacity]) -> list[TeamCapacity]:
    """Return the capacity with a day rate wherever one is known.

    Raises
    ------
    PlanError
        There is none, or there is a budget and a day rate is missing.
    """
    if not known:
        raise PlanError(
            "no capacity is known, so nothing can be planned; add [[sources]] with"
            ' kind = "capacity" and a file with team, release, person_days, then type'
            " 'groundswell run'"
        )
    rate = config.money.day_rate
    cells = [cell if cell.day_rate is not None else replace(cell, day_rate=rate) for cell in known]
    unknown = sorted({cell.team for cell in cells if cell.day_rate is None})
    if config.plan.budget is not None and unknown:
        raise PlanError(
            f"[plan] budget: no day rate of {', '.join(unknown)} is known; add the column day_rate"
            " to the capacity file, or set [money] day_rate"
        )
    return cells


def _rules(plan: PlanConfig, seed: int) -> "Rules":
    from models.planning.problem import PROBLEMS, Rules

    shares: Mapping[str, float] = {PROBLEMS: plan.min_share_problems} | {
        name.lower(): share for name, share in plan.min_share.items()
    }
    return Rules(
        buffer=plan.buffer,
        discount=plan.discount,
        budget=plan.budget,
        shares=shares,
        max_overrun=plan.max_overrun,
        gap=plan.gap,
        time_limit_seconds=plan.time_limit_seconds,
        seed=seed,
    )


def _problem_shares(config: Config, store: Store, report: IdeaReport) -> dict[str, float]:
    """Return the share of problems among each idea's problems and requests."""
    annotator = annotator_id(Reading(serving(config, store), store))
    spoken = store.feedback.mentions(annotator, only=("theme_id", "kind"))
    kinds = spoken.groupby(["theme_id", "kind"]).size()
    shares = {}
    for idea in report.ideas:
        problems, requests = (
            sum(int(kinds.get((theme, kind), 0)) for theme in idea.theme_ids)
            for kind in ("problem", "request")
        )
        if problems + requests:
            shares[idea.candidate_id] = problems / (problems + requests)
    return shares


@contextmanager
def _solver_silenced() -> Iterator[None]:
    """Keep the solver's own words off standard output, which holds results only.

    HiGHS prints a line of its developers' whenever it repairs a solution, whatever its options
    say, and past Python's own standard output.
    """
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)
