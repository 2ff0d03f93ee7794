"""Chance in tests is the same on every run; ``HYPOTHESIS=explore`` looks further.

Files are made in memory, where there is room: a store asks the disk several times per transaction
to have written everything, which is most of what it does.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS", "repeatable"))

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # of child processes, too


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Let no test hear how wide a terminal an earlier one, or whoever runs them, has."""
    found = os.environ.pop("COLUMNS", None)
    try:
        return (yield)
    finally:
        os.environ.pop("COLUMNS", None)
        if found is not None:
            os.environ["COLUMNS"] = found
