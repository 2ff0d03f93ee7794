"""The criteria's weights as versions: what answers about pairs teach, for a person to adopt.

The log of decisions is the truth about which weights are in use (`flows.learning`); a version
keeps what was learned up to a decision, how well it foretold answers, and who adopted it.
"""

import json
from typing import TYPE_CHECKING

from flows.context import RunContext
from flows.learning import learned_weights
from flows.registry import as_version, files_of, freshness
from groundswell.domain import Draft, GateResult, ModelVersion
from groundswell.domain.decisions import RANKING
from groundswell.report import Measure

if TYPE_CHECKING:
    from models.preference.learning import Learned

WEIGHTS = "weights.json"
"""Part of a version: criterion to weight."""
DECIMALS = 9


def train_weights(context: RunContext, reason: str) -> ModelVersion | None:
    """Learn weights from the log; None: nobody has answered yet, or they are in use already."""
    learned = learned_weights(context)
    in_use = context.store.decisions.verdicts(context.decided_by).ranking.weights
    if learned is None or not len(learned.answers) or learned.through == in_use:
        return None
    return as_version(
        context,
        "weights",
        {WEIGHTS: _spelt(learned)},
        snapshot={"answers": learned.reliance.pairs, "through": learned.through},
        settings={"from": learned.strategy},
        print_of=learned.strategy,
        why=reason,
    )


def judge_weights(
    context: RunContext, version: ModelVersion, _champion: ModelVersion | None
) -> tuple[list[GateResult], list[Measure]]:
    """Compare learned weights with those of the settings, on answers that came later."""
    learned = learned_weights(context)
    kept = files_of(context.config).get(version, WEIGHTS)
    same = learned is not None and _spelt(learned) == kept
    told = "they are what the log teaches" if same else "they are not what the log teaches"
    gates = [GateResult("whole", same, told), freshness(context, version)]
    if learned is None or not all(gate.passed for gate in gates):
        return gates, []
    found = learned.reliance
    foresight = found.foresight
    if foresight is None or not found.enough:
        told = f"{found.pairs} answers, {found.wanted} are needed"
        return [*gates, GateResult("golden set", False, told)], []
    told = (
        f"{foresight.gain:.3f} nats less surprise at each later answer, standard error"
        f" {foresight.error:.3f}"
    )
    measure = Measure(
        "surprise at later answers",
        "nats",
        foresight.learned,
        foresight.before,
        -foresight.gain - foresight.error,
        -foresight.gain + foresight.error,
        more_is_better=False,
    )
    return [*gates, GateResult("golden set", found.better, told)], [measure]


def adopt(context: RunContext, version: ModelVersion) -> None:
    """Have runs use the weights of a version: a decision like all others, then the row."""
    by, why = str(version.settings["put_in_use_by"]), str(version.settings["because"])
    through = int(version.snapshot["through"])
    draft = Draft("adopt", RANKING, by, context.run.started_at, {"weights": through}, why)
    if context.store.decisions.verdicts().ranking.weights != through:
        context.store.decisions.record(draft)
    context.store.versions.promote(context.lease, context.run.run_id, version)


def _spelt(learned: "Learned") -> bytes:
    weights = {name: round(weight, DECIMALS) for name, weight in learned.weights.items()}
    return json.dumps(weights, sort_keys=True).encode()
