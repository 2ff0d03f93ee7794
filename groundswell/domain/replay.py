"""From the log of decisions to what stands: the one place where its rules are written.

* A field is what the latest standing decision that sets it says. Decisions on other fields of
  the same idea or theme stand beside it.
* A decision stands until it is undone; an undo does until it is undone itself, and then the
  decision stands again. So an undo puts back exactly the fields that the decision had set.
* It is refused where a later standing decision sets one of these fields too, and where what is to
  be undone does not stand.
* A comment or a preference sets nothing and is in nobody's way. Undoing it withdraws it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC

from groundswell.domain.chain import FIRST_HASH, hash_of, written
from groundswell.domain.decisions import (
    IN_NOBODYS_WAY,
    RANKING,
    Decision,
    Draft,
    Fields,
    FieldValue,
    IdeaVerdict,
    RankingVerdict,
    StatementVerdict,
    ThemeVerdict,
    Verdict,
)
from groundswell.domain.drafts import check_draft, set_by
from groundswell.domain.verdicts import UNSET, verdict_of
from groundswell.errors import ConflictError, DecisionError


@dataclass(frozen=True, slots=True)
class _Subject:
    """Everything that was decided about one idea or theme."""

    decisions: dict[int, Decision] = field(default_factory=dict)
    """By number, ascending."""
    undone: Mapping[int, int] = field(default_factory=dict)
    """Number of a decision that does not stand to that of its undo."""
    verdict: Verdict | None = None

    def setter(self, name: str) -> Decision | None:
        """Return the decision that a field comes from."""
        for number in reversed(self.decisions):
            decision = self.decisions[number]
            if name in decision.sets and decision.undoes is None and number not in self.undone:
                return decision
        return None

    def value(self, name: str) -> FieldValue:
        """Return what a field is."""
        found = self.setter(name)
        return UNSET.get(name) if found is None else found.after[name]

    def said_of(self, target: str) -> Verdict:
        """Return what is said of it by all of them."""
        setting = {number: one.sets for number, one in self.decisions.items() if one.sets}
        setters = {name: self.setter(name) for sets in setting.values() for name in sets}
        return verdict_of(target, setters, version=max(setting, default=0))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What stands after the decisions up to one of them."""

    number: int = 0
    """Of the last decision; 0: there is none."""
    hash: str = FIRST_HASH
    """Of that decision."""
    subjects: Mapping[str, _Subject] = field(default_factory=dict)
    """By target, with what it takes to go on."""

    @property
    def ideas(self) -> dict[str, IdeaVerdict]:
        """Return what is said of each idea that was ever decided about, by its id."""
        said = (subject.verdict for subject in self.subjects.values())
        return {one.target: one for one in said if isinstance(one, IdeaVerdict)}

    @property
    def themes(self) -> dict[int, ThemeVerdict]:
        """Return what is said of each theme that was ever decided about, by its id."""
        said = (subject.verdict for subject in self.subjects.values())
        return {one.theme_id: one for one in said if isinstance(one, ThemeVerdict)}

    @property
    def statements(self) -> dict[str, StatementVerdict]:
        """Return what is said of each statement that was ever decided about, by its id."""
        said = (subject.verdict for subject in self.subjects.values())
        return {one.statement_id: one for one in said if isinstance(one, StatementVerdict)}

    @property
    def undone(self) -> dict[int, int]:
        """Return each decision that was undone, with the number of its undo."""
        return {n: by for subject in self.subjects.values() for n, by in subject.undone.items()}

    @property
    def ranking(self) -> RankingVerdict:
        """Return what is said of the ranking."""
        found = self.of(RANKING)
        return found if isinstance(found, RankingVerdict) else RankingVerdict()

    def of(self, target: str) -> Verdict:
        """Return what is said of an idea or theme."""
        subject = self.subjects.get(target, _Subject())
        return subject.verdict or subject.said_of(target)

    def standing(self, target: str) -> list[Decision]:
        """Return the decisions about an idea or theme that stand, undos aside, by number."""
        subject = self.subjects.get(target, _Subject())
        decisions = subject.decisions.values()
        return [one for one in decisions if one.undoes is None and one.number not in subject.undone]


def replay(decisions: Iterable[Decision]) -> Verdicts:
    """Return what stands after all decisions, from the first on.

    Raises
    ------
    ValueError
        It is no log: a number is missing, a hash does not follow, or a decision says that a field
        was what it was not.
    """
    return resume(Verdicts(), decisions)


def resume(kept: Verdicts, decisions: Iterable[Decision]) -> Verdicts:
    """Go on from what stood with the decisions made since; as `replay` otherwise."""
    number, last, subjects = kept.number, kept.hash, dict(kept.subjects)
    for decision in decisions:
        if (decision.number, decision.previous_hash) != (number + 1, last):
            raise ValueError(f"decision {decision.number} does not follow decision {number}")
        number, last = decision.number, decision.hash
        earlier = subjects.get(decision.target, _Subject())
        subjects[decision.target] = _advance(earlier, decision)
    return Verdicts(number, last, subjects)


def apply(state: Verdicts, decision: Decision) -> Verdicts:
    """Return what stands after one decision more; `state` stays as it is."""
    return resume(state, [decision])


def decide(
    draft: Draft,
    earlier: Sequence[Decision],
    last: Decision | None,
    expected_version: int | None = None,
) -> Decision:
    """Turn a draft into the next decision of the log.

    Parameters
    ----------
    earlier
        All decisions about the draft's target, by number.
    last
        The last one of the log; None: there is none.
    expected_version
        `IdeaVerdict.version` that the reviewer saw. None: whatever there is. Not looked at for a
        comment or a preference.

    Raises
    ------
    ConflictError
        Somebody decided in between, or what is to be undone no longer stands as it was.
    DecisionError
        It cannot be decided as asked.
    """
    check_draft(draft)
    subject = _Subject()
    for decision in earlier:
        subject = _advance(subject, decision)
    now = subject.verdict or subject.said_of(draft.target)
    if draft.kind not in IN_NOBODYS_WAY and expected_version not in (None, now.version):
        raise _stale(draft, subject, now, int(expected_version or 0))
    after = _put_back(draft, subject, now) if draft.kind == "undo" else set_by(draft)
    at = draft.at.astimezone(UTC)
    unsigned = Decision(
        number=last.number + 1 if last else 1,
        at=max(at, last.at) if last else at,
        reviewer=draft.reviewer,
        kind=draft.kind,
        target=draft.target,
        before={} if draft.kind == "prefer" else {n: subject.value(n) for n in sorted(after)},
        after={name: after[name] for name in sorted(after)},
        reason=draft.reason,
        undoes=draft.undoes,
        previous_hash=last.hash if last else FIRST_HASH,
        hash="",
    )
    return replace(unsigned, hash=hash_of(unsigned.previous_hash, written(unsigned)))


def _advance(subject: _Subject, decision: Decision) -> _Subject:
    if {name: subject.value(name) for name in decision.sets} != dict(decision.before):
        raise ValueError(f"decision {decision.number}: {decision.target} was not as it says")
    if decision.undoes is not None and decision.undoes not in subject.decisions:
        raise ValueError(f"decision {decision.number} undoes what was not decided")
    known = replace(subject, decisions={**subject.decisions, decision.number: decision})
    grown = _without(known, decision.undoes, decision.number)
    if {name: grown.value(name) for name in decision.sets} != dict(decision.sets):
        raise ValueError(f"decision {decision.number}: {decision.target} did not become as it says")
    return replace(grown, verdict=grown.said_of(decision.target))


def _without(subject: _Subject, undoes: int | None, number: int) -> _Subject:
    """Return what stands when decision `number` has undone another one."""
    undone = dict(subject.undone)
    while undoes is not None:
        undone[undoes] = number
        redone = subject.decisions[undoes].undoes
        if redone is None:
            break
        undone.pop(redone, None)  # its undo does not stand any more
        number, undoes = redone, subject.decisions[redone].undoes
    return replace(subject, undone=undone)


def _put_back(draft: Draft, subject: _Subject, now: Verdict) -> Fields:
    """Return the fields as they are when a decision is undone."""
    undoes = int(draft.undoes or 0)
    if undoes not in subject.decisions:
        raise DecisionError(
            f"decision {undoes} is not about {draft.target};"
            " 'groundswell log' shows which decisions there are"
        )
    if undoes in subject.undone:
        by = subject.decisions[subject.undone[undoes]]
        told = f"decision {undoes} was undone by {by.reviewer} (decision {by.number})"
        raise ConflictError(f"{told}; undo that one to have it again", now, by)
    rival = _undone_since(subject, undoes)
    if rival is not None:
        told = f"{rival.reviewer} has undone decision {rival.undoes} since"
        first = f"(decision {rival.number}); undo that one first"
        raise ConflictError(f"{draft.target}: {told} {first}", now, rival)
    root = _root(subject, undoes)
    for name in sorted(root.sets):
        later = subject.setter(name)
        if later is not None and later.number > root.number:
            raise ConflictError(
                f"{draft.target}: {later.reviewer} has set {name} to {later.after[name]!r} since"
                f" (decision {later.number}); undo that one first",
                now,
                later,
            )
    then = _without(subject, undoes, 0)
    return {name: then.value(name) for name in root.sets}


def _undone_since(subject: _Subject, undoes: int) -> Decision | None:
    """Return who undid already what would be undone again: two undos of one would stand."""
    redone = subject.decisions[undoes].undoes
    while redone is not None:
        again = subject.decisions[redone].undoes
        if again is None:
            return None
        if again in subject.undone:
            return subject.decisions[subject.undone[again]]
        redone = subject.decisions[again].undoes
    return None


def _root(subject: _Subject, number: int) -> Decision:
    """Return the decision that a chain of undos is about."""
    decision = subject.decisions[number]
    return decision if decision.undoes is None else _root(subject, decision.undoes)


def _stale(draft: Draft, subject: _Subject, now: Verdict, seen: int) -> ConflictError:
    later = subject.decisions.get(now.version)
    if later is None:
        return ConflictError(
            f"{draft.target}: nobody has decided about it, yet decision {seen} was seen;"
            " look at it again",
            now,
            None,
        )
    why = f": {later.reason}" if later.reason else ""
    return ConflictError(
        f"{draft.target}: {later.reviewer} came first with {later.kind} at"
        f" {later.at:%Y-%m-%d %H:%M} UTC (decision {later.number}{why}); nothing was changed,"
        " look at it again",
        now,
        later,
    )
