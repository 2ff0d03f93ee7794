from io import StringIO
from itertools import pairwise

import pytest
from rich.console import Console
from rich.progress import Progress as Live
from rich.progress import TextColumn

from flows.progress import LINE_SECONDS, Bars, Lines, duration


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_long_work_is_told_now_and_then_and_at_its_end() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = Lines(lines.append, clock)
    progress.start("embedding", 3000)
    for _ in range(15):  # 15 s, 200 a second
        clock.now += 1
        progress.advance(200)
    progress.finish()
    assert lines == [
        "embedding: 1,000 of 3,000, 200/s, 10 s left",
        "embedding: 2,000 of 3,000, 200/s, 5 s left",
        "embedding: 3,000 of 3,000, 200/s, 0 s left",
        "embedding: 3,000 in 15 s",
    ]


def test_short_work_leaves_no_line() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = Lines(lines.append, clock)
    progress.start("reading tickets", 400)
    clock.now += 1.9
    progress.advance(400)
    progress.finish()
    assert lines == []


def test_work_of_unknown_length_says_what_is_done() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = Lines(lines.append, clock)
    progress.start("finding themes", None)
    clock.now += 6
    progress.advance(2)
    progress.start("loading the encoder", None)
    clock.now += 80
    progress.finish()
    assert lines == ["finding themes: 2 in 6 s", "loading the encoder: 1 min 20 s"]


def test_lines_of_quick_units_are_seconds_apart() -> None:
    times: list[float] = []
    clock = Clock()
    progress = Lines(lambda _line: times.append(clock.now), clock)
    progress.start("embedding", 100_000)
    for _ in range(1000):
        clock.now += 0.02
        progress.advance(1)
    assert len(times) == 3
    assert all(later - earlier >= LINE_SECONDS for earlier, later in pairwise(times))


def test_more_units_than_expected_are_no_negative_time() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = Lines(lines.append, clock)
    progress.start("reading tickets", 10)
    clock.now += 5
    progress.advance(20)
    assert lines == ["reading tickets: 20 of 10, 4.0/s, 0 s left"]


def test_a_bar_shows_count_rate_and_time_left_and_then_vanishes() -> None:
    clock = Clock()
    console = Console(width=100, record=True, force_terminal=True, file=StringIO())
    live = Live(
        TextColumn("{task.description} {task.fields[words]}"),
        console=console,
        auto_refresh=False,
    )
    progress = Bars(live, clock)
    progress.start("embedding", 3000)
    clock.now += 5
    progress.advance(1000)
    (task,) = live.tasks
    assert (task.description, task.completed) == ("embedding", 1000)
    assert task.fields["words"] == "1,000 of 3,000, 200/s, 10 s left"
    clock.now += 10
    progress.advance(2000)
    progress.finish()
    assert live.tasks == []
    assert console.export_text().splitlines() == ["embedding: 3,000 in 15 s"]


def test_nothing_is_shown_of_work_that_was_never_begun() -> None:
    lines: list[str] = []
    progress = Lines(lines.append, Clock())
    progress.advance(3)
    progress.finish()
    assert lines == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0 s"), (0.44, "0.4 s"), (9.97, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s")],
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
