import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from flows.cli import app
from groundswell.config import load_config
from groundswell.domain import FeedbackRecord
from groundswell.store import Package, Run, open_store

SETTINGS = "[embedding]\nmodel = 'hashing'\n"
HEADER = "id,text,created_at\n"
SURVEY = HEADER + "1,more colours for the map,2026-01-01\n2,fewer clicks to pay,2026-01-02\n"


@dataclass(frozen=True)
class Typed:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    """A folder with settings, and what is typed there."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def set_up(self, *sources: str) -> None:
        entries = "".join(f"[[sources]]\n{source}\n" for source in sources)
        self.config.write_text(SETTINGS + entries, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def type_in(self, *words: str, piped: str | bytes = b"") -> Typed:
        result = CliRunner().invoke(app, [*words, "--config", str(self.config)], input=piped)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Typed(result.exit_code, result.stdout, result.stderr)

    def records(self) -> list[FeedbackRecord]:
        """Return what the store holds, by source and its own id."""
        with open_store(load_config(self.config).store.database) as store:
            ids = store.feedback.copy_candidates()["record_id"].tolist()
            found = store.feedback.records(ids).values()
        return sorted(found, key=lambda record: (record.source, record.source_id))

    def texts(self) -> list[str]:
        return [record.text for record in self.records()]

    def packages(self) -> list[Package]:
        with open_store(load_config(self.config).store.database) as store:
            return store.feedback.packages()

    def last_run(self) -> Run:
        with open_store(load_config(self.config).store.database) as store:
            return store.ledger.runs(1)[0]


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.set_up("name = 'survey'\npath = 'survey.csv'")
    made.write("survey.csv", SURVEY)
    return made


def told(read: int, new: int, known: int, refused: int) -> str:
    """Return what is printed of rows that were read."""
    rows = "1 row" if read == 1 else f"{read} rows"
    return f"{rows} read: {new} new or changed, {known} known, {refused} in quarantine.\n"


def lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_ingesting_reads_what_is_new_and_twice_adds_nothing(here: Installation) -> None:
    typed = here.type_in("ingest")
    assert (typed.status, typed.out) == (0, told(2, 2, 0, 0))
    assert here.texts() == ["more colours for the map", "fewer clicks to pay"]
    assert here.type_in("ingest").out == told(0, 0, 0, 0)
    here.write("survey.csv", SURVEY + "3,a dark theme at night,2026-01-03\n")
    assert here.type_in("ingest").out == told(3, 1, 2, 0)
    assert here.texts()[2] == "a dark theme at night"
    assert not (here.folder / "data" / "report").exists()
    with open_store(load_config(here.config).store.database) as store:
        assert {run.kind for run in store.ledger.runs()} == {"ingest"}
        assert [step.step for step in store.ledger.steps(3)] == ["ingest_sources"]
        assert len(store.feedback.unsplit_records()) == 3


def test_sources_that_cannot_be_read_are_named_in_one_line_and_the_others_are_read(
    here: Installation,
) -> None:
    here.set_up(
        "name = 'gone'\npath = 'gone.csv'",
        "name = 'survey'\npath = 'survey.csv'",
        "name = 'odd'\npath = 'odd.csv'",
        "name = 'late'\npath = 'late.csv'",
    )
    here.write("odd.csv", "day,words\n2026-01-01,more colours\n")
    here.write("late.csv", HEADER + "9,read after the bad ones,2026-01-01\n")
    typed = here.type_in("ingest")
    assert (typed.status, typed.out) == (2, "")
    (line,) = typed.err.splitlines()
    assert "gone.csv: no such file" in line
    assert "odd.csv: no column 'text'" in line
    assert len(here.texts()) == 3
    assert here.last_run().state == "failed"
    assert "gone.csv" in here.last_run().message


def test_a_file_that_vanished_between_runs_is_told_and_what_it_gave_stays(
    here: Installation,
) -> None:
    here.set_up("name = 'survey'\npath = 'survey.csv'", "name = 'other'\npath = 'other.csv'")
    here.write("other.csv", HEADER + "1,export to a spreadsheet,2026-01-01\n")
    here.type_in("ingest")
    (here.folder / "survey.csv").unlink()
    here.write("other.csv", HEADER + "2,import from a spreadsheet,2026-01-02\n")
    typed = here.type_in("ingest")
    assert typed.status == 2
    assert "survey.csv: no such file" in typed.err
    assert len(here.texts()) == 2 + 2


def test_of_a_folder_only_new_files_are_read_and_one_that_is_gone_is_no_error(
    here: Installation,
) -> None:
    here.set_up("name = 'survey'\npath = 'exports'")
    here.write("exports/may.csv", SURVEY)
    here.write("exports/notes.txt", "not an export")
    assert here.type_in("ingest").out == told(2, 2, 0, 0)
    june = lines({"id": 3, "text": "quieter", "created_at": "2026-06-01"})
    here.write("exports/june.jsonl", june)
    (here.folder / "exports" / "may.csv").unlink()
    assert here.type_in("ingest").out == told(1, 1, 0, 0)
    assert [Path(package.path).name for package in here.packages()] == ["may.csv", "june.jsonl"]
    assert len(here.texts()) == 3


def test_a_pattern_and_packed_files_are_read_as_what_they_stand_for(here: Installation) -> None:
    here.set_up(
        "name = 'gz'\npath = 'survey.csv.gz'",
        "name = 'some'\npath = 'exports/survey-*.csv'",
        "name = 'zip'\npath = 'all.zip'",
    )
    (here.folder / "survey.csv.gz").write_bytes(gzip.compress(SURVEY.encode()))
    here.write("exports/survey-1.csv", HEADER + "1,more sounds,2026-01-01\n")
    here.write("exports/survey-2.csv", HEADER + "2,fewer mails,2026-01-02\n")
    here.write("exports/other.csv", HEADER + "3,not asked for,2026-01-03\n")
    with ZipFile(here.folder / "all.zip", "w") as archive:
        archive.writestr("may/survey.csv", HEADER + "1,quieter alarms,2026-05-01\n")
        archive.writestr("june/survey.csv", HEADER + "2,louder alarms,2026-06-01\n")
    assert here.type_in("ingest").out == told(6, 6, 0, 0)
    assert [(record.source, record.text) for record in here.records()] == [
        ("gz", "more colours for the map"),
        ("gz", "fewer clicks to pay"),
        ("some", "more sounds"),
        ("some", "fewer mails"),
        ("zip", "quieter alarms"),
        ("zip", "louder alarms"),
    ]
    assert here.type_in("ingest").out == told(0, 0, 0, 0)


def test_a_preset_knows_kind_columns_channel_and_dates(here: Installation) -> None:
    here.set_up(
        "name = 'desk'\npath = 'tickets.csv'\npreset = 'zendesk_tickets'",
        "name = 'sales'\npath = 'deals.csv'\npreset = 'hubspot_deals'",
    )
    here.write(
        "tickets.csv",
        "Id,Subject,Description,Created at,Updated at,Requester id,Organization\n"
        "71,Invoices,The total is cut off in print,2026-03-01 09:30,2026-03-02 10:00,881,Oakline\n",
    )
    here.write(
        "deals.csv", "Record ID,Deal Name,Deal Stage,Amount\n5,Oakline renewal,Closed Won,900\n"
    )
    typed = here.type_in("ingest")
    assert (typed.status, typed.out) == (0, told(2, 2, 0, 0))
    (record,) = here.records()
    assert record.text == "Invoices\n\nThe total is cut off in print"
    assert (record.source_id, record.channel) == ("71", "ticket")
    assert record.created_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert record.updated_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert str(record.author).startswith("author-")
    assert str(record.account_id).startswith("account-")
    assert [package.kind for package in here.packages()] == ["feedback", "deals"]


WISH = {"id": "w1", "text": "let me pin a note", "created_at": "2026-02-01"}
VOTE = {"id": "w2", "text": "let me sort by price", "created_at": "2026-02-02"}


def test_what_is_piped_in_is_kept_under_a_source_of_its_own_and_twice_adds_nothing(
    here: Installation,
) -> None:
    typed = here.type_in("ingest", "-", piped=lines(WISH))
    assert (typed.status, typed.out) == (0, told(1, 1, 0, 0))
    assert here.type_in("ingest", "-", piped=lines(WISH)).out == told(0, 0, 0, 0)
    assert here.type_in("ingest", "-", piped=lines(WISH, VOTE)).out == told(2, 1, 1, 0)
    assert [(record.source, record.source_id, record.text) for record in here.records()] == [
        ("pushed", "w1", "let me pin a note"),
        ("pushed", "w2", "let me sort by price"),
    ]
    assert {package.source for package in here.packages()} == {"pushed"}  # and not the survey


def test_what_is_piped_in_for_a_source_has_its_columns_and_identity(here: Installation) -> None:
    here.set_up(
        "name = 'chat'\npath = 'chat.csv'\nchannel = 'chat'\n"
        "columns = { text = 'words', created_at = 'at', id = 'key' }"
    )
    here.write("chat.csv", "key,words,at\nk1,let me pin a note,2026-02-01\n")
    here.type_in("ingest")
    known = {"key": "k1", "words": "let me pin a note", "at": "2026-02-01"}
    new = {"key": "k2", "words": "let me mute a chat", "at": "2026-02-02"}
    typed = here.type_in("ingest", "-", "--source", "chat", piped=lines(known, new))
    assert (typed.status, typed.out) == (0, told(2, 1, 1, 0))
    assert [(r.source, r.source_id, r.channel) for r in here.records()] == [
        ("chat", "k1", "chat"),
        ("chat", "k2", "chat"),
    ]


def test_an_accounts_source_takes_accounts_from_the_pipe(here: Installation) -> None:
    here.set_up("name = 'crm'\nkind = 'accounts'\npath = 'crm.csv'")
    row = {"account_id": "A-1", "name": "Oakline", "arr": "1200"}
    typed = here.type_in("ingest", "-", "--source", "crm", piped=lines(row))
    assert typed.out == told(1, 1, 0, 0)
    with open_store(load_config(here.config).store.database) as store:
        assert [account.arr for account in store.market.accounts()] == [1200.0]


@pytest.mark.parametrize(
    ("piped", "message"),
    [
        (b"", "standard input: nothing came; pipe in one JSON object a line"),
        (b"\n\n", "standard input: "),
        (lines({"day": "2026-01-01", "words": "x"}).encode(), "standard input: no column 'text'"),
    ],
)
def test_what_cannot_be_used_is_told_of_standard_input_in_one_line(
    here: Installation, piped: bytes, message: str
) -> None:
    typed = here.type_in("ingest", "-", piped=piped)
    assert (typed.status, typed.out) == (2, "")
    (line,) = typed.err.splitlines()
    assert line.startswith(f"groundswell: {message}")
    assert "stdin.jsonl" not in line
    if piped:  # else there was nothing to begin a run for
        assert f"groundswell: {here.last_run().message}" == line


def test_a_line_that_is_no_json_is_quarantined_with_its_place(here: Installation) -> None:
    typed = here.type_in("ingest", "-", piped=lines(WISH) + "more colours, please\n")
    assert (typed.status, typed.out) == (0, told(2, 1, 0, 1))
    (entry,) = json.loads(here.type_in("quarantine", "--json").out)
    assert (entry["source"], entry["path"]) == ("pushed", "standard input")
    assert (entry["row"]["line"], entry["row"]["reason"]) == (2, "json_syntax")
    assert "standard input:2" in here.type_in("quarantine").out


def test_all_that_is_piped_in_may_be_no_json_at_all(here: Installation) -> None:
    typed = here.type_in("ingest", "-", piped=SURVEY)
    assert "stdin.jsonl" not in typed.out + typed.err
    assert here.texts() == []
    assert sum(package.quarantined for package in here.packages()) == 3


def test_a_name_that_no_source_may_have_is_refused_in_one_line(here: Installation) -> None:
    typed = here.type_in("ingest", "-", "--source", "my source!", piped=lines(WISH))
    assert (typed.status, typed.out) == (2, "")
    (line,) = typed.err.splitlines()
    assert "my source!" in line
    assert not (here.folder / "data").exists()


def test_anything_but_a_dash_is_refused(here: Installation) -> None:
    typed = here.type_in("ingest", "survey.csv")
    assert typed.status == 2
    assert "name files in [[sources]]" in " ".join(typed.err.split())


def test_too_much_at_once_is_refused_before_anything_is_taken_in(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.intake.PUSH_BYTES", 100)
    typed = here.type_in("ingest", "-", piped=lines(WISH, VOTE))
    assert typed.status == 2
    assert "standard input: over " in typed.err
    assert not (here.folder / "data").exists()


Broken = Callable[[Path], None]


def _cut(path: Path) -> None:
    path.write_bytes(gzip.compress(SURVEY.encode())[:-9])


def _letter(path: Path) -> None:
    path.write_bytes(b"a letter to my aunt")


@pytest.mark.parametrize("spoil", [_cut, _letter])
def test_a_damaged_archive_is_told_and_read_once_it_is_whole(
    here: Installation, spoil: Broken
) -> None:
    here.set_up("name = 'gz'\npath = 'survey.csv.gz'")
    path = here.folder / "survey.csv.gz"
    spoil(path)
    typed = here.type_in("ingest")
    assert typed.status == 2
    assert "survey.csv.gz" in typed.err
    path.write_bytes(gzip.compress(SURVEY.encode()))
    assert here.type_in("ingest").status == 0
    assert len(here.texts()) == 2
