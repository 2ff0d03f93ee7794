"""Chance in tests is the same on every run; ``HYPOTHESIS=explore`` looks further."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS", "repeatable"))


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
