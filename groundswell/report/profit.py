"""What an idea is worth and costs, in money."""

from dataclasses import dataclass

from groundswell.report.evidence import Estimate


@dataclass(frozen=True, slots=True)
class Assumption:
    """A rate that nobody has measured, and what depends on it."""

    name: str
    value: float
    low: float
    high: float
    """80 % range that is tried."""
    net_low: float | None
    """Net value of the first year at `low`, all else as stated; None: not known."""
    net_high: float | None


@dataclass(frozen=True, slots=True)
class Profit:
    """Value and cost of building an idea; what is not known is n/a throughout."""

    value: Estimate
    """Currency per 12 months: revenue at stake times the share that building it secures."""
    cost: Estimate
    """Currency, once: person-days times the day rate."""
    net: Estimate
    """Currency: value of the first 12 months less the cost."""
    roi: Estimate
    """Net over cost."""
    payback_months: Estimate
    """Months until the value has paid the cost."""
    cost_of_delay: Estimate
    """Currency lost in each week of waiting."""
    p_pays: float | None
    """Share of the draws in which the first year pays the cost, 0 to 1."""
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The ideas whose value and cost are known, together."""

    ideas: int
    unknown: int
    """Ideas left out because their value or cost is not known."""
    value: Estimate
    cost: Estimate
    net: Estimate
