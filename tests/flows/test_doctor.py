import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.doctor import check_clock, examine
from flows.upkeep.check import Check
from groundswell.config import load_config
from groundswell.store import open_store

NOW = datetime.now(UTC)
SETTINGS = """
[store]
path = "store/groundswell.db"
[embedding]
model = "hashing"
[[sources]]
name = "survey"
path = "survey.csv"
"""

Installation = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path) -> Installation:
    """Write these settings beside one export; return their path."""

    def write(settings: str) -> Path:
        (tmp_path / "survey.csv").write_text("text,created_at\nmore colours,2026-01-01\n")
        config = tmp_path / "config.toml"
        config.write_text(settings)
        return config

    return write


def found(checks: list[Check], name: str) -> list[tuple[str, str]]:
    return [
        (check.state, f"{check.found} {check.remedy}") for check in checks if check.name == name
    ]


def begin(config: Path, started_at: datetime, *, failed: bool = False) -> None:
    with open_store(load_config(config).store.database) as store, store.lease("pipeline") as lease:
        run = store.ledger.begin_run(
            lease, kind="refresh", started_at=started_at, config_hash="", versions={}
        )
        if failed:
            store.ledger.finish_run(
                lease,
                run.run_id,
                state="failed",
                finished_at=started_at,
                message="the disk is full",
            )


def test_a_fresh_installation_is_well_and_stays_untouched(install: Installation) -> None:
    config = install(SETTINGS.replace('"hashing"', '"all-MiniLM-L6-v2"'))
    checks = examine(config)
    assert [check for check in checks if check.state == "fail"] == []
    assert "not made yet" in found(checks, "store")[0][1]
    assert "all-MiniLM-L6-v2@c4a57a7f2011" in found(checks, "encoder")[0][1]
    assert sorted(path.name for path in config.parent.iterdir()) == ["config.toml", "survey.csv"]


def test_a_failed_check_gives_status_1_and_its_remedy(install: Installation) -> None:
    config = install("[schedule]\ncorn = 1\n")
    result = CliRunner().invoke(app, ["doctor", "--config", str(config), "--json"])
    assert result.exit_code == 1
    (settings,) = [c for c in json.loads(result.stdout) if c["name"] == "settings"]
    assert settings["state"] == "fail"
    assert settings["remedy"] == "did you mean cron?"


@pytest.mark.parametrize(
    ("before", "after", "name", "told"),
    [
        ("survey.csv", "gone.csv", "sources", "gone.csv: no such file correct path in"),
        ('"hashing"', '"/nowhere/model"', "encoder", "/nowhere/model"),
        ("[embedding]", '[schedule]\ncron = "soon"\n[embedding]', "schedule", "expected five cron"),
        ("[embedding]", '[schedule]\ntimezone = "Mars"\n[embedding]', "schedule", "no such time"),
        ('"survey"\n', '"survey"\nkind = "accounts"\n', "sources", "none of kind feedback"),
    ],
)
def test_what_has_to_be_mended_is_named(
    install: Installation, before: str, after: str, name: str, told: str
) -> None:
    checks = examine(install(SETTINGS.replace(before, after)))
    assert [check.name for check in checks if check.state == "fail"] == [name]
    assert any(state == "fail" and told in text for state, text in found(checks, name))


def test_the_database_is_described_with_its_own_warning(install: Installation) -> None:
    config = install(SETTINGS)
    begin(config, NOW)
    with open_store(load_config(config).store.database) as store:
        facts = store.facts()
    checks = found(examine(config), "store")
    assert facts["database"] in checks[0][1]
    assert [state for state, _ in checks] == ["ok", "warn"][: 2 if "note" in facts else 1]


def test_a_store_that_others_may_read_is_told(install: Installation) -> None:
    config = install(SETTINGS)
    begin(config, NOW)
    assert [state for state, _ in found(examine(config), "permissions")] == ["ok"]
    path = load_config(config).store.path
    path.chmod(0o644)
    assert ("warn", f"{path}: other users of this machine may open it chmod 600 {path}") in found(
        examine(config), "permissions"
    )


def test_a_damaged_store_is_a_failed_check(install: Installation) -> None:
    config = install(SETTINGS)
    path = load_config(config).store.path
    path.parent.mkdir()
    path.write_text("a letter to my aunt, and not a database at all" * 100)
    assert found(examine(config), "store")[0][0] == "fail"


def test_a_clock_behind_the_last_run_is_told(install: Installation) -> None:
    config = install(SETTINGS)
    begin(config, NOW + timedelta(days=2))
    (check,) = check_clock(load_config(config))
    assert check.state == "warn"
    assert "is before run 1" in check.found


def test_a_clock_that_differs_by_a_minute_is_well(install: Installation) -> None:
    config = install(SETTINGS)
    begin(config, NOW + timedelta(minutes=1))
    (check,) = check_clock(load_config(config))
    assert check.state == "ok"


def test_the_last_run_is_told_with_why_it_failed(install: Installation) -> None:
    config = install(SETTINGS)
    begin(config, NOW, failed=True)
    ((state, text),) = found(examine(config), "last run")
    assert state == "warn"
    assert "run 1" in text
    assert "the disk is full" in text


def test_a_prefect_server_that_does_not_answer_is_a_failed_check(install: Installation) -> None:
    config = install(SETTINGS)
    with socket.socket() as held:  # bound and never listening: nobody else answers there
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}/api"
        environment = os.environ | {
            "PREFECT_API_URL": address,
            "PREFECT_HOME": str(config.parent / "prefect"),
        }
        done = subprocess.run(
            [sys.executable, "-c", "import flows.cli; flows.cli.main()", "doctor", "--json"],
            cwd=config.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    (check,) = [c for c in json.loads(done.stdout) if c["name"] == "prefect"]
    assert check["state"] == "fail"
    assert address in check["found"]


def test_room_on_the_disk_is_told(install: Installation) -> None:
    config = install(SETTINGS)
    free = shutil.disk_usage(config.parent).free
    ((_, text),) = found(examine(config), "disk")
    told = float(text.split(": ")[1].split()[0].replace(",", ""))
    assert told == pytest.approx(free / 1e9, abs=1.0)


SERVICE = (
    SETTINGS
    + """
[[sources]]
name = "wishes"
api = "rest"
url = "https://wishes.example.com/v1"
token_env = "WISHES_TOKEN"
"""
)


def test_a_secret_that_is_not_set_is_named_by_its_variable_and_source(
    install: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = install(SERVICE)
    for unset in (None, ""):
        monkeypatch.delenv("WISHES_TOKEN", raising=False)
        if unset is not None:
            monkeypatch.setenv("WISHES_TOKEN", unset)
        (check,) = [check for check in examine(config) if check.state == "fail"]
        assert check.name == "sources"
        assert check.found == "wishes: the environment variable WISHES_TOKEN is not set"
        assert check.remedy == "set it where the pipeline runs"
    monkeypatch.setenv("WISHES_TOKEN", "canary-1f0c-secret")
    checks = examine(config)
    assert [check for check in checks if check.state == "fail"] == []
    assert "2 named, 2 of feedback" in found(checks, "sources")[-1][1]
    assert "canary-1f0c-secret" not in repr(checks)


def test_status_shows_a_folder_as_one_source_with_the_rows_of_its_files(
    install: Installation,
) -> None:
    config = install(SETTINGS.replace("survey.csv", "exports"))
    exports = config.parent / "exports"
    exports.mkdir()
    for month in ("april", "may"):
        row = f"{month},more colours in {month},2026-01-01"
        (exports / f"{month}.csv").write_text(f"id,text,created_at\n{row}\n,,soon\n")
    for command in ("ingest", "status"):
        shown = CliRunner().invoke(app, [command, "--config", str(config)])
        assert shown.exit_code == 0
    lines = [line.split() for line in shown.stdout.splitlines() if line.startswith("survey ")]
    assert lines == [["survey", "feedback", "4", "2", "0", "2", "0"]]
    printed = CliRunner().invoke(app, ["status", "--config", str(config), "--json"]).stdout
    (source,) = json.loads(printed)["sources"]
    assert (source["rows_done"], source["accepted"], source["quarantined"]) == (4, 2, 2)


def test_a_backup_that_is_missing_or_old_is_told_of(install: Installation) -> None:
    config = install(f'[backup]\nfolder = "kept"\n{SETTINGS}')
    assert "none yet" in found(examine(config), "backup")[0][1]
    made = config.parent / "kept" / "groundswell-20260101T000000Z.tar.zst"
    made.parent.mkdir()
    made.write_bytes(b"")
    assert found(examine(config), "backup")[0][0] == "ok"
    old = (NOW - timedelta(days=9)).timestamp()
    os.utime(made, (old, old))
    ((state, told),) = found(examine(config), "backup")
    assert (state, "9 days ago" in told) == ("warn", True)
