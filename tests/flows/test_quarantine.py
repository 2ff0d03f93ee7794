import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from groundswell.config import load_config
from groundswell.store import Package, open_store

HEADER = "id,text,created_at,rating\n"
GOOD = "1,more colours for the map,2026-01-01,4\n"
MAIL = "rosa@example.com"
SURVEY = (
    HEADER
    + GOOD
    + f"2,write to {MAIL} about it,next week,4\n"
    + "3,,2026-01-03,4\n"
    + "4,fewer clicks to pay,2026-01-04,nine\n"
)
"""A row that is good, and one each with a bad date, no text and a bad number."""

SETTINGS = "[embedding]\nmodel = 'hashing'\n[[sources]]\nname = 'survey'\npath = 'survey.csv'\n"
REASONS = ["bad_date", "missing_text", "bad_number"]


@dataclass(frozen=True)
class Typed:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    """A folder with settings and a survey."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def type_in(self, *words: str, piped: str = "") -> Typed:
        config = str(self.folder / "config.toml")
        result = CliRunner().invoke(app, [*words, "--config", config], input=piped)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Typed(result.exit_code, result.stdout, result.stderr)

    def read(self, *words: str) -> Any:
        typed = self.type_in(*words, "--json")
        assert (typed.status, typed.err) == (0, "")
        return json.loads(typed.out)

    def reasons(self) -> list[str]:
        """Return why rows stand in quarantine, in the order of their listing."""
        return [entry["row"]["reason"] for entry in self.read("quarantine")]

    def packages(self) -> list[Package]:
        """Return every package, its books checked."""
        with open_store(load_config(self.folder / "config.toml").store.database) as store:
            packages = store.feedback.packages()
        for one in packages:
            assert one.complete
            assert one.rows_done == one.accepted + one.duplicate + one.quarantined
        return packages


def install(folder: Path) -> Installation:
    made = Installation(folder)
    made.write("config.toml", SETTINGS)
    made.write("survey.csv", SURVEY)
    return made


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    return install(tmp_path)


@pytest.fixture
def read(here: Installation) -> Installation:
    assert here.type_in("ingest").status == 0
    return here


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return one that was read, for tests that only look."""
    made = install(tmp_path_factory.mktemp("installation"))
    assert made.type_in("ingest").status == 0
    return made


def test_refused_rows_are_listed_from_the_top_of_their_file_with_what_would_be_accepted(
    shown: Installation,
) -> None:
    entries = shown.read("quarantine")
    assert [entry["row"]["reason"] for entry in entries] == REASONS
    assert [entry["row"]["line"] for entry in entries] == [3, 4, 5]
    assert [entry["entry_id"] for entry in entries] == ["1-1", "1-2", "1-3"]
    assert "'next week'; expected" in entries[0]["row"]["detail"]
    text = shown.type_in("quarantine").out
    assert all(f"survey.csv:{line}" in text for line in (3, 4, 5))
    assert "survey: 1 bad_date; survey: 1 bad_number; survey: 1 missing_text" in text
    assert "survey.csv:4" not in shown.type_in("quarantine", "-n", "1").out
    (package,) = shown.packages()
    assert (package.accepted, package.duplicate, package.quarantined) == (1, 0, 3)


def test_one_row_is_shown_with_its_place_and_without_personal_data(shown: Installation) -> None:
    entry = shown.read("quarantine", "show", "1-1")
    assert entry == shown.read("quarantine")[0]
    row = entry["row"]
    whole = (shown.folder / "survey.csv").read_bytes()
    assert b"next week" in whole[row["byte_start"] : row["byte_end"]]
    assert "write to <email> about it" in row["raw"]
    text = shown.type_in("quarantine", "show", "1-1").out
    assert f"line 3, bytes {row['byte_start']} to {row['byte_end']}" in " ".join(text.split())
    assert "bad_date" in text
    assert "<email>" in text
    assert MAIL not in text + row["raw"]


def test_an_entry_that_is_not_there_is_one_line(shown: Installation) -> None:
    for entry in ("nonsense", "1", "1-99", "2-1", "1-", "1--1", "1-1-1", "\N{SUPERSCRIPT TWO}-1"):
        typed = shown.type_in("quarantine", "show", entry)
        assert (typed.status, typed.out) == (2, "")
        assert typed.err == (
            f"groundswell: entry {entry}: no such row; 'groundswell quarantine' lists them\n"
        )


def test_rows_are_listed_of_one_source_alone(read: Installation) -> None:
    read.type_in("ingest", "-", piped="not JSON\n")
    assert {entry["source"] for entry in read.read("quarantine")} == {"pushed", "survey"}
    (entry,) = read.read("quarantine", "--source", "pushed")
    assert entry["path"] == "standard input"
    assert "survey" not in read.type_in("quarantine", "--source", "pushed").out
    assert read.type_in("quarantine", "--source", "other").out == "No row was refused.\n"


def test_a_mended_mapping_lets_the_rows_in_and_settles_the_entries(here: Installation) -> None:
    here.write("survey.csv", HEADER + "1,more colours,03.05.2026,4\n2,fewer clicks,04.05.2026,4\n")
    here.type_in("ingest")
    assert here.reasons() == ["bad_date", "bad_date"]
    here.write("config.toml", SETTINGS + "date_format = '%d.%m.%Y'\n")
    typed = here.type_in("quarantine", "retry")
    assert typed.status == 0
    assert typed.out == "2 rows read: 2 new or changed, 0 known, 0 in quarantine.\n"
    assert here.read("quarantine") == []
    assert here.type_in("quarantine").out == "No row was refused.\n"
    # A settled entry is still there for whoever noted its number.
    assert here.read("quarantine", "show", "1-0")["row"]["reason"] == "bad_date"
    first, second = here.packages()
    assert (first.accepted, first.quarantined) == (0, 2)
    assert (second.accepted, second.duplicate, second.quarantined) == (2, 0, 0)


def test_a_mended_file_lets_its_rows_in_and_what_is_still_wrong_stands_once(
    read: Installation,
) -> None:
    read.write("survey.csv", SURVEY.replace("next week", "2026-01-02").replace("nine", "3"))
    typed = read.type_in("quarantine", "retry", "survey")
    assert typed.out == "4 rows read: 2 new or changed, 1 known, 1 in quarantine.\n"
    (entry,) = read.read("quarantine")
    assert (entry["row"]["reason"], entry["row"]["line"]) == ("missing_text", 4)
    assert Counter(p.accepted for p in read.packages()) == Counter((1, 2))


def test_trying_again_with_nothing_mended_changes_nothing(read: Installation) -> None:
    before = [entry["row"] for entry in read.read("quarantine")]
    typed = read.type_in("quarantine", "retry")
    assert typed.out == "4 rows read: 0 new or changed, 1 known, 3 in quarantine.\n"
    assert [entry["row"] for entry in read.read("quarantine")] == before
    assert len(read.packages()) == 2
    assert read.type_in("ingest").out.startswith("0 rows read")  # it counts as read again


def test_only_sources_with_refused_rows_are_tried_again_unless_one_is_named(
    here: Installation,
) -> None:
    here.write("config.toml", SETTINGS + "[[sources]]\nname = 'other'\npath = 'other.csv'\n")
    here.write("other.csv", HEADER + "7,quieter alarms,2026-01-07,5\n")
    here.type_in("ingest")
    assert here.type_in("quarantine", "retry").out.startswith("4 rows read")
    typed = here.type_in("quarantine", "retry", "other")
    assert typed.out == "1 row read: 0 new or changed, 1 known, 0 in quarantine.\n"


def test_trying_an_unknown_source_again_says_which_there_are(read: Installation) -> None:
    typed = read.type_in("quarantine", "retry", "survey", "polls")
    assert (typed.status, typed.out) == (2, "")
    assert typed.err == "groundswell: source polls: not in [[sources]]; known: survey\n"
    assert len(read.packages()) == 1


def test_trying_again_before_anything_was_refused_reads_nothing(here: Installation) -> None:
    here.write("survey.csv", HEADER + GOOD)
    here.type_in("ingest")
    assert here.type_in("quarantine", "retry").out.startswith("0 rows read")
    assert len(here.packages()) == 1


def test_a_source_that_fails_on_trying_again_keeps_its_entries(read: Installation) -> None:
    (read.folder / "survey.csv").unlink()
    typed = read.type_in("quarantine", "retry")
    assert typed.status == 2
    assert "survey.csv: no such file" in typed.err
    assert read.reasons() == REASONS
    read.write("survey.csv", SURVEY.replace("next week", "2026-01-02"))
    assert read.type_in("ingest").status == 0
    assert read.reasons() == REASONS[1:]
