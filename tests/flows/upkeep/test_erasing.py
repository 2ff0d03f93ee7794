"""`groundswell erase` as it is typed, and what is kept only for a time."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import steps
from flows.upkeep.backup import take
from flows.upkeep.erasing import erase, subjects_of
from flows.upkeep.restore import restore
from groundswell.config import Config, load_config
from groundswell.errors import ConfigError
from groundswell.store import SearchFilter, open_store
from tests.flows.test_cli import NEEDS, SETTINGS, export, read, type_in

THEIRS = "zebraquartz"
ROWS = (
    f"2026-03-02,zoe-author-7,{NEEDS[0]} {THEIRS}",
    f"2026-03-03,zoe-author-7,{NEEDS[1]} {THEIRS}",
    f"soon,zoe-author-7,{NEEDS[1]} {THEIRS}",
)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def survey() -> str:
    head, *rows = export(40).splitlines()
    return "\n".join([head, *ROWS, *rows]) + "\n"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "survey.csv").write_text(survey())
    (folder / "config.toml").write_text(SETTINGS)
    run(load_config(folder / "config.toml"))
    return folder


def run(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh", clock=lambda: NOW)


def ingested(config: Config) -> dict[str, int]:
    """Take in what is new alone, and return what the ledger says of it."""
    with steps.opened_run(config, kind="ingest", clock=lambda: NOW) as context:
        return dict(steps.do(steps.ingest_sources, context).detail)


def texts(config: Config) -> str:
    with open_store(config.store.database) as store:
        return " ".join(store.feedback.statements()["text"])


def test_it_is_asked_first_and_no_is_no(path: Path, config: Config) -> None:
    typed = type_in(path, "erase", "--author", "zoe-author-7")
    assert typed.status == 1
    assert "Found of them: 2 records, 2 statements, 1 quarantined rows." in typed.err
    assert "It cannot be undone." in typed.err
    assert THEIRS in texts(config)


def test_who_is_erased_is_gone_refused_and_stands_in_a_receipt(path: Path, config: Config) -> None:
    typed = type_in(path, "erase", "--author", "zoe-author-7", "--yes", "--by", "Ana", "--no-run")
    assert (typed.status, typed.err) == (0, "")
    assert "survey: survey.csv" in typed.out
    assert THEIRS not in texts(config)
    assert "no report yet" in type_in(path, "ideas").err
    (receipt,) = config.privacy.receipts.iterdir()
    told = json.loads(receipt.read_text())
    assert (told["requested_by"], told["state"], told["gone"]["records"]) == ("Ana", "done", 2)
    assert "zoe" not in receipt.read_text()
    assert read(path, "erase", "--list") == [told]
    assert "author" in type_in(path, "erase", "--list").out
    type_in(path, "quarantine", "retry", "survey")  # read from the beginning
    assert THEIRS not in texts(config)
    (source,) = read(path, "status")["sources"]
    assert source["erased"] == 3 + 3  # taken out of the one file, refused in its copy
    fates = ("accepted", "duplicate", "quarantined", "erased")
    assert source["rows_done"] == sum(source[fate] for fate in fates)
    again = type_in(path, "erase", "--author", "zoe-author-7", "--yes")
    assert again.out == "Nothing of them is here, and their rows are refused already.\n"


def test_a_pseudonym_serves_as_well_as_the_id(config: Config) -> None:
    (by_id,) = subjects_of(config, (), ["zoe-author-7"])
    (by_pseudonym,) = subjects_of(config, (), [by_id.pseudonym])
    assert by_pseudonym.pseudonym == by_id.pseudonym
    assert (by_id.words, by_pseudonym.words) == (("zoe-author-7",), ())


def test_nobody_named_is_one_line(config: Config) -> None:
    with pytest.raises(ConfigError, match="nobody is named; say --account ID or --author ID"):
        subjects_of(config, (), [" "])


def test_a_backup_that_is_put_back_is_erased_by_the_receipt_before_the_next_run(
    config: Config,
) -> None:
    backup = config.store.path.with_name("backup.db")
    shutil.copy(config.store.path, backup)
    assert erase(config, subjects_of(config, (), ["zoe-author-7"]), by="Ana", clock=lambda: NOW)
    shutil.copy(backup, config.store.path)
    assert THEIRS in texts(config)
    ingested(config)
    assert THEIRS not in texts(config)
    with open_store(config.store.database) as store:
        assert [one.requested_by for one in store.erasures.all()] == ["a receipt"]


def test_what_is_older_than_its_source_keeps_goes_once_and_does_not_come_back(
    path: Path,
) -> None:
    path.write_text(SETTINGS + "keep_days = 40\n")
    config = load_config(path)
    with open_store(config.store.database) as store:
        before = store.feedback.counts().records
    first = ingested(config)
    assert 0 < first["expired"] < before
    assert first["erased"] >= first["expired"]  # the file is read anew, and its old rows refused
    assert ingested(config)["expired"] == first["expired"]  # what the run of that moment did
    with open_store(config.store.database) as store:
        counts = store.feedback.counts()
        assert counts.records == before - first["expired"]
        assert counts.first_created_at is not None
        assert (NOW - counts.first_created_at).days <= 40
    path.write_text(SETTINGS + "keep_days = 4000\n")
    ingested(load_config(path))
    with open_store(config.store.database) as store:
        assert store.feedback.counts().records == before


def held(config: Config) -> list[str]:
    """Return the records that hold what the author wrote."""
    with open_store(config.store.database) as store:
        hits = store.lookups.search([THEIRS], SearchFilter(), limit=9).hits
    return [hit.record_id for hit in hits]


@pytest.mark.parametrize("store_is_there", [True, False])
def test_who_was_erased_since_a_backup_is_erased_again_by_a_restore(
    config: Config, tmp_path: Path, store_is_there: bool
) -> None:
    file = tmp_path / "before.tar.zst"
    take(config, file)
    erase(config, subjects_of(config, (), ("zoe-author-7",)), by="Ana")
    (receipt,) = config.privacy.receipts.iterdir()
    receipts = receipt.rename(tmp_path / "receipt.json")  # else the folder alone would do
    if not store_is_there:
        config.store.path.unlink()
    found = restore(config, file, replace=True, receipts=None if store_is_there else receipts)
    assert (found.erased, found.report, held(config)) == (True, "", [])
    run(config)
    assert held(config) == []
    pages = [one.read_text(errors="ignore") for one in config.report.folder.glob("*.html")]
    assert pages and not any(THEIRS in one for one in pages)


def test_a_restore_with_nobody_erased_since_brings_all_back(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "before.tar.zst"
    take(config, file)
    found = restore(config, file, replace=True)
    assert (found.erased, len(held(config))) == (False, 2)
