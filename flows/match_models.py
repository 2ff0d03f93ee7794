"""What reviewers' words on matches teach of how probable a match is."""

from typing import TYPE_CHECKING

import numpy as np

from flows.context import Known, RunContext
from flows.registry import as_version, files_of, freshness, is_known, keep_built_in
from groundswell.domain import GateResult, ModelVersion, content_id
from groundswell.report import Measure

if TYPE_CHECKING:
    from models.linking.recalibration import Recalibration
    from models.ranking.matches import LinkAnswer

LINE = "line.json"
"""Part of a version: slope and intercept."""
PRINT = "line-1"
"""Of the code that fits the line."""
SEED = 20240601


def recalibration(context: Known) -> "Recalibration | None":
    """Return how probabilities of matches are corrected, None: not at all.

    Raises
    ------
    ModelError
        Its file is gone or was changed.
    """
    champion = context.store.versions.champion("matches")
    if champion is None or LINE not in champion.files:  # what is built in corrects nothing
        return None
    from models.linking.recalibration import from_json

    return from_json(files_of(context.config).get(champion, LINE).decode())


def train_matches(context: RunContext, reason: str) -> ModelVersion | None:
    """Fit the line to what was said of matches; None: nothing new was."""
    from models.linking.recalibration import fit_recalibration

    answers = _answers(context)
    ids = content_id(*(f"{one.number} {one.same}" for one in answers))
    if not answers or is_known(context, "matches", ids):
        return None
    keep_built_in(context, "matches", PRINT)
    line = fit_recalibration(_computed(answers), [one.same for one in answers])
    return as_version(
        context,
        "matches",
        {LINE: line.to_json().encode()},
        snapshot={"answers": len(answers), "ids": ids},
        settings={"slope": line.slope, "intercept": line.intercept},
        print_of=PRINT,
        why=reason,
    )


def judge_matches(
    context: RunContext, version: ModelVersion, _champion: ModelVersion | None
) -> tuple[list[GateResult], list[Measure]]:
    """Compare corrected probabilities with those as computed, on answers that came later."""
    from models.gates import verdicts
    from models.linking.link_foresight import judge_recalibration
    from models.linking.recalibration import from_json

    from_json(files_of(context.config).get(version, LINE).decode())
    read = GateResult("whole", True, "slope and intercept are numbers")
    gates, answers = [read, freshness(context, version)], _answers(context)
    if not gates[1].passed:
        return gates, []
    right = (_computed(answers) >= 0.5) == np.array([one.same for one in answers], bool)
    unfair = verdicts.spoken_fairly("matches", right.astype(np.float64))
    if unfair is not None:
        return [*gates, unfair], []
    found = judge_recalibration(_computed(answers), [one.same for one in answers], seed=SEED)
    if found is None:
        return [*gates, verdicts.earned("matches", None)], []
    gates += [verdicts.earned("matches", found.log_loss), verdicts.in_range(found.calibration)]
    return gates, [
        verdicts.compared("surprise at later answers", "nats", found.log_loss, more=False),
        verdicts.compared("how far probabilities are off", "share", found.calibration, more=False),
    ]


def _answers(context: RunContext) -> "list[LinkAnswer]":
    from flows.evidence import gather_evidence
    from models.ranking.matches import link_answers

    candidates = context.store.ideas.candidates()
    return link_answers(gather_evidence(context), candidates) if candidates else []


def _computed(answers: "list[LinkAnswer]") -> np.ndarray:
    return np.array([one.probability for one in answers], dtype=np.float64)
