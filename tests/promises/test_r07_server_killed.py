"""A database server that is killed in the middle of a run: the run after it ends the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.nightly import NIGHTLY
from tests.promises.harness import Place
from tests.promises.servers import Postgres, own_postgres
from tests.promises.settled import settled
from tests.promises.whole_run import refresh

MOMENTS = 12 if NIGHTLY else 3


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with own_postgres() as server:
        yield server


def after(count: int, log: Path, do: Callable[[], object]) -> Callable[[], object]:
    """Return what waits until so many points were passed, and then does it."""

    def wait() -> None:
        while not log.exists() or log.read_text().count("\n") < count:
            sleep(0.001)
        do()

    return wait


def test_a_run_whose_database_server_is_killed_goes_on_where_it_was(
    server: Postgres, tmp_path: Path
) -> None:
    whole, failed = Place(lambda _: server.new_database(), tmp_path / "whole"), 0
    log = tmp_path / "points"
    assert whole.run(refresh, GROUNDSWELL_FAILPOINT_LOG=str(log)) == 0
    expected, points = settled(whole), log.read_text().split()
    for moment in range(1, MOMENTS + 1):
        folder = tmp_path / str(moment)
        place = Place(lambda _: server.new_database(), folder)
        count = len(points) * moment // (MOMENTS + 1)
        log = folder / "points"
        kill = after(count, log, server.kill)
        failed += place.run(refresh, kill, GROUNDSWELL_FAILPOINT_LOG=str(log)) == 1
        server.start()
        assert place.faults() == []
        assert place.run(refresh) == 0
        assert settled(place) == expected
        place.clear()
    assert failed == MOMENTS
