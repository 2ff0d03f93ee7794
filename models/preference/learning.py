"""From the log of decisions to weights: what they are, how sure, and whether to use them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import NormalDist

import numpy as np

from groundswell.domain import FloatArray, Verdicts, standing_preferences
from groundswell.domain.decisions import RANKING
from groundswell.report import Estimate, LearnedWeight, Learning
from models.evidence.inputs import WeightDoubt
from models.preference.answers import Answers, Seen, gather, report_seen
from models.preference.posterior import SCALE, Posterior, learn
from models.preference.reliance import Reliance, judge
from models.ranking.criteria import EFFORT
from models.ranking.strategies import Strategy

LEARNED = "learned"
"""Name of the strategy whose weights reviewers taught."""
WIDER = 1.2
"""Factor on the variance of the weights: without it 80 % intervals hold the truth too seldom."""
LEAST_SHARE = 1e-3
"""Smallest weight that is learned: at 0 a criterion would leave the report, and could not be
learned any more."""
_Z80 = NormalDist().inv_cdf(0.9)

Ready = Sequence[tuple[datetime, int]]
"""(when, run) of each report, oldest first."""


@dataclass(frozen=True)
class Learned:
    """Weights that a log teaches."""

    strategy: str
    """Whose weights they start from."""
    before: FloatArray
    """Those weights, in shares; shape (n_criteria,)."""
    answers: Answers
    posterior: Posterior
    through: int
    """Number of the last decision they rest on."""

    @cached_property
    def reliance(self) -> Reliance:
        """Return whether they can be used; it takes some fits more."""
        return judge(self.answers, SCALE * self.before)

    @property
    def shares(self) -> FloatArray:
        """Return the weights, those of the criteria but effort adding up to 1."""
        size = np.maximum(self.posterior.mean, 0.0) / self._whole
        return np.maximum(size, LEAST_SHARE)

    @property
    def covariance(self) -> FloatArray:
        """Return the covariance of the weights, in shares."""
        return np.asarray(WIDER * self.posterior.covariance / self._whole**2)

    @property
    def weights(self) -> dict[str, float]:
        """Return the weights as a strategy of one's own is given them."""
        found = dict(zip(self.posterior.criteria, self.shares.tolist(), strict=True))
        return {EFFORT: 0.0, **found}

    @property
    def doubt(self) -> WeightDoubt:
        """Return how the weights vary, on the scale on which the strategy has them."""
        names, shares = self.posterior.criteria, self.shares
        whole = np.array([1.0 if name == EFFORT else _sum_of(names, shares) for name in names])
        covariance = self.covariance / np.outer(whole, whole)
        return WeightDoubt(names, tuple((shares / whole).tolist()), _as_tuples(covariance))

    @property
    def _whole(self) -> float:
        return max(_sum_of(self.posterior.criteria, np.maximum(self.posterior.mean, 0.0)), 1e-9)


def criteria_of(strategy: Strategy) -> tuple[str, ...]:
    """Return the criteria whose weights can be learned; none of a strategy that multiplies."""
    if strategy.product:
        return ()
    weighed = tuple(name for name, weight in strategy.weights.items() if weight > 0.0)
    return (*weighed, EFFORT) if strategy.effort > 0.0 else weighed


def runs_wanted(verdicts: Verdicts, ready: Ready) -> set[int]:
    """Return the runs whose reports tell what reviewers saw."""
    asked = {one.run_id for one in standing_preferences(verdicts)}
    decided = {report_seen(one.at, ready) for one in verdicts.ideas.values() if one.at is not None}
    return asked | {run for run in decided if run is not None}


def learn_from(
    name: str,
    strategy: Strategy,
    verdicts: Verdicts,
    reports: Mapping[int, Seen],
    ready: Ready,
) -> Learned:
    """Return the weights that a log teaches, starting from those of a strategy.

    Parameters
    ----------
    name
        Of the strategy.
    reports
        What was seen in the reports of `runs_wanted`.

    Raises
    ------
    ValueError
        The strategy multiplies, so its weights are no weights of a sum.
    """
    criteria = criteria_of(strategy)
    if not criteria:
        raise ValueError(f"{name}: weights of a product are not learned")
    known = {**strategy.weights, EFFORT: strategy.effort}
    sizes = np.array([known[one] for one in criteria])
    before = sizes / _sum_of(criteria, sizes)
    preferences = standing_preferences(verdicts)
    answers = gather(criteria, preferences, verdicts.ideas, reports, ready)
    # An adoption says nothing of the weights, so it is none of what they rest on.
    said = (subject for target, subject in verdicts.subjects.items() if target != RANKING)
    through = max((number for subject in said for number in subject.decisions), default=0)
    return Learned(name, before, answers, learn(answers, SCALE * before), through)


def as_learning(learned: Learned, adopted: int | None) -> Learning:
    """Return what was learned as a report shows it."""
    foresight, posterior = learned.reliance.foresight, learned.posterior
    return Learning(
        strategy=learned.strategy,
        through=learned.through,
        answers=learned.reliance.pairs,
        wanted=learned.reliance.wanted,
        reviewers=learned.reliance.reviewers,
        weights=tuple(_weights(learned)),
        side_pull=_pull(posterior.side),
        place_pull=_pull(posterior.place),
        loss_before=foresight.before if foresight else None,
        loss_learned=foresight.learned if foresight else None,
        gain_error=foresight.error if foresight else None,
        usable=learned.reliance.usable,
        adopted=adopted,
    )


def _weights(learned: Learned) -> list[LearnedWeight]:
    spread = _Z80 * np.sqrt(np.diag(learned.covariance))
    rows = zip(learned.posterior.criteria, learned.before, learned.shares, spread, strict=True)
    return [
        LearnedWeight(
            name,
            float(before),
            Estimate(float(size), max(float(size - wide), 0.0), float(size + wide), "share"),
        )
        for name, before, size, wide in rows
    ]


def _pull(found: tuple[float, float]) -> Estimate:
    value, error = found
    return Estimate(value, value - _Z80 * error, value + _Z80 * error, "logits")


def _sum_of(criteria: Sequence[str], sizes: FloatArray) -> float:
    """Return the sum of all weights but effort's."""
    return float(sum(sizes[row] for row, name in enumerate(criteria) if name != EFFORT))


def _as_tuples(table: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in table.tolist())
