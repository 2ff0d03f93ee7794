"""Take out whatever was learnt from people who are erased, and what was reported of them.

A fit, a ranking or a name tells of everybody it was made from, so nothing of it is mended: it
goes, and the next run makes it anew from what is left. What stays of themes is their numbers and
which statements belong to them, so that links and decisions go on being right.
"""

import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.job_tables import draft_preview
from groundswell.store.shapes import put_found_back

_ID = re.compile(r"[0-9a-f]{32}")

_UNTOLD: dict[str, Any] = {
    "keywords": (),
    "exemplars": (),
    "size": 0,
    "stability": 0.0,
    "x": 0.0,
    "y": 0.0,
    "name_evidence": (),
    "counter_exemplars": (),
}
"""What is not known of a theme until it is found again."""


def unlearn(connection: Connection, since: int) -> dict[str, int]:
    """Take out what runs from `since` on made; return how many of what went."""
    gone, c = {}, tables.reference.c
    scales = select(c.key).where(c.run_id >= since)
    used = tables.report.c.reference_key.in_(scales)
    connection.execute(update(tables.report).where(used).values(reference_key=None))
    for what, table, some in (
        ("reports", tables.report, tables.report.c.run_id >= since),
        ("report files", tables.report_file, tables.report_file.c.run_id >= since),
        ("candidates", tables.candidate, tables.candidate.c.run_id >= since),
        ("references", tables.reference, tables.reference.c.run_id >= since),
        ("changes of themes", tables.theme_change, tables.theme_change.c.run_id >= since),
        ("alerts", tables.rise_alert, None),
        ("proposed names", tables.name_proposal, None),
        ("previews", draft_preview, None),
        ("model versions", tables.model_version, None),
    ):
        query = delete(table) if some is None else delete(table).where(some)
        gone[what] = connection.execute(query).rowcount
        failpoint("erasure.unlearn")
    gone["themes"] = _untell_themes(connection)
    return {what: count for what, count in gone.items() if count}


def unquote(connection: Connection, records: Collection[str]) -> dict[str, int]:
    """Take the quotes of records out of all reports; return how many reports had some."""
    c, gone, changed = tables.report.c, frozenset(records), 0
    for run_id in connection.scalars(select(c.run_id).order_by(c.run_id)).all():
        mine = c.run_id == run_id
        document = connection.scalar(select(c.document).where(mine)) or ""
        if not gone.isdisjoint(_ID.findall(document)):
            kept = _without(json.loads(document), gone)
            left = json.dumps(kept, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
            connection.execute(update(tables.report).where(mine).values(document=left))
            changed += 1
    return {"reports without their quotes": changed} if changed else {}


def last_numbers(connection: Connection) -> dict[str, int]:
    """Return the last number that was given to a version of each kind of model."""
    c = tables.model_version.c
    rows = connection.execute(select(c.kind, func.max(c.version)).group_by(c.kind))
    numbers = {kind: int(number) for kind, number in rows}
    for earlier in connection.scalars(select(tables.erasure_tables.erasure.c.numbers)):
        for kind, number in earlier.items():
            numbers[kind] = max(numbers.get(kind, 0), number)
    return dict(sorted(numbers.items()))


def _without(value: Any, gone: Collection[str]) -> Any:
    """Return a JSON value without what quotes records."""
    if isinstance(value, list):
        return [_without(one, gone) for one in value if not _quotes(one, gone)]
    if isinstance(value, dict):
        kept = {name: _without(inner, gone) for name, inner in value.items()}
        if "quote" in kept and kept.get("quotes") != value.get("quotes"):
            kept["quote"] = next((one["text"] for one in kept["quotes"]), "")
        return kept
    return value


def _quotes(value: Any, gone: Collection[str]) -> bool:
    return isinstance(value, dict) and value.get("record_id") in gone


def _untell_themes(connection: Connection) -> int:
    put_found_back(connection)
    theme = tables.theme
    named = theme.c.named_by == "person"
    connection.execute(update(theme).where(~named).values(label="", named_by="machine"))
    return connection.execute(update(theme).values(_UNTOLD)).rowcount
