"""Take quotes of erased people out of what reviewers wrote, as a part of a transaction.

The log of decisions goes on being a chain: the hash of a blanked decision stays as it was, and a
seal over it and what is left of the decision shows when that is changed afterwards.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, update

from groundswell.domain.blanking import FORGOTTEN, Blanking, passages_of, texts_in
from groundswell.domain.chain import hash_of
from groundswell.failpoints import failpoint
from groundswell.store import decision_table, tables
from groundswell.store.account_tables import web_view
from groundswell.store.decision_table import decision
from groundswell.store.engines import lock_decisions, upsert
from groundswell.store.erasing import Going, statements_of
from groundswell.store.erasure_tables import blanked_decision
from groundswell.store.job_tables import job, staged_draft

_NOTES: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (job, ("reason", "message")),
    (tables.run, ("message",)),
    (web_view, ("name", "query")),
)
"""Where else people write, and the columns of it."""

_ID_DIGITS = 26
"""Of what stands in the place of an id: with `FORGOTTEN` it is as long as one."""


def blank(connection: Connection, erasure_id: int, going: Going, key: bytes) -> dict[str, int]:
    """Take out what quotes or names those who go; return how many of what was changed.

    Parameters
    ----------
    going
        Before it is removed.
    key
        Drawn by chance for this alone, and kept nowhere.
    """
    lock_decisions(connection)
    wanted = _blanking(connection, going, key)
    changed = {
        "blanked decisions": _blank_decisions(connection, erasure_id, wanted),
        "blanked drafts": _blank_drafts(connection, wanted),
        "blanked notes": sum(_blank_notes(connection, *one, wanted) for one in _NOTES),
    }
    failpoint("erasure.blanked")
    return {what: count for what, count in changed.items() if count}


def _blanking(connection: Connection, going: Going, key: bytes) -> Blanking:
    theirs = Blanking(frozenset(passages_of(going.texts)))
    quoted = {one for text in _written(connection) for one in theirs.quoted(text)}
    if quoted:  # what others say, too, is no quote of theirs
        c = tables.record.c
        gone = set(going.records)
        for record_id, text in connection.execute(select(c.record_id, c.text)):
            if record_id not in gone:
                quoted -= passages_of([text])
    ids = (*going.records, *statements_of(connection, going.records))
    return Blanking(frozenset(quoted), going.names, {one: _other_id(key, one) for one in ids})


def _other_id(key: bytes, own: str) -> str:
    return FORGOTTEN + hmac.digest(key, own.encode(), "sha256").hex()[:_ID_DIGITS]


def _written(connection: Connection) -> Iterator[str]:
    """Yield all that people wrote."""
    for column in (decision.c.document, staged_draft.c.document):
        for document in connection.scalars(select(column)):
            yield from texts_in(json.loads(document))
    for table, names in _NOTES:
        for row in connection.execute(select(*(table.c[name] for name in names))):
            yield from row


def _blank_decisions(connection: Connection, erasure_id: int, wanted: Blanking) -> int:
    c = decision.c
    rows = connection.execute(select(c.number, c.document, c.hash).order_by(c.number)).all()
    changed = []
    for number, document, own_hash in rows:
        told = json.loads(document)
        blanked = wanted.value(told)
        if blanked != told:
            text = _spelt(blanked)
            seal = hash_of(own_hash, text)
            changed.append((number, blanked["target"], text, seal))
    if changed:
        _rewrite(connection, erasure_id, changed)
    return len(changed)


def _rewrite(
    connection: Connection, erasure_id: int, changed: Sequence[tuple[int, str, str, str]]
) -> None:
    """Change decisions, which nothing else may: the guard is put back in the same transaction."""
    sqlite = connection.dialect.name == "sqlite"
    off, on = decision_table.unguarded(sqlite=sqlite)
    connection.exec_driver_sql(off)
    for number, target, text, seal in changed:
        mine = update(decision).where(decision.c.number == number)
        connection.execute(mine.values(target=target, document=text))
        row = {"number": number, "erasure_id": erasure_id, "seal": seal}
        upsert(connection, blanked_decision, [row])
    connection.exec_driver_sql(on)


def _blank_drafts(connection: Connection, wanted: Blanking) -> int:
    c, changed = staged_draft.c, 0
    for row in connection.execute(select(staged_draft)).all():
        told = json.loads(row.document)
        blanked = wanted.value(told)
        if blanked != told:
            mine = (c.reviewer == row.reviewer, c.position == row.position)
            connection.execute(update(staged_draft).where(*mine).values(document=_spelt(blanked)))
            changed += 1
    return changed


def _blank_notes(
    connection: Connection, table: Table, names: Sequence[str], wanted: Blanking
) -> int:
    (own,) = table.primary_key.columns
    changed = 0
    for row in connection.execute(select(own, *(table.c[name] for name in names))).all():
        blanked = dict(zip(names, map(wanted.text, row[1:]), strict=True))
        if tuple(blanked.values()) != tuple(row[1:]):
            connection.execute(update(table).where(own == row[0]).values(blanked))
            changed += 1
    return changed


def _spelt(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
