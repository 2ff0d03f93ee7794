"""The process that does queued jobs, and who starts it.

The review app answers requests and nothing else; what takes long is done by a child of it, which
ends with it, however it ends. Run as ``python -m flows.worker CONFIG PARENT``, this is that child.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from groundswell import logs
from groundswell.config import load_config
from groundswell.errors import ConfigError, GroundswellError
from groundswell.tracing import start_tracing

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""

NICENESS = 10
"""Added to that of the app, so that pages stay quick while themes are fitted."""

MOST_STARTS = 6
"""In a row without an orderly end: more often than a job is tried, and not for ever."""

UNUSABLE = 2
"""Exit status where the settings cannot be used, so that starting again is of no use."""


class Worker:
    """Starts the worker process when there may be something to do; one at a time.

    Parameters
    ----------
    config_path
        Where the settings are.
    say
        Is told, in a line, when it is given up.
    """

    def __init__(self, config_path: Path, say: Callable[[str], None]) -> None:
        self._config_path = config_path.absolute()
        self._say = say
        self._wanted = Event()
        self._closed = False
        self._child: subprocess.Popen[bytes] | None = None
        # The child ends with the thread that started it, so this one lasts as long as the process.
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._closed = True
        self._wanted.set()
        if self._child is not None:
            self._child.terminate()
        self._thread.join()

    def wake(self) -> None:
        """Have the worker look at the queue; if it is at work, again when it has ended."""
        self._wanted.set()

    def _watch(self) -> None:
        while self._wanted.wait() and not self._closed:
            self._wanted.clear()
            if not self._try() and not self._closed:
                self._say(
                    "The worker was given up; the next job that is asked for starts it again."
                )

    def _try(self) -> bool:
        """Start the worker until it comes to an orderly end; False: it does not."""
        for _ in range(MOST_STARTS):
            status = self._run()
            if status in (0, UNUSABLE) or self._closed:
                return status == 0
        return False

    def _run(self) -> int:
        command = [sys.executable, "-m", "flows.worker", str(self._config_path), str(os.getpid())]
        # A session of its own: Ctrl-C is for the app, which then ends it.
        self._child = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
        if self._closed:
            self._child.terminate()
        return self._child.wait()


def main(config_path: str, parent: str) -> int:
    """Do the jobs that wait; return the exit status."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        return 0  # it has ended already
    os.nice(NICENESS)
    try:
        logs.set_up(load_config(config_path).logging)  # before what takes seconds to import
        start_tracing()
        from flows.jobs import work

        work(Path(config_path))
    except GroundswellError as error:
        sys.stderr.write("groundswell: " + " ".join(str(error).splitlines()) + "\n")
        return UNUSABLE if isinstance(error, ConfigError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
