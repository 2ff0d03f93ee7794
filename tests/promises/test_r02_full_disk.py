"""A disk without room ends a run with one line; given room, it ends as if there always had been."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nightly import NIGHTLY

SIZES = 40 if NIGHTLY else 5
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    words = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return subprocess.run(words, capture_output=True).returncode == 0


def test_a_full_disk_loses_nothing_and_says_what_would_do(tmp_path: Path) -> None:
    if not can_mount(tmp_path):
        pytest.skip("this machine lets nobody mount a small disk")
    shares = [(n + 0.5) / SIZES for n in range(SIZES)]
    words = [*NAMESPACE, sys.executable, "-m", "tests.promises.small_disk", str(tmp_path)]
    done = subprocess.run(
        [*words, ",".join(map(str, shares))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    tries = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(tries) == SIZES
    for one in tries:
        assert one["first"] == 2, (one, done.stderr)
        assert "\n" not in one["said"], one
        assert "room" in one["said"] or "space" in one["said"], one
        assert (one["faults"], one["again"], one["differing"]) == ([], 0, []), one
