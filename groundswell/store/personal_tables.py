"""The tables of what the review app remembers of one person.

They tell nothing of the feedback, so an image of the store leaves them out. A person is named as
in the log of decisions; where nobody signs in, there is no row of a user to refer to.
"""

from sqlalchemy import Boolean, Index, Integer

from groundswell.store.account_tables import NO_DATA
from groundswell.store.columns import Moment, key, optional, required, table

web_seen = table(
    "web_seen",
    key("reviewer"),
    required("run_id", Integer),
    required("at", Moment),
    info=NO_DATA,
)

web_view = table(
    "web_view",
    key("view_id"),
    required("owner"),
    required("name"),
    required("query"),
    required("shared", Boolean),
    required("created_at", Moment),
    info=NO_DATA,
)
Index("web_view_owner", web_view.c.owner, web_view.c.name, unique=True)

web_default_view = table(
    "web_default_view",
    key("reviewer"),
    optional("view_id"),
    info=NO_DATA,
)
