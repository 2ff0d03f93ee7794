import gzip
from pathlib import Path

import openpyxl
import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow
from groundswell.errors import IngestError
from ingest import GuessedSource, guess_mapping, read_source
from ingest.presets import with_preset
from ingest.privacy import Privacy

LONG = "I would like to see the app keep my notes when the phone has no signal"


def guess(tmp_path: Path, file: str, text: str | bytes) -> GuessedSource:
    path = tmp_path / file
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    guessed = guess_mapping(path)
    settings = {"name": "guessed", "path": path, "format": guessed.format}
    if guessed.preset:
        settings |= {"preset": guessed.preset, "columns": guessed.stated}
    else:
        settings |= {"kind": guessed.kind, "columns": guessed.columns, "channel": guessed.channel}
    if guessed.date_format:
        settings["date_format"] = guessed.date_format
    source = with_preset(SourceConfig.model_validate(settings))
    rows = read_source(source, Privacy(key=b"0" * 32))
    assert all(isinstance(row, AcceptedRow) for row in rows)
    return guessed


def test_a_helpdesk_export_is_told_by_its_names(tmp_path: Path) -> None:
    text = (
        "Ticket ID,Subject,Description,Created At,Requester id,Organization,Priority\n"
        f"1,Offline,{LONG},2026-03-01 09:30,u-1,Acme,low\n"
        f"2,Print,{LONG},2026-03-02 10:00,u-2,,low\n"
    )
    found = guess(tmp_path, "tickets.csv", text)
    assert (found.kind, found.format, found.channel) == ("feedback", "csv", "ticket")
    assert found.columns == {
        "id": "Ticket ID",
        "text": "Description",
        "title": "Subject",
        "created_at": "Created At",
        "author": "Requester id",
        "account": "Organization",
    }
    assert "text: Description, by its name (sure)" in found.notes


def test_a_play_console_export_is_told_by_its_names(tmp_path: Path) -> None:
    header = (
        "Package Name,App Version Name,Reviewer Language,Review Submit Date and Time,"
        "Review Submit Millis Since Epoch,Star Rating,Review Title,Review Text"
    )
    row = f"com.example,4.2,en,2026-03-01T09:30:00Z,1772357400000,4,Offline,{LONG}"
    found = guess(tmp_path, "reviews.csv", f"{header}\n{row}\n".encode("utf-16"))
    assert found.preset == "google_play_reviews"
    assert found.notes[0] == "preset: google_play_reviews, by its header (sure)"
    assert found.columns == {
        "text": "Review Text",
        "title": "Review Title",
        "created_at": "Review Submit Date and Time",
        "rating": "Star Rating",
        "version": "App Version Name",
        "language": "Reviewer Language",
    }


def test_what_a_preset_cannot_know_is_proposed(tmp_path: Path) -> None:
    text = (
        "#,How do you use it?,What would you change?,Start Date (UTC),Submit Date (UTC),"
        "Network ID\n"
        f"a1,daily,{LONG},2026-03-01 09:30:00,2026-03-01 09:31:00,n1\n"
    )
    found = guess(tmp_path, "responses.csv", text)
    assert found.preset == "typeform"
    assert found.stated == {"text": ("What would you change?",)}


def test_a_file_with_the_header_of_an_export_but_without_its_dates_is_told_otherwise(
    tmp_path: Path,
) -> None:
    found = guess(tmp_path, "a.csv", f"Pros,Cons,Written\nfast,{LONG},2026-03-01\n")
    assert found.preset == ""
    assert found.columns == {"text": "Cons", "created_at": "Written"}


def test_dates_that_a_preset_does_not_expect_get_a_format(tmp_path: Path) -> None:
    text = "Summary,Issue key,Issue Type,Status,Resolved\nOffline,RF-1,Story,Done,28.03.2026\n"
    found = guess(tmp_path, "jira.csv", text)
    assert (found.preset, found.date_format) == ("jira", "%d.%m.%Y")


def test_unknown_names_are_told_by_what_stands_below(tmp_path: Path) -> None:
    text = f"wann,was,note\n01.03.2026,{LONG},4\n28.03.2026,{LONG} too,5\n"
    found = guess(tmp_path, "umfrage.csv", text)
    assert found.columns == {"text": "was", "created_at": "wann", "rating": "note"}
    assert found.date_format == "%d.%m.%Y"
    assert "created_at: wann, its values are dates (likely)" in found.notes


def test_a_score_up_to_ten_is_a_likelihood_to_recommend(tmp_path: Path) -> None:
    found = guess(
        tmp_path, "nps.csv", f"Score,Comment,Date\n9,{LONG},2026-03-01\n3,{LONG},2026-03-01\n"
    )
    assert found.columns == {"nps": "Score", "text": "Comment", "created_at": "Date"}
    assert found.channel == "survey"


def test_an_ambiguous_date_is_said(tmp_path: Path) -> None:
    found = guess(tmp_path, "a.csv", f"text,date\n{LONG},03/04/2026\n{LONG},05/06/2026\n")
    note = "date_format: %d/%m/%Y fits every date, but so does %m/%d/%Y; check it"
    assert note in found.notes


def test_a_last_change_is_read_only_in_the_form_of_the_other_dates(tmp_path: Path) -> None:
    rows = f"{LONG},2026-03-01,2026-03-02\n{LONG},2026-03-01,2026-03-02\n"
    alike = guess(tmp_path, "a.csv", f"text,created_at,updated_at\n{rows}")
    assert alike.columns["updated_at"] == "updated_at"
    other = guess(
        tmp_path, "b.csv", "text,created_at,updated_at\n" + rows.replace("03-02", "yesterday")
    )
    assert other.columns["updated_at"] == ""


def test_votes_are_told_by_their_name_and_by_what_stands_there(tmp_path: Path) -> None:
    header = "text,created_at,votes\n"
    counted = guess(tmp_path, "a.csv", f"{header}{LONG},2026-03-01,7\n{LONG},2026-03-01,0\n")
    assert counted.columns["votes"] == "votes"
    said = guess(tmp_path, "b.csv", f"{header}{LONG},2026-03-01,many\n{LONG},2026-03-01,few\n")
    assert said.columns["votes"] == ""
    assert "votes: its column holds something else, so it is not read (likely)" in said.notes


def test_ids_that_repeat_are_not_taken_for_ids(tmp_path: Path) -> None:
    rows = "".join(f"7,{LONG} {n},2026-03-01\n" for n in range(10))
    found = guess(tmp_path, "a.csv", f"id,text,created_at\n{rows}")
    assert found.columns["id"] == ""
    assert "id: id repeats its values, so a row goes by what it says" in found.notes


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("a.csv", "account_id,name,arr,segment\nacc-1,Acme,100,mid\n", "accounts"),
        (
            "a.csv",
            "Record ID,Deal Name,Deal Stage,Amount,Close Date\n1,x,closedwon,10,2026-03-01\n",
            "deals",
        ),
        ("a.csv", "version,date,release\n1.0,2026-03-01,First\n", "changelog"),
        ("a.md", "## 1.0 - 2026-03-01\n- First\n", "changelog"),
        ("a.csv", "item_id,title,est_days\n1,Offline,3\n", "backlog"),
        ("a.csv", "item_id,title,est_days,actual_days\n1,Offline,3,4\n", "work_history"),
        ("a.csv", "team,release,person_days\nLinnet,4.1,80\n", "capacity"),
        ("a.csv", "signal,key,date,value\nstars,x,2026-03-01,4\n", "signals"),
        ("a.csv", "date,area,unique_users,events\n2026-03-01,search,4,9\n", "usage"),
        ("a.csv", "date,area,tickets,minutes\n2026-03-01,search,4,90\n", "support_cost"),
        ("a.csv", "item_id,kind,other_id\nRF-1,requires,RF-2\n", "dependencies"),
        ("a.csv", "date,app,rank,rating,ratings\n2026-03-01,Fernwork,4,4.5,90\n", "store_listing"),
        ("a.csv", "date,repository,stars\n2026-03-01,fernwork/app,40\n", "stars"),
        (
            "a.csv",
            "Category: All\n\nWeek,offline: (US)\n2026-01-04,<1\n2026-01-11,100\n",
            "trends",
        ),
        ("a.jsonl", f'{{"message": "{LONG}", "sent_at": "2026-03-01T09:30:00Z"}}\n', "feedback"),
    ],
)
def test_the_kind_is_told_by_the_columns(tmp_path: Path, file: str, text: str, kind: str) -> None:
    assert guess(tmp_path, file, text).kind == kind


def test_a_packed_file_is_told_by_what_it_holds(tmp_path: Path) -> None:
    packed = gzip.compress(f"note,date\n{LONG},2026-03-01\n".encode())
    found = guess(tmp_path, "a.csv.gz", packed)
    assert (found.format, found.columns) == ("csv", {"text": "note", "created_at": "date"})


def test_windows_encoding_is_proposed_and_said(tmp_path: Path) -> None:
    text = f"text,date\nGrößer: {LONG},2026-03-01\n".encode("cp1252")
    found = guess(tmp_path, "a.csv", text)
    assert found.format == "csv:cp1252"
    assert found.notes[0].startswith("encoding: not UTF-8, taken for Windows-1252 (likely")


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"text,label\n{LONG},1-a\n", encoding="utf-8")
    assert (
        "created_at: no column looks like it; set columns.created_at" in guess_mapping(path).notes
    )


def test_the_sample_is_short_and_without_personal_data(tmp_path: Path) -> None:
    rows = "".join(f'{n},"Mail jo@example.com\n{LONG * 5}",2026-03-01\n' for n in range(9))
    found = guess(tmp_path, "a.csv", f"id,text,created_at\n{rows}")
    assert len(found.sample) == 3
    assert found.sample[0]["text"].startswith("Mail <email> I would like")
    assert max(len(text) for row in found.sample for text in row.values()) <= 120


def test_a_sheet_is_told_like_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(("Comment", "Submitted"))
    book.active.append((LONG, "2026-03-01"))
    book.save(tmp_path / "survey.xlsx")
    found = guess_mapping(tmp_path / "survey.xlsx")
    assert (found.format, found.channel) == ("xlsx", "survey")
    assert found.columns == {"text": "Comment", "created_at": "Submitted"}


def test_a_file_without_a_usable_row_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="no row can be read; see that its first line names"):
        guess(tmp_path, "a.csv", "id,text\n1\n")
