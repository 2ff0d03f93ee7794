"""A killed run, run again, leaves what an undisturbed run leaves: to the byte."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.nightly import some
from tests.promises.harness import Scenario, each_name_once, every_point, kill_everywhere
from tests.promises.scenarios import (
    commit_before_cursor,
    cursor_before_rows,
    pipeline,
    pointer_before_file,
    service_cursor_before_rows,
)
from tests.promises.servers import fresh_postgres
from tests.promises.whole_run import refresh


def sqlite_file(folder: Path) -> str:
    return str(folder / "groundswell.db")


def postgres(_folder: Path) -> str:
    return fresh_postgres()


def test_sqlite_killed_at_every_point_and_again_while_recovering(tmp_path: Path) -> None:
    def visit(points: Sequence[str]) -> Sequence[int]:
        return some(every_point(points), one_in=3)

    outcome = kill_everywhere(pipeline, sqlite_file, tmp_path, visit=visit, seed=20240601)
    assert outcome.differences == []
    assert len(outcome.points) >= 120
    assert outcome.kills > len(visit(outcome.points))


def test_postgresql_killed_at_every_kind_of_point(tmp_path: Path) -> None:
    def visit(points: Sequence[str]) -> Sequence[int]:
        return some(each_name_once(points), one_in=2)

    outcome = kill_everywhere(pipeline, postgres, tmp_path, visit=visit)
    assert outcome.differences == []
    assert outcome.kills == len(visit(outcome.points))
    assert len(set(outcome.points)) >= 70
    assert {"themes.open.assignments", "themes.changes.themes"} <= set(outcome.points)


@pytest.mark.parametrize(
    ("planted", "point"),
    [
        (commit_before_cursor, "planted.rows.committed"),
        (cursor_before_rows, "planted.cursor.committed"),
        (service_cursor_before_rows, "planted.service.committed"),
        (pointer_before_file, "planted.pointer"),
    ],
)
def test_a_planted_bug_is_found(planted: Scenario, point: str, tmp_path: Path) -> None:
    def between(points: Sequence[str]) -> Sequence[int]:
        return [n for n, name in enumerate(points, start=1) if name == point]

    outcome = kill_everywhere(planted, sqlite_file, tmp_path, visit=between)
    assert outcome.kills >= 1
    assert any(fault.endswith(" differs") for fault in outcome.differences)


def test_a_whole_run_killed_at_every_kind_of_point_ends_in_the_same_report(tmp_path: Path) -> None:
    def visit(points: Sequence[str]) -> Sequence[int]:
        return some(each_name_once(points), one_in=5)

    outcome = kill_everywhere(refresh, sqlite_file, tmp_path, visit=visit)
    assert outcome.differences == []
    assert len(outcome.points) >= 60
    assert "file.renamed" in outcome.points
