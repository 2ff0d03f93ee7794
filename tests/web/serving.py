"""The server itself, on a port of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from starlette.types import ASGIApp

from web.app import _listen, server_of


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an application as `groundswell serve` does; give the port."""
    with closing(_listen("127.0.0.1", 0)) as listener:
        server = server_of(app, "critical")
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
