"""From natural units to one additive priority on a scale that stays put between runs.

``priority = sum_j w_j z_j - g z_effort`` with ``z = (h(x) - centre) / scale``. Centre and
scale (median and 1.4826 MAD) come from a reference snapshot that is made once and then kept,
so that a score means the same in the next run. Since ``ln RICE = ln R + ln I - ln E``, a
multiplicative framework is one weight vector of the same model: h = ln and weight = scale.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from groundswell.domain import FloatArray
from models.ranking.criteria import EFFORT, Criterion
from models.ranking.strategies import Strategy

SMALLEST_PRODUCT = 1e-3
"""Stands for 0 in a product of natural units, where the logarithm needs a floor."""

SMALLEST_SHARE = 1e-3
"""A share is taken to lie so far from 0 and from 1, where log odds have no end."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Snapshot against which scores are given; frozen so that runs can be compared."""

    strategy: str
    scales: Mapping[str, tuple[float, float]]
    """Criterion to (centre, scale) of its transformed values."""
    revenue_unit: float
    """m in ``ln(1 + x / m)``: the median of the positive revenues."""
    market: tuple[tuple[float, float], tuple[float, float]]
    """(mean, sd) of the search slopes and of the matching releases."""
    reach: tuple[float, float]
    """Centre and scale of ``ln(reach + 0.5)``, from which importance is inferred."""
    spread: float
    """Standard deviation of the priorities."""


def reference_to_json(reference: Reference) -> str:
    """Return the snapshot as one canonical JSON object."""
    return json.dumps(asdict(reference), sort_keys=True)


def reference_from_json(text: str) -> Reference:
    """Read what `reference_to_json` wrote."""
    values = json.loads(text)
    slope, releases = values["market"]
    # Snapshots of the first version have it among the scales alone.
    reach = values.get("reach") or values["scales"].get("reach", (0.0, 1.0))
    return Reference(
        strategy=values["strategy"],
        scales={name: (centre, scale) for name, (centre, scale) in values["scales"].items()},
        revenue_unit=values["revenue_unit"],
        market=((slope[0], slope[1]), (releases[0], releases[1])),
        reach=(reach[0], reach[1]),
        spread=values["spread"],
    )


def transformed(
    values: FloatArray, criterion: Criterion, strategy: Strategy, revenue_unit: float
) -> FloatArray:
    """Return h(x); NaN stays NaN."""
    if strategy.product or criterion.transform == "ln(x)":
        return np.log(np.maximum(values, SMALLEST_PRODUCT))
    if criterion.transform == "ln(x + 0.5)":
        return np.log(values + 0.5)
    if criterion.transform == "ln(1 + x / unit)":
        return np.log1p(values / revenue_unit)
    if criterion.transform == "logit(x)":
        return np.asarray(logit(np.clip(values, SMALLEST_SHARE, 1.0 - SMALLEST_SHARE)))
    return values


def untransformed(
    values: FloatArray, criterion: Criterion, strategy: Strategy, revenue_unit: float
) -> FloatArray:
    """Return the x of an h(x): what `transformed` was given."""
    if strategy.product or criterion.transform == "ln(x)":
        return np.exp(values)
    if criterion.transform == "ln(x + 0.5)":
        return np.exp(values) - 0.5
    if criterion.transform == "ln(1 + x / unit)":
        return np.asarray(np.expm1(values) * revenue_unit)
    if criterion.transform == "logit(x)":
        return np.asarray(expit(values))
    return values


def robust_scale(values: FloatArray) -> tuple[float, float]:
    """Return median and 1.4826 MAD of the known values.

    Where more than half are equal: the interquartile range over 1.349, else the standard
    deviation; 0 if all are equal, and then the criterion tells nothing apart.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return 0.0, 0.0
    centre = float(np.median(known))
    low, high = np.quantile(known, [0.25, 0.75])
    for scale in (
        1.4826 * float(np.median(np.abs(known - centre))),
        float(high - low) / 1.349,
        float(known.std()),
    ):
        if scale > 1e-9:
            return centre, scale
    return centre, 0.0


def distances(values: FloatArray, scale: tuple[float, float], clip: float) -> FloatArray:
    """Return z of transformed values; NaN stays NaN."""
    centre, width = scale
    if width <= 0.0:
        return np.where(np.isnan(values), np.nan, 0.0)
    return np.clip((values - centre) / width, -clip, clip)


def signed_weights(
    strategy: Strategy, kept: Sequence[str], scales: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    """Return the weight of every criterion that is kept; effort's is negative.

    Shares are rescaled so that the criteria that are kept still sum to 1.
    """
    weights = {name: w for name, w in strategy.weights.items() if name in kept and w > 0}
    total = sum(weights.values())
    if strategy.shares and total > 0:
        weights = {name: weight / total for name, weight in weights.items()}
    if strategy.effort > 0 and EFFORT in kept:
        weights[EFFORT] = -strategy.effort
    if strategy.product:
        weights = {name: weight * scales[name][1] for name, weight in weights.items()}
    return weights


def shown_score(priority: FloatArray, spread: float) -> FloatArray:
    """Return 0 to 100: ``100 Phi(priority / spread)``; 50 is the reference median."""
    return np.asarray(100.0 * ndtr(priority / (spread if spread > 0 else 1.0)))
