import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from flows.cli import app
from flows.views import ideas_table
from groundswell import __version__
from groundswell.config import load_config
from groundswell.domain import Draft
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.store import open_store

COMMANDS = {
    *("init", "run", "retrain", "status", "themes", "ideas", "idea", "report", "quarantine"),
    *("schedule", "serve", "doctor", "metrics", "ingest", "handover", "audience", "pace", "plan"),
    *("users", "tokens", "webhooks"),
    *("decide", "log", "undo", "jobs", "models", "erase"),
    *("backup", "restore", "analysts"),
}
NEEDS = (
    "let us work offline when the train has no network",
    "exporting invoices to a spreadsheet fails with large files",
    "a dark theme would help my eyes at night",
    "sync the calendar with the one on my phone",
)
ASKED = (0, 0, 0, 1, 1, 2, 2, 3)
"""Which need each eighth row is about, so that some are voiced more than others."""

ESCAPE = "\x1b[31m"
SETTINGS = """
[store]
path = "store/groundswell.db"
[report]
folder = "report"
[themes]
min_statements = 3

[ranking]
draws = 100
[embedding]
model = "hashing"
cache = "models"
[[sources]]
name = "survey"
path = "survey.csv"
"""


@dataclass(frozen=True)
class Typed:
    status: int
    out: str
    err: str


def export(rows: int) -> str:
    """Return a survey of four needs, and a row without a date."""
    days = [date(2026, 1, 1) + timedelta(days=2 * row) for row in range(rows)]
    lines = [f"{day},c{row % 13},{NEEDS[ASKED[row % 8]]} {row}" for row, day in enumerate(days)]
    return "\n".join(("created_at,author,text", *lines, "yesterday,c1,faster please", ""))


def type_in(config: Path, *words: str) -> Typed:
    result = CliRunner().invoke(app, [*words, "--config", str(config)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Typed(result.exit_code, result.stdout, result.stderr)


def read(config: Path, *words: str) -> Any:
    """Return what a command prints with --json, which is one document and nothing else."""
    typed = type_in(config, *words, "--json")
    assert (typed.status, typed.err) == (0, "")
    return json.loads(typed.out)


def make(folder: Path) -> Path:
    (folder / "survey.csv").write_text(export(40))
    config = folder / "config.toml"
    config.write_text(SETTINGS)
    return config


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Settings of an installation before its first run."""
    return make(tmp_path)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Typed]:
    config = make(tmp_path_factory.mktemp("installation"))
    return config, type_in(config, "run")


@pytest.fixture
def ran(first_run: tuple[Path, Typed], tmp_path: Path) -> Path:
    """Settings of an installation of its own, copied after the first run."""
    copy = tmp_path / "installation"
    shutil.copytree(first_run[0].parent, copy)
    return copy / "config.toml"


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert set(get_command(app).commands) == COMMANDS  # type: ignore[attr-defined]
    assert all(f" {name} " in result.stdout for name in COMMANDS)


def test_the_version_is_the_packages() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"groundswell {__version__}\n"


@pytest.mark.parametrize("words", [["dance"], ["ideas", "-n", "0"], ["run", "--as-of", "soon"]])
def test_a_command_that_is_mistyped_is_refused_with_status_2(words: Sequence[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_run_says_beforehand_what_it_does_and_how_long_it_takes(
    first_run: tuple[Path, Typed],
) -> None:
    _, typed = first_run
    assert typed.err.startswith("First run: 1 source, some 41 records of feedback; about 1 minute.")


def test_a_run_ends_with_the_ideas_what_changed_and_the_report(
    first_run: tuple[Path, Typed],
) -> None:
    config, typed = first_run
    assert typed.status == 0
    lines = typed.out.splitlines()
    names = "rank interval idea voices trend at stake effort"
    assert " ".join(lines[1].split()) == names
    ranks = [line[:4].strip() for line in lines[3:] if line[:4].strip().isdigit()]
    assert ranks == ["1", "2", "3", "4"], "a long name goes on in a line of its own"
    page = config.parent / "report" / "report.html"
    assert lines[-3:] == [
        "1 row could not be used; 'groundswell quarantine' lists them.",
        "First run: 40 new records, nothing to compare with.",
        f"Report: {page}",
    ]
    assert page.is_file()


def test_a_second_run_says_how_long_the_last_one_took_and_that_nothing_is_new(ran: Path) -> None:
    typed = type_in(ran, "run")
    assert typed.status == 0
    assert typed.err.startswith("Reading what is new in 1 source; the last run took ")
    assert ": 0 new records; no idea changed its place." in typed.out


def test_a_retrain_is_entered_as_one(ran: Path) -> None:
    assert type_in(ran, "retrain").status == 0
    runs = read(ran, "status")["runs"]
    assert [entry["run"]["kind"] for entry in runs] == ["retrain", "refresh"]
    assert [step["step"] for step in runs[0]["steps"]][2] == "train_challengers"


def test_evidence_after_the_day_asked_for_is_not_used(ran: Path) -> None:
    assert type_in(ran, "run", "--as-of", "2026-02-10").status == 0
    assert "evidence up to 2026-02-10 23:59 UTC" in type_in(ran, "report").out


def test_status_counts_runs_steps_and_rows(ran: Path) -> None:
    status = read(ran, "status")
    (entry,) = status["runs"]
    assert entry["run"]["state"] == "ok"
    steps = [step["step"] for step in entry["steps"]]
    assert steps[0] == "ingest_sources"
    assert steps[-1] == "write_report"
    (source,) = status["sources"]
    fates = (source["rows_done"], source["accepted"], source["duplicate"], source["quarantined"])
    assert fates == (41, 40, 0, 1)
    assert status["next_run"].endswith("T05:00:00+00:00")  # Mondays at five
    shown = type_in(ran, "status").out
    assert all(word in shown for word in ("refresh", "ingest_sources", "survey", "Mon "))


def test_ideas_as_json_are_those_of_the_published_file(ran: Path) -> None:
    published = json.loads((ran.parent / "report" / "ideas.json").read_text(encoding="utf-8"))
    assert read(ran, "ideas", "-n", "2") == published["ideas"][:2]
    best = published["ideas"][0]["title"].split()[0]
    assert best in type_in(ran, "ideas").out


def test_the_report_as_json_is_the_published_file_and_its_page(ran: Path) -> None:
    published = json.loads((ran.parent / "report" / "ideas.json").read_text(encoding="utf-8"))
    shown = read(ran, "report")
    assert Path(shown.pop("page")).name == "report.html"
    assert shown == published


def test_an_idea_answers_to_its_rank_and_to_its_id(ran: Path) -> None:
    second = read(ran, "idea", "2")
    assert second["rank"] == 2
    assert read(ran, "idea", second["candidate_id"]) == second == read(ran, "ideas")[1]
    shown = type_in(ran, "idea", "2").out
    assert second["quotes"][0]["text"][:30] in shown
    assert "survey.csv:" in shown
    assert "Why it ranks here" in shown


def test_an_idea_that_is_not_there_is_answered_with_what_is(ran: Path) -> None:
    typed = type_in(ran, "idea", "need-999")
    assert typed.status == 2
    assert typed.out == ""
    assert "need-999: not in the report of run 1; give a rank from 1 to " in typed.err


def test_themes_come_most_wanted_first(ran: Path) -> None:
    themes = read(ran, "themes")
    published = json.loads((ran.parent / "report" / "ideas.json").read_text(encoding="utf-8"))
    assert sorted(themes, key=itemgetter("theme_id")) == sorted(
        published["themes"], key=itemgetter("theme_id")
    )
    voices = [theme["voices"] for theme in themes]
    assert len(set(voices)) > 1
    assert voices == sorted(voices, reverse=True)
    assert str(voices[0]) in type_in(ran, "themes").out


def test_a_plan_without_capacity_says_which_file_to_add(ran: Path) -> None:
    typed = type_in(ran, "plan")
    assert (typed.status, typed.out) == (2, "")
    assert 'add [[sources]] with kind = "capacity" and a file with team, release' in typed.err


def test_the_plan_ships_ideas_within_the_teams_days(ran: Path) -> None:
    (ran.parent / "capacity.csv").write_text(
        "team,release,person_days,day_rate\nLark,4.10,30,500\nLark,4.9,30,500\n"
    )
    with ran.open("a", encoding="utf-8") as file:
        file.write('[[sources]]\nname = "teams"\nkind = "capacity"\npath = "capacity.csv"\n')
    assert type_in(ran, "run").status == 0
    plan = read(ran, "plan")
    assert plan == json.loads((ran.parent / "report" / "plan.json").read_text(encoding="utf-8"))
    assert plan["releases"] == ["4.9", "4.10"]
    assert plan["ideas"]
    assert all(load["planned"] <= load["usable"] <= 24 for load in plan["loads"])
    shown = type_in(ran, "plan").out
    assert all(word in shown for word in ("Release 4.9", "Lark", "overrun", "plan.html"))
    page = (ran.parent / "report" / "plan.html").read_text(encoding="utf-8")
    assert plan["ideas"][0]["title"] in page


def test_a_plan_heeds_what_planners_placed_and_says_what_it_costs(ran: Path) -> None:
    (ran.parent / "capacity.csv").write_text(
        "team,release,person_days,day_rate\nLark,4.10,30,500\nLark,4.9,30,500\n"
    )
    with ran.open("a", encoding="utf-8") as file:
        file.write('[[sources]]\nname = "teams"\nkind = "capacity"\npath = "capacity.csv"\n')
    assert type_in(ran, "run").status == 0
    first, second = (idea["candidate_id"] for idea in read(ran, "plan")["ideas"][:2])
    with open_store(load_config(ran).store.database) as store:
        for target, release in ((first, NOT_PLANNED), (second, "5.0")):
            changes = {"release": release, "team": None}
            store.decisions.record(Draft("place", target, "ann", datetime.now(UTC), changes))
    plan = read(ran, "plan")
    assert first in [out["candidate_id"] for out in plan["left_out"]]
    told = {one["candidate_id"]: one for one in plan["placements"]}
    assert told[first]["cost"] >= 0.0
    assert told[second]["problem"] == "no release 5.0; there are 4.9, 4.10"
    shown = " ".join(type_in(ran, "plan").out.split())
    assert "What planners placed" in shown
    assert "could not be kept: no release 5.0" in shown


def test_refused_rows_are_listed_with_place_and_reason(ran: Path) -> None:
    (entry,) = read(ran, "quarantine")
    assert entry["row"]["reason"] == "bad_date"
    assert "survey.csv:42" in type_in(ran, "quarantine").out
    assert read(ran, "quarantine", "--source", "other") == []


def test_a_report_that_was_moved_or_changed_is_written_again(ran: Path) -> None:
    page = ran.parent / "report" / "report.html"
    type_in(ran, "report")  # the copied installation stands in another folder
    original = page.read_bytes()
    page.write_text("scribbled over")
    (ran.parent / "report" / "ideas.csv").unlink()
    typed = type_in(ran, "report", "--open-path")
    assert typed.out == f"{page}\n"
    assert page.read_bytes() == original
    assert (ran.parent / "report" / "ideas.csv").is_file()
    before = page.stat().st_mtime_ns
    type_in(ran, "report")
    assert page.stat().st_mtime_ns == before


@pytest.mark.parametrize("command", ["ideas", "themes", "report", "quarantine", "plan"])
def test_reading_before_the_first_run_says_what_to_type_and_makes_nothing(
    fresh: Path, command: str
) -> None:
    typed = type_in(fresh, command)
    assert (typed.status, typed.out) == (2, "")
    assert typed.err.endswith("no store yet; 'groundswell run' makes it\n")
    assert not (fresh.parent / "store").exists()


def test_status_before_the_first_run_says_what_to_type_and_makes_nothing(fresh: Path) -> None:
    assert read(fresh, "status")["runs"] == []
    assert "type 'groundswell run'" in type_in(fresh, "status").out
    assert not (fresh.parent / "store").exists()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("survey.csv", "gone.csv", "gone.csv"),
        (
            "min_statements",
            "min_statement",
            "themes.min_statement: no such setting; did you mean",
        ),
        ("[store]", "[store", "not valid TOML"),
        ('"survey"\n', '"survey"\nkind = "accounts"\n', "'groundswell init EXPORT' writes one"),
        ('"survey.csv"', '"config.toml"\nformat = "fax"', "format 'fax' is not supported"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line_and_leaves_nothing(
    fresh: Path, before: str, after: str, told: str
) -> None:
    fresh.write_text(SETTINGS.replace(before, after, 1))
    typed = type_in(fresh, "run")
    assert (typed.status, typed.out) == (2, "")
    (line,) = typed.err.splitlines()
    assert line.startswith("groundswell: ")
    assert told in line
    assert sorted(path.name for path in fresh.parent.iterdir()) == ["config.toml", "survey.csv"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "survey.csv"),
        ("created_at,text\n", "survey.csv"),
        ("day,words\n2026-01-01,more colours\n", "no column 'text'; the file has day, words"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_with_the_remedy(
    fresh: Path, content: str, told: str
) -> None:
    (fresh.parent / "survey.csv").write_text(content)
    typed = type_in(fresh, "run")
    assert typed.status == 2
    last = typed.err.splitlines()[-1]
    assert last.startswith("groundswell: ")
    assert told in last
    assert not (fresh.parent / "report").exists()


def test_a_database_that_is_none_is_one_line(fresh: Path) -> None:
    (fresh.parent / "store").mkdir()
    (fresh.parent / "store" / "groundswell.db").write_text("a letter to my aunt " * 200)
    typed = type_in(fresh, "run")
    assert typed.status == 2
    (line,) = typed.err.splitlines()
    assert "groundswell.db: file is not a database" in line


HEARS_CTRL_C = "import signal as s; s.signal(s.SIGINT, s.default_int_handler);"
"""In the place of a terminal: what a shell starts in the background would not hear it."""


def test_interrupting_gives_one_line_and_status_130(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            HEARS_CTRL_C + "import flows.cli as c; c.main()",
            "ingest",
            "-",
        ],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b" " * (1 << 20))  # more than a pipe holds: returns once it is read
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)  # before the pipe is closed, which would end the reading too
        _, told = process.communicate()
    assert told == b"interrupted; nothing is lost, run again to go on\n"
    assert process.returncode == 130
    assert not (tmp_path / "data" / "groundswell.db").exists()


def row(title: str) -> dict[str, str]:
    return {
        "rank": "10",
        "80% interval": "10\N{EN DASH}48",
        "idea": title,
        "voices": "1,204",
        "trend": "1.6\N{MULTIPLICATION SIGN} falling",
        "revenue at stake": "EUR 1.2 M",
        "effort": "12 d, P80 120 d",
    }


def rendered(title: str, width: int) -> Iterator[str]:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(ideas_table([row(title)], width))
    yield from (line.rstrip() for line in capture.get().splitlines())


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("word", ["notifications", "乗り換えの通知"])
@pytest.mark.parametrize("times", [1, 2, 3, 4, 5, 6, 7, 8, 40])
def test_the_table_fits_the_terminal_in_two_lines_an_idea(
    word: str, times: int, width: int
) -> None:
    heading, names, rule, *lines = rendered(" ".join([word] * times), width)
    assert max(map(cell_len, (heading, names, rule, *lines))) <= width
    assert 1 <= len(lines) <= 2
    shown = " ".join(lines)
    assert all(text in shown for text in ("10\N{EN DASH}48", "1,204", "EUR 1.2 M", "P80 120 d"))
    assert ("…" in shown) == (shown.count(word) < times)


def test_what_customers_write_is_neither_markup_nor_control(width: int = 120) -> None:
    shown = "\n".join(rendered(f"[bold]really[/bold] {ESCAPE}red", width))
    assert "[bold]really[/bold] [U+001B][31mred" in shown
    assert ESCAPE not in shown
