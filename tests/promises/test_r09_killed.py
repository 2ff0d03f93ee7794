"""An erasure that is killed, and done again, ends as an undisturbed one; so do two at once."""

import os
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from flows.upkeep import erasing
from flows.upkeep.erasing import settle
from groundswell.store import open_store
from tests.nightly import NIGHTLY, some
from tests.promises.children import processes
from tests.promises.erasing import config, files_before_rows, forget, forget_patiently, live
from tests.promises.harness import kill_everywhere
from tests.promises.servers import fresh_postgres


def sqlite_file(folder: Path) -> str:
    return str(folder / "groundswell.db")


def postgres(_folder: Path) -> str:
    return fresh_postgres()


def of_the_erasure(points: Sequence[str]) -> list[int]:
    begun = points.index("erasure.erase.before")
    return list(range(begun + 1, len(points) + 1))


def each_kind(points: Sequence[str]) -> list[int]:
    chosen = of_the_erasure(points)
    first = {points[n - 1]: n for n in reversed(chosen)}
    return sorted(first.values())


def test_sqlite_killed_at_every_kind_of_point_of_an_erasure(tmp_path: Path) -> None:
    visit = of_the_erasure if NIGHTLY else each_kind
    outcome = kill_everywhere(forget, sqlite_file, tmp_path, visit=visit)
    assert outcome.differences == []
    assert outcome.kills >= 18
    reached = {"erasure.blanked", "erasure.unlearn", "erasure.files", "erasure.compacted"}
    assert reached <= set(outcome.points)


def test_postgresql_killed_at_every_kind_of_point(tmp_path: Path) -> None:
    def visit(points: Sequence[str]) -> Sequence[int]:
        return some(each_kind(points), one_in=2)

    outcome = kill_everywhere(forget, postgres, tmp_path, visit=visit)
    assert outcome.differences == []
    assert outcome.kills == len(visit(outcome.points))
    assert len(each_kind(outcome.points)) >= 12


def test_two_at_once_end_as_one_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = []
    for count in (1, 2):
        folder = tmp_path / str(count)
        folder.mkdir()
        monkeypatch.chdir(folder)
        database = sqlite_file(folder)
        live(database, folder)
        workers = [
            processes.Process(target=forget_patiently, args=(database, folder))
            for _ in range(count)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.exitcode for worker in workers] == [0] * count
        with open_store(database) as store:
            images.append(store.image())
            assert len(store.erasures.all()) == 1
    assert images[0] == images[1]


def test_what_was_interrupted_is_finished_by_whoever_opens_the_store_for_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = sqlite_file(tmp_path)
    work = processes.Process(target=_killed, args=(database, tmp_path))
    work.start()
    work.join()
    assert Path("report", "report.html").exists()
    with open_store(database) as store, store.lease("pipeline") as lease:
        assert [one.state for one in store.erasures.all()] == ["files"]
        settle(config(database), store, lease)
        assert [one.state for one in store.erasures.all()] == ["done"]
    assert [path.name for path in Path("report").iterdir()] == ["somebody-elses.txt"]
    assert list(Path("registry").iterdir()) == []
    assert len(list(Path("receipts").iterdir())) == 1


def _killed(database: str, folder: Path) -> None:
    """Do as `forget`, and end where the database is done and files are not."""

    def end(*_arguments: object) -> None:
        os._exit(9)

    with patch.object(erasing, "remove_files", end):
        forget(database, folder)


def test_a_planted_bug_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files_before_rows(sqlite_file(tmp_path), tmp_path)
    assert Path("report", "report.html").exists()
