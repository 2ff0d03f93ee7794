"""The table of decisions: each as the text that its hash is of. Rows are only ever added.

The target and the moment stand in the text, too; here they are looked for. Triggers of the
database refuse to change or delete a row.
"""

from sqlalchemy import Index, Integer

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
