"""How far the work is, shown while it goes on: bars on a terminal, a few plain lines elsewhere.

All of it goes to standard error, so that standard output holds results alone. Work that ends
before anyone would wonder leaves no line.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Live
    from rich.progress import TaskID

    from flows.context import Progress

QUIET_SECONDS = 2.0
"""Work that takes less leaves no line behind."""

LINE_SECONDS = 5.0
"""Least time between two plain lines."""


@contextmanager
def shown_progress() -> "Iterator[Progress]":
    """Give what shows progress on standard error; at the end nothing of a bar is left there."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[words]}", markup=False),
        )
        with Progress(*columns, console=console, transient=True, refresh_per_second=4) as live:
            yield Bars(live)
    else:
        yield Lines(lambda line: typer.echo(line, err=True))


@dataclass(slots=True)
class _Work:
    """The piece of work under way."""

    label: str
    total: int | None
    begun: float
    done: int = 0

    def words(self, seconds: float) -> str:
        """Write ``1,024 of 3,000, 205/s, 10 s left``, or without a total ``7 in 12 s``."""
        if not self.total:
            return f"{self.done:,} in {duration(seconds)}"
        parts = [f"{self.done:,} of {self.total:,}"]
        if self.done and seconds > 0:
            rate = self.done / seconds
            left = max(0, self.total - self.done) / rate  # the total may be an estimate
            parts += [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s", f"{duration(left)} left"]
        return ", ".join(parts)

    def result(self, seconds: float) -> str:
        """Write ``embedding: 3,000 in 15 s``."""
        count = f"{self.done:,} in " if self.done else ""
        return f"{self.label}: {count}{duration(seconds)}"


class Lines:
    """Progress as plain lines: now and then while work goes on, and one when it is done.

    Parameters
    ----------
    write
        Takes a line without its end.
    clock
        Seconds from any origin.
    """

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = monotonic):
        self._write = write
        self._clock = clock
        self._work: _Work | None = None
        self._told = clock()

    def start(self, label: str, total: int | None) -> None:
        """Begin a piece of work; `total` is None where its length is not known."""
        self._work = _Work(label, total, self._clock())
        self._told = self._work.begun

    def advance(self, n: int) -> None:
        """Note that `n` more units are done."""
        if self._work is None:
            return
        self._work.done += n
        now = self._clock()
        if now - self._told >= LINE_SECONDS:
            self._told = now
            self._write(f"{self._work.label}: {self._work.words(now - self._work.begun)}")

    def finish(self) -> None:
        """Say how long the work took, if it was long."""
        if self._work is None:
            return
        seconds = self._clock() - self._work.begun
        if seconds >= QUIET_SECONDS:
            self._write(self._work.result(seconds))
        self._work = None


class Bars:
    """Progress as a bar that vanishes when its work is done; long work leaves a line.

    Parameters
    ----------
    live
        Shows ``task.fields[words]``.
    clock
        Seconds from any origin.
    """

    def __init__(self, live: "Live", clock: Callable[[], float] = monotonic):
        self._live = live
        self._clock = clock
        self._work: _Work | None = None
        self._task: TaskID | None = None

    def start(self, label: str, total: int | None) -> None:
        """Show a bar, a pulsing one where the length is not known."""
        self._work = _Work(label, total, self._clock())
        self._task = self._live.add_task(label, total=total, words="")

    def advance(self, n: int) -> None:
        """Move the bar on."""
        if self._work is None or self._task is None:
            return
        self._work.done += n
        words = self._work.words(self._clock() - self._work.begun)
        self._live.update(self._task, completed=self._work.done, words=words)

    def finish(self) -> None:
        """Take the bar away."""
        if self._work is None or self._task is None:
            return
        self._live.remove_task(self._task)
        seconds = self._clock() - self._work.begun
        if seconds >= QUIET_SECONDS:
            self._live.console.print(self._work.result(seconds), markup=False, highlight=False)
        self._work = self._task = None


def duration(seconds: float) -> str:
    """Write ``0.4 s``, ``42 s``, ``3 min 20 s``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
