"""The table of ``config.toml`` about personal data: what is hidden, and what is told outside."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from groundswell.section import LocalPath, Section


class PrivacyConfig(Section):
    """``[privacy]``."""

    key_variable: str = "GROUNDSWELL_PSEUDONYM_KEY"
    key_file: LocalPath = Path("data/pseudonym.key")
    names: bool = True
    keep_raw: bool = False
    patterns: Mapping[str, str] = {}
    """Name of what is hidden to a regular expression; the text becomes ``<name>``."""
    receipts: LocalPath = Path("data/erasures")
    least_voices: Annotated[int, Field(ge=1)] = 5
    """Customers below which what they said leaves in no issue and no message."""
