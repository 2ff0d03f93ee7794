"""Compare challengers with the models in use: each on its own, then all on copies of the store."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.context import RunContext
from flows.kind_models import judge_kinds
from flows.match_models import judge_matches
from flows.registry import files_of, keep_report, read_state
from flows.side_by_side import Shown, side_by_side
from flows.statements import annotator_id
from flows.theme_judging import judge_themes
from flows.weight_models import judge_weights
from groundswell.domain import GateResult, ModelKind, ModelVersion, ThemeChange
from groundswell.errors import ModelError
from groundswell.report import Changes, Measure
from models.gates import verdicts
from models.gates.churn import Churn, measure_churn
from models.ranking.moves import compare_reports

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


def judge(context: RunContext, versions: Sequence[ModelVersion]) -> list[ModelVersion]:
    """Return challengers with what the gates say of each; their reports are written.

    Where there is none in use, or its files are gone, there is nothing to compare with.
    """
    judged = [one for version in versions if (one := _alone(context, version)) is not None]
    sound = [one.version for one in judged if one.sound]
    if sound:
        before, after = side_by_side(context, sound)
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
