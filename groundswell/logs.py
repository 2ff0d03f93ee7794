"""Log lines for machines: one JSON object a line, and nothing that anybody wrote.

An error is told by its type and by where it was raised. What it says is left out, since it may
quote a row.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from groundswell.operating_config import LoggingConfig

FIELDS = ("run", "kind", "step", "items_in", "items_out", "rejected", "seconds", "reason")
"""What a line may say beside its message: numbers, and names of our own."""


def set_up(settings: LoggingConfig, stream: TextIO | None = None) -> None:
    """Have every log line written as JSON to standard error, if the settings want that.

    As text there is no line but warnings; what a person wants to know, commands say themselves.
    """
    if settings.format != "json":
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


class JsonLines(logging.Formatter):
    """A line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "raised": places}
