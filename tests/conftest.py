"""Chance in tests is the same on every run; ``HYPOTHESIS=explore`` looks further."""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS", "repeatable"))
