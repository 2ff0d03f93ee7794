"""Sessions and tokens: 256 random bits each, of which only a hash is kept.

A plain hash suffices: nobody can try out 2^256, as they could the passwords people choose.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from groundswell.accounts import ApiToken, Permission, Session, User
from groundswell.web_config import WebConfig

if TYPE_CHECKING:
    from groundswell.store import Store

RANDOM_BYTES = 32
TOKEN_PREFIX = "gsw_"  # noqa: S105 - by which scanners for leaked secrets can know one
COOKIE = "groundswell"


def begin_session(
    store: "Store", user: User, now: datetime, web: WebConfig, *, instead_of: str | None
) -> str | None:
    """Sign a user in; return the session's secret, which never was one before.

    None if the password of `user` is no longer the one that was checked. `instead_of`: hash of
    the session that the browser had, which ends. Those that ran out are forgotten.
    """
    secret = token_urlsafe(RANDOM_BYTES)
    store.accounts.clear_sessions(
        begun_before=now - timedelta(hours=web.session_hours),
        seen_before=now - timedelta(hours=web.idle_hours),
    )
    session = Session(hash_of(secret), user.name, created_at=now, seen_at=now)
    begun = store.accounts.begin_session(session, user.password_hash, instead_of=instead_of)
    return secret if begun else None


def is_over(session: Session, now: datetime, web: WebConfig) -> bool:
    """Tell whether a session ran out, by its age or by how long nothing was done."""
    return now - session.created_at >= timedelta(
        hours=web.session_hours
    ) or now - session.seen_at >= timedelta(hours=web.idle_hours)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: the only time that its secret is known."""

    secret: str
    token: ApiToken


def new_token(
    name: str, label: str, scopes: tuple[Permission, ...], now: datetime, days: int
) -> NewToken:
    """Return a token for a user, to be shown once and kept."""
    secret = TOKEN_PREFIX + token_urlsafe(RANDOM_BYTES)
    expires_at = now + timedelta(days=days)
    kept = ApiToken(token_hex(4), hash_of(secret), name, label, scopes, now, expires_at)
    return NewToken(secret, kept)


def hash_of(secret: str) -> str:
    """Return what is kept of a session's or token's secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def session_of(request: Request, web: WebConfig) -> str | None:
    """Return the hash of the session that a browser names, known or not."""
    secret = request.cookies.get(cookie_name(web))
    return hash_of(secret) if secret else None


def set_cookie(response: Response, secret: str, web: WebConfig) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(web),
        secret,
        max_age=int(web.session_hours * 3600),
        path="/",
        secure=web.https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, web: WebConfig) -> None:
    """Take it away."""
    response.delete_cookie(
        cookie_name(web), path="/", secure=web.https, httponly=True, samesite="lax"
    )


def cookie_name(web: WebConfig) -> str:
    """Return the cookie's name; ``__Host-`` lets no other host, nor plain http, set it."""
    return f"__Host-{COOKIE}" if web.https else COOKIE
