from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.store import Lease, Store, open_store
from tests.groundswell.samples import begin
from tests.promises.children import processes
from tests.promises.servers import database, fresh_postgres, stop_server

# Fixtures, and processes, which must be set up before a test starts one.
__all__ = ["database", "processes", "stop_server"]


@pytest.fixture
def second_database(database: str, tmp_path: Path) -> str:
    """Return another fresh, empty database of the same kind."""
    return fresh_postgres() if "://" in database else str(tmp_path / "second.db")


@pytest.fixture(scope="module")
def lasting_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an SQLite database for all examples of a property."""
    return str(tmp_path_factory.mktemp("store") / "groundswell.db")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


@pytest.fixture
def lease(store: Store) -> Iterator[Lease]:
    with store.lease("pipeline") as taken:
        yield taken


@pytest.fixture
def run_id(store: Store, lease: Lease) -> int:
    return begin(store, lease)
