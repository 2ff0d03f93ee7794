"""The tables of the review app's users, and of what it remembers of one person.

They tell nothing of the feedback, so an image of the store leaves them out.
"""

from sqlalchemy import Boolean, Index, Integer

from groundswell.store.columns import (
    Document,
    Moment,
    Words,
    key,
    optional,
    part_of,
    required,
    table,
)

NO_DATA = {"volatile": True}

web_user = table(
    "web_user",
    key("name"),
    required("role"),
    required("password_hash"),
    required("disabled", Boolean),
    required("created_at", Moment),
    info=NO_DATA,
)

web_identity = table(
    "web_identity",
    key("issuer"),
    key("subject"),
    required("user_name", Words, part_of("web_user.name")),
    required("managed", Boolean),
    required("created_at", Moment),
    info=NO_DATA,
)
Index("web_identity_user", web_identity.c.user_name)

web_session = table(
    "web_session",
    key("session_hash"),
    required("user_name", Words, part_of("web_user.name")),
    required("created_at", Moment),
    required("seen_at", Moment),
    info=NO_DATA,
)
Index("web_session_user", web_session.c.user_name)

web_token = table(
    "web_token",
    key("token_id"),
    required("token_hash"),
    required("user_name", Words, part_of("web_user.name")),
    required("label"),
    required("scopes", Document),
    required("created_at", Moment),
    required("expires_at", Moment),
    optional("used_at", Moment),
    info=NO_DATA,
)
Index("web_token_hash", web_token.c.token_hash, unique=True)

# A person is named as in the log of decisions: where nobody signs in, no row of a user is there.
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
