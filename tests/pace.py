"""Whether costs grow in proportion, told from CPU seconds on a machine that does other things.

A limit in seconds fails on the day a machine is busy. The same work on more and on less is slowed
alike: sixteen times as much costs 16 times the seconds if they are in proportion, 256 times if
every piece looks at every other.
"""

import gc
import time
from collections.abc import Callable

TIMES = 16
MOST = 100  # times the seconds: nearer to 16 than to 256 on a scale of ratios, and chance has room
FLOOR = 0.002  # seconds; less than this is the clock


def assert_in_proportion(work: Callable[[int], object], most: int) -> None:
    """Fail if ``work(most)`` costs far over 16 times the CPU seconds of a sixteenth of it."""
    gc.disable()  # what else the process holds is not the time of the work
    try:
        pairs = [(seconds(work, most // TIMES), seconds(work, most)) for _ in range(2)]
    finally:
        gc.enable()
    short, long = map(min, zip(*pairs, strict=True))
    assert long <= MOST * max(short, FLOOR), f"{short:.3f} s, then {long:.3f} s"


def seconds(work: Callable[[int], object], size: int) -> float:
    """CPU seconds of this process for ``work(size)``."""
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
