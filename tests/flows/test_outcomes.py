"""Whom to tell and how fast, on a year of feedback with one release in it."""

import csv
import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app

NEEDS = (
    "a dark theme would help my eyes at night",
    "let us work offline when the train has no network",
    "exporting invoices to a spreadsheet fails with large files",
    "sync the calendar with the one on my phone",
    "print the whole list on one sheet of paper",
)
RELEASED = date(2026, 9, 1)
DAYS = 360
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
[[sources]]
name = "accounts"
kind = "accounts"
path = "accounts.csv"
[[sources]]
name = "deals"
kind = "deals"
path = "deals.csv"
[[sources]]
name = "ours"
kind = "changelog"
path = "CHANGELOG.md"
[[sources]]
name = "nimbus"
kind = "changelog"
path = "CHANGELOG.md"
competitor = "Nimbus"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the settings of an installation after its first run.

    Each day one need is voiced, in turn; the first one nobody voices after its release.
    """
    home = tmp_path_factory.mktemp("outcomes")
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(DAYS)]
    rows = [
        (
            day,
            f"c{number}",
            f"acme-{number}" if number < 10 else "",
            f"{NEEDS[number % 5]} {number}",
        )
        for number, day in enumerate(days)
        if number % 5 or day < RELEASED
    ]
    with (home / "survey.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("created_at", "author", "account", "text"), *rows])
    (home / "accounts.csv").write_text(
        "account_id,name,arr,segment\nacme-0,=HYPERLINK(1),5000,small\nacme-5,Acme,70000,large\n"
    )
    (home / "deals.csv").write_text(
        "opp_id,account_id,stage,amount,probability,close_date,reasons\n"
        f"opp-1,acme-5,open,9000,0.5,2027-02-01,{NEEDS[0]}\n"
        f"opp-2,acme-5,open,9000,0.5,2027-02-01,{NEEDS[1]}\n"
    )
    (home / "CHANGELOG.md").write_text(
        f"# Releases\n\n## [2.0.0] - {RELEASED}\n\n### Added\n\n- {NEEDS[0].capitalize()}.\n"
    )
    (home / "config.toml").write_text(SETTINGS)
    result = CliRunner().invoke(app, ["run", "--config", str(home / "config.toml")])
    assert result.exit_code == 0, result.output
    return home / "config.toml"


def typed(config: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--config", str(config)])
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


@pytest.fixture(scope="module")
def dark(config: Path) -> str:
    """Id of the idea that was released."""
    ideas: list[dict[str, Any]] = json.loads(typed(config, "ideas", "-n", "50", "--json"))
    return str(next(idea["candidate_id"] for idea in ideas if "dark" in json.dumps(idea["quotes"])))


def test_the_release_is_found_and_what_became_of_the_need(config: Path, dark: str) -> None:
    found = json.loads(typed(config, "pace", "--json"))
    (release,) = found["releases"]
    assert (release["release"]["candidate_id"], release["release"]["day"]) == (dark, "2026-09-01")
    assert release["effect"]["verdict"] == "fell"
    assert (release["effect"]["before"], release["effect"]["after"]) == (18, 0)
    assert [quarter for quarter, _ in found["satisfied_reach"]] == ["2026-Q3"]
    assert found["lead_time"]["shipped"] == 1
    assert found["effectiveness"][0]["mean"] > 0.5


def test_the_pace_is_shown_to_people(config: Path) -> None:
    shown = typed(config, "pace")
    assert "need lead time: n/a, under half of the needs are met" in shown
    assert "2026-09-01" in shown
    assert "fell" in shown


def test_those_who_asked_are_told_with_their_words(config: Path, dark: str) -> None:
    found = json.loads(typed(config, "audience", dark, "--json"))
    assert found["shipped"] == "2026-09-01"
    # every fifth of 243 days up to the release; the first two customers belong to accounts
    assert len(found["people"]) == 49
    assert [one["arr"] for one in found["people"][:3]] == [70000.0, 5000.0, None]
    assert [deal["deal_id"] for deal in found["deals"]] == ["opp-1"]
    assert [rival["competitor"] for rival in found["rivals"]] == ["Nimbus"]
    shown = typed(config, "audience", dark)
    assert "Acme" in shown
    assert "and 29 more; --csv writes all" in shown


def test_the_csv_has_all_and_no_formula(config: Path, dark: str) -> None:
    text = typed(config, "audience", dark, "--csv")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["who"] for row in rows].count("author") == 47
    assert rows[-1]["who"] == "deal"
    assert rows[1]["name"] == "'=HYPERLINK(1)"


def test_an_idea_that_is_not_there_is_one_line(config: Path) -> None:
    result = CliRunner().invoke(app, ["audience", "need-999", "--config", str(config)])
    assert result.exit_code == 2
    assert result.stderr.startswith("groundswell: idea need-999: not in the report")
