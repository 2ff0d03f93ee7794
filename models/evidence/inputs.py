"""What the ranking is given: who said what, and what is known of customers, market and work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from groundswell.domain import (
    Account,
    Deal,
    IdeaVerdict,
    MarketSignal,
    NeedTheme,
    Vectors,
    WorkItem,
    require_aligned,
)


def _no_vectors() -> Vectors:
    return np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the ranking rests on; arrays of unit vectors are aligned by position.

    Raises
    ------
    ValueError
        An array has another length than the list it belongs to.
    """

    mentions: pd.DataFrame
    """One row per (statement, theme): statement_id, record_id, theme_id (int64, `NOISE` for
    none), membership (0 to 1), text_hash, text, created_at (datetime64[us, UTC]), source,
    channel, author, account_id, rating (1 to 5), nps (0 to 10), severity (0 to 1), path, line.
    Author, account, rating, nps and severity may be missing. Any order; later rows than `as_of`
    are not used. Or as `models.evidence.voices.usable` gives them for `as_of`, so that who reads
    them again and again need not wait for that again."""
    themes: Sequence[NeedTheme]
    theme_vectors: Vectors
    """Centroids, shape (n_themes, dims)."""
    as_of: datetime
    """Aware; the moment from which ages are counted back."""
    accounts: Sequence[Account] = ()
    deals: Sequence[Deal] = ()
    reason_vectors: Vectors = field(default_factory=_no_vectors)
    """One row per text of `reason_texts`."""
    signals: Sequence[MarketSignal] = ()
    signal_vectors: Vectors = field(default_factory=_no_vectors)
    """One row per text of `signal_texts`."""
    items: Sequence[WorkItem] = ()
    item_vectors: Vectors = field(default_factory=_no_vectors)
    """One row per text of `item_texts`."""
    pillars: Sequence[tuple[str, float]] = ()
    """(what the strategy wants, weight above 0)."""
    pillar_vectors: Vectors = field(default_factory=_no_vectors)
    """One row per pillar."""
    effectiveness: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Candidate id to a and b of a Beta distribution, where releases in its area were measured;
    others: `MoneyParameters.effectiveness`."""
    verdicts: Mapping[str, IdeaVerdict] = field(default_factory=dict)
    """What reviewers say, by candidate id."""

    def __post_init__(self) -> None:
        require_aligned(self.themes, len(self.theme_vectors), "theme vectors")
        require_aligned(reason_texts(self.deals), len(self.reason_vectors), "reason vectors")
        require_aligned(self.signals, len(self.signal_vectors), "signal vectors")
        require_aligned(self.items, len(self.item_vectors), "item vectors")
        require_aligned(self.pillars, len(self.pillar_vectors), "pillar vectors")


@dataclass(frozen=True, slots=True)
class MoneyParameters:
    """Rates that turn evidence into currency; each is an assumption the report prints."""

    currency: str = "EUR"
    churn_uplift: float = 0.03
    """Extra probability that an account which voices the need leaves within 12 months."""
    win_back: float = 0.10
    """Share of lost revenue that building the need would bring back."""
    cost_per_ticket: float | None = None
    """Currency; None leaves the cost of support out."""
    day_rate: float | None = None
    """Currency per person-day; None: what an idea costs is not known."""
    effectiveness: tuple[float, float] = (2.0, 2.0)
    """Beta distribution of the share of the revenue at stake that building the need secures."""


@dataclass(frozen=True, slots=True)
class EffortParameters:
    """How person-days are estimated from finished work."""

    min_similarity: float = 0.35
    """Cosine from which a finished item is called similar and shown."""
    class_prior: float = 2.0
    """What the median of the class weighs, in finished items exactly alike (record 0016)."""
    cold_factor: float = 3.0
    """80 % interval is the estimate divided and multiplied by this, until it can be measured."""
    cold_days: float = 8.0
    """Person-days of any idea while there is no finished work."""
    conformal_min: int = 20
    """Forecasts of finished items from which the interval is measured."""


@dataclass(frozen=True, slots=True)
class WeightDoubt:
    """How weights that were learned vary together; a Gaussian, cut off at 0."""

    criteria: tuple[str, ...]
    weights: tuple[float, ...]
    """Of the criteria, 0 or more; effort's too."""
    covariance: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class RankingParameters:
    """Settings of one ranking; units and defaults as in ``[ranking]`` of config.toml."""

    strategy: str = "balanced"
    """One of `models.ranking.strategies`, or of `own_strategies`."""
    own_strategies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Name to weight by criterion."""
    half_life_days: float = 90.0
    min_membership: float = 0.15
    segment_weight_trim: tuple[float, float] = (0.2, 5.0)
    draws: int = 1000
    interval: float = 0.80
    tier_probability: float = 0.80
    missing_drop_share: float = 0.70
    weights_sd: float = 0.05
    weight_doubt: WeightDoubt | None = None
    """Of learned weights, in place of `weights_sd`."""
    signal_probability: float = 0.2
    quotes: int = 5
    seed: int = 20240601
    money: MoneyParameters = MoneyParameters()
    effort: EffortParameters = EffortParameters()


def reason_texts(deals: Sequence[Deal]) -> list[str]:
    """Return what to embed for `Evidence.reason_vectors`: each reason of each deal in turn."""
    return [reason for deal in deals for reason in deal.reasons]


def signal_texts(signals: Sequence[MarketSignal]) -> list[str]:
    """Return what to embed for `Evidence.signal_vectors`: the text, else the key."""
    return [signal.text.strip() or signal.key for signal in signals]


def item_texts(items: Sequence[WorkItem]) -> list[str]:
    """Return what to embed for `Evidence.item_vectors`: title and text."""
    return [f"{item.title}\n{item.text}".strip() for item in items]


def cosine(left: Vectors, right: Vectors) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return cosines of unit rows, shape (n_left, n_right); zeros where there are no dims.

    Rounded to 6 decimals, so that the number of threads cannot move a row over a threshold.
    """
    if not left.size or not right.size:
        return np.zeros((len(left), len(right)))
    product = left.astype(np.float64) @ right.astype(np.float64).T
    return np.round(product, 6)
