"""A reviewer's machine may die at any moment: what was decided together is kept together."""

from pathlib import Path

from tests.promises.deciding import one_by_one, review
from tests.promises.harness import each_name_once, kill_everywhere
from tests.promises.servers import fresh_postgres


def sqlite_file(folder: Path) -> str:
    return str(folder / "groundswell.db")


def postgres(_folder: Path) -> str:
    return fresh_postgres()


def test_killed_at_every_point_decisions_are_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    outcome = kill_everywhere(review, sqlite_file, tmp_path, seed=20260601)
    assert outcome.differences == []
    assert outcome.points.count("decisions.record.between") == 2 + 2
    assert outcome.points.count("drafts.publish.committed") == 1
    assert outcome.points.count("decisions.record.committed") == 3


def test_so_they_are_on_postgresql(tmp_path: Path) -> None:
    outcome = kill_everywhere(review, postgres, tmp_path, visit=each_name_once)
    assert outcome.differences == []


def test_a_planted_bug_is_found(tmp_path: Path) -> None:
    outcome = kill_everywhere(one_by_one, sqlite_file, tmp_path)
    assert any(fault.endswith(" differs") for fault in outcome.differences)
