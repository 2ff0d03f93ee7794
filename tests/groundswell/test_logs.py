import io
import json
import logging
from collections.abc import Iterator

import pytest

from groundswell import logs
from groundswell.operating_config import LoggingConfig


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written while lines are JSON; afterwards logging is as it was."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    root.handlers[:] = []
    stream = io.StringIO()
    logs.set_up(LoggingConfig(format="json"), stream)
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def written(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_figures(lines: io.StringIO) -> None:
    extra = {"run": 7, "step": "embed_new", "seconds": 1.5, "text": "zyxophone"}
    logging.getLogger("flows.steps").info("%s: %d", "embed_new", 12, extra=extra)
    (line,) = written(lines)
    assert line.pop("time")
    assert line == {
        "level": "info",
        "logger": "flows.steps",
        "message": "embed_new: 12",
        "run": 7,
        "step": "embed_new",
        "seconds": 1.5,
    }


def test_an_error_is_told_by_its_type_and_place_and_not_by_what_it_says(
    lines: io.StringIO,
) -> None:
    try:
        int("the row says: my zyxophone\nis broken")
    except ValueError:
        logging.getLogger("web").exception("a request broke")
    (line,) = written(lines)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in str(line["raised"])
    assert "zyxophone" not in lines.getvalue()


def test_as_text_nothing_is_set_up() -> None:
    before = logging.getLogger().handlers[:]
    logs.set_up(LoggingConfig())
    assert logging.getLogger().handlers == before
