"""What reviewers' corrections teach of which kind statements are."""

import numpy as np

from flows.context import Known, RunContext
from flows.registry import (
    MODEL,
    as_version,
    files_of,
    freshness,
    is_known,
    keep_built_in,
)
from flows.statements import ANNOTATION_VERSION, encoder_id, hashes_of, kinds_said
from groundswell.domain import FloatArray, GateResult, ModelVersion, Vectors, content_id
from groundswell.report import Measure
from models.gates import verdicts
from models.statements.annotator import (
    KINDS,
    Annotator,
    CorrectedStatements,
    example_texts,
    fit_annotator,
    from_bytes,
    to_bytes,
)
from models.statements.kind_foresight import judge_annotator

SEED = 20240601


def train_kinds(context: RunContext, reason: str) -> ModelVersion | None:
    """Fit the annotator to the built-in examples and to corrections; None: none are new."""
    corrected = _corrected(context)
    told = zip(hashes_of(corrected.texts), corrected.kinds, strict=True)
    ids = content_id(*(f"{text} {kind}" for text, kind in told))
    if not len(corrected.texts) or is_known(context, "kinds", ids):
        return None
    print_of = content_id(encoder_id(context.config), str(ANNOTATION_VERSION))
    keep_built_in(context, "kinds", print_of)
    annotator = fit_annotator(_examples(context), corrected)
    return as_version(
        context,
        "kinds",
        {MODEL: to_bytes(annotator)},
        snapshot={"corrections": len(corrected.texts), "ids": ids},
        settings={},
        print_of=print_of,
        why=reason,
    )


def judge_kinds(
    context: RunContext, version: ModelVersion, _champion: ModelVersion | None
) -> tuple[list[GateResult], list[Measure]]:
    """Compare what corrections teach with the built-in model, on corrections that came later."""
    annotator = from_bytes(files_of(context.config).get(version, MODEL))
    gates = [_whole(annotator), freshness(context, version)]
    if not all(gate.passed for gate in gates):
        return gates, []
    corrected, examples = _corrected(context), _examples(context)
    unfair = verdicts.spoken_fairly("kinds", _confirmed(corrected, examples))
    if unfair is not None:
        return [*gates, unfair], []
    found = judge_annotator(corrected, examples, seed=SEED)
    if found is None:
        return [*gates, verdicts.earned("kinds", None)], []
    gates.append(verdicts.earned("kinds", found.log_loss))
    return gates, [
        verdicts.compared("surprise at later corrections", "nats", found.log_loss, more=False),
        verdicts.compared("mean F1 of kinds", "0 to 1", found.macro_f1, more=True),
    ]


def _whole(annotator: Annotator) -> GateResult:
    finite = bool(np.isfinite(annotator.weights).all() and np.isfinite(annotator.intercepts).all())
    told = "all arrays are finite" if finite else "its arrays are not all finite"
    return GateResult("whole", finite, told)


def _confirmed(corrected: CorrectedStatements, examples: Vectors) -> FloatArray:
    """Return 1 where the built-in model says the same, else 0."""
    shares = fit_annotator(examples).shares(corrected.texts, corrected.vectors)
    said = np.array([KINDS.index(kind) for kind in corrected.kinds], np.int64)
    return np.asarray(shares.argmax(axis=1) == said, np.float64)


def _corrected(context: Known) -> CorrectedStatements:
    """Return corrected texts in the order in which they were corrected."""
    said = kinds_said(context)
    verdicts_of = list(context.store.decisions.verdicts(context.decided_by).statements)
    texts = {one.text_hash: one.text for one in context.store.lookups.said(verdicts_of)}
    hashes = [one.text_hash for one in said]
    return CorrectedStatements(
        [texts[key] for key in hashes], _vectors(context, hashes), [one.kind for one in said]
    )


def _examples(context: Known) -> Vectors:
    return _vectors(context, hashes_of(example_texts()))


def _vectors(context: Known, hashes: list[str]) -> Vectors:
    found = context.store.vectors.load(encoder_id(context.config), hashes)
    return np.asarray(found, np.float32)
