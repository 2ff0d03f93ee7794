"""What takes long is tried in full by night and in part by day, when people wait for it.

``GROUNDSWELL_NIGHTLY=1`` makes it night.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

NIGHTLY = os.environ.get("GROUNDSWELL_NIGHTLY") == "1"

T = TypeVar("T")


def some(cases: Sequence[T], one_in: int) -> Sequence[T]:
    """Return all cases by night; by day one in so many, from the first, always the same."""
    return cases if NIGHTLY else cases[::one_in]
