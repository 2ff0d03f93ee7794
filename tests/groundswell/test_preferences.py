"""Answers about pairs and the adoption of weights, in the log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from groundswell.domain import (
    Decision,
    Draft,
    IdeaVerdict,
    Preference,
    RankingVerdict,
    Verdicts,
    decide,
    replay,
    standing_preferences,
    verify,
)
from groundswell.errors import ConflictError, DecisionError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SAID = {"over": "need-2", "side": "left", "run": 5, "tie": False}


class Log:
    """A log in memory."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    def add(
        self,
        kind: Any,
        target: str,
        changes: Mapping[str, Any] | None = None,
        *,
        reviewer: str = "Ana",
        undoes: int | None = None,
        expected: int | None = None,
    ) -> Decision:
        draft = Draft(kind, target, reviewer, NOON, changes or {}, "", undoes)
        earlier = [one for one in self.decisions if one.target == target]
        last = self.decisions[-1] if self.decisions else None
        self.decisions.append(decide(draft, earlier, last, expected))
        return self.decisions[-1]

    def prefer(self, target: str = "need-1", reviewer: str = "Ana", **said: Any) -> Decision:
        return self.add("prefer", target, {**SAID, **said}, reviewer=reviewer)

    @property
    def stands(self) -> Verdicts:
        return replay(self.decisions)


@pytest.fixture
def log() -> Log:
    return Log()


def test_an_answer_says_which_of_two_where_they_stood_and_what_was_seen(log: Log) -> None:
    made = log.prefer()
    assert (made.before, made.after, made.sets) == ({}, SAID, {})
    assert standing_preferences(log.stands) == [
        Preference(1, NOON, "Ana", "need-1", "need-2", False, "left", 5)
    ]
    assert verify(log.decisions) is None


def test_answers_stand_in_their_order_whatever_they_are_about(log: Log) -> None:
    log.prefer("need-7", "Ben")
    log.prefer("need-1", side="right")
    log.prefer("need-7", tie=True)
    found = standing_preferences(log.stands)
    assert [(one.number, one.idea, one.reviewer) for one in found] == [
        (1, "need-7", "Ben"),
        (2, "need-1", "Ana"),
        (3, "need-7", "Ana"),
    ]


def test_an_answer_that_is_taken_back_is_none_until_that_is_undone(log: Log) -> None:
    log.prefer()
    log.prefer(reviewer="Ben", over="need-3")
    undo = log.add("undo", "need-1", undoes=1)
    assert (undo.before, undo.after) == ({}, {})
    assert [one.number for one in standing_preferences(log.stands)] == [2]
    log.add("undo", "need-1", undoes=3)
    assert [one.number for one in standing_preferences(log.stands)] == [1, 2]


def test_an_answer_is_in_nobodys_way_and_nobody_in_its(log: Log) -> None:
    log.add("accept", "need-1")
    log.prefer(reviewer="Ben")
    log.add("prefer", "need-1", {**SAID, "over": "need-9"}, expected=0)  # saw an earlier version
    log.add("edit", "need-1", {"title": "a title"}, expected=1)
    log.add("undo", "need-1", undoes=2)
    found = log.stands.ideas["need-1"]
    assert (found.status, found.title, found.version) == ("accepted", "a title", 4)


def test_what_was_only_compared_was_not_decided_about(log: Log) -> None:
    log.prefer()
    assert log.stands.ideas["need-1"] == IdeaVerdict("need-1")
    assert not log.stands.ideas["need-1"].says_something


@pytest.mark.parametrize(
    ("target", "said", "told"),
    [
        ("need-2", {}, "expected another idea"),
        ("need-1", {"over": "theme-2"}, "expected another idea"),
        ("need-1", {"over": "item-\0"}, "a character that cannot be kept"),
        ("theme-1", {}, "cannot prefer a theme"),
        ("ranking", {}, "cannot prefer the ranking"),
    ],
)
def test_what_is_no_pair_is_refused(log: Log, target: str, said: dict[str, Any], told: str) -> None:
    with pytest.raises(DecisionError, match=told):
        log.prefer(target, **said)


@pytest.mark.parametrize(
    "said", [{"side": "top"}, {"run": 0}, {"run": True}, {"run": "5"}, {"tie": 1}, {"more": 1}]
)
def test_an_answer_that_no_caller_may_make_is_our_own_mistake(
    log: Log, said: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"expected|sets"):
        log.prefer(**said)


def test_weights_are_adopted_replaced_and_undone(log: Log) -> None:
    assert log.stands.ranking == RankingVerdict()
    log.prefer()
    log.add("adopt", "ranking", {"weights": 1})
    assert (log.stands.ranking.weights, log.stands.ranking.version) == (1, 2)
    assert log.stands.ranking.signed["weights"].reviewer == "Ana"
    log.add("adopt", "ranking", {"weights": None}, reviewer="Ben")
    assert log.stands.ranking.weights is None
    log.add("undo", "ranking", undoes=3)
    assert log.stands.ranking.weights == 1
    log.add("undo", "ranking", undoes=2)
    assert log.stands.ranking.weights is None


def test_who_adopts_on_what_is_out_of_date_is_told(log: Log) -> None:
    log.add("adopt", "ranking", {"weights": 1})
    with pytest.raises(ConflictError, match="Ana came first with adopt"):
        log.add("adopt", "ranking", {"weights": 1}, reviewer="Ben", expected=0)


def test_nothing_else_is_decided_about_the_ranking(log: Log) -> None:
    with pytest.raises(DecisionError, match="cannot accept the ranking"):
        log.add("accept", "ranking")
    with pytest.raises(DecisionError, match="cannot adopt an idea"):
        log.add("adopt", "need-1", {"weights": 1})
    with pytest.raises(ValueError, match="whole number"):
        log.add("adopt", "ranking", {"weights": 0})
