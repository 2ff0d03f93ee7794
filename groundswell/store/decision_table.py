"""The table of decisions: each as the text that its hash is of. Rows are only ever added.

The target and the moment stand in the text, too; here they are looked for. Triggers of the
database refuse to change or delete a row; those of PostgreSQL stand in the migration alone, as
its tables are made by migrations alone.
"""

from sqlalchemy import DDL, Index, Integer, event

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

for _verb in ("UPDATE", "DELETE"):
    _refusal = DDL(f"""
CREATE TRIGGER decision_no_{_verb} BEFORE {_verb} ON decision
BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END
""")
    event.listen(decision, "after_create", _refusal.execute_if(dialect="sqlite"))
