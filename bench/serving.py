"""A server that a measurement starts: which port it may have, and when it answers."""

import socket
import time

PATIENCE_S = 60.0
"""How long a server may take to listen."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port.

    Raises
    ------
    TimeoutError
        Nobody does after `PATIENCE_S`.
    """
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"no server on port {port} after {PATIENCE_S:g} s")
