"""Stores of every schema there was are brought to the newest with their rows, kill or no kill."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundswell.store import open_store, snapshot, staging
from groundswell.store.schema import REVISION
from tests.groundswell.old_stores import EACH, draw, revisions
from tests.promises.children import processes
from tests.promises.harness import run_apart
from tests.promises.servers import fresh_postgres

MOVED = {"theme_model": "model_version"}
"""Tables that are called otherwise now."""

Rows = dict[str, list[list[Any]]]


def rows_of(database: str) -> Rows:
    with snapshot(database) as found:
        return {name: list(found.rows(name)) for name in sorted(found.columns)}


def keys_of(database: str) -> dict[str, set[Any]]:
    """Return the first column of every row: part of its key."""
    return {name: {row[0] for row in rows} for name, rows in rows_of(database).items()}


def upgrade(database: str, _folder: Path) -> None:
    with open_store(database):
        pass


def old_file(revision: str, folder: Path) -> str:
    draw(str(folder / "store.db"), revision)
    return str(folder / "store.db")


def old_server(revision: str, _folder: Path) -> str:
    database = fresh_postgres()
    draw(database, revision)
    return database


@pytest.mark.parametrize("revision", revisions())
def test_an_old_store_keeps_its_rows(revision: str, tmp_path: Path) -> None:
    database = old_file(revision, tmp_path)
    before = keys_of(database)
    assert all(len(keys) == EACH for name, keys in before.items() if name != "alembic_version")
    upgrade(database, tmp_path)
    after = keys_of(database)
    for name, keys in before.items():
        if name in after:
            assert after[name] == keys, name
        else:
            assert len(after[MOVED[name]]) >= 1


@pytest.mark.parametrize("revision", [revisions()[0], "0007", revisions()[-2]])
def test_both_databases_make_the_same_of_an_old_store(revision: str, tmp_path: Path) -> None:
    file, server = old_file(revision, tmp_path), old_server(revision, tmp_path)
    for database in (file, server):
        upgrade(database, tmp_path)
    assert rows_of(file) == rows_of(server)


@pytest.mark.parametrize("revision", [revisions()[0], "0007", revisions()[-2]])
def test_what_an_old_store_left_behind_can_be_restored(
    revision: str, database: str, tmp_path: Path
) -> None:
    # What this program makes of the rows of an old store is what it makes of the store itself.
    old = old_file(revision, tmp_path)
    with snapshot(old) as found, staging(database, found.revision, replace=False) as made:
        assert found.revision == revision
        for name, columns in found.columns.items():
            assert made.fill(name, columns, found.rows(name)) == EACH
        made.finish()
        made.take_over()
    upgrade(old, tmp_path)
    assert rows_of(database) == rows_of(old)
    with snapshot(database) as found:
        assert found.revision == REVISION


@pytest.mark.parametrize("new", [old_file, old_server])
@pytest.mark.parametrize("revision", [revisions()[0], revisions()[-2]])
def test_a_killed_upgrade_leaves_the_old_store_whole(
    new: Callable[[str, Path], str], revision: str, tmp_path: Path
) -> None:
    points = tmp_path / "points"
    undisturbed = fresh(new, revision, tmp_path / "undisturbed")
    before = rows_of(undisturbed)
    assert run_apart(upgrade, undisturbed, tmp_path, GROUNDSWELL_FAILPOINT_LOG=str(points)) == 0
    after, names = rows_of(undisturbed), points.read_text().split()
    assert names == ["schema.before", "schema.upgraded", "schema.written", "schema.committed"]
    for n, name in enumerate(names, start=1):
        database = fresh(new, revision, tmp_path / name)
        status = run_apart(upgrade, database, tmp_path, GROUNDSWELL_FAILPOINT=str(n))
        assert status == -signal.SIGKILL
        assert rows_of(database) == (after if name == "schema.committed" else before)
        upgrade(database, tmp_path)
        assert rows_of(database) == after


def fresh(new: Callable[[str, Path], str], revision: str, folder: Path) -> str:
    folder.mkdir()
    return new(revision, folder)


def test_two_processes_that_upgrade_at_once_do_it_once(database: str, tmp_path: Path) -> None:
    draw(database, revisions()[0])
    with processes.Pool(3) as pool:
        pool.starmap(upgrade, [(database, tmp_path)] * 3, chunksize=1)
    with snapshot(database) as found:
        assert found.revision == REVISION
    assert all(rows_of(database)[name] for name in ("record", "model_version", "assignment"))
