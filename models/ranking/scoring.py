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
from scipy.special import ndtr

from groundswell.domain import FloatArray
from models.evidence.inputs import StrategyName
from models.ranking.criteria import EFFORT, Criterion

SMALLEST_PRODUCT = 1e-3
"""Stands for 0 in a product of natural units, where the logarithm needs a floor."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """What counts how much."""

    weights: Mapping[str, float]
    """Criterion to weight (sd units), or to exponent where `product`."""
    effort: float
    product: bool = False
    """Natural units are multiplied, as RICE does, rather than standardised and added."""
    clip: float = 3.0
    """Largest distance from the centre that counts, in sd."""

    @property
    def shares(self) -> bool:
        """Whether the weights are shares of a whole, and so are rescaled if one is dropped."""
        return abs(sum(self.weights.values()) - 1.0) < 1e-9


STRATEGIES: Mapping[StrategyName, Strategy] = {
    "balanced": Strategy(
        {
            "reach": 0.22,
            "unmet_need": 0.18,
            "severity": 0.12,
            "driver": 0.10,
            "revenue": 0.16,
            "trend": 0.05,
            "market_pull": 0.07,
            "competitor_gap": 0.05,
            "strategic_fit": 0.05,
        },
        effort=0.30,
    ),
    "growth": Strategy(
        {
            "reach": 0.15,
            "unmet_need": 0.10,
            "revenue": 0.15,
            "trend": 0.10,
            "market_pull": 0.20,
            "competitor_gap": 0.20,
            "strategic_fit": 0.10,
        },
        effort=0.30,
    ),
    "retention": Strategy(
        {
            "reach": 0.15,
            "unmet_need": 0.15,
            "severity": 0.25,
            "driver": 0.15,
            "revenue": 0.25,
            "trend": 0.05,
        },
        effort=0.30,
    ),
    "rice": Strategy({"reach": 1.0, "unmet_need": 1.0}, effort=1.0, product=True, clip=np.inf),
    "odi": Strategy({"unmet_need": 1.0}, effort=0.0, clip=np.inf),
    "wsjf": Strategy(
        {"severity": 0.2, "revenue": 0.6, "trend": 0.2}, effort=1.0, product=True, clip=np.inf
    ),
}
"""Weights of design: judgement, to be learned from reviews later. Criteria that no data
supports are dropped and the shares of the others rescaled."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Snapshot against which scores are given; frozen so that runs can be compared."""

    strategy: StrategyName
    scales: Mapping[str, tuple[float, float]]
    """Criterion to (centre, scale) of its transformed values."""
    revenue_unit: float
    """m in ``ln(1 + x / m)``: the median of the positive revenues."""
    market: tuple[tuple[float, float], tuple[float, float]]
    """(mean, sd) of the search slopes and of the matching releases."""
    spread: float
    """Standard deviation of the priorities."""


def reference_to_json(reference: Reference) -> str:
    """Return the snapshot as one canonical JSON object."""
    return json.dumps(asdict(reference), sort_keys=True)


def reference_from_json(text: str) -> Reference:
    """Read what `reference_to_json` wrote."""
    values = json.loads(text)
    slope, releases = values["market"]
    return Reference(
        strategy=values["strategy"],
        scales={name: (centre, scale) for name, (centre, scale) in values["scales"].items()},
        revenue_unit=values["revenue_unit"],
        market=((slope[0], slope[1]), (releases[0], releases[1])),
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
