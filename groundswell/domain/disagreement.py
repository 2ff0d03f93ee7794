"""Where reviewers disagree about an idea or a statement: shown, and never averaged away.

Each reviewer is taken at their own latest word that still stands. Who wins is another question,
which `groundswell.domain.replay` answers: the latest of all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell.domain.decisions import Decision, FieldValue
from groundswell.domain.drafts import is_idea, other_of, statement_named
from groundswell.domain.replay import Verdicts

DAYS_FACTOR = 2.0
"""Two estimates of the days disagree where one is more than this times the other. In finished work
an estimate that is exceeded by less is ordinary (docs/decisions/0016-effort-by-analogy.md)."""

FIT_APART = 0.5
"""Two fits, 0 to 1, disagree where they are further apart: one says rather yes, the other no."""


@dataclass(frozen=True, slots=True)
class Stance:
    """One reviewer's own latest word on a field."""

    reviewer: str
    value: FieldValue
    """``accepted`` or ``rejected``; person-days; a fit from 0 to 1; whether two are the same; a
    kind of statement."""
    number: int
    """Of the decision."""
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Reviewers whose words on one field do not go together."""

    target: str
    field: str
    """``status``, ``effort_days``, ``fit``, ``kind``, or whether an idea is the same as something
    (`groundswell.domain.drafts.sameness`)."""
    stances: tuple[Stance, ...]
    """Of everybody who has one, the latest first."""

    @property
    def since(self) -> datetime:
        """When the latest of them spoke."""
        return self.stances[0].at


def disagreements(verdicts: Verdicts) -> Mapping[str, tuple[Disagreement, ...]]:
    """Return where reviewers disagree, by idea or statement."""
    asked = (one for one in verdicts.subjects if is_idea(one) or statement_named(one))
    found = ((target, about(target, verdicts.standing(target))) for target in asked)
    return {target: disputes for target, disputes in found if disputes}


def about(target: str, standing: Sequence[Decision]) -> tuple[Disagreement, ...]:
    """Return where the reviewers of one idea or statement disagree.

    A deferral, a reopening and a value given back to what is computed take back what the same
    reviewer said before, and stand against nobody.

    Parameters
    ----------
    standing
        The decisions about it that stand, by number.
    """
    found = []
    said = {field for one in standing for field in one.after if other_of(field) is not None}
    for field, differ in {**_DIFFER, **dict.fromkeys(sorted(said), _apart)}.items():
        stances = _stances(field, standing)
        if differ([stance.value for stance in stances]):
            found.append(Disagreement(target, field, stances))
    return tuple(found)


def _stances(field: str, standing: Sequence[Decision]) -> tuple[Stance, ...]:
    latest = {one.reviewer: one for one in standing if field in one.after}
    said = [
        Stance(one.reviewer, one.after[field], one.number, one.at, one.reason)
        for one in latest.values()
        if one.after[field] not in (None, "undecided", "deferred")
    ]
    return tuple(sorted(said, key=lambda stance: -stance.number))


def _apart(values: Sequence[FieldValue]) -> bool:
    return len(set(values)) > 1


def _far_apart(values: Sequence[FieldValue]) -> bool:
    days = [float(value) for value in values if value is not None]
    return bool(days) and max(days) > DAYS_FACTOR * min(days)


def _opposed(values: Sequence[FieldValue]) -> bool:
    fits = [float(value) for value in values if value is not None]
    return bool(fits) and max(fits) - min(fits) > FIT_APART


_DIFFER: Mapping[str, Callable[[Sequence[FieldValue]], bool]] = {
    "status": _apart,
    "effort_days": _far_apart,
    "fit": _opposed,
    "kind": _apart,
}
"""Field to whether what reviewers say of it does not go together; that two are the same, or are
not, is a field for each pair."""
