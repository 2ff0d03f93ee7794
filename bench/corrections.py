"""What reviewers' corrections bring on what nobody touched, with a drawn reviewer who knows.

``python -m bench kind --corrections N`` and ``python -m bench link --data FILE --corrections N``
use it: N answers from one half, judged on the other, for each of the seeds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, StatementKind, Vectors
from models.linking.link_foresight import calibration_error
from models.linking.recalibration import fit_recalibration, log_losses
from models.linking.statuses import MENTIONED
from models.statements.annotator import KINDS, CorrectedStatements, fit_annotator
from models.statements.kind_foresight import mean_f1

FIRST = 3
"""Matches of an idea that its reviewer sees, the most probable ones."""


def taught_kinds(
    said: CorrectedStatements,
    example_vectors: Vectors,
    count: int,
    *,
    seed: int,
    only_wrong: bool,
) -> dict[str, float]:
    """Say the kind of the first `count` statements of one half.

    Parameters
    ----------
    only_wrong
        Of those alone that are taken for another kind.

    Returns
    -------
    dict
        Macro-F1 and log loss on the other half, before and after, and how many were corrected.
    """
    order = np.random.default_rng(seed).permutation(len(said.texts))
    seen, kept = said.some(order[::2]), said.some(order[1::2])
    built_in = fit_annotator(example_vectors)
    guessed = built_in.shares(seen.texts, seen.vectors).argmax(axis=1)
    wrong = [KINDS[guess] != kind for guess, kind in zip(guessed, seen.kinds, strict=True)]
    rows = [row for row, is_wrong in enumerate(wrong) if is_wrong or not only_wrong][:count]
    taught = fit_annotator(example_vectors, seen.some(rows))
    true = np.array([KINDS.index(kind) for kind in kept.kinds], np.int64)
    found: dict[str, float] = {"said": len(rows), "judged": len(true)}
    for name, model in (("before", built_in), ("after", taught)):
        shares = model.shares(kept.texts, kept.vectors)
        found[f"f1_{name}"] = mean_f1(true, shares.argmax(axis=1))
        given = shares[np.arange(len(true)), true]
        found[f"log_loss_{name}"] = float(-np.log(np.maximum(given, 1e-6)).mean())
    return found


def taught_links(
    asked: Sequence[tuple[FloatArray, NDArray[np.bool_]]],
    judged: Sequence[tuple[FloatArray, NDArray[np.bool_]]],
    count: int,
    *,
    seed: int,
    only_wrong: bool,
) -> dict[str, float]:
    """Answer `count` of the matches that are shown, and judge those of other queries.

    Parameters
    ----------
    asked, judged
        Probabilities and truth of each query, over its docs.
    only_wrong
        The reviewer answers only where a match is told likely and is none, or the reverse.
    """
    chances, true = _shown(asked)
    rows = np.random.default_rng(seed).permutation(len(chances))
    if only_wrong:
        rows = rows[(chances[rows] >= 0.5) != true[rows]]
    rows = rows[:count]
    line = fit_recalibration(chances[rows], true[rows].tolist())
    ahead, truth = _shown(judged)
    found = {"answers": len(rows), "judged": len(truth)}
    figures: dict[str, float] = {**found, "slope": line.slope, "intercept": line.intercept}
    for name, told in (("before", ahead), ("after", line.apply(ahead))):
        figures[f"ece_{name}"] = calibration_error(told, truth)
        figures[f"log_loss_{name}"] = float(log_losses(told, truth).mean())
    return figures


def over_seeds(trials: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Return the mean of each figure, and the least and the most of what changed."""
    names = list(trials[0])
    found: dict[str, Any] = {n: round(float(np.mean([one[n] for one in trials])), 4) for n in names}
    for name in (n.removesuffix("_before") for n in names if n.endswith("_before")):
        changes = [one[f"{name}_after"] - one[f"{name}_before"] for one in trials]
        found[f"{name}_change"] = [round(min(changes), 4), round(max(changes), 4)]
    return found


def kinds_of(labels: Sequence[str]) -> list[StatementKind]:
    """Return the kinds that labels stand for; a bug is a problem, a feature a request."""
    known = {"bug": "problem", "feature": "request"} | {kind: kind for kind in KINDS}
    return [known[label] for label in labels]  # type: ignore[misc]


def _shown(
    queries: Sequence[tuple[FloatArray, NDArray[np.bool_]]],
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the matches that a reviewer would see."""
    found = []
    for values, truth in queries:
        order = np.argsort(-values, kind="stable")[:FIRST]
        order = order[values[order] >= MENTIONED]
        found.append((values[order], truth[order]))
    chances, true = (np.concatenate(part) for part in zip(*found, strict=True))
    return chances, true
