"""The collector of garbage, where millions of values are made that all live."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (100_000, 50, 100)
"""Values made before the young ones are looked at, and how often the older ones are with them."""


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Look for garbage less often for the length of a ``with`` block, in all of the process.

    The collector looks at every value that lives, again and again; nearly all that a run makes it
    keeps, and what it drops goes by itself. Measured on a retraining of 20,000 statements: 14 % of
    the time, and no more memory.
    """
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
