from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, FeedbackRecord, content_id
from ingest import read_source
from ingest.privacy import Privacy

PRIVACY = Privacy(key=b"0" * 32)
LIKE, DISLIKE = "What do you like?", "What do you dislike?"
BOTH = {"text": [LIKE, DISLIKE]}


def found(
    tmp_path: Path, text: str, *, keep_raw: bool = False, **settings: Any
) -> list[FeedbackRecord | str]:
    """The records of the rows, and the reason in place of a row that has none."""
    path = tmp_path / "input.csv"
    path.write_text(text, encoding="utf-8")
    source = SourceConfig.model_validate({"name": "export", "path": path} | settings)
    rows = read_source(source, PRIVACY, keep_raw=keep_raw)
    values = [row.value if isinstance(row, AcceptedRow) else row.reason for row in rows]
    return [value for value in values if isinstance(value, (FeedbackRecord, str))]


def record(tmp_path: Path, cells: Mapping[str, str], **settings: Any) -> FeedbackRecord:
    """The record of one row with these cells."""
    text = ",".join(cells) + "\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n"
    (value,) = found(tmp_path, text, **settings)
    assert isinstance(value, FeedbackRecord)
    return value


PLAIN = {"text": "The rota prints without Sunday", "created_at": "2026-03-01"}


def answers(tmp_path: Path, *rows: str, header: str = "id") -> list[tuple[str, str, str | None]]:
    text = "\n".join([f"{header},created_at,{LIKE},{DISLIKE}", *rows])
    records = found(tmp_path, text, columns=BOTH)
    return [(r.source_id, r.text, r.prompt) for r in records if isinstance(r, FeedbackRecord)]


def test_each_column_of_text_is_a_message_of_its_own(tmp_path: Path) -> None:
    assert answers(tmp_path, "r1,2026-03-01,The planner,The price") == [
        ("r1", "The planner", LIKE),
        ("r1#2", "The price", DISLIKE),
    ]


def test_a_message_keeps_its_name_whatever_the_other_columns_hold(tmp_path: Path) -> None:
    assert answers(tmp_path, "r1,2026-03-01,,The price", "r2,2026-03-01,The planner,") == [
        ("r1#2", "The price", DISLIKE),
        ("r2", "The planner", LIKE),
    ]


def test_without_an_id_answers_go_by_what_they_say_and_their_place(tmp_path: Path) -> None:
    midnight = "2026-03-01T00:00:00+00:00"
    both = answers(tmp_path, "u-1,2026-03-01,Same,Same", header="author")
    alone = answers(tmp_path, "u-1,2026-03-01,,Same", header="author")
    same = content_id("", "Same", midnight, "u-1")
    assert [name for name, *_ in both] == [same, f"{same}#2"]
    assert [name for name, *_ in alone] == [f"{same}#2"]


def test_a_row_without_any_answer_has_no_text(tmp_path: Path) -> None:
    text = f"created_at,{LIKE},{DISLIKE}\n2026-03-01, ,[deleted]\n"
    assert found(tmp_path, text, columns=BOTH) == ["missing_text"]


def test_a_title_goes_with_the_first_column_alone(tmp_path: Path) -> None:
    text = (
        f"id,title,created_at,{LIKE},{DISLIKE}\n"
        "r1,Good,2026-03-01,The planner,The price\nr2,Bad,2026-03-01,,The price\n"
    )
    records = found(tmp_path, text, columns=BOTH)
    assert [(r.source_id, r.text, r.prompt) for r in records if not isinstance(r, str)] == [
        ("r1", "Good\n\nThe planner", LIKE),
        ("r1#2", "The price", DISLIKE),
        ("r2", "Bad", None),
        ("r2#2", "The price", DISLIKE),
    ]


def test_a_column_whose_name_is_no_question_has_no_prompt(tmp_path: Path) -> None:
    assert record(tmp_path, PLAIN).prompt is None
    asked = record(
        tmp_path,
        {"Why?": "Because of the price", "created_at": "2026-03-01"},
        columns={"text": "Why?"},
    )
    assert asked.prompt == "Why?"


@pytest.mark.parametrize(("cell", "votes"), [("12", 12), ("0", 0), ("", None), ("1,200", 1200)])
def test_votes_are_a_count(tmp_path: Path, cell: str, votes: int | None) -> None:
    assert record(tmp_path, PLAIN | {"votes": cell}).votes == votes


@pytest.mark.parametrize(("cell", "reason"), [("-1", "number_out_of_range"), ("1.5", "bad_number")])
def test_what_is_no_count_of_votes_is_refused(tmp_path: Path, cell: str, reason: str) -> None:
    text = f"text,created_at,votes\nhello there,2026-03-01,{cell}\n"
    assert found(tmp_path, text) == [reason]


def test_the_last_change_is_kept(tmp_path: Path) -> None:
    changed = record(tmp_path, PLAIN | {"updated_at": "2026-03-05T10:00:00+02:00"})
    assert changed.updated_at is not None
    assert changed.updated_at.isoformat() == "2026-03-05T08:00:00+00:00"
    assert record(tmp_path, PLAIN).updated_at is None


def test_the_text_as_it_came_is_kept_only_on_demand(tmp_path: Path) -> None:
    cells = {"title": "Help", "text": "<b>Mail</b> jo@example.com", "created_at": "2026-03-01"}
    assert record(tmp_path, cells).raw is None
    kept = record(tmp_path, cells, keep_raw=True)
    assert kept.raw == "Help\n\n<b>Mail</b> jo@example.com"
    assert kept.text == "Help\n\nMail <email>"


def test_the_raw_text_of_an_answer_is_that_answer_alone(tmp_path: Path) -> None:
    text = f"created_at,{LIKE},{DISLIKE}\n2026-03-01,The planner,The price\n"
    records = found(tmp_path, text, keep_raw=True, columns=BOTH)
    assert [r.raw for r in records if not isinstance(r, str)] == ["The planner", "The price"]


QUOTED = "On Mon, 2 Mar 2026 at 09:30, Support wrote:\n> Which printer?"
MAIL = f"The rota prints without Sunday.\n\n{QUOTED}"


@pytest.mark.parametrize("channel", ["ticket", "mail", "chat"])
def test_in_letters_only_the_senders_own_words_are_kept(tmp_path: Path, channel: str) -> None:
    cells = PLAIN | {"text": MAIL}
    assert record(tmp_path, cells, channel=channel).text == "The rota prints without Sunday."
    assert record(tmp_path, cells | {"channel": channel}).text == "The rota prints without Sunday."
    assert record(tmp_path, cells | {"channel": "web"}, channel=channel).channel == "web"
    assert "printer" not in record(tmp_path, cells | {"channel": "web"}, channel=channel).text


def test_in_a_review_a_quotation_stays(tmp_path: Path) -> None:
    assert "Which printer?" in record(tmp_path, PLAIN | {"text": MAIL}, channel="review").text


@pytest.mark.parametrize(
    ("stated", "language"),
    [("de", "de"), ("pt-BR", "pt"), ("EN_us", "en"), ("", "en"), ("English", "en")],
)
def test_a_language_is_a_code_as_stated_or_else_as_detected(
    tmp_path: Path, stated: str, language: str
) -> None:
    cells = PLAIN | {"text": "The rota prints without Sunday and I cannot fix it"}
    assert record(tmp_path, cells | {"language": stated}).language == language


def test_a_text_too_short_to_tell_has_no_language(tmp_path: Path) -> None:
    assert record(tmp_path, PLAIN | {"text": "ok"}).language is None


def test_an_id_is_hidden_only_where_it_is_personal(tmp_path: Path) -> None:
    assert record(tmp_path, PLAIN | {"id": "RF-0007"}).source_id == "RF-0007"
    hidden = record(tmp_path, PLAIN | {"id": "jo@example.com"}).source_id
    assert hidden == PRIVACY.pseudonym("jo@example.com", "record")


def test_author_and_account_are_always_hidden(tmp_path: Path) -> None:
    shown = record(tmp_path, PLAIN | {"author": "u-7", "account": "acme"})
    assert shown.author == PRIVACY.pseudonym("u-7", "author")
    assert shown.account_id == PRIVACY.pseudonym("acme", "account")


def test_an_issue_that_was_made_of_an_idea_is_no_voice(tmp_path: Path) -> None:
    path = tmp_path / "issues.csv"
    mark = "Groundswell idea: groundswell/need-1/abcdefgh"
    path.write_text(f"id,created_at,text\n1,2026-01-02,Copy the rota\n2,2026-01-02,{mark}\n")
    source = SourceConfig(name="issues", path=path)
    rows = list(read_source(source, Privacy(b"0" * 32)))
    assert [row.value.text for row in rows] == ["Copy the rota"]  # type: ignore[union-attr]
