"""Named points around every write, where a test can kill the process.

``failpoint("vectors.commit")`` does nothing in ordinary work. With ``GROUNDSWELL_FAILPOINT=n``
in the environment the n-th point that is passed (counting from 1) ends the process with
SIGKILL, as a power cut would: no handler runs, no buffer is flushed. With
``GROUNDSWELL_FAILPOINT_LOG=FILE`` each point's name is appended to that file as it is passed,
so that a test can count them and then visit every one.
"""

import os
import signal
from pathlib import Path

_passed = 0


def failpoint(name: str) -> None:
    """Mark a point at which the process may be ended; `name` says what was just done."""
    if "GROUNDSWELL_FAILPOINT" in os.environ or "GROUNDSWELL_FAILPOINT_LOG" in os.environ:
        _visit(name)


def _visit(name: str) -> None:
    global _passed
    _passed += 1
    log = os.environ.get("GROUNDSWELL_FAILPOINT_LOG")
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(name + "\n")
    if os.environ.get("GROUNDSWELL_FAILPOINT") == str(_passed):
        os.kill(os.getpid(), signal.SIGKILL)
