"""Needs, and the features that could serve them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

NOISE = -1
"""Theme id of a statement that belongs to no theme, as scikit-learn labels noise."""

ThemeState = Literal["certified", "provisional", "retired"]
ThemeLevel = Literal["area", "need", "variant"]
"""From wide to narrow: a need lies in an area, a variant is one way a need is put."""
Namer = Literal["machine", "endpoint", "person"]
"""Who chose a theme's name: our own rules, the operator's language model, or a person."""
ThemeChangeKind = Literal["born", "grew", "shrank", "split", "merged", "drifted", "retired"]
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
    """How well it is found again in halves of the statements, 0 to 1."""
    state: ThemeState = "certified"
    parent_id: int | None = None
    """The area of a need, the need of a variant; None for an area."""
    x: float = 0.0
    """Place on the theme map, -1 to 1."""
    y: float = 0.0
    level: ThemeLevel = "need"
    named_by: Namer = "machine"
    name_evidence: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    """(phrase of the name, texts that have it, ids of some statements that say it)."""
    counter_exemplars: tuple[str, ...] = ()
    """Ids of statements that say the opposite, strongest first."""


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """What became of a theme between two runs, with figures."""

    kind: ThemeChangeKind
    theme_ids: tuple[int, ...]
    """Living themes it is about, the largest share first; empty where nothing took over."""
    earlier_ids: tuple[int, ...]
    """Themes of the run before it is about; empty for one that is born."""
    figures: tuple[tuple[str, float], ...]
    """(name, value), such as (``before``, 120), (``now``, 171), (``share of 12``, 0.63)."""
    sentence: str
    """The same for a reader, themes called by their labels."""


@dataclass(frozen=True, slots=True)
class ThemeAssignment:
    """One statement's place among the themes."""

    statement_id: str
    theme_id: int
    """`NOISE` when it belongs to none."""
    membership: float
    """0 to 1."""
    variant_id: int | None = None
    """The variant of the theme it belongs to, if the theme has any."""


@dataclass(frozen=True, slots=True)
class RiseAlert:
    """A rise that was told of once, until it ends."""

    theme_id: int
    view: str
    """``incident`` or ``need``, as in `groundswell.report.Rise`."""
    raised_on: date
    ended_on: date | None = None
    version: str | None = None
    voices: int = 0
    """Distinct customers in the window when it was raised."""
    ratio: float = 1.0
    """Rate over the expected rate when it was raised."""

    @property
    def subject(self) -> str:
        """What an event about it names."""
        return f"{self.theme_id} {self.view} {self.raised_on}"


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
