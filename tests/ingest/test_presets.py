from pathlib import Path
from typing import Any, get_args

import pytest

from groundswell.config import SourceConfig, SourceKind
from groundswell.domain import AcceptedRow, FeedbackRecord
from groundswell.errors import IngestError
from ingest import guess_mapping, read_source
from ingest.mapping import KINDS, check_date_format, kind_of, resolve_columns
from ingest.presets import find_column, load_preset, preset_names, recognise, with_preset
from ingest.privacy import Privacy
from ingest.sources import READERS

FIXTURES = Path(__file__).parent / "fixtures"
PRIVACY = Privacy(key=b"0" * 32)


def source(**settings: Any) -> SourceConfig:
    return SourceConfig.model_validate({"name": "export", "path": "export.csv"} | settings)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_names_fields_and_formats_that_there_are(name: str) -> None:
    preset = load_preset(name)
    kind = KINDS[preset.kind]
    fields = {*kind.required, *kind.optional}
    assert {*preset.columns, *preset.ask, *preset.words} <= fields
    known = {*preset.columns, *preset.ask, *(["text"] if preset.texts else [])}
    assert set(kind.required) <= known
    assert preset.format.partition(":")[0] in {"", *READERS}
    assert preset.export
    stated = dict.fromkeys(preset.ask, "x")
    check_date_format(source(preset=name, columns=stated))


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_an_export_to_try_it_on(name: str) -> None:
    assert list(FIXTURES.glob(f"{name}.*"))


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_an_export_is_known_by_its_header_and_by_no_other(path: Path) -> None:
    name = path.stem.removesuffix("_snapshots")
    told_by_header = bool(load_preset(name).signatures)
    assert guess_mapping(path).preset == (name if told_by_header else "")


def test_the_longest_signature_tells() -> None:
    # Both presets' signatures are there; Zendesk's has three columns, Capterra's two.
    both = ["Pros", "Cons", "Requester id", "Group stations", "Assignee stations"]
    assert recognise(both) == "zendesk_tickets"
    assert recognise(both[:2]) == "capterra_reviews"
    assert recognise(["Pros", "Requester id"]) == ""


def test_what_the_entry_states_wins() -> None:
    filled = with_preset(source(preset="zendesk_tickets", channel="mail", date_format="%d.%m.%Y"))
    assert (filled.kind, filled.channel, filled.date_format) == ("feedback", "mail", "%d.%m.%Y")
    found = ["Id", "Subject", "Description", "Notes", "Created at", "Organization"]
    stated = source(preset="zendesk_tickets", columns={"text": "Notes", "account": ""})
    assert resolve_columns(stated, found) == {
        "id": "Id",
        "title": "Subject",
        "text": "Notes",
        "created_at": "Created at",
    }


def test_what_the_entry_leaves_out_comes_from_the_preset() -> None:
    filled = with_preset(source(preset="apple_reviews"))
    assert (filled.kind, filled.channel, filled.format) == ("feedback", "review", "json:feed.entry")
    assert with_preset(source(preset="hubspot_deals")).kind == "deals"


def test_the_kind_is_the_presets_or_else_the_sources() -> None:
    assert kind_of(source(preset="hubspot_deals")) == "deals"
    assert kind_of(source(kind="backlog")) == "backlog"


def test_filling_in_twice_changes_nothing() -> None:
    once = with_preset(source(preset="jira"))
    assert with_preset(once) == once != source(preset="jira")


def test_a_source_without_preset_stays_as_it_is() -> None:
    assert with_preset(source(kind="deals")) == source(kind="deals")


def test_a_column_that_only_bears_a_fields_name_is_not_read_with_a_preset() -> None:
    # In this export "rating" is something else than the preset knows.
    found = ["Id", "Subject", "Created at", "rating"]
    assert "rating" not in resolve_columns(source(preset="zendesk_tickets"), found)


def test_a_preset_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(IngestError, match=r"no preset 'zendesk_ticket'; did you mean zendesk_tic"):
        with_preset(source(preset="zendesk_ticket"))
    with pytest.raises(IngestError, match=r"no preset '\.\./presets/jira'; known: apple_rev"):
        with_preset(source(preset="../presets/jira"))


def test_another_kind_than_the_presets_is_refused() -> None:
    message = "preset jira is of kind backlog, not feedback; leave kind out"
    with pytest.raises(IngestError, match=message):
        with_preset(source(preset="jira", kind="feedback"))


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        ("salesforce_opportunities", "reasons", "no field of its own for the reason of a loss"),
        ("typeform", "text", "the questions are the columns"),
        ("surveymonkey", "text", "the questions are the columns"),
    ],
)
def test_what_each_team_names_for_itself_must_be_stated(name: str, field: str, reason: str) -> None:
    with pytest.raises(IngestError, match=rf"needs columns\.{field}: .*{reason}"):
        with_preset(source(preset=name))


def test_an_empty_name_says_that_there_is_no_such_column() -> None:
    found = ["Id", "StageName", "Amount"]
    opened = source(preset="salesforce_opportunities", columns={"reasons": ""})
    assert "reasons" not in resolve_columns(opened, found)


def test_a_column_that_the_preset_needs_is_named_as_the_export_calls_it() -> None:
    with pytest.raises(IngestError, match=r"no column 'Created at'; the file has Id, Subject; set"):
        resolve_columns(source(preset="zendesk_tickets"), ["Id", "Subject"])
    with pytest.raises(IngestError, match=r"no column 'Pros'; .*set columns\.text"):
        resolve_columns(source(preset="capterra_reviews"), ["Review Date"])


def test_a_name_is_found_in_any_case_and_by_its_beginning() -> None:
    found = ["Original Estimate", "What do you dislike about Fernwork?"]
    assert find_column(("Original estimate",), found) == "Original Estimate"
    assert find_column(("Gone", "What do you dislike*"), found) == found[1]
    assert find_column(("What do you dislike",), found) is None


def test_of_two_columns_of_one_name_the_first_is_read() -> None:
    assert find_column(("labels",), ["Labels", "LABELS"]) == "Labels"


def test_only_text_may_be_several_columns() -> None:
    several = source(columns={"text": ["a", "b"], "title": ["c", "d"]})
    with pytest.raises(IngestError, match=r"columns\.title names several columns; only text may"):
        resolve_columns(several, ["a", "b", "c", "d", "created_at"])


def test_the_second_line_of_a_header_is_no_row() -> None:
    settings = source(
        preset="surveymonkey",
        path=FIXTURES / "surveymonkey.csv",
        columns={"text": "What should we improve first?"},
    )
    rows = list(read_source(with_preset(settings), PRIVACY))
    assert [row.line for row in rows] == [3, 4]
    assert all(isinstance(row, AcceptedRow) for row in rows)


def test_an_answer_in_the_words_of_a_header_is_a_row(tmp_path: Path) -> None:
    header = "Respondent ID,Collector ID,Start Date,End Date,Why?"
    text = f"{header}\n7,1,,03/01/2026 09:30:00 AM,Response\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    settings = source(preset="surveymonkey", path=tmp_path / "a.csv", columns={"text": "Why?"})
    (row,) = read_source(with_preset(settings), PRIVACY)
    assert isinstance(row, AcceptedRow)


def test_columns_of_text_that_the_entry_states_are_the_only_ones() -> None:
    found = ["Pros", "Cons", "Overall", "Review Date"]
    one = source(preset="capterra_reviews", columns={"text": "Overall", "rating": ""})
    assert resolve_columns(one, found) == {"text": "Overall", "created_at": "Review Date"}


def test_an_answer_without_its_respondent_is_not_taken_for_a_header(tmp_path: Path) -> None:
    text = "Respondent ID,Collector ID,Start Date,End Date,Why?\n,1,,03/01/2026 09:30:00 AM,So\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    settings = source(preset="surveymonkey", path=tmp_path / "a.csv", columns={"text": "Why?"})
    (row,) = read_source(with_preset(settings), PRIVACY)
    assert getattr(row, "reason", None) == "missing_id"


@pytest.mark.parametrize(("stars", "rating"), [("0.5", 1.0), ("1", 1.0), ("4.5", 4.5)])
def test_half_a_star_is_the_lowest_rating(tmp_path: Path, stars: str, rating: float) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"What do you like best?,Date,Rating\nIt works,2026-03-01,{stars}\n")
    (row,) = read_source(with_preset(source(preset="g2_reviews", path=path)), PRIVACY)
    assert isinstance(row, AcceptedRow)
    assert isinstance(row.value, FeedbackRecord)
    assert row.value.rating == rating


def test_every_kind_of_the_settings_can_be_read() -> None:
    assert set(KINDS) == set(get_args(SourceKind))
