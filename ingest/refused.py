"""Whom a row that could not be used may be of: its cells are not known, so each word is tried."""

import re
from collections.abc import Iterator

from groundswell.domain import QuarantinedRow
from ingest.kinds import Privacy

SHORTEST_NAME = 4
"""Characters of an id that is looked for as a word: shorter ones stand in rows by chance."""

_BETWEEN = re.compile(r"[\s,;|\"'{}\[\]:]+")
"""What stands between cells in one format or another."""


def people_named(row: QuarantinedRow, privacy: Privacy) -> Iterator[str]:
    """Yield the pseudonyms that each word of a row would have as an author or an account."""
    for word in sorted(set(_BETWEEN.split(row.raw))):
        if len(word) < SHORTEST_NAME:
            continue
        yield privacy.pseudonym(word, "author")
        yield privacy.pseudonym(word, "account")
