"""Compare challengers with the models in use: each on its own, then all on copies of the store."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.context import Known, RunContext
from flows.copies import copied, sweep
from flows.decisions import what_was_decided
from flows.encoders import renewed
from flows.kind_models import judge_kinds
from flows.match_models import judge_matches
from flows.naming import called
from flows.registry import files_of, keep_report, read_state
from flows.shaping import wishes_of
from flows.statements import annotator_id
from flows.theme_judging import judge_themes
from flows.weight_models import judge_weights
from groundswell.config import Config
from groundswell.domain import GateResult, ModelKind, ModelVersion, ThemeChange
from groundswell.errors import ModelError
from groundswell.report import Changes, IdeaReport, Measure
from models.gates import verdicts
from models.gates.churn import Churn, measure_churn
from models.gates.constraints import Constraints, check_constraints
from models.ranking.moves import compare_reports
from models.themes.shaping import strongest

log = logging.getLogger(__name__)

Judge = Callable[
    [RunContext, ModelVersion, ModelVersion | None], tuple[list[GateResult], list[Measure]]
]
"""Compares a challenger with the version in use; None: with what is built in."""

JUDGES: Mapping[ModelKind, Judge] = {
    "themes": judge_themes,
    "kinds": judge_kinds,
    "matches": judge_matches,
    "weights": judge_weights,
}
"""Those of an encoder are those of the themes that are made of its vectors."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A challenger and what was found."""

    version: ModelVersion
    gates: tuple[GateResult, ...]
    measures: tuple[Measure, ...]
    changes: Changes | None = None
    """Against the models in use, on the same data."""

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against it so far."""
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True, slots=True)
class Shown:
    """What people would see."""

    report: IdeaReport
    places: Mapping[str, int]
    """Statement id to the need it is shown in, `NOISE` for none."""
    constraints: Constraints


def judge(context: RunContext, versions: Sequence[ModelVersion]) -> list[ModelVersion]:
    """Return challengers with what the gates say of each; their reports are written.

    Where there is none in use, or its files are gone, there is nothing to compare with.
    """
    judged = [one for version in versions if (one := _alone(context, version)) is not None]
    sound = [one.version for one in judged if one.sound]
    if sound:
        before, after = _side_by_side(context, sound)
        judged = [_with_people(context, one, before, after) for one in judged]
    return [_written(context, one) for one in [*judged, *_encoders(versions, judged)]]


def _champion(context: RunContext, version: ModelVersion) -> ModelVersion | None:
    """Return the version in use; None: there is none, or its files are gone."""
    champion = context.store.versions.champion(version.kind)
    if champion is None:
        return None
    try:
        for part in champion.files:
            files_of(context.config).get(champion, part)
    except ModelError as error:
        log.warning("%s: nothing can be compared with what is in use: %s", version.name, error)
        return None
    return champion


def _alone(context: RunContext, version: ModelVersion) -> Judged | None:
    """Judge a challenger by itself; None: there is nothing to compare it with."""
    champion = _champion(context, version)
    judge_alone = JUDGES.get(version.kind)
    if judge_alone is None or (champion is None and version.kind == "themes"):
        return None
    gates, measures = judge_alone(context, version, champion)
    return Judged(version, tuple(gates), tuple(measures))


def _encoders(versions: Sequence[ModelVersion], judged: Sequence[Judged]) -> list[Judged]:
    """Return encoders with what was found of the themes that were made of their vectors."""
    return [
        replace(one, version=version)
        for version in versions
        if version.kind == "encoder"
        for one in judged
        if one.version.kind == "themes" and one.version.encoder_id == version.encoder_id
    ]


def _with_people(context: RunContext, one: Judged, before: Shown, after: Shown) -> Judged:
    """Add what would change for people to what is sound by itself."""
    if not one.sound:
        return one
    best = [[idea.candidate_id for idea in shown.report.ideas] for shown in (before, after)]
    churn = measure_churn(before.places, after.places, *best)
    settings = context.config.models
    gates = (
        verdicts.constraints(after.constraints),
        verdicts.churn(
            churn,
            statements=settings.churn_statements,
            ideas=settings.churn_ideas,
            new=_new_share(context),
            reasons=_reasons(context, one.version),
        ),
    )
    changes = compare_reports(
        before.report, after.report, new_records=0, theme_changes=_theme_changes(context, one)
    )
    return replace(
        one,
        gates=(*one.gates, *gates),
        measures=(*one.measures, *_measures(churn, before, after)),
        changes=changes,
    )


def _written(context: RunContext, one: Judged) -> ModelVersion:
    spelt = tuple((gate.name, gate.passed, gate.told) for gate in one.gates)
    metrics = {measure.name: measure.challenger for measure in one.measures}
    version = replace(one.version, gates=spelt, metrics=metrics)
    return keep_report(context, version, one.measures, one.changes)


def _theme_changes(context: RunContext, one: Judged) -> tuple[ThemeChange, ...]:
    if one.version.kind != "themes":
        return ()
    return read_state(context.config, one.version).changes


def _measures(churn: Churn, before: Shown, after: Shown) -> list[Measure]:
    held, champion = after.constraints.share, before.constraints.share
    return [
        Measure("statements that move", "share", round(churn.moved, 6), None),
        Measure("best ideas that change", "share", round(churn.ideas, 6), None),
        Measure(
            "decisions on needs that hold",
            "share",
            round(held, 6),
            round(champion, 6),
            more_is_better=True,
        ),
    ]


def _side_by_side(context: RunContext, versions: Sequence[ModelVersion]) -> tuple[Shown, Shown]:
    """Return what the models in use show of today's data, and what the challengers would."""
    sweep(context.config, "challenge")
    with copied(context.config, context.store, "challenge", context.lease) as twin:
        return _shown(twin, context, ()), _shown(twin, context, versions)


def _shown(twin: Config, context: RunContext, versions: Sequence[ModelVersion]) -> Shown:
    from flows import steps
    from flows.ranking import ranked_to_compare
    from flows.retraining import put_in_use

    started = context.run.started_at
    with steps.opened_run(
        twin, kind="refresh", progress=context.progress, as_of=context.as_of, clock=lambda: started
    ) as copy:
        for version in versions:
            put_in_use(copy, version)
        for step in (steps.place_themes, steps.propose_candidates):
            steps.do(step, renewed(copy))
        copy = renewed(copy)
        places = _places(copy)
        return Shown(ranked_to_compare(copy), places, _constraints(copy, places))


def _constraints(context: Known, places: Mapping[str, int]) -> Constraints:
    shown = called(context, context.store.themes.themes())
    needs = {one.theme_id: one for one in shown if one.level == "need"}
    decided = what_was_decided(context)
    named = {n: one.label for n, one in decided.themes.items() if one.label is not None}
    lost = [(one.target, one.reason) for one in decided.needs_review]
    wishes = wishes_of(context, context.store.shapes.found_themes())
    return check_constraints(named, lost, wishes, places, needs)


def _places(context: Known) -> dict[str, int]:
    first = strongest(context.store.shapes.shown_assignments())
    return dict(zip(first["statement_id"], first["theme_id"].tolist(), strict=True))


def _new_share(context: RunContext) -> float:
    """Return the share of the statements that the themes in use were not fitted on."""
    champion = context.store.versions.champion("themes")
    counts = context.store.feedback.counts(annotator_id(context))
    now = counts.statements - counts.uninformative
    return max(0.0, 1.0 - champion.statements / now) if champion and now else 0.0


def _reasons(context: RunContext, version: ModelVersion) -> list[str]:
    """Return why more may change than usual."""
    champion = context.store.versions.champion(version.kind)
    if champion is None or champion.fingerprint == version.fingerprint:
        return []
    if champion.encoder_id != version.encoder_id:
        return ["it is of another encoder"]
    return ["the settings of [themes] or what makes themes changed"]
