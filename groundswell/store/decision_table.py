"""The table of decisions: each as the text that its hash is of. Rows are only ever added.

The target and the moment stand in the text, too; here they are looked for. Triggers of the
database refuse to change or delete a row; what quotes a person who is erased is blanked by
`groundswell.store.blanking`.
"""

from typing import Any

from sqlalchemy import Connection, Index, Integer, Table, event

from groundswell.store.columns import Moment, key, required, table

decision = table(
    "decision",
    key("number", Integer),
    required("target"),
    required("at", Moment),
    required("document"),
    required("previous_hash"),
    required("hash"),
)
Index("decision_target", decision.c.target, decision.c.number)


SQLITE = tuple(
    f"CREATE TRIGGER decision_no_{verb} BEFORE {verb} ON decision\n"
    "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE FUNCTION decision_only_added() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'decisions are only added'; END $$",
    "CREATE TRIGGER decision_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON decision"
    " FOR EACH STATEMENT EXECUTE FUNCTION decision_only_added()",
)


def unguarded(*, sqlite: bool) -> tuple[str, str]:
    """Return what lets decisions be changed and what forbids it again, for erasures alone."""
    if sqlite:
        return "DROP TRIGGER decision_no_UPDATE", SQLITE[0]
    switch = "ALTER TABLE decision {} TRIGGER decision_only_added"
    return switch.format("DISABLE"), switch.format("ENABLE")


@event.listens_for(decision, "after_create")
def _refuse_changes(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
