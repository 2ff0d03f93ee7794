"""Which decisions were blanked by erasures, and the seal of each."""

from sqlalchemy import Connection, select

from groundswell.store.erasure_tables import blanked_decision


def seals(connection: Connection) -> dict[int, str]:
    """Return the seal of each blanked decision, by number; see `groundswell.domain.chain`."""
    c = blanked_decision.c
    return {row.number: row.seal for row in connection.execute(select(c.number, c.seal))}
