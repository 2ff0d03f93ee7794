"""Everybody whom a store knows, by their pseudonyms."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from groundswell.domain.erasure import Subject, pseudonyms_in
from groundswell.store import company, tables


def people_in(connection: Connection) -> Iterator[Subject]:
    """Yield everybody who wrote, every account, and whom rows in quarantine name."""
    record, row = tables.record.c, tables.quarantine.c
    for author in connection.scalars(select(record.author).distinct()):
        if author:
            yield Subject("author", author)
    accounts: set[str | None] = set()
    for column in (record.account_id, company.account.c.account_id, company.deal.c.account_id):
        accounts.update(connection.scalars(select(column).distinct()))
    yield from (Subject("account", one) for one in sorted(filter(None, accounts)))
    refused = connection.execute(select(row.raw, row.detail))
    for pseudonym in sorted({one for texts in refused for one in pseudonyms_in(texts)}):
        yield Subject("author" if pseudonym.startswith("author") else "account", pseudonym)
