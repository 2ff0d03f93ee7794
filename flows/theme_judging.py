"""Judge a challenger of the themes by its files and by the golden set."""

from typing import TYPE_CHECKING

import numpy as np

from flows.context import RunContext
from flows.registry import files_of, freshness, read_model, read_state
from flows.statements import annotator_id, encoder_id
from groundswell.domain import NOISE, GateResult, IntArray, ModelVersion
from groundswell.report import Measure
from models.gates import verdicts
from models.gates.foresight import ONE_SIDED, Foresight, foresee, golden_set
from models.gates.memberships import Calibration, calibrate
from models.themes.shaping import strongest
from models.themes.state import ThemeState

if TYPE_CHECKING:
    import pandas as pd


def judge_themes(
    context: RunContext, version: ModelVersion, champion: ModelVersion | None
) -> tuple[list[GateResult], list[Measure]]:
    """Return what the gates say that need no copy of the store, and what was measured."""
    if champion is None:
        raise ValueError(f"{version.name}: there is nothing to compare it with")
    state, model = read_state(context.config, version), read_model(context.config, version)
    gates = [verdicts.whole(model, state), freshness(context, version)]
    if not all(gate.passed for gate in gates):
        return gates, []
    before = context.store.shapes.found_assignments()
    foresight = _foresight(context, version, before, state.assignments)
    mine, theirs = calibrate(model), calibrate(read_model(context.config, champion))
    gates += [
        verdicts.golden(foresight),
        verdicts.calibrated(mine, theirs),
        _limits(context, version, champion),
    ]
    return gates, [*_quality(foresight, mine, theirs), *_counts(context, before, state)]


def _foresight(
    context: RunContext, version: ModelVersion, before: "pd.DataFrame", after: "pd.DataFrame"
) -> Foresight:
    table = _texts_in_time(context)
    hashes = table.index.tolist()
    # Where the encoders differ, what lies near is what lies near by both.
    encoders = sorted({encoder_id(context.config), version.encoder_id})
    vectors = np.hstack([context.store.vectors.load(one, hashes) for one in encoders])
    vectors = (vectors / np.sqrt(len(encoders))).astype(np.float32)
    golden = golden_set(vectors, table["text"].tolist(), table["at"].to_numpy(np.float64))
    return foresee(golden, _labels(table, before), _labels(table, after))


def _texts_in_time(context: RunContext) -> "pd.DataFrame":
    """Return text, a statement that says it and when it was said first, by the text's hash."""
    told = ("statement_id", "text_hash", "text", "created_at")
    said = context.store.feedback.mentions(annotator_id(context), informative_only=True, only=told)
    said = said.assign(at=said["created_at"].astype("int64"))
    return said.groupby("text_hash", sort=True).agg(
        text=("text", "first"), statement=("statement_id", "min"), at=("at", "min")
    )


def _labels(table: "pd.DataFrame", assignments: "pd.DataFrame") -> IntArray:
    first = strongest(assignments).set_index("statement_id")["theme_id"]
    return first.reindex(table["statement"], fill_value=NOISE).to_numpy(np.int64)


def _limits(context: RunContext, version: ModelVersion, champion: ModelVersion) -> GateResult:
    files = files_of(context.config)
    return verdicts.limits(
        files.size(version), version.statements, (files.size(champion), champion.statements)
    )


def _quality(foresight: Foresight, mine: Calibration, theirs: Calibration) -> list[Measure]:
    gain, wide = foresight.challenger - foresight.champion, ONE_SIDED * foresight.error
    return [
        Measure(
            "what the newest statements have in common, foretold",
            "nats per tie",
            round(foresight.challenger, 6),
            round(foresight.champion, 6),
            round(gain - wide, 6),
            round(gain + wide, 6),
            more_is_better=True,
        ),
        Measure(
            "how far memberships are off", "share", mine.error, theirs.error, more_is_better=False
        ),
        Measure(
            "statements whose neighbours agree",
            "share",
            round(mine.right, 6),
            round(theirs.right, 6),
            more_is_better=True,
        ),
    ]


def _counts(context: RunContext, before: "pd.DataFrame", state: ThemeState) -> list[Measure]:
    now = sum(theme.level == "need" for theme in state.themes)
    then = sum(theme.level == "need" for theme in context.store.shapes.found_themes())
    return [
        Measure("needs", "count", now, then),
        Measure(
            "statements in no need",
            "share",
            _left_out(state.assignments),
            _left_out(before),
            more_is_better=False,
        ),
    ]


def _left_out(assignments: "pd.DataFrame") -> float:
    first = strongest(assignments)["theme_id"]
    return round(float((first == NOISE).mean()), 6) if len(first) else 0.0
