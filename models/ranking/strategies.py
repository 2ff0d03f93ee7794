"""What counts how much: strategies that ship, the operator's own, and frameworks as special cases.

A strategy either adds shares of standardised criteria, or multiplies natural units as a framework
does. Since ``ln RICE = ln R + ln I + ln C - ln E``, both are weights of one sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.ranking.criteria import CRITERIA, EFFORT

OWN_EFFORT = 0.30
"""Weight of effort in a strategy of the operator's that names none."""


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


def _product(*criteria: str) -> Strategy:
    return Strategy(dict.fromkeys(criteria, 1.0), effort=1.0, product=True, clip=np.inf)


STRATEGIES: Mapping[str, Strategy] = {
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
    "rice": _product("reach", "unmet_need", "confidence"),
    "ice": _product("unmet_need", "confidence"),
    "wsjf": _product("revenue"),
    "odi": Strategy({"unmet_need": 1.0}, effort=0.0, clip=np.inf),
}
"""Shares are judgement, to be learned from reviews. Criteria that no data support are dropped and
the shares of the others rescaled.

RICE is reach times impact times confidence over effort, with unmet need as impact. ICE is impact
times confidence times ease, with ease as one over effort. WSJF, or CD3, is cost of delay over
duration: revenue at stake per week over effort. ODI is the opportunity alone.
"""


def known_strategies(own: Mapping[str, Mapping[str, float]]) -> dict[str, Strategy]:
    """Return every strategy by name, the operator's own after those that ship.

    Parameters
    ----------
    own
        Name to weight by criterion, 0 or more; scaled to shares of a whole, but for effort's.

    Raises
    ------
    ValueError
        A criterion is unknown, a weight is negative, or nothing but effort has one.
    """
    return {**STRATEGIES, **{name: _own(name, weights) for name, weights in own.items()}}


def _own(name: str, weights: Mapping[str, float]) -> Strategy:
    known = [criterion.name for criterion in CRITERIA]
    unknown = sorted(weights.keys() - set(known))
    if unknown:
        raise ValueError(f"{name}: no criterion {', '.join(unknown)}; known: {', '.join(known)}")
    shares = {key: weight for key, weight in weights.items() if key != EFFORT and weight > 0.0}
    if min(weights.values(), default=0.0) < 0.0 or not shares:
        raise ValueError(f"{name}: weights are 0 or more, and one beside effort's above 0")
    total = sum(shares.values())
    return Strategy(
        {key: shares[key] / total for key in known if key in shares},
        effort=weights.get(EFFORT, OWN_EFFORT),
    )
