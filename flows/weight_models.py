"""The criteria's weights as versions: what answers about pairs teach, for a person to adopt.

The log of decisions is the truth about which weights are in use (`flows.learning`); a version
keeps what was learned up to a decision, how well it foretold answers, and who adopted it.
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.context import RunContext
from flows.learning import Weighing, learned_weights
from flows.registry import ADOPTED, as_version, files_of, freshness, keep_built_in
from groundswell.domain import Draft, GateResult, ModelVersion
from groundswell.domain.decisions import RANKING
from groundswell.report import Measure

if TYPE_CHECKING:
    from models.preference.learning import Learned

WEIGHTS = "weights.json"
"""Part of a version: criterion to weight."""
THROUGH = "through"
"""Part of a snapshot: the decision up to which the log was learned from."""
DECIMALS = 9


def train_weights(context: RunContext, reason: str) -> ModelVersion | None:
    """Learn weights from the log; None: nobody has answered yet, or they are in use already."""
    learned = learned_weights(context)
    in_use = context.store.decisions.verdicts(context.decided_by).ranking.weights
    if learned is None or not len(learned.answers) or learned.through == in_use:
        return None
    keep_built_in(context, "weights", learned.strategy)
    return _version(context, learned, reason)


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


def keep_weights(context: RunContext, weighed: Weighing) -> None:
    """Note which weights a run uses: somebody may have adopted others since the last."""
    versions, through = context.store.versions, weighed.through
    champion = versions.champion("weights")
    if through == (champion.snapshot.get(THROUGH) if champion else None):
        return
    keep_built_in(context, "weights", context.config.ranking.strategy)
    of_it = [one for one in versions.all("weights") if one.snapshot.get(THROUGH) == through]
    version = of_it[-1] if of_it else _adopted(context, weighed)
    if version.state != "champion":
        versions.promote(context.lease, context.run.run_id, version)


def adopt(context: RunContext, version: ModelVersion) -> None:
    """Have runs use the weights of a version: a decision like all others, then the row."""
    by, why = str(version.settings["put_in_use_by"]), str(version.settings["because"])
    through = version.snapshot.get(THROUGH)  # None: the weights of the settings
    draft = Draft("adopt", RANKING, by, context.run.started_at, {"weights": through}, why)
    if context.store.decisions.verdicts().ranking.weights != through:
        context.store.decisions.record(draft)
    context.store.versions.promote(context.lease, context.run.run_id, version)


def _adopted(context: RunContext, weighed: Weighing) -> ModelVersion:
    learned = weighed.adopted
    if learned is None:
        raise ValueError("weights of the settings are what is built in")
    signed = context.store.decisions.verdicts(context.decided_by).ranking.signed["weights"]
    version = _version(context, learned, ADOPTED)
    who = {"put_in_use_by": signed.reviewer, "because": signed.reason}
    return replace(version, settings={**version.settings, **who})


def _version(context: RunContext, learned: "Learned", why: str) -> ModelVersion:
    return as_version(
        context,
        "weights",
        {WEIGHTS: _spelt(learned)},
        snapshot={"answers": learned.reliance.pairs, THROUGH: learned.through},
        settings={"from": learned.strategy},
        print_of=learned.strategy,
        why=why,
    )


def _spelt(learned: "Learned") -> bytes:
    weights = {name: round(weight, DECIMALS) for name, weight in learned.weights.items()}
    return json.dumps(weights, sort_keys=True).encode()
