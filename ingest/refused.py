"""Whom a row that could not be used may be of: its cells are not known, so each word is tried."""

import re
from collections.abc import Iterator

from groundswell.domain import QuarantinedRow
from ingest.kinds import Privacy

_BETWEEN = re.compile(r"[\s,;|\"'{}\[\]:]+")
"""What stands between cells in one format or another."""


def people_named(row: QuarantinedRow, privacy: Privacy) -> Iterator[str]:
    """Yield the pseudonyms that each word of a row would have as an author or an account."""
    for word in sorted({word for word in _BETWEEN.split(row.raw) if word}):
        yield privacy.pseudonym(word, "author")
        yield privacy.pseudonym(word, "account")
