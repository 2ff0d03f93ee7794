"""The ranking of an earlier day: as it was known then, byte for byte."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import reports
from flows import steps
from flows.context import Silence
from flows.past import report_as_of
from groundswell.config import Config, load_config
from groundswell.errors import ConfigError, GroundswellError
from groundswell.store import open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = """
[embedding]
model = "hashing"
[themes]
min_statements = 5

[ranking]
draws = 100
[[sources]]
name = "survey"
path = "survey.csv"
[[sources]]
name = "otter"
kind = "changelog"
path = "otter.csv"
competitor = "Otter"
"""
NEEDS = ("offline mode for trains without network", "invoice export to a spreadsheet fails")


def survey(folder: Path, rows: int) -> None:
    days = [(NOW - timedelta(days=3 * n)).date() for n in range(rows)]
    lines = [f"{n},{NEEDS[n % 2]} case {n},{day},{1 + n % 3}" for n, day in enumerate(days)]
    (folder / "survey.csv").write_text("\n".join(["id,text,created_at,rating", *lines, ""]))


def changelog(folder: Path, *releases: str) -> None:
    lines = ["release,date,text", "1.0,2026-01-10,First release", *releases, ""]
    (folder / "otter.csv").write_text("\n".join(lines))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    survey(tmp_path, 40)
    changelog(tmp_path)
    (tmp_path / "config.toml").write_text(SETTINGS)
    return load_config(tmp_path / "config.toml")


def run_on(config: Config, day: datetime) -> str:
    steps.run(steps.REFRESH, config, kind="refresh", clock=lambda: day)
    with open_store(config.store.database) as store:
        return store.ideas.report() or ""


def known(config: Config, day: datetime) -> tuple[str, bool]:
    report, by_a_run = report_as_of(config, day, Silence())
    return reports.to_json(report), by_a_run


def test_what_arrives_late_never_changes_what_was_known(config: Config, tmp_path: Path) -> None:
    then = run_on(config, NOW)
    changelog(tmp_path, "1.1,2026-03-01,Offline mode for trains without network")
    survey(tmp_path, 60)
    later = run_on(config, NOW + timedelta(days=30))
    assert later != then
    assert known(config, NOW + timedelta(days=29)) == (then, True)
    assert known(config, NOW + timedelta(days=31)) == (later, True)


def test_before_the_first_run_what_is_now_known_of_the_day_is_ranked(config: Config) -> None:
    run_on(config, NOW)
    day = NOW - timedelta(days=60)
    report, by_a_run = report_as_of(config, day, Silence())
    assert (by_a_run, report.as_of) == (False, day)
    assert report.totals.records == 20
    assert known(config, day) == known(config, day)
    with open_store(config.store.database) as store:
        assert len(store.ledger.runs(9)) == 1, "nothing is kept"


def test_a_signal_of_a_later_day_is_not_in_it(config: Config, tmp_path: Path) -> None:
    run_on(config, NOW)
    day = NOW - timedelta(days=60)
    before = known(config, day)
    changelog(tmp_path, "1.1,2026-05-01,Offline mode for trains without network")
    run_on(config, NOW)
    assert known(config, day) == before


def test_a_day_before_all_feedback_is_refused(config: Config) -> None:
    run_on(config, NOW)
    with pytest.raises(GroundswellError, match="no feedback by 2020-01-01: the first is of 2026"):
        report_as_of(config, datetime(2020, 1, 1, tzinfo=UTC), Silence())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[ranking]\nstrategy = "brave"', "no such strategy; known: balanced"),
        (
            "[ranking]\nstrategies = { mine = { rech = 1 } }",
            "mine: no criterion rech; known: reach",
        ),
    ],
)
def test_a_strategy_that_means_nothing_is_refused_before_any_work(
    tmp_path: Path, settings: str, said: str
) -> None:
    (tmp_path / "config.toml").write_text(settings)
    config = load_config(tmp_path / "config.toml")
    with pytest.raises(ConfigError, match=said):
        steps.run(steps.REFRESH, config, kind="refresh")
    assert not config.store.path.exists()
