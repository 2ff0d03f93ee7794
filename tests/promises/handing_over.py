"""Work to be killed: ideas are sent to a tracker that remembers what was made, kill or no kill."""

import ssl
from pathlib import Path
from unittest.mock import patch

from flows.handover import send_ideas
from groundswell.store import database as database_module
from ingest.trackers import Client
from tests.flows.handing_over import START, config_of
from tests.ingest.apis.fault_server import Clock, serve, serving
from tests.ingest.trackers.fake_trackers import ENVIRON, Github, Memory


class StandingClock(Clock):
    """Time that does not pass at all, so that no issue tells how often the work was begun."""

    def sleep(self, seconds: float) -> None:
        pass


def send(database: str, folder: Path) -> None:
    """Send two ideas of a filled store; the tracker's memory is a file of the folder."""
    clock = StandingClock()
    with patch.object(database_module, "MAX_PAUSE_SECONDS", 0.0), serving() as server:
        api = serve(server, Github(Memory(folder / "issues.jsonl")), [], clock=clock)
        client = Client(
            environ=ENVIRON,
            now=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        config = config_of(Path(database).parent, api.base)
        ideas = ["need-1", "need-2"]
        send_ideas(config, ideas, "github", clock=lambda: START, client=client)
