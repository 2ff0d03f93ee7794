"""An installation of a test's own, copied from the one that its module made: `installation`."""

import shutil
from pathlib import Path

import pytest

from groundswell.config import Config, load_config


@pytest.fixture
def path(installation: Path, tmp_path: Path) -> Path:
    """Return the settings of the copy."""
    copy = tmp_path / "installation"
    shutil.copytree(installation, copy)
    return copy / "config.toml"


@pytest.fixture
def config(path: Path) -> Config:
    return load_config(path)
