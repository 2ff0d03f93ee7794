"""However often handing over is killed, a tracker gets each idea once."""

from collections.abc import Sequence
from pathlib import Path

from tests.flows.handing_over import fill, idea, report_of
from tests.nightly import some
from tests.promises.handing_over import send
from tests.promises.harness import every_point, kill_everywhere


def filled(folder: Path) -> str:
    database = str(folder / "groundswell.db")
    fill(database, report_of(idea(1), idea(2)))
    return database


def test_killed_at_every_point_each_issue_is_made_once(tmp_path: Path) -> None:
    def visit(points: Sequence[str]) -> Sequence[int]:
        return some(every_point(points), one_in=3)

    outcome = kill_everywhere(send, filled, tmp_path, visit=visit, seed=20240601)
    assert outcome.differences == []
    assert outcome.points.count("handover.sent") == 2
    assert outcome.kills > len(visit(outcome.points))
