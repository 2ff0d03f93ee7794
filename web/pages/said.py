"""What reviewers say of the ideas by now, which a report cannot know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from groundswell.domain import Disagreement, IdeaVerdict, disagreements
from groundswell.report import RankedIdea

if TYPE_CHECKING:
    from groundswell.store import Store

DECISIONS = ("undecided", "accepted", "rejected", "deferred", "disputed")
"""What the list of ideas can be narrowed to: a status of theirs, or that reviewers disagree."""


@dataclass(frozen=True, slots=True)
class Said:
    """Verdicts and disagreements, by idea."""

    verdicts: Mapping[str, IdeaVerdict]
    disputes: Mapping[str, tuple[Disagreement, ...]]
    number: int
    """Of the last decision; 0: there is none."""

    def matches(self, candidate_id: str, decision: str) -> bool:
        """Tell whether a value of `DECISIONS` is true of an idea."""
        if decision == "disputed":
            return candidate_id in self.disputes
        verdict = self.verdicts.get(candidate_id)
        return decision == ("undecided" if verdict is None else verdict.status)


def what_is_said(store: "Store") -> Said:
    """Read what stands by now."""
    verdicts = store.decisions.verdicts()
    return Said(verdicts.ideas, disagreements(verdicts), verdicts.number)


def with_verdicts(ideas: Iterable[RankedIdea], said: Said, today: date) -> list[RankedIdea]:
    """Return the ideas with the verdicts of now in place of those of the report."""
    from models.ranking.verdicts import review_verdict

    found = []
    for idea in ideas:
        stands = said.verdicts.get(idea.candidate_id)
        if stands is not None or idea.verdict is not None:
            idea = replace(idea, verdict=review_verdict(stands, today))
        found.append(idea)
    return found
