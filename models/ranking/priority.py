"""Measure candidates against a reference snapshot: raw values, distances, priorities."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray
from models.evidence.inputs import RankingParameters
from models.ranking.criteria import (
    CRITERIA,
    DRIVER,
    EFFORT,
    ZERO_IS_NOTHING,
    Criterion,
    Facts,
    Sample,
)
from models.ranking.market import MarketView
from models.ranking.scoring import (
    Reference,
    distances,
    robust_scale,
    signed_weights,
    transformed,
    untransformed,
)
from models.ranking.strategies import Strategy, known_strategies

FEW = 3
"""Ideas from which a centre and a scale say something of the others."""
ALL_BUT_NONE = 1.0 - 1e-9
"""Share of the candidates beyond which a criterion is missing for all of them."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The criteria that count in this run, their weights, and the snapshot they refer to."""

    criteria: tuple[Criterion, ...]
    weights: Mapping[str, float]
    strategy: Strategy
    reference: Reference

    def measure(self, sample: Sample, facts: Facts) -> dict[str, FloatArray]:
        """Return raw values of all criteria, each (n_candidates, n_draws); NaN: missing."""
        return {c.name: c.compute(sample, facts) for c in CRITERIA}

    def place(self, raw: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return z of the criteria that count; NaN stays NaN."""
        unit, scales = self.reference.revenue_unit, self.reference.scales
        return {
            c.name: distances(
                transformed(raw[c.name], c, self.strategy, unit), scales[c.name], self.strategy.clip
            )
            for c in self.criteria
        }

    def natural(self, name: str, z: float) -> float:
        """Return the raw value of a criterion that counts at a distance z."""
        criterion = next(c for c in self.criteria if c.name == name)
        centre, scale = self.reference.scales[name]
        moved = np.array([centre + scale * z])
        unit = self.reference.revenue_unit
        return float(untransformed(moved, criterion, self.strategy, unit)[0])

    @property
    def unasked(self) -> float:
        """Priority, without effort, of an idea that nobody asks for and no competitor has."""
        nothing = {
            c.name: np.array([[0.0 if c.name in ZERO_IS_NOTHING else np.nan]])
            for c in self.criteria
        }
        return float(add(self.contributions(self.place(nothing)), (1, 1))[0, 0])

    def contributions(self, z: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return ``w z`` by criterion; 0 where z is missing."""
        # Adding zero turns -0.0 into 0.0, which would be shown with its sign.
        return {name: self.weights[name] * np.nan_to_num(z[name]) + 0.0 for name in z}

    def priority(self, sample: Sample, facts: Facts) -> FloatArray:
        """Return the sum of the contributions, (n_candidates, n_draws)."""
        parts = self.contributions(self.place(self.measure(sample, facts)))
        return add(parts, sample.demand.strength.shape)


def add(contributions: Mapping[str, FloatArray], shape: tuple[int, ...]) -> FloatArray:
    """Add contributions one after the other, so that equal data give equal bits."""
    total = np.zeros(shape)
    for values in contributions.values():
        total = total + values
    return total


def market_scales(view: MarketView) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (mean, sd) of the search slopes and of the releases that are known."""
    return _mean_and_sd(view.slope), _mean_and_sd(view.releases)


def make_yardstick(
    sample: Sample,
    facts: Facts,
    parameters: RankingParameters,
    frozen: Reference | None,
) -> tuple[Yardstick, list[str]]:
    """Choose the criteria that the data support and fix the snapshot.

    A criterion that is missing for more than `missing_drop_share` of the candidates is
    dropped. What a frozen snapshot does not know is taken from this run.

    Returns
    -------
    (yardstick, notes)
        Notes say in sentences what was dropped.
    """
    strategy = known_strategies(parameters.own_strategies)[parameters.strategy]
    wanted = {*strategy.weights} | ({EFFORT} if strategy.effort > 0 else set())
    weighed = [c for c in CRITERIA if c.name in wanted]
    raw = {c.name: c.compute(sample, facts) for c in weighed}
    absent = {name: float(np.isnan(values).mean()) for name, values in raw.items() if values.size}
    most = min(parameters.missing_drop_share, ALL_BUT_NONE)
    kept = tuple(c for c in weighed if absent.get(c.name, 0.0) <= most)
    unit = frozen.revenue_unit if frozen else _median_positive(raw.get("revenue"))
    known = frozen.scales if frozen else {}
    scales = {
        c.name: known.get(c.name) or _scale(c, transformed(raw[c.name], c, strategy, unit), facts)
        for c in kept
    }
    # Scales of criteria that are dropped today are kept for the day the data come back.
    reference = Reference(
        strategy=parameters.strategy,
        scales={**known, **scales},
        revenue_unit=unit,
        market=facts.market_scales,
        reach=facts.reach_scale,
        spread=frozen.spread if frozen else 1.0,
    )
    weights = signed_weights(strategy, [c.name for c in kept], reference.scales)
    yardstick = Yardstick(kept, weights, strategy, reference)
    return yardstick, _dropped_notes(weighed, kept, absent, strategy)


def scale_of_asked(values: FloatArray, heard: FloatArray) -> tuple[float, float]:
    """Return centre and scale of the ideas that somebody asks for, if there are a few.

    A backlog full of what nobody asks for would put the centre at nothing and make of every idea
    that is asked for an extreme one.
    """
    asked_for = heard > 0
    return robust_scale(values[asked_for] if asked_for.sum() >= FEW else values)


def _scale(criterion: Criterion, values: FloatArray, facts: Facts) -> tuple[float, float]:
    centre, scale = scale_of_asked(values, facts.heard)
    # Estimates that all say about the same must not turn their own error into differences.
    return centre, float(np.hypot(scale, _error(criterion.name, facts)))


def _error(name: str, facts: Facts) -> float:
    """Return the typical error of one estimate, on the scale of the criterion's h."""
    known = facts.driver_sd[~np.isnan(facts.driver_sd)]
    if name == DRIVER and len(known):
        return float(np.median(known))
    return facts.effort_log_sd if name == EFFORT else 0.0


def _dropped_notes(
    weighed: list[Criterion],
    kept: tuple[Criterion, ...],
    absent: Mapping[str, float],
    strategy: Strategy,
) -> list[str]:
    rest = " and the other weights rescaled" if strategy.shares else ""
    notes = [
        f"{c.name.replace('_', ' ').capitalize()} is missing for"
        f" {'all' if absent[c.name] == 1.0 else f'{absent[c.name]:.0%} of the'} ideas"
        f" ({c.without}): it was left out{rest}."
        for c in weighed
        if c not in kept
    ]
    if not any(c.name in strategy.weights for c in kept):
        notes.append("No data support what this strategy weighs: choose another, or add data.")
    return notes


def _mean_and_sd(values: FloatArray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.mean()), float(known.std())) if len(known) else (0.0, 0.0)


def _median_positive(revenue: FloatArray | None) -> float:
    if revenue is None or not (revenue > 0).any():
        return 1.0
    return float(np.median(revenue[revenue > 0]))
