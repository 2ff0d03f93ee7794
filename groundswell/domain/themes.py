"""Needs, and the features that could serve them."""

from dataclasses import dataclass
from typing import Literal

NOISE = -1
"""Theme id of a statement that belongs to no theme, as scikit-learn labels noise."""

ThemeState = Literal["certified", "provisional", "retired"]
CandidateStatus = Literal["new", "extends", "duplicate", "shipped", "rejected"]


@dataclass(frozen=True, slots=True)
class NeedTheme:
    """A need that many people express in different words."""

    theme_id: int
    """Permanent: a refit keeps it for the theme that holds the same statements."""
    label: str
    """A few words, from the customers' own phrases."""
    keywords: tuple[str, ...]
    exemplars: tuple[str, ...]
    """Statement ids, most central first."""
    size: int
    """Statements in it."""
    stability: float
    """Best-match Jaccard index over resampled fits, 0 to 1."""
    state: ThemeState = "certified"
    parent_id: int | None = None
    """The wider area it belongs to; None for an area."""
    x: float = 0.0
    """Place on the theme map, -1 to 1."""
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class ThemeAssignment:
    """One statement's place among the themes."""

    statement_id: str
    theme_id: int
    """`NOISE` when it belongs to none."""
    membership: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class FeatureCandidate:
    """A feature that could be built, and the themes it would serve."""

    candidate_id: str
    """``need-12`` for a theme's own candidate, ``item-ABC-7`` for a backlog item's."""
    title: str
    need: str
    """The need in one sentence: a customer's words where there are any."""
    coverage: tuple[tuple[int, float], ...]
    """(theme id, share of the need it covers, 0 to 1), largest first."""
    status: CandidateStatus = "new"
    reason: str = ""
    """Why it has that status, for example which backlog item it meets."""
    item_ids: tuple[str, ...] = ()
    """Backlog or finished items it was matched to, closest first."""
