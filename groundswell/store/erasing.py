"""What the store holds of people, found and taken out as a part of one transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select, update

from groundswell.domain.blanking import holds_word
from groundswell.domain.erasure import Subject
from groundswell.failpoints import failpoint
from groundswell.store import company, tables
from groundswell.store.database import BATCH
from groundswell.store.rows import batches


@dataclass(frozen=True, slots=True)
class Going:
    """What of a store is about to go."""

    records: tuple[str, ...] = ()
    """Ids."""
    quarantined: tuple[tuple[int, int], ...] = ()
    """(package, position)."""
    accounts: tuple[str, ...] = ()
    """Ids of which anything is known."""
    deals: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    """(source, path) of the inputs it came from."""
    names: tuple[str, ...] = ()
    """By which others may have written of them."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """What they wrote."""

    @property
    def is_learned(self) -> bool:
        """Whether models and reports may rest on it; on rows in quarantine they do not."""
        return bool(self.records or self.accounts or self.deals)


def of_people(connection: Connection, subjects: Sequence[Subject]) -> Going:
    """Return what is known of people."""
    authors = [one.pseudonym for one in subjects if one.kind == "author"]
    accounts = [one.pseudonym for one in subjects if one.kind == "account"]
    c, account, deal = tables.record.c, company.account.c, company.deal.c
    query = select(c.record_id, c.text, c.raw, c.package_id, c.seen_in)
    rows = connection.execute(query.where(or_(c.author.in_(authors), c.account_id.in_(accounts))))
    records = sorted(tuple(row) for row in rows)
    known = select(account.account_id, account.name, account.source)
    theirs = connection.execute(known.where(account.account_id.in_(accounts))).all()
    sold = select(deal.deal_id, deal.source).where(deal.account_id.in_(accounts))
    deals = connection.execute(sold).all()
    words = {word for one in subjects for word in (one.pseudonym, *one.words) if word}
    refused = _quarantined(connection, words)
    packages = {n for row in records for n in row[3:]} | {n for n, _ in refused}
    sources = {row.source for row in (*theirs, *deals)}
    return Going(
        records=tuple(row[0] for row in records),
        quarantined=refused,
        accounts=tuple(sorted({row.account_id for row in theirs})),
        deals=tuple(sorted({row.deal_id for row in deals})),
        places=_places(connection, packages, sources),
        names=tuple(sorted(words | {row.name for row in theirs if len(row.name) > 3})),
        texts=tuple(text for row in records for text in row[1:3] if text),
    )


def of_age(connection: Connection, limits: Mapping[str, datetime]) -> Going:
    """Return what is older than its source keeps.

    Parameters
    ----------
    limits
        Source to the moment from which on its feedback is kept.
    """
    c, package, run = tables.record.c, tables.package.c, tables.run.c
    old = [and_(c.source == name, c.created_at < limit) for name, limit in limits.items()]
    read = [and_(package.source == name, run.started_at < limit) for name, limit in limits.items()]
    if not limits:
        return Going()
    records = connection.scalars(select(c.record_id).where(or_(*old)).order_by(c.record_id)).all()
    row = tables.quarantine.c
    refused = select(row.package_id, row.position).select_from(tables.quarantine)
    refused = refused.join(tables.package).join(tables.run).where(or_(*read))
    entries = connection.execute(refused.order_by(row.package_id, row.position))
    return Going(tuple(records), tuple((n, place) for n, place in entries))


def first_run(connection: Connection, going: Going) -> int:
    """Return the first run that read any of the inputs that these came from."""
    c = tables.package.c
    sources = {source for source, _ in going.places if source}
    query = select(func.min(c.run_id)).where(c.source.in_(sources))
    return connection.scalar(query) or 1


def statements_of(connection: Connection, records: Sequence[str]) -> list[str]:
    """Return the ids of the statements of records, sorted."""
    c = tables.statement.c
    queries = (select(c.statement_id).where(c.record_id.in_(b)) for b in batches(records, BATCH))
    return sorted(one for query in queries for one in connection.scalars(query))


def counted(connection: Connection, going: Going) -> dict[str, int]:
    """Return how many of what would go."""
    found = {
        "records": len(going.records),
        "statements": len(statements_of(connection, going.records)),
        "quarantined rows": len(going.quarantined),
        "accounts": len(going.accounts),
        "deals": len(going.deals),
    }
    return {what: count for what, count in found.items() if count}


def remove(connection: Connection, going: Going) -> dict[str, int]:
    """Take it out of the store; return how many of what went."""
    counts = counted(connection, going)
    copies = _freed_copies(connection, going.records)
    _remove_records(connection, going.records)
    failpoint("erasure.records")
    _remove_quarantined(connection, going.quarantined)
    for table, key, ids in (
        (company.account, "account_id", going.accounts),
        (company.deal, "deal_id", going.deals),
    ):
        connection.execute(delete(table).where(table.c[key].in_(ids)))
    more = {"copies that stand for themselves": copies}
    if going.is_learned:
        more["vectors"] = _remove_unsaid(connection, tables.vector)
        more["annotations"] = _remove_unsaid(connection, tables.annotation)
    failpoint("erasure.vectors")
    return counts | {what: count for what, count in more.items() if count}


def _places(
    connection: Connection, packages: Collection[int], sources: Collection[str]
) -> tuple[tuple[str, str], ...]:
    c = tables.package.c
    wanted = or_(c.package_id.in_(packages), c.source.in_(sources))
    rows = connection.execute(select(c.source, c.path).where(wanted).distinct())
    return tuple(sorted((source, path) for source, path in rows))


def _quarantined(connection: Connection, words: Collection[str]) -> tuple[tuple[int, int], ...]:
    c = tables.quarantine.c
    rows = connection.execute(
        select(c.package_id, c.position, c.raw, c.detail).order_by(c.package_id, c.position)
    )
    return tuple(
        (row.package_id, row.position)
        for row in rows
        if any(holds_word(text, word) for text in (row.raw, row.detail) for word in words)
    )


def _freed_copies(connection: Connection, records: Sequence[str]) -> int:
    """Let copies of what goes stand for themselves; they are looked at anew by the next run."""
    c, going = tables.record.c, set(records)
    freed = [
        one
        for batch in batches(records, BATCH)
        for one in connection.scalars(select(c.record_id).where(c.copy_of.in_(batch)))
        if one not in going
    ]
    anew: dict[str, Any] = {"copy_of": None, "copy_similarity": None, "statements": None}
    for batch in batches(freed, BATCH):
        connection.execute(update(tables.record).where(c.record_id.in_(batch)).values(anew))
    return len(freed)


def _remove_records(connection: Connection, records: Sequence[str]) -> None:
    c = tables.record.c
    came: Counter[int] = Counter()
    for batch in batches(records, BATCH):
        these = c.record_id.in_(batch)
        came.update(connection.scalars(select(c.package_id).where(these)))
        # What others are copies of goes last.
        connection.execute(delete(tables.record).where(these, c.copy_of.is_not(None)))
        connection.execute(delete(tables.record).where(these))
    _recount(connection, came, tables.package.c.accepted)


def _remove_quarantined(connection: Connection, entries: Sequence[tuple[int, int]]) -> None:
    c = tables.quarantine.c
    for package_id, position in entries:
        mine = (c.package_id == package_id, c.position == position)
        connection.execute(delete(tables.quarantine).where(*mine))
    _recount(connection, Counter(n for n, _ in entries), tables.package.c.quarantined)


def _recount(connection: Connection, gone: Mapping[int, int], fate: ColumnElement[Any]) -> None:
    """Count rows that had a fate as erased."""
    c = tables.package.c
    for package_id, count in sorted(gone.items()):
        changed = {fate.key or "": fate - count, "erased": c.erased + count}
        connection.execute(update(tables.package).where(c.package_id == package_id).values(changed))


def _remove_unsaid(connection: Connection, table: Table) -> int:
    """Take out what is kept of texts that no statement has, earlier wordings too.

    Texts of other sources are among them; the next run looks at those again.
    """
    said = select(tables.statement.c.text_hash)
    unsaid = select(table.c.text_hash).except_(said)
    return connection.execute(delete(table).where(table.c.text_hash.in_(unsaid))).rowcount
