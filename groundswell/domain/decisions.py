"""What reviewers decide, as it is remembered, and what stands because of it.

A decision is never changed or taken out. What it changed can be put back by another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from groundswell.domain.feedback import StatementKind

DecisionKind = Literal[
    "accept",
    "reject",
    "defer",
    "reopen",
    "edit",
    "set_effort",
    "set_fit",
    "prefer",
    "place",
    "comment",
    "rename",
    "pin",
    "merge",
    "retire",
    "split",
    "move",
    "adopt",
    "link",
    "set_kind",
    "undo",
]
"""``rename``, ``pin``, ``merge``, ``retire``, ``split`` and ``move`` are about themes, ``adopt``
about the ranking, ``set_kind`` about a statement; ``comment`` and ``undo`` about any of them; all
others about ideas."""
IN_NOBODYS_WAY: tuple[DecisionKind, ...] = ("comment", "prefer")
"""Kinds that set nothing, so that it does not matter what anybody decided before."""
TEACHING: tuple[DecisionKind, ...] = (
    "rename",
    "merge",
    "retire",
    "split",
    "move",
    "set_kind",
    "link",
)
"""Kinds that the next fit of a model heeds."""
VerdictStatus = Literal["undecided", "accepted", "rejected", "deferred"]
FieldValue = str | int | float | bool | None
Fields = Mapping[str, FieldValue]
"""Name of a field to its value, as JSON has it; a day is ISO 8601."""
NOT_PLANNED = "not planned"
"""In place of a release: a planner leaves the idea out. No release can have this name."""
RANKING = "ranking"
"""What a decision about the weights is about."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that a reviewer wants to make; nothing of it is kept yet."""

    kind: DecisionKind
    target: str
    """``need-12`` or ``item-ABC-7`` for an idea, ``theme-12`` for a theme, ``statement-ID`` for a
    statement, ``ranking`` for the ranking."""
    reviewer: str
    at: datetime
    """Aware. Where a later decision is kept already, that one's moment is taken."""
    changes: Fields = field(default_factory=dict)
    """defer: ``until``; edit: ``title``, ``brief``; set_effort: ``effort_days`` (person-days);
    set_fit: ``fit`` (0 to 1); place: ``release`` (or `NOT_PLANNED`) and ``team``; rename:
    ``label``; pin: ``pinned``; merge: ``merged_into``; retire: ``retired``; split: ``split_from``,
    ``label`` and statements; move: statements (see `groundswell.domain.drafts.membership`); adopt:
    ``weights``, the decision up to which the log is learned from; link: whether the idea and one
    other side are the same (see `groundswell.domain.drafts.sameness`); set_kind: ``kind``; others:
    none. None gives a field back to what is computed. prefer says ``over``, ``side``, ``run`` and
    ``tie``, see `groundswell.domain.preferences`."""
    reason: str = ""
    """Of a comment: what it says."""
    undoes: int | None = None
    """Of an undo: number of the decision."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log."""

    number: int
    """From 1, without gaps."""
    at: datetime
    """In UTC; never earlier than that of the decision before."""
    reviewer: str
    kind: DecisionKind
    target: str
    before: Fields
    """What the fields that it sets were."""
    after: Fields
    """The same fields as it sets them."""
    reason: str
    undoes: int | None
    previous_hash: str
    hash: str
    """See `groundswell.domain.chain`."""

    @property
    def sets(self) -> Fields:
        """The fields that it sets; a preference says something of a moment and sets none."""
        return {} if self.kind == "prefer" else self.after


@dataclass(frozen=True, slots=True)
class Signature:
    """The decision that a value comes from."""

    number: int
    reviewer: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class IdeaVerdict:
    """What reviewers say of an idea by now."""

    target: str
    """Its candidate id."""
    status: VerdictStatus = "undecided"
    until: date | None = None
    """Of a deferred idea: the day on which it is to be looked at again."""
    title: str | None = None
    """None: as computed; so too the next three."""
    brief: str | None = None
    effort_days: float | None = None
    """Person-days."""
    fit: float | None = None
    """To the strategy, 0 to 1."""
    release: str | None = None
    """In which it is to ship, or `NOT_PLANNED`; None: as the plan has it."""
    team: str | None = None
    """Which is to do it; None: as the plan has it."""
    links: Mapping[str, bool] = field(default_factory=dict)
    """What it was compared with, such as ``item-RF-7``, to whether both are the same thing."""
    version: int = 0
    """Number of its last decision, comments aside; 0: there is none."""
    signed: Mapping[str, Signature] = field(default_factory=dict)
    """Field to the decision that it comes from; a field that nobody set is missing."""

    @property
    def reviewer(self) -> str:
        """Who gave it its status; empty: nobody."""
        return self.signed["status"].reviewer if "status" in self.signed else ""

    @property
    def at(self) -> datetime | None:
        """When it was given its status."""
        return self.signed["status"].at if "status" in self.signed else None

    @property
    def reason(self) -> str:
        """Why it was given its status."""
        return self.signed["status"].reason if "status" in self.signed else ""

    @property
    def says_something(self) -> bool:
        """Whether anything is other than for an idea that nobody looked at."""
        said = (self.title, self.brief, self.effort_days, self.fit, self.release)
        decided = self.status != "undecided" or bool(self.links)
        return decided or any(one is not None for one in said)


@dataclass(frozen=True, slots=True)
class ThemeVerdict:
    """What reviewers say of a theme by now."""

    theme_id: int
    label: str | None = None
    """Its name; None: as the naming gives it."""
    pinned: bool = False
    """It is to stay a theme of its own."""
    merged_into: str | None = None
    """The theme that it is a part of, such as ``theme-7``."""
    retired: bool = False
    """It is no need."""
    split_from: str | None = None
    """Of a theme that a person made: the theme that it was a part of."""
    holds: Mapping[str, tuple[bool, int]] = field(default_factory=dict)
    """Statement id to whether it belongs here, and the number of the decision that says so."""
    version: int = 0
    """As `IdeaVerdict.version`."""
    signed: Mapping[str, Signature] = field(default_factory=dict)
    """As `IdeaVerdict.signed`."""

    @property
    def target(self) -> str:
        """Its name in decisions."""
        return f"theme-{self.theme_id}"

    @property
    def says_something(self) -> bool:
        """Whether anything is other than for a theme that nobody looked at."""
        made = self.merged_into is not None or self.split_from is not None or bool(self.holds)
        return self.label is not None or self.pinned or self.retired or made


@dataclass(frozen=True, slots=True)
class StatementVerdict:
    """What reviewers say of a statement by now."""

    statement_id: str
    kind: StatementKind | None = None
    """None: as computed."""
    version: int = 0
    """As `IdeaVerdict.version`."""
    signed: Mapping[str, Signature] = field(default_factory=dict)
    """As `IdeaVerdict.signed`."""

    @property
    def target(self) -> str:
        """Its name in decisions."""
        return f"statement-{self.statement_id}"


@dataclass(frozen=True, slots=True)
class RankingVerdict:
    """What people say of the ranking by now."""

    weights: int | None = None
    """The decision up to which the log is learned from; None: the weights of the settings."""
    version: int = 0
    """As `IdeaVerdict.version`."""
    signed: Mapping[str, Signature] = field(default_factory=dict)
    """As `IdeaVerdict.signed`."""

    @property
    def target(self) -> str:
        """Its name in decisions."""
        return RANKING


Verdict = IdeaVerdict | ThemeVerdict | StatementVerdict | RankingVerdict
