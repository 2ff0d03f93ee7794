"""Weights from reviewers' answers: what the log teaches, and what of it is in use."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.context import Known
from flows.evidence import ranking_parameters, reference_key
from groundswell.domain import Verdicts, replay
from groundswell.report import IdeaReport
from groundswell.store import Store

if TYPE_CHECKING:
    from models.evidence.inputs import RankingParameters
    from models.preference.answers import Seen
    from models.preference.learning import Learned
    from models.ranking.strategies import Strategy

WEIGHTS = "weights"
"""Name under which a report's versions hold the decision that its weights were learned up to."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a run weighs the criteria."""

    parameters: "RankingParameters"
    key: str
    """Name of the snapshot that scores refer to."""
    adopted: "Learned | None" = None
    """The learned weights in use."""
    versions: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def through(self) -> int | None:
        """The decision up to which they were learned; None: they are those of the settings."""
        return self.adopted.through if self.adopted else None


def weighing(context: Known) -> Weighing:
    """Return the weights of the settings, or learned ones where somebody adopted them.

    Learned weights are computed anew from the log up to the decision that was adopted, so the same
    log gives the same weights, whatever was answered since.
    """
    from models.preference.learning import LEARNED

    parameters, key = ranking_parameters(context), reference_key(context)
    said = context.store.decisions.verdicts(context.decided_by).ranking
    if said.weights is None:
        return Weighing(parameters, key)
    log = context.store.decisions.log(limit=said.weights)
    learned = _learned(context, replay(log))
    if learned is None or not learned.reliance.usable:
        told = "Learned weights were adopted, but are not used: " + _why_not(learned)
        return Weighing(parameters, key, notes=(told,))
    by = said.signed["weights"]
    reliance = learned.reliance
    told = (
        f"The weights are learned from {reliance.pairs} answers of {reliance.reviewers}"
        f" {'reviewers' if reliance.reviewers > 1 else 'reviewer'}, up to decision"
        f" {learned.through}; {by.reviewer} adopted them on {by.at:%Y-%m-%d}."
    )
    return Weighing(
        replace(
            parameters,
            strategy=LEARNED,
            own_strategies={**parameters.own_strategies, LEARNED: learned.weights},
            weight_doubt=learned.doubt,
        ),
        f"{LEARNED}-{learned.through} {key}",
        learned,
        ((WEIGHTS, f"{learned.through} {log[-1].hash}"),),
        (told,),
    )


def with_learning(context: Known, report: IdeaReport, adopted: "Learned | None") -> IdeaReport:
    """Return the report with what reviewers say of the weights, and what they may accept."""
    from models.preference.acceptance import likely_acceptance
    from models.preference.answers import seen_in
    from models.preference.learning import as_learning, criteria_of, learn_from, runs_wanted
    from models.preference.posterior import SCALE

    name, strategy = _strategy(context)
    verdicts = context.store.decisions.verdicts(context.decided_by)
    ready = context.store.ideas.reports_ready()
    wanted = runs_wanted(verdicts, ready)
    if not criteria_of(strategy) or not wanted:
        return report
    reports = _seen(context.store, wanted, strategy)
    learned = learn_from(name, strategy, verdicts, reports, ready)
    now = seen_in(report, criteria_of(strategy))
    chances = likely_acceptance(SCALE * learned.before, verdicts.ideas, reports, ready, now)
    ideas = tuple(
        idea
        if idea.verdict is not None and idea.verdict.status in ("accepted", "rejected")
        else replace(idea, acceptance=chances.get(idea.candidate_id))
        for idea in report.ideas
    )
    if not len(learned.answers):
        return replace(report, ideas=ideas)
    told = as_learning(learned, adopted.through if adopted else None)
    return replace(report, ideas=ideas, learning=told)


def learned_weights(context: Known) -> "Learned | None":
    """Return what the whole log teaches; None: weights of the strategy are not learned."""
    return _learned(context, context.store.decisions.verdicts(context.decided_by))


def _learned(context: Known, verdicts: Verdicts) -> "Learned | None":
    from models.preference.learning import criteria_of, learn_from, runs_wanted

    name, strategy = _strategy(context)
    if not criteria_of(strategy):
        return None
    ready = context.store.ideas.reports_ready()
    reports = _seen(context.store, runs_wanted(verdicts, ready), strategy)
    return learn_from(name, strategy, verdicts, reports, ready)


def _strategy(context: Known) -> "tuple[str, Strategy]":
    """Return the strategy of the settings, from which learning starts, with its name."""
    from models.ranking.strategies import known_strategies

    ranking = context.config.ranking
    return ranking.strategy, known_strategies(ranking.strategies)[ranking.strategy]


def _seen(store: Store, runs: set[int], strategy: "Strategy") -> "dict[int, Seen]":
    import reports
    from models.preference.answers import seen_in
    from models.preference.learning import criteria_of

    documents = {run: store.ideas.report(run) for run in sorted(runs)}
    return {
        run: seen_in(reports.from_json(document), criteria_of(strategy))
        for run, document in documents.items()
        if document is not None
    }


def _why_not(learned: "Learned | None") -> str:
    if learned is None:
        return "the strategy of the settings multiplies, and its exponents are not learned."
    found = learned.reliance
    if not found.enough:
        return f"they rest on {found.pairs} answers, and {found.wanted} are wanted."
    return "they do not foretell answers better than the weights of the settings."
