"""Where reviewers disagree, by their own latest words that stand."""

import pytest

from groundswell.domain import Disagreement, disagreements, replay
from tests.groundswell.test_decisions import Log


def told(log: Log) -> dict[str, list[tuple[str, object]]]:
    """Return what is disputed of the first idea: by field, who says what, the latest first."""
    found = disagreements(replay(log.decisions)).get("need-1", ())
    return {one.field: [(s.reviewer, s.value) for s in one.stances] for one in found}


@pytest.fixture
def log() -> Log:
    return Log()


def days(log: Log, value: float | None, reviewer: str) -> None:
    log.add("set_effort", changes={"effort_days": value}, reviewer=reviewer)


def test_an_accept_and_a_reject_of_two_reviewers_disagree(log: Log) -> None:
    log.add("accept", reason="Three deals ask for it.")
    log.add("reject", reviewer="Ben", reason="Not our market.")
    assert told(log) == {"status": [("Ben", "rejected"), ("Ana", "accepted")]}
    (found,) = disagreements(replay(log.decisions))["need-1"]
    assert isinstance(found, Disagreement)
    assert [(s.number, s.reason) for s in found.stances] == [
        (2, "Not our market."),
        (1, "Three deals ask for it."),
    ]
    assert found.since == log.decisions[1].at


def test_one_who_changes_their_mind_disagrees_with_nobody(log: Log) -> None:
    log.add("accept")
    log.add("reject", reason="no")
    assert told(log) == {}


def test_each_is_taken_at_their_own_latest_word(log: Log) -> None:
    log.add("accept")
    log.add("reject", reviewer="Ben", reason="no")
    log.add("accept", reviewer="Ben")
    assert told(log) == {}
    log.add("accept", reviewer="Cem")
    log.add("reject", reason="no")
    assert [who for who, _ in told(log)["status"]] == ["Ana", "Cem", "Ben"]


def test_what_was_undone_is_nobodys_word_and_an_undone_undo_is_again(log: Log) -> None:
    log.add("accept")
    log.add("reject", reviewer="Ben", reason="no")
    log.undo(2, "Cem")
    assert told(log) == {}
    log.undo(3, "Ben")
    assert told(log) == {"status": [("Ben", "rejected"), ("Ana", "accepted")]}


def test_an_undo_gives_a_reviewer_their_word_before_it(log: Log) -> None:
    log.add("accept")
    log.add("accept", reviewer="Ben")
    log.add("reject", reviewer="Ben", reason="no")
    assert "status" in told(log)
    log.undo(3)
    assert told(log) == {}


@pytest.mark.parametrize("kind", ["defer", "reopen"])
def test_who_defers_or_reopens_stands_against_nobody(log: Log, kind: str) -> None:
    log.add("accept")
    log.add("reject", reviewer="Ben", reason="no")
    changes = {"until": "2027-01-15"} if kind == "defer" else {}
    log.add(kind, reviewer="Ben", changes=changes)  # type: ignore[arg-type]
    assert told(log) == {}


def test_a_third_who_reopens_does_not_settle_what_two_disagree_on(log: Log) -> None:
    log.add("accept")
    log.add("reject", reviewer="Ben", reason="no")
    log.add("reopen", reviewer="Cem")
    assert [who for who, _ in told(log)["status"]] == ["Ben", "Ana"]


@pytest.mark.parametrize(("first", "second", "apart"), [(10.0, 20.0, False), (10.0, 20.5, True)])
def test_days_disagree_beyond_a_factor_of_two(
    log: Log, first: float, second: float, apart: bool
) -> None:
    days(log, first, "Ana")
    days(log, second, "Ben")
    assert ("effort_days" in told(log)) is apart
    days(log, None, "Ben")  # as computed
    assert told(log) == {}


def test_what_is_the_same_is_disputed_for_each_pair_by_itself(log: Log) -> None:
    log.add("link", changes={"same:item-A": True})
    log.add("link", changes={"same:item-B": True}, reviewer="Ben")
    assert told(log) == {}
    log.add("link", changes={"same:item-A": False}, reviewer="Ben")
    assert told(log) == {"same:item-A": [("Ben", False), ("Ana", True)]}
    log.add("link", changes={"same:item-A": None}, reviewer="Ben")  # as computed
    assert told(log) == {}


def test_the_kind_of_a_statement_is_disputed(log: Log) -> None:
    log.add("set_kind", "statement-7", changes={"kind": "praise"})
    assert disagreements(replay(log.decisions)) == {}
    log.add("set_kind", "statement-7", changes={"kind": "problem"}, reviewer="Ben")
    (found,) = disagreements(replay(log.decisions))["statement-7"]
    assert [(one.reviewer, one.value) for one in found.stances] == [
        ("Ben", "problem"),
        ("Ana", "praise"),
    ]


@pytest.mark.parametrize(("first", "second", "apart"), [(0.2, 0.7, False), (0.1, 0.9, True)])
def test_fits_disagree_when_one_says_yes_and_one_no(
    log: Log, first: float, second: float, apart: bool
) -> None:
    log.add("set_fit", changes={"fit": first})
    log.add("set_fit", changes={"fit": second}, reviewer="Ben")
    assert ("fit" in told(log)) is apart


def test_names_of_themes_and_comments_are_not_disputed(log: Log) -> None:
    log.add("rename", "theme-1", changes={"label": "Trains"})
    log.add("rename", "theme-1", changes={"label": "Tunnels"}, reviewer="Ben")
    log.add("comment", reason="why?")
    assert disagreements(replay(log.decisions)) == {}
