from datetime import UTC, datetime

from groundswell.domain import Signature, StatementKind, StatementVerdict
from models.statements.corrections import standing_kinds

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(statement: str, kind: StatementKind | None, number: int) -> StatementVerdict:
    by = Signature(number, "Ana", NOON, "")
    return StatementVerdict(statement, kind, number, {"kind": by})


def test_of_statements_with_the_same_text_the_latest_word_counts() -> None:
    verdicts = {
        "a": said("a", "praise", 3),
        "b": said("b", "problem", 2),
        "c": said("c", "request", 1),
    }
    found = standing_kinds(verdicts, {"a": "one", "b": "one", "c": "two"})
    assert [(one.text_hash, one.kind, one.by.number) for one in found] == [
        ("two", "request", 1),
        ("one", "praise", 3),
    ]


def test_a_kind_that_is_given_back_holds_for_the_text() -> None:
    verdicts = {"a": said("a", "praise", 1), "b": said("b", None, 2)}
    assert standing_kinds(verdicts, {"a": "one", "b": "one"}) == []


def test_what_was_undone_and_what_is_gone_says_nothing() -> None:
    verdicts = {"a": StatementVerdict("a", version=2), "gone": said("gone", "praise", 3)}
    assert standing_kinds(verdicts, {"a": "one"}) == []
