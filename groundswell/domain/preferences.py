"""What reviewers answered about pairs of ideas: which of the two they would build first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from groundswell.domain.decisions import Decision
from groundswell.domain.replay import Verdicts

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two ideas a reviewer would build first, shown side by side."""

    number: int
    """Of the decision."""
    at: datetime
    reviewer: str
    idea: str
    """The one to build first; of a tie, the one on the left."""
    other: str
    tie: bool
    """The reviewer cannot say which."""
    side: Side
    """Where `idea` stood."""
    run_id: int
    """Of the report whose figures they saw."""


def standing_preferences(verdicts: Verdicts) -> list[Preference]:
    """Return the answers that stand, by number."""
    standing = (
        decision
        for subject in verdicts.subjects.values()
        for number, decision in subject.decisions.items()
        if decision.kind == "prefer" and number not in subject.undone
    )
    return [_read(decision) for decision in sorted(standing, key=lambda one: one.number)]


def _read(decision: Decision) -> Preference:
    said: dict[str, Any] = dict(decision.after)
    return Preference(
        number=decision.number,
        at=decision.at,
        reviewer=decision.reviewer,
        idea=decision.target,
        other=said["over"],
        tie=said["tie"],
        side=said["side"],
        run_id=said["run"],
    )
