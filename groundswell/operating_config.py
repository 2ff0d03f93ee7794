"""The tables of ``config.toml`` about keeping it going: when it runs, and what is said of it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from groundswell.section import LocalPath, Section, Weight


class ScheduleConfig(Section):
    """``[schedule]``."""

    cron: str = "0 5 * * 1"
    timezone: str = "UTC"
    port: Annotated[int, Field(ge=1, le=65535)] = 4200
    home: LocalPath = Path("data/prefect")


class AlertsConfig(Section):
    """``[alerts]``."""

    silence: Weight = 3.0
    """In longest pauses of a source; 0: never."""
    report_days: Weight = 14.0
    """Age from which on a report is old; 0: never."""


class LoggingConfig(Section):
    """``[logging]``."""

    format: Literal["text", "json"] = "text"
