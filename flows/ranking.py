"""The last steps: candidates from themes and backlog, their rank, and the report's files."""

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.context import Known, Progress, RunContext, Silence
from flows.decisions import anchor, notes_on_decisions, what_was_decided
from flows.evidence import (
    gather_evidence,
    in_their_words,
    living_needs,
    solutions_asked_for,
    vectors_of,
    what_is_heard,
)
from flows.learning import Weighing, weighing, with_learning
from flows.match_models import recalibration
from flows.model_notes import notes_on_models
from flows.naming import called
from flows.releases import measured_effectiveness
from flows.statements import annotator_id, encoder_id
from flows.watching import rising
from flows.weight_models import keep_weights
from groundswell import __version__
from groundswell.domain import FeatureCandidate, NeedTheme, WorkItem
from groundswell.errors import GroundswellError
from groundswell.files import write_whole
from groundswell.report import Changes, IdeaReport, RunStamp, ThemeSummary
from groundswell.store import StepResult, Store

if TYPE_CHECKING:
    from models.evidence.inputs import Evidence
    from models.ranking.rank import Ranking


IN_USE = "models"
"""Name under which a report's versions hold the models that made it: ``themes-7 kinds-2``."""


def propose_candidates(context: RunContext) -> StepResult:
    """Make one candidate of each need, joined with the backlog items that meet it."""
    needs, items, candidates = proposed(context)
    context.store.ideas.save_candidates(context.lease, context.run.run_id, candidates)
    considered = len(needs) + len(items)
    joined = considered - len(candidates)
    detail = {"needs": len(needs), "items": len(items)}
    return StepResult("propose_candidates", considered, len(candidates), joined, 0.0, detail)


def rank_ideas(context: RunContext) -> StepResult:
    """Rank the candidates on all evidence up to the report's moment."""
    from models.ranking.scoring import reference_to_json
    from reports import to_json

    store = context.store
    candidates = store.ideas.candidates()
    weighed = weighing(context)
    keep_weights(context, weighed)
    report, ranking = ranked(
        context,
        candidates,
        RunStamp(context.run.run_id, context.run.started_at, None),
        weighed=weighed,
        frozen=store.ideas.reference(weighed.key),
        progress=context.progress,
    )
    store.ideas.save_report(
        context.lease,
        context.run.run_id,
        as_of=report.as_of,
        document=to_json(report),
        reference=(weighed.key, reference_to_json(ranking.reference)),
    )
    shown = len(report.ideas)
    return StepResult("rank_ideas", len(candidates), shown, len(candidates) - shown, 0.0)


def proposed(
    context: Known,
) -> tuple[list[NeedTheme], list[WorkItem], list[FeatureCandidate]]:
    """Return the needs and work items known at the report's moment, and the candidates of both."""
    from models.evidence.inputs import item_texts
    from models.ranking.candidates import propose_candidates as propose
    from models.ranking.handed_over import handed_items
    from models.ranking.solutions import solution_candidates

    needs, vectors = living_needs(context)
    ranking = context.config.ranking
    items = context.store.market.work_items(context.known_at)
    heard = what_is_heard(context)
    candidates = propose(
        needs,
        vectors,
        items,
        vectors_of(context, item_texts(items)),
        heard=heard,
        handed=handed_items(items, context.store.handovers.all()),
        verdicts=what_was_decided(context).ideas,
        link_probability=ranking.link_probability,
        return_factor=ranking.return_factor,
        recalibration=recalibration(context),
    )
    if ranking.solutions and heard.mentions is not None:
        candidates += solution_candidates(solutions_asked_for(context, heard.mentions, needs))
    return needs, items, candidates


def ranked(
    context: Known,
    candidates: list[FeatureCandidate],
    stamp: RunStamp,
    *,
    weighed: Weighing | None = None,
    frozen: str | None = None,
    progress: Progress | None = None,
) -> "tuple[IdeaReport, Ranking]":
    """Rank candidates.

    Parameters
    ----------
    stamp
        Of the run that the report is of.
    weighed
        How the criteria are weighed; None: as it follows from settings and log.
    frozen
        The reference snapshot to score by, as JSON; None: one of this ranking.
    """
    from models.ranking.matches import find_matches

    weighed = weighed or weighing(context)
    evidence, ranking = _ranking(context, candidates, weighed, frozen, progress)
    ideas = in_their_words(context, evidence, ranking.ideas)
    matches = find_matches(evidence, candidates, recalibration=recalibration(context))
    ideas = tuple(replace(one, matches=matches[one.candidate_id]) for one in ideas)
    ranking = replace(ranking, ideas=ideas)
    report = _report(context, stamp, evidence, ranking, weighed)
    report = replace(report, themes=_summaries(context, evidence, ranking, weighed))
    report = with_learning(context, report, weighed.adopted)
    return _vouching(context, report, candidates), ranking


def ranked_to_compare(context: RunContext) -> IdeaReport:
    """Rank the stored candidates as `rank_ideas` does; nothing is stored.

    Of the report there is what two can be compared by: the ideas, without what is asked for to meet
    them, and no needs.
    """
    weighed, candidates = weighing(context), context.store.ideas.candidates()
    frozen = context.store.ideas.reference(weighed.key)
    evidence, ranking = _ranking(context, candidates, weighed, frozen, context.progress)
    stamp = RunStamp(context.run.run_id, context.run.started_at, None)
    return _report(context, stamp, evidence, ranking, weighed)


def write_report(context: RunContext) -> StepResult:
    """Write the report's files and note what was written."""
    import reports

    report = load_report(context.store, context.run.run_id)
    changes = changes_since_last_run(context, report)
    folder = context.config.report.folder.absolute()
    files = reports.render(report, changes, has_plan=(folder / "plan.html").exists())
    written = [(name, write_whole(folder / name, data), len(data)) for name, data in files.items()]
    context.store.ideas.save_files(context.lease, context.run.run_id, str(folder), written)
    return StepResult("write_report", len(files), len(written), 0, 0.0)


def load_report(store: Store, run_id: int | None = None) -> IdeaReport:
    """Return a run's report, or the newest.

    Raises
    ------
    GroundswellError
        There is none yet.
    """
    import reports

    document = store.ideas.report(run_id)
    if document is None:
        raise GroundswellError(f"{store.place}: no report yet; make one with 'groundswell run'")
    return reports.from_json(document)


def changes_since_last_run(context: RunContext, report: IdeaReport) -> Changes:
    """Compare a run's report with the one before."""
    import reports
    from models.ranking.moves import compare_reports

    run_id = context.run.run_id
    earlier = context.store.ideas.previous_report(run_id)
    packages = context.store.feedback.packages()
    return compare_reports(
        reports.from_json(earlier) if earlier else None,
        report,
        new_records=sum(
            p.accepted for p in packages if p.run_id == run_id and p.kind == "feedback"
        ),
        theme_changes=context.store.themes.changes(run_id),
    )


def _vouching(context: Known, report: IdeaReport, candidates: list[FeatureCandidate]) -> IdeaReport:
    """Return the report with what is to be looked at, and the decisions it rests on."""
    return replace(
        report,
        versions=(*report.versions, *anchor(context)),
        notes=(
            *report.notes,
            *notes_on_decisions(context, candidates),
            *notes_on_models(context.store, report.run.run_id),
        ),
    )


def _ranking(
    context: Known,
    candidates: list[FeatureCandidate],
    weighed: Weighing,
    frozen: str | None,
    progress: Progress | None,
) -> "tuple[Evidence, Ranking]":
    """Return what candidates were ranked on, and their ranking."""
    from models.ranking.rank import rank_candidates
    from models.ranking.scoring import reference_from_json

    evidence = gather_evidence(context)
    effectiveness = measured_effectiveness(context.config, evidence, candidates)
    evidence = replace(evidence, effectiveness=effectiveness)
    shown = progress or Silence()
    shown.start("ranking", None)
    ranking = rank_candidates(
        evidence,
        candidates,
        weighed.parameters,
        reference=reference_from_json(frozen) if frozen else None,
        recalibration=recalibration(context),
    )
    shown.finish()
    return evidence, ranking


def _summaries(
    context: Known, evidence: "Evidence", ranking: "Ranking", weighed: Weighing
) -> tuple[ThemeSummary, ...]:
    from models.ranking.theme_list import summarise_themes

    themes = called(context, context.store.themes.themes())
    around = [theme for theme in themes if theme.level != "need"]
    rises, parameters = rising(context, evidence), weighed.parameters
    return summarise_themes(evidence, ranking.ideas, around, rises, parameters, ranking.drivers)


def _report(
    context: Known, stamp: RunStamp, evidence: "Evidence", ranking: "Ranking", weighed: Weighing
) -> IdeaReport:
    """Return a report of the ideas alone."""
    counts = context.store.feedback.counts(annotator_id(context))
    config = context.config
    return IdeaReport(
        run=stamp,
        title=config.report.title,
        as_of=evidence.as_of,
        currency=config.money.currency,
        versions=(*_versions(context), *weighed.versions),
        strategy=weighed.parameters.strategy,
        weights=ranking.weights,
        evidence_level=ranking.evidence_level,
        unlocks_next=ranking.unlocks_next,
        notes=(*weighed.notes, *ranking.notes),
        totals=replace(
            ranking.totals,
            quarantined=counts.quarantined,
            duplicates=counts.duplicates,
            copies=counts.copies,
            uninformative=counts.uninformative,
        ),
        ideas=ranking.ideas[: config.report.ideas],
        themes=(),
        portfolio=ranking.portfolio,
        unasked=ranking.unasked,
    )


def _versions(context: Known) -> list[tuple[str, str]]:
    """Return what made a report: the program, encoder and annotator, and the models in use."""
    made = [
        ("groundswell", __version__),
        ("encoder", encoder_id(context.config)),
        ("annotator", annotator_id(context)),
    ]
    names = [one.name for one in context.store.versions.all() if one.state == "champion"]
    return [*made, (IN_USE, " ".join(names))] if names else made
