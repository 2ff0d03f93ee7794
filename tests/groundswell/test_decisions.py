"""The rules by which what stands follows from the log of decisions."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import (
    FIRST_HASH,
    Decision,
    DecisionKind,
    Draft,
    IdeaVerdict,
    ThemeVerdict,
    Verdicts,
    apply,
    decide,
    replay,
    verify,
)
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.domain.drafts import sameness
from groundswell.errors import ConflictError, DecisionError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Log:
    """A log in memory, for tests of the rules alone."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    def add(
        self,
        kind: DecisionKind,
        target: str = "need-1",
        *,
        reviewer: str = "Ana",
        at: datetime = NOON,
        changes: Mapping[str, Any] | None = None,
        reason: str = "",
        undoes: int | None = None,
        expected: int | None = None,
    ) -> Decision:
        draft = Draft(kind, target, reviewer, at, changes or {}, reason, undoes)
        earlier = [one for one in self.decisions if one.target == target]
        last = self.decisions[-1] if self.decisions else None
        self.decisions.append(decide(draft, earlier, last, expected))
        return self.decisions[-1]

    def title(self, title: str | None, reviewer: str = "Ana") -> Decision:
        return self.add("edit", changes={"title": title}, reviewer=reviewer)

    def undo(self, number: int, reviewer: str = "Ben") -> Decision:
        return self.add("undo", undoes=number, reviewer=reviewer)

    @property
    def idea(self) -> IdeaVerdict:
        return replay(self.decisions).ideas["need-1"]


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_decision_says_what_was_and_what_is(log: Log) -> None:
    first = log.add("accept")
    second = log.add("reject", reviewer="Ben", reason="too costly")
    assert (first.number, first.before, first.after) == (
        1,
        {"status": "undecided", "until": None},
        {"status": "accepted", "until": None},
    )
    assert (second.number, second.before) == (2, first.after)
    assert (log.idea.status, log.idea.reviewer, log.idea.reason) == (
        "rejected",
        "Ben",
        "too costly",
    )
    assert (log.idea.version, log.idea.at) == (2, NOON)


def test_decisions_on_other_fields_stand_beside_each_other(log: Log) -> None:
    log.add("accept")
    log.add("edit", changes={"title": "Work offline", "brief": "On trains."}, reviewer="Ben")
    log.add("set_effort", changes={"effort_days": 12.0})
    log.add("set_fit", changes={"fit": 0.5})
    found = log.idea
    assert (found.status, found.title, found.brief) == ("accepted", "Work offline", "On trains.")
    assert (found.effort_days, found.fit, found.version) == (12.0, 0.5, 4)
    assert {name: by.reviewer for name, by in found.signed.items() if name != "until"} == {
        "status": "Ana",
        "title": "Ben",
        "brief": "Ben",
        "effort_days": "Ana",
        "fit": "Ana",
    }


def test_a_deferred_idea_has_its_day_and_a_reopened_one_none(log: Log) -> None:
    log.add("defer", changes={"until": "2026-09-01"})
    assert (log.idea.status, log.idea.until) == ("deferred", date(2026, 9, 1))
    log.add("reopen")
    assert (log.idea.status, log.idea.until, log.idea.says_something) == ("undecided", None, False)


def test_an_idea_is_placed_in_a_release_left_out_and_freed_again(log: Log) -> None:
    log.add("place", changes={"release": "4.9", "team": "Lark"})
    log.add("place", changes={"release": NOT_PLANNED, "team": None})
    idea = replay(log.decisions).ideas["need-1"]
    assert (idea.release, idea.team, idea.status) == ("not planned", None, "undecided")
    assert idea.says_something
    log.undo(2)
    idea = replay(log.decisions).ideas["need-1"]
    assert (idea.release, idea.team, idea.signed["release"].number) == ("4.9", "Lark", 1)
    log.add("place", changes={"release": None, "team": None})
    assert not replay(log.decisions).ideas["need-1"].says_something


def test_what_an_idea_is_the_same_as_stands_for_each_other_side_by_itself(log: Log) -> None:
    work, deal = sameness("item-RF-7"), sameness("deal-D-1")
    log.add("link", changes={work: True})
    log.add("link", changes={deal: False}, reviewer="Ben")
    log.add("link", changes={work: False}, reviewer="Cy")
    assert log.idea.links == {"item-RF-7": False, "deal-D-1": False}
    assert {name: by.reviewer for name, by in log.idea.signed.items()} == {work: "Cy", deal: "Ben"}
    assert log.idea.says_something
    log.undo(2)
    log.undo(3)
    assert log.idea.links == {"item-RF-7": True}
    log.add("link", changes={work: None})
    assert (log.idea.links, log.idea.says_something) == ({}, False)


def test_the_kind_of_a_statement_is_set_and_given_back(log: Log) -> None:
    target = "statement-0f3a"
    log.add("set_kind", target, changes={"kind": "praise"})
    log.add("set_kind", target, changes={"kind": "problem"}, reviewer="Ben")
    found = replay(log.decisions).statements["0f3a"]
    assert (found.target, found.kind, found.version) == (target, "problem", 2)
    assert found.signed["kind"].reviewer == "Ben"
    log.add("undo", target, undoes=2)
    assert replay(log.decisions).statements["0f3a"].kind == "praise"
    log.add("set_kind", target, changes={"kind": None})
    assert replay(log.decisions).statements["0f3a"].kind is None
    assert (replay(log.decisions).ideas, replay(log.decisions).themes) == ({}, {})


def test_themes_are_renamed_and_pinned(log: Log) -> None:
    log.add("rename", "theme-7", changes={"label": "Trains"})
    log.add("pin", "theme-7", changes={"pinned": True})
    found = replay(log.decisions)
    assert found.ideas == {}
    assert (found.themes[7].label, found.themes[7].pinned) == ("Trains", True)
    assert found.of("theme-7") == found.themes[7]
    assert found.of("theme-8") == ThemeVerdict(8)
    assert found.of("need-8") == IdeaVerdict("need-8")


def test_an_undo_puts_back_the_fields_and_whom_they_came_from(log: Log) -> None:
    log.add("accept")
    before = log.idea
    log.add("reject", reviewer="Ben", reason="no")
    undo = log.undo(2)
    assert undo.before == {"status": "rejected", "until": None}
    assert log.idea == replace(before, version=3)


def test_an_undo_leaves_the_other_fields_alone(log: Log) -> None:
    log.add("accept")
    log.title("Work offline")
    log.undo(1)
    assert (log.idea.status, log.idea.title) == ("undecided", "Work offline")


def test_an_undo_is_refused_where_a_later_decision_set_the_same_field(log: Log) -> None:
    log.title("one")
    log.title("two", reviewer="Cy")
    with pytest.raises(ConflictError, match=r"Cy has set title to 'two' since \(decision 2\)") as e:
        log.undo(1)
    assert e.value.decision == log.decisions[1]
    assert isinstance(e.value.now, IdeaVerdict)
    assert e.value.now.title == "two"


def test_what_was_undone_is_not_in_the_way(log: Log) -> None:
    log.title("one")
    log.title("two")
    log.undo(2)
    log.undo(1)
    assert log.idea.title is None


def test_an_undo_can_be_undone_and_again(log: Log) -> None:
    log.title("one")
    titles = []
    for number in range(1, 6):
        log.undo(number)
        titles.append(log.idea.title)
    assert titles == [None, "one", None, "one", None]
    assert replay(log.decisions).undone == {5: 6, 3: 4, 1: 2}


def test_two_undos_of_one_decision_never_stand(log: Log) -> None:
    log.title("one")
    log.undo(1)
    log.undo(2)
    log.undo(1, reviewer="Cy")
    with pytest.raises(
        ConflictError, match=r"Cy has undone decision 1 since \(decision 4\); undo that one first"
    ):
        log.undo(3)
    log.undo(4)
    log.undo(3)
    assert replay(log.decisions).undone == {4: 5, 3: 6, 1: 2}


@given(st.lists(st.integers(1, 12), max_size=24))
def test_what_is_undone_is_what_a_standing_undo_undid(numbers: list[int]) -> None:
    log = Log()
    log.title("one")
    log.add("accept")
    for number in numbers:
        with suppress(ConflictError, DecisionError):
            log.undo(number)
        undone = replay(log.decisions).undone
        standing = [one for one in log.decisions if one.number not in undone]
        assert {one.undoes for one in standing} - {None} == set(undone)
        assert all(undone[one.undoes] == one.number for one in standing if one.undoes)


def test_nothing_is_undone_twice(log: Log) -> None:
    log.title("one")
    log.undo(1, reviewer="Cy")
    with pytest.raises(ConflictError, match=r"decision 1 was undone by Cy \(decision 2\)"):
        log.undo(1)
    log.undo(2)
    log.undo(1)
    assert log.idea.title is None


def test_a_decision_does_not_come_back_over_a_later_one(log: Log) -> None:
    log.title("one")
    log.undo(1)
    log.title("two")
    with pytest.raises(ConflictError, match="has set title to 'two' since"):
        log.undo(2)


def test_an_undone_decision_can_come_back_when_what_was_before_it_is_gone(log: Log) -> None:
    log.title("one")
    log.title("two")
    log.undo(2)
    log.undo(1)
    log.undo(3)
    assert log.idea.title == "two"


def test_a_stale_reviewer_learns_who_came_first(log: Log) -> None:
    seen = log.add("accept").number
    log.add("reject", reviewer="Ben", reason="no", expected=seen)
    with pytest.raises(ConflictError) as caught:
        log.add("defer", reviewer="Cy", changes={"until": "2026-09-01"}, expected=seen)
    assert str(caught.value) == (
        "need-1: Ben came first with reject at 2026-06-01 12:00 UTC (decision 2: no); nothing was"
        " changed, look at it again"
    )
    assert caught.value.now == log.idea
    assert len(log.decisions) == 2


def test_a_comment_is_in_nobodys_way_and_can_be_withdrawn(log: Log) -> None:
    log.add("accept")
    log.add("comment", reviewer="Ben", reason="Are we sure?", expected=0)
    log.add("reject", reason="no", expected=1)
    log.undo(2)
    assert log.idea.version == 3
    assert replay(log.decisions).undone == {2: 4}


def test_a_clock_that_is_behind_takes_the_moment_of_the_decision_before(log: Log) -> None:
    log.add("accept", at=NOON)
    late = log.add("reopen", at=NOON - timedelta(hours=1))
    assert late.at == NOON


@pytest.mark.parametrize(
    ("kind", "target", "more", "told"),
    [
        ("reject", "need-1", {}, "reject without a reason"),
        ("comment", "need-1", {"reason": " "}, "comment without a reason"),
        ("defer", "need-1", {"changes": {"until": "2026-06-01"}}, "a day still to come"),
        ("defer", "need-1", {"changes": {"until": "soon"}}, "a day such as 2026-09-01"),
        ("set_fit", "need-1", {"changes": {"fit": 1.5}}, "expected 0 to 1"),
        ("set_effort", "need-1", {"changes": {"effort_days": 0.0}}, "person-days above 0"),
        ("edit", "need-1", {"changes": {"title": "a\nb"}}, "expected a line of text"),
        ("place", "need-1", {"changes": {"release": "", "team": None}}, "expected a line of text"),
        ("place", "theme-1", {"changes": {"release": "4.9", "team": None}}, "cannot place a theme"),
        ("edit", "need-1", {"changes": {"title": "a" * 201}}, "at most 200 are kept"),
        ("edit", "need-1", {"changes": {"brief": "a\0b"}}, "a character that cannot be kept"),
        ("accept", "need-1", {"reviewer": " "}, "has a name to it"),
        ("accept", "need-1", {"reviewer": "Ana\nBen"}, "has a name to it, in a line"),
        ("accept", "theme-1", {}, "cannot accept a theme"),
        ("rename", "need-1", {"changes": {"label": "x"}}, "cannot rename an idea"),
        ("accept", "feature", {}, "neither an idea nor a theme"),
        ("set_kind", "need-1", {"changes": {"kind": "praise"}}, "cannot set_kind an idea"),
        ("set_kind", "statement-1", {"changes": {"kind": "rant"}}, "expected one of problem"),
        ("accept", "statement-1", {}, "cannot accept a statement"),
        ("link", "theme-1", {"changes": {"same:item-1": True}}, "cannot link a theme"),
        ("link", "need-1", {"changes": {"same:need-2": True}}, "nothing to compare an idea with"),
        ("link", "need-1", {"changes": {"same:signal-x": True}}, "nothing to compare an idea with"),
        (
            "link",
            "item-1",
            {"changes": {"same:item-2": True}},
            "work items are compared with needs",
        ),
        ("undo", "need-1", {"undoes": 9}, "decision 9 is not about need-1"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_one_line(
    log: Log, kind: DecisionKind, target: str, more: Any, told: str
) -> None:
    with pytest.raises(DecisionError, match=told):
        log.add(kind, target, **more)
    assert log.decisions == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("edit", {}),
        ("accept", {"changes": {"title": "x"}}),
        ("set_effort", {"changes": {"effort_days": 3}}),
        ("pin", {"changes": {"pinned": 1}}),
        ("place", {"changes": {"release": "4.9"}}),
        ("link", {}),
        ("link", {"changes": {"same:item-1": True, "same:item-2": True}}),
        ("link", {"changes": {"same:item-1": "yes"}}),
        ("accept", {"changes": {"same:item-1": True}}),
        ("accept", {"undoes": 1}),
        ("undo", {}),
        ("accept", {"at": datetime(2026, 6, 1)}),
    ],
)
def test_a_draft_that_no_caller_may_make_is_our_own_mistake(
    log: Log, kind: DecisionKind, more: Any
) -> None:
    with pytest.raises(ValueError, match=r"sets|undoes|expected|time zone|others"):
        log.add(kind, "theme-1" if kind == "pin" else "need-1", **more)


def test_a_decision_that_does_not_follow_is_refused(log: Log) -> None:
    log.add("accept")
    log.add("reopen")
    state = apply(Verdicts(), log.decisions[0])
    assert apply(state, log.decisions[1]) == replay(log.decisions)
    with pytest.raises(ValueError, match="decision 2 does not follow decision 0"):
        replay(log.decisions[1:])
    untrue = replace(log.decisions[1], before={"status": "rejected", "until": None})
    with pytest.raises(ValueError, match="need-1 was not as it says"):
        apply(state, untrue)


def test_the_hash_is_of_the_hash_before_and_the_canonical_text(log: Log) -> None:
    log.add("reject", reviewer="Zoë", reason='"no"')
    text = (
        '{"after":{"status":"rejected","until":null},"at":"2026-06-01T12:00:00.000000+00:00",'
        '"before":{"status":"undecided","until":null},"kind":"reject","number":1,'
        '"reason":"\\"no\\"","reviewer":"Zoë","target":"need-1","undoes":null}'
    )
    assert log.decisions[0].hash == sha256((FIRST_HASH + text).encode()).hexdigest()


TAMPERED: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(0, 9),
    "at": st.integers(1, 9).map(lambda n: NOON + timedelta(microseconds=n)),
    "reviewer": st.text(max_size=3),
    "kind": st.sampled_from(["accept", "reopen", "comment"]),
    "target": st.text(max_size=3),
    "before": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    "after": st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2),
    "reason": st.text(max_size=3),
    "undoes": st.integers(1, 5),
    "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


@given(st.integers(0, 4), st.sampled_from(sorted(TAMPERED)), st.data())
def test_the_first_tampered_decision_is_found(place: int, name: str, data: st.DataObject) -> None:
    log = Log()
    for reviewer in ("Ana", "Ben", "Cy", "Di", "Eve"):
        log.add("reject", reviewer=reviewer, reason=f"so says {reviewer}")
    assert verify(log.decisions) is None
    was = log.decisions[place]
    value = data.draw(TAMPERED[name].filter(lambda value: value != getattr(was, name)))
    changed: Any = {name: value}
    log.decisions[place] = replace(was, **changed)
    assert verify(log.decisions) == place + 1


@given(st.integers(0, 3))
def test_a_missing_and_a_moved_decision_are_found(place: int) -> None:
    log = Log()
    for _ in range(5):
        log.add("accept")
    rest = log.decisions[:place] + log.decisions[place + 1 :]
    assert verify(rest) == place + 1
    swapped = list(log.decisions)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert verify(swapped) == place + 1
