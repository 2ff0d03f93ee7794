"""A backup or a restore that is killed leaves what was there, whole; done again, it is done."""

import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import SecretStr

from flows.upkeep.archive import verify
from flows.upkeep.backup import take
from flows.upkeep.restore import restore
from groundswell.config import Config, PrivacyConfig, ReportConfig, StoreConfig
from groundswell.models_config import ModelsConfig
from groundswell.store import copying, open_store, snapshot
from tests.flows.upkeep.installed import installed
from tests.nightly import some
from tests.promises.harness import run_apart
from tests.promises.scenarios import pipeline
from tests.promises.servers import fresh_postgres

PAGES = "copying.pages"

Rows = dict[str, list[list[object]]]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of a small installation."""
    folder = tmp_path_factory.mktemp("backup")
    take(installed(folder / "here"), folder / "b.tar.zst")
    return folder / "b.tar.zst"


def config_of(database: str, folder: Path) -> Config:
    server = "://" in database
    return Config(
        store=StoreConfig(url=SecretStr(database)) if server else StoreConfig(path=Path(database)),
        report=ReportConfig(folder=folder / "report"),
        models=ModelsConfig(registry=str(folder / "registry")),
        privacy=PrivacyConfig(key_file=folder / "pseudonym.key"),
    )


def restoring(backup: Path, database: str, folder: Path) -> None:
    """Restore over whatever is there; few pages at a time, so that a kill falls in between."""
    with patch.object(copying, "PAGES", 20):
        restore(config_of(database, folder), backup, replace=True)


def backing_up(database: str, folder: Path) -> None:
    """Back up, unless it was done."""
    if not (folder / "b.tar.zst").exists():
        take(config_of(database, folder), folder / "b.tar.zst")


def rows_of(database: str) -> Rows:
    with snapshot(database) as found:
        return {name: list(found.rows(name)) for name in sorted(found.columns)}


def files_in(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def filled(kind: str, folder: Path) -> str:
    """Return a database of a kind that has a store with rows."""
    folder.mkdir()
    database = fresh_postgres() if kind == "postgresql" else str(folder / "store.db")
    with open_store(database):
        pass
    pipeline(database, folder)
    for path in folder.glob("*.bin"):
        path.unlink()
    return database


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_restore_leaves_the_old_store_or_the_new_one(
    kind: str, backup: Path, tmp_path: Path
) -> None:
    log, scenario = tmp_path / "points", partial(restoring, backup)
    database = filled(kind, tmp_path / "undisturbed")
    here = tmp_path / "files"
    assert run_apart(scenario, database, here, GROUNDSWELL_FAILPOINT_LOG=str(log)) == 0
    new, files, points = rows_of(database), files_in(here), log.read_text().split()
    assert {"restore.finished", "restore.kept", "restore.taken_over"} <= set(points)
    assert (points.count("copying.pages") > 4) is (kind == "sqlite")
    visited = [n for n, name in enumerate(points, 1) if is_telling(points, n, name)]
    for n in some(visited, one_in=3):
        folder = tmp_path / f"kill-{n}"
        database = filled(kind, folder)
        old = rows_of(database)
        assert old != new
        status = run_apart(scenario, database, folder / "files", GROUNDSWELL_FAILPOINT=str(n))
        assert status == -signal.SIGKILL
        taken = points[n - 1] == "restore.taken_over" or "restore.taken_over" in points[: n - 1]
        found = rows_of(database)
        # The last pages that are copied commit; nobody can tell from outside which those are.
        assert found == (new if taken else old) or (points[n - 1], found) == (PAGES, new)
        assert run_apart(scenario, database, folder / "files") == 0
        assert rows_of(database) == new
        assert files_in(folder / "files") == files
        shutil.rmtree(folder)


def is_telling(points: list[str], n: int, name: str) -> bool:
    """Tell whether a kill there is looked at: each kind once, and every few pages copied."""
    first = name not in points[: n - 1]
    return name == PAGES or (first and name.startswith(("restore.", "file.renamed")))


def test_a_killed_backup_leaves_no_file_or_a_whole_one(tmp_path: Path) -> None:
    log = tmp_path / "points"
    database = filled("sqlite", tmp_path / "here")
    before = rows_of(database)
    assert run_apart(backing_up, database, tmp_path / "0", GROUNDSWELL_FAILPOINT_LOG=str(log)) == 0
    points = log.read_text().split()
    assert {"copying.pages", "backup.rows", "backup.written", "backup.renamed"} <= set(points)
    for n, name in some(list(enumerate(points, 1)), one_in=2):
        folder = tmp_path / str(n)
        status = run_apart(backing_up, database, folder, GROUNDSWELL_FAILPOINT=str(n))
        assert status == -signal.SIGKILL
        file = folder / "b.tar.zst"
        assert file.exists() is (name == "backup.renamed")
        assert run_apart(backing_up, database, folder) == 0
        assert verify(file).members == verify(tmp_path / "0" / "b.tar.zst").members
        assert [path.name for path in folder.iterdir()] == ["b.tar.zst"]
        assert list(leftovers(Path(database).parent)) == []
    assert rows_of(database) == before


def leftovers(folder: Path) -> Iterator[str]:
    """Yield what hidden files there are: copies that nobody will look for."""
    yield from (path.name for path in folder.iterdir() if path.name.startswith("."))
