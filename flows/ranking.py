"""The last steps: candidates from themes and backlog, their rank, and the report's files."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.context import RunContext
from flows.naming import named
from flows.statements import annotator_id, encoder_id, hashes_of
from flows.theme_models import load_model
from flows.watching import rising
from groundswell import __version__
from groundswell.config import Config
from groundswell.domain import NeedTheme, Vectors
from groundswell.errors import GroundswellError
from groundswell.files import write_whole
from groundswell.report import Changes, IdeaReport, RunStamp
from groundswell.store import StepResult, Store

if TYPE_CHECKING:
    from models.evidence.inputs import Evidence, RankingParameters
    from models.ranking.known_work import Heard
    from models.ranking.rank import Ranking


def propose_candidates(context: RunContext) -> StepResult:
    """Make one candidate of each need, joined with the backlog items that meet it."""
    from models.evidence.inputs import item_texts
    from models.ranking.candidates import propose_candidates as propose

    needs, vectors = _needs(context)
    ranking = context.config.ranking
    items = context.store.market.work_items(context.known_at)
    candidates = propose(
        needs,
        vectors,
        items,
        _vectors_of(context, item_texts(items)),
        heard=_heard(context),
        link_probability=ranking.link_probability,
        return_factor=ranking.return_factor,
    )
    context.store.ideas.save_candidates(context.lease, context.run.run_id, candidates)
    considered = len(needs) + len(items)
    joined = considered - len(candidates)
    detail = {"needs": len(needs), "items": len(items)}
    return StepResult("propose_candidates", considered, len(candidates), joined, 0.0, detail)


def rank_ideas(context: RunContext) -> StepResult:
    """Rank the candidates on all evidence up to the report's moment."""
    from models.ranking.rank import rank_candidates
    from models.ranking.scoring import reference_from_json, reference_to_json
    from reports import to_json

    store = context.store
    evidence = _evidence(context)
    candidates = store.ideas.candidates()
    key = _reference_key(context)
    frozen = store.ideas.reference(key)
    context.progress.start("ranking", None)
    ranking = rank_candidates(
        evidence,
        candidates,
        _parameters(context.config),
        reference=reference_from_json(frozen) if frozen else None,
    )
    context.progress.finish()
    report = _report(context, evidence, ranking)
    store.ideas.save_report(
        context.lease,
        context.run.run_id,
        as_of=evidence.as_of,
        document=to_json(report),
        reference=(key, reference_to_json(ranking.reference)),
    )
    shown = len(report.ideas)
    return StepResult("rank_ideas", len(candidates), shown, len(candidates) - shown, 0.0)


def write_report(context: RunContext) -> StepResult:
    """Write the report's files and note what was written."""
    import reports

    report = load_report(context.store, context.run.run_id)
    changes = changes_since_last_run(context, report)
    folder = context.config.report.folder.absolute()
    files = reports.render(report, changes)
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


def _needs(context: RunContext) -> tuple[list[NeedTheme], Vectors]:
    """Return the living needs, without areas, and their centroids."""
    import numpy as np

    model = load_model(context)
    needs = named(context, [t for t in context.store.themes.themes() if t.level == "need"])
    if model is None or not needs:
        return [], np.empty((0, 0), dtype=np.float32)
    places = np.searchsorted(model.theme_ids, [theme.theme_id for theme in needs])
    return needs, model.centroids[places]


def _vectors_of(context: RunContext, texts: list[str]) -> Vectors:
    return context.store.vectors.load(encoder_id(context.config), hashes_of(texts))


def _heard(context: RunContext) -> "Heard":
    from models.evidence.inputs import signal_texts
    from models.evidence.voices import usable
    from models.ranking.known_work import Heard

    mentions = context.store.feedback.mentions()
    if not len(mentions):
        return Heard()
    as_of = _as_of(context)
    signals = context.store.market.signals(context.known_at)
    ours = [s for s in signals if s.kind == "competitor" and not s.competitor]
    ours = [signal for signal in ours if signal.observed_at <= as_of]
    return Heard(usable(mentions, as_of), ours, _vectors_of(context, signal_texts(ours)))


def _evidence(context: RunContext) -> "Evidence":
    from models.evidence.inputs import Evidence, item_texts, reason_texts, signal_texts

    market = context.store.market
    needs, centroids = _needs(context)
    at = context.known_at
    deals, signals, items = market.deals(at), market.signals(at), market.work_items(at)
    return Evidence(
        mentions=context.store.feedback.mentions(annotator_id(context.config)),
        themes=needs,
        theme_vectors=centroids,
        as_of=_as_of(context),
        accounts=market.accounts(at),
        deals=deals,
        reason_vectors=_vectors_of(context, reason_texts(deals)),
        signals=signals,
        signal_vectors=_vectors_of(context, signal_texts(signals)),
        items=items,
        item_vectors=_vectors_of(context, item_texts(items)),
    )


def _as_of(context: RunContext) -> datetime:
    """Return the moment of the report: as asked, as configured, or the newest record's."""
    if context.known_at is not None:
        return context.known_at
    newest = context.store.feedback.counts().last_created_at
    if newest is None:
        raise GroundswellError(
            "no feedback was read, so there is nothing to rank; see 'groundswell quarantine'"
            " and [[sources]] in config.toml"
        )
    return newest


def _parameters(config: Config) -> "RankingParameters":
    from models.evidence.inputs import EffortParameters, MoneyParameters, RankingParameters

    ranking = config.ranking.model_dump(exclude={"as_of", "link_probability", "return_factor"})
    money = config.money.model_dump(exclude={"day_rate"})
    return RankingParameters(
        **ranking,
        quotes=config.report.quotes,
        money=MoneyParameters(**money),
        effort=EffortParameters(**config.effort.model_dump()),
    )


def _reference_key(context: RunContext) -> str:
    model = context.store.themes.current_model()
    version = 0 if model is None else model.version
    return f"{context.config.ranking.strategy}/{encoder_id(context.config)}/themes-{version}"


def _report(context: RunContext, evidence: "Evidence", ranking: "Ranking") -> IdeaReport:
    from dataclasses import replace

    from models.ranking.theme_list import summarise_themes

    counts = context.store.feedback.counts(annotator_id(context.config))
    config, run = context.config, context.run
    around = [theme for theme in context.store.themes.themes() if theme.level != "need"]
    return IdeaReport(
        run=RunStamp(run.run_id, run.started_at, None),
        title=config.report.title,
        as_of=evidence.as_of,
        currency=config.money.currency,
        versions=(("groundswell", __version__), ("encoder", encoder_id(config))),
        strategy=config.ranking.strategy,
        weights=ranking.weights,
        evidence_level=ranking.evidence_level,
        unlocks_next=ranking.unlocks_next,
        notes=ranking.notes,
        totals=replace(
            ranking.totals,
            quarantined=counts.quarantined,
            duplicates=counts.duplicates,
            copies=counts.copies,
            uninformative=counts.uninformative,
        ),
        ideas=ranking.ideas[: config.report.ideas],
        themes=summarise_themes(
            evidence, ranking.ideas, around, rising(context, evidence), _parameters(config)
        ),
    )
