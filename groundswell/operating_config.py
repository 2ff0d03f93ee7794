"""The tables of ``config.toml`` about keeping it going: when, by whom, and what is said of it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from groundswell.section import LocalPath, Place, Section, Weight


class ScheduleConfig(Section):
    """``[schedule]``."""

    cron: str = "0 5 * * 1"
    timezone: str = "UTC"
    port: Annotated[int, Field(ge=1, le=65535)] = 4200
    home: LocalPath = Path("data/prefect")


class ClusterConfig(Section):
    """``[cluster]``."""

    scheduler: str = ""
    """Address of a Dask scheduler, ``local`` for processes of this machine, or empty: none."""
    workers: Annotated[int, Field(ge=1, le=1024)] = 2
    shard_texts: Annotated[int, Field(ge=1)] = 2000
    shards: Place = "data/shards"
    """Seen by all workers."""


class AlertsConfig(Section):
    """``[alerts]``."""

    silence: Weight = 3.0
    """In longest pauses of a source; 0: never."""
    report_days: Weight = 14.0
    """Age from which on a report is old; 0: never."""


class LoggingConfig(Section):
    """``[logging]``."""

    format: Literal["text", "json"] = "text"
