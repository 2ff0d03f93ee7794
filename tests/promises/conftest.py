import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.promises.children import processes
from tests.promises.servers import database, stop_server

# Fixtures, and processes, which must be set up before a test starts one.
__all__ = ["database", "processes", "stop_server"]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder in memory where there is one: what a process wrote survives its kill there."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
    else:
        with TemporaryDirectory(dir=shared, prefix="groundswell-") as folder:
            yield Path(folder)
