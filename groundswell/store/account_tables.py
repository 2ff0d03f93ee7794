"""The tables of the review app's users, their identities, sessions and tokens.

They tell nothing of the feedback, so an image of the store leaves them out.
"""

from sqlalchemy import Boolean, Index

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
