"""What people find after a run, whatever its number: for runs that follow one that failed."""

import json
from pathlib import Path
from typing import Any

from groundswell.store import snapshot, tables
from tests.promises.harness import Place

OF_RUNS = ("run", "step", "event", "report_file")
"""Tables that tell how often it was tried, and of files whose content is compared."""

NUMBERS = ("run", "run_id", "fitted_in", "promoted_in")


def settled(place: Place) -> dict[str, Any]:
    """Return all rows but those of earlier runs and the books about them, and the report."""
    with snapshot(place.database) as found:
        newest = max(row[0] for row in found.rows("run"))
        rows: dict[str, Any] = {
            name: [without_numbers(row) for row in _told(found.rows(name), columns, name, newest)]
            for name, columns in found.columns.items()
            if name not in OF_RUNS
        }
    report = json.loads(Path(place.files, "report", "ideas.json").read_text())
    return rows | {"report": without_numbers(report)}


def without_numbers(value: Any) -> Any:
    """Return a value without the numbers of runs, also where it is written as JSON."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        return without_numbers(json.loads(value))
    if isinstance(value, dict):
        return {k: without_numbers(v) for k, v in value.items() if k not in NUMBERS}
    if isinstance(value, list):
        return [without_numbers(one) for one in value]
    return value


def _told(rows: Any, columns: tuple[str, ...], name: str, newest: int) -> Any:
    keyed = "run_id" in tables.metadata.tables[name].primary_key.columns
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        run = cells.pop("run_id", newest)
        if run == newest or not keyed:
            yield cells
