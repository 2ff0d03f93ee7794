"""A work in a process of its own: what it makes, what it raises, and that it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from flows.apart import can_work_apart, done_apart
from groundswell.errors import ConfigError, GroundswellError

pytestmark = pytest.mark.skipif(not can_work_apart(), reason="there is one core only")


def halved(number: int) -> tuple[int, int]:
    if number % 2:
        raise ConfigError(f"{number}: is odd")
    return os.getpid(), number // 2


def waiting(seconds: float) -> None:
    sleep(seconds)


def noting(place: str) -> None:
    Path(place).write_text(str(os.getpid()))
    sleep(600.0)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_it_is_made_by_another_process() -> None:
    with done_apart(halved, 42) as made:
        process, half = made()
    assert half == 21
    assert process != os.getpid()


def test_what_it_raises_is_raised_here() -> None:
    with done_apart(halved, 41) as made, pytest.raises(ConfigError, match="41: is odd"):
        made()


def test_one_that_was_killed_is_told_of() -> None:
    with done_apart(killed) as made, pytest.raises(GroundswellError, match="killed, perhaps"):
        made()


def test_it_ends_with_the_block_though_it_is_not_done() -> None:
    begun = monotonic()
    with pytest.raises(KeyboardInterrupt), done_apart(waiting, 600.0):
        raise KeyboardInterrupt
    assert monotonic() - begun < 60.0


def test_it_ends_where_who_began_it_is_killed(tmp_path: Path) -> None:
    place = tmp_path / "process"
    parent = subprocess.Popen([sys.executable, "-m", __name__, str(place)])
    number = int(awaited(lambda: place.read_text() if place.exists() else ""))
    parent.kill()
    parent.wait()
    awaited(lambda: "gone" if ended(number) else "")


def ended(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
    return told.rpartition(")")[2].split()[0] == "Z"  # and nobody asked how


def awaited(look: Callable[[], str]) -> str:
    end = monotonic() + 60.0
    while not (seen := look()):
        assert monotonic() < end, "in vain"
        sleep(0.05)
    return seen


if __name__ == "__main__":
    with done_apart(noting, sys.argv[1]) as made:
        made()
