"""The table of ``config.toml`` about backups."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from groundswell.section import Section, beside_config


def _folder(folder: str, info: ValidationInfo) -> str:
    return str(beside_config(Path(folder), info)) if folder else ""


class BackupConfig(Section):
    """``[backup]``."""

    folder: Annotated[str, AfterValidator(_folder)] = ""
    recipients: Annotated[tuple[str, ...], Field(strict=False)] = ()
