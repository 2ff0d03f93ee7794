"""One server for all tests of the connectors."""

from collections.abc import Iterator

import pytest

from tests.ingest.apis.fault_server import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running
