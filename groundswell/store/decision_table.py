"""The table of decisions: each as the text that its hash is of. Rows are only ever added.

The target and the moment stand in the text, too; here they are looked for. Triggers of the
database refuse to change or delete a row; those of PostgreSQL stand in the migration alone, as
its tables are made by migrations alone.
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


@event.listens_for(decision, "after_create")
def _refuse_changes(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER decision_no_{verb} BEFORE {verb} ON decision\n"
                "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
            )
