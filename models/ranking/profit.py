"""Profit and loss of each idea, from the same draws as its rank.

``value = e V`` with V the revenue at stake of 12 months and e the share of it that building the
need secures; ``cost = days * day rate``; ``net = value - cost``. What is not known is n/a.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.stats import beta

from groundswell.domain import FloatArray
from groundswell.report import Assumption, Estimate, Portfolio, Profit
from models.evidence.inputs import MoneyParameters, RankingParameters
from models.ranking.criteria import EFFORT
from models.ranking.explanation import Measured
from models.ranking.money import Rates
from models.ranking.uncertainty import RATE_LOG_SD, Draws, interval

WEEKS = 52.0
MONTHS = 12.0
LONGEST_PAYBACK = 1200.0
"""Months; more is never."""
_Z80 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Value and cost of every candidate, NaN where not known."""

    value: FloatArray
    """Currency per year, shape (n_candidates, 1 + n_draws); the first column is the estimate."""
    cost: FloatArray
    """Currency, same shape."""
    secures: Sequence[tuple[float, float]]
    """a and b of each candidate's effectiveness."""
    currency: str
    width: float
    """Of the intervals, 0 to 1."""


def keep_ledger(
    measured: Measured,
    draws: Draws,
    parameters: RankingParameters,
    secures: Sequence[tuple[float, float]],
) -> Ledger:
    """Return what each candidate is worth and costs, as estimated and in every draw.

    Parameters
    ----------
    secures
        Of each candidate a and b of the Beta distribution of the share of the revenue at stake
        that building it secures.
    """
    money, shape = parameters.money, draws.priority.shape
    # A stream of its own: money that becomes known must not change how anything else is drawn.
    noise = np.random.default_rng([parameters.seed, 1])
    a, b = np.array(secures, dtype=np.float64).reshape(-1, 2).T[:, :, None]
    share = np.concatenate([a / (a + b), noise.beta(a, b, shape)], axis=1)
    stake = np.column_stack([measured.raw["revenue"], draws.raw["revenue"]])
    days = np.column_stack([measured.raw[EFFORT], draws.raw[EFFORT]])
    rate = np.nan if money.day_rate is None else money.day_rate
    return Ledger(share * stake, rate * days, secures, money.currency, parameters.interval)


def profit_of(row: int, ledger: Ledger, measured: Measured, money: MoneyParameters) -> Profit:
    """Return the profit and loss of one candidate, and what it would be under other rates."""
    value, cost = ledger.value[row], ledger.cost[row]
    net = value - cost
    pays = None if np.isnan(net).any() else float((net[1:] > 0.0).mean())
    payback = np.minimum(MONTHS * cost / np.maximum(value, 1e-9), LONGEST_PAYBACK)
    year = f"{ledger.currency} per year"
    return Profit(
        value=_estimate(value, year, ledger),
        cost=_estimate(cost, ledger.currency, ledger),
        net=_estimate(net, ledger.currency, ledger),
        roi=_estimate(net / cost, "times the cost", ledger),
        payback_months=_estimate(payback, "months", ledger),
        cost_of_delay=_estimate(value / WEEKS, f"{ledger.currency} per week", ledger),
        p_pays=pays,
        assumptions=_sweep(row, measured, money, ledger.secures[row]),
    )


def portfolio_of(ledger: Ledger) -> Portfolio | None:
    """Return the sums over the candidates whose value and cost are known; None without any."""
    known = ~np.isnan(ledger.value[:, 0] + ledger.cost[:, 0])
    if not known.any():
        return None
    value, cost = ledger.value[known].sum(axis=0), ledger.cost[known].sum(axis=0)
    return Portfolio(
        ideas=int(known.sum()),
        unknown=int((~known).sum()),
        value=_estimate(value, f"{ledger.currency} per year", ledger),
        cost=_estimate(cost, ledger.currency, ledger),
        net=_estimate(value - cost, ledger.currency, ledger),
    )


def _estimate(values: FloatArray, unit: str, ledger: Ledger) -> Estimate:
    """Return the first value with the interval of the others."""
    if not np.isfinite(values).all():
        return Estimate(None, None, None, unit)
    low, high = interval(values[1:], ledger.width)
    value = float(values[0])
    return Estimate(value, min(low, value), max(high, value), unit)


def _sweep(
    row: int, measured: Measured, money: MoneyParameters, secures: tuple[float, float]
) -> tuple[Assumption, ...]:
    """Vary each rate alone, over the range that the draws give it."""
    a, b = secures
    usual, spread = a / (a + b), float(np.exp(_Z80 * RATE_LOG_SD))
    days = measured.efforts.estimates[row]

    def net(
        *,
        churn: float = money.churn_uplift,
        back: float = money.win_back,
        secured: float = usual,
        effort: float = days.p50,
    ) -> float | None:
        rates = Rates(np.array([[churn]]), np.array([[back]]))
        stake = float(measured.facts.money.at_stake(measured.sample.demand, rates)[row, 0])
        if money.day_rate is None or np.isnan(stake):
            return None
        return secured * stake - money.day_rate * effort

    def around(rate: float) -> tuple[float, float, float]:
        return rate, rate / spread, min(rate * spread, 1.0)

    secured = (usual, float(beta.ppf(0.1, a, b)), float(beta.ppf(0.9, a, b)))
    return (
        _vary("churn uplift", around(money.churn_uplift), lambda rate: net(churn=rate)),
        _vary("win back", around(money.win_back), lambda rate: net(back=rate)),
        _vary("effectiveness", secured, lambda share: net(secured=share)),
        _vary("person-days", (days.p50, days.low, days.high), lambda days: net(effort=days)),
    )


def _vary(
    name: str, tried: tuple[float, float, float], outcome: Callable[[float], float | None]
) -> Assumption:
    value, low, high = tried
    return Assumption(name, value, low, high, outcome(low), outcome(high))
