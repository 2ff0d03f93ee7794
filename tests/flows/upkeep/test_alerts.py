"""A source that went silent and a report that is old: told once, and by doctor while it lasts."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.upkeep.alerts import notice
from flows.upkeep.looks import check_integrity, check_models, check_quiet, check_runs
from flows.webhooks import deliver_due
from groundswell.config import Config
from groundswell.domain import ModelVersion
from groundswell.domain.versions import file_name
from groundswell.model_files import ModelFiles
from groundswell.models_config import ModelsConfig
from groundswell.store import open_store
from ingest.apis.pull import Client
from tests.flows.telling import KEY, Receiver, config_with, hook, receiving
from tests.groundswell.samples import RECORD, accepted, opened

CLIENT = Client(environ={"HOOK_KEY": KEY})
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def clock() -> datetime:
    return NOW


def ran(config: Config, days_ago: float, *, brought: bool = False, reports: bool = False) -> int:
    """Enter a run that went well; `brought`: it got something new of the source ``tickets``."""
    began = NOW - timedelta(days=days_ago)
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        run_id = store.ledger.begin_run(
            lease, kind="refresh", started_at=began, config_hash="", versions={}
        ).run_id
        if brought:
            new = replace(RECORD, source_id=str(run_id))
            package = opened(store, lease, run_id, sha256=str(run_id))
            store.feedback.add_rows(lease, package, accepted(new), last=True)
        if reports:
            store.ideas.save_report(lease, run_id, as_of=began, document="{}")
        store.ledger.finish_run(lease, run_id, state="ok", finished_at=began)
    return run_id


def weekly_until(config: Config, days_ago: float) -> None:
    for weeks in (2, 1, 0):
        ran(config, days_ago + 7 * weeks, brought=True)


def test_a_silence_is_told_once_and_again_after_the_source_spoke(
    tmp_path: Path, receiver: Receiver
) -> None:
    config = config_with(tmp_path, hook(receiver))
    weekly_until(config, 30)
    ran(config, 10)  # 20 days after the last arrival: less than 3 x 7
    assert notice(config, clock=clock) == ()
    ran(config, 2)  # 28 days
    (alert,) = notice(config, clock=clock)
    assert (alert.kind, alert.subject.split()[0]) == ("source.silent", "tickets")
    assert notice(config, clock=clock) == ()
    assert deliver_due(config, client=CLIENT, clock=clock) == 1
    (body,) = receiver.bodies
    assert body["type"] == "source.silent"
    since = (NOW - timedelta(days=30)).date().isoformat()
    assert body["data"] == {
        "source": "tickets",
        "since": since,
        "link": f"{config.web.address}/runs",
    }
    ran(config, 1, brought=True)
    assert notice(config, clock=clock) == ()


def test_an_old_report_is_told_unless_there_is_a_newer_one_by_then(
    tmp_path: Path, receiver: Receiver
) -> None:
    config = config_with(tmp_path, hook(receiver))
    old = ran(config, 20, reports=True)
    (alert,) = notice(config, clock=clock)
    assert (alert.kind, alert.subject) == ("report.old", str(old))
    ran(config, 0, reports=True)
    deliver_due(config, client=CLIENT, clock=clock)
    assert "report.old" not in [body["type"] for body in receiver.bodies]
    assert notice(config, clock=clock) == ()


def test_before_the_first_run_nothing_is_quiet(tmp_path: Path) -> None:
    assert notice(config_with(tmp_path), clock=clock) == ()


def test_doctor_names_what_is_quiet_with_a_remedy(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    weekly_until(config, 40)
    ran(config, 15, reports=True)
    checks = {check.name: check for check in check_quiet(config)}
    assert checks["sources"].state == checks["report"].state == "warn"
    assert checks["sources"].remedy and checks["report"].remedy


def test_doctor_tells_a_run_that_is_at_work_from_one_that_was_killed(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        store.ledger.begin_run(lease, kind="refresh", started_at=NOW, config_hash="", versions={})
        (at_work,) = check_runs(config)
    (killed,) = check_runs(config)
    assert (at_work.state, killed.state) == ("ok", "warn")
    assert "its process is gone" in killed.found


def test_doctor_finds_a_model_file_that_was_changed(tmp_path: Path) -> None:
    registry = str(tmp_path / "registry")
    config = config_with(tmp_path).model_copy(update={"models": ModelsConfig(registry=registry)})
    files = ModelFiles(registry)
    digest = files.put("themes", "model", b"what was learned")
    run_id = ran(config, 1)
    version = ModelVersion("themes", 1, "e", "f", run_id, {}, files={"model": digest})
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        store.versions.keep(lease, version)
        store.versions.promote(lease, run_id, version)
    assert [check.state for check in check_models(config)] == ["ok"]
    Path(registry, file_name("themes", "model", digest)).write_bytes(b"something else")
    (check,) = check_models(config)
    assert check.state == "fail"
    assert "themes-1" in check.found and "retrain" in check.remedy


def test_doctor_finds_a_page_of_the_store_that_was_damaged(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    weekly_until(config, 1)
    assert [check.state for check in check_integrity(config)] == ["ok"]
    path = config.store.path
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'web_view_owner'"
        ).fetchone()  # an index that nothing but a thorough look reads
    connection.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    (check,) = check_integrity(config)
    assert check.state == "fail"
    assert "damage" in check.found
