"""Who asks: by the token of a request, else by its session, else by sitting at the machine."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from getpass import getuser
from typing import TYPE_CHECKING

from starlette.requests import Request

from groundswell.accounts import Reviewer
from groundswell.web_config import WebConfig
from web.accounts.secrets import hash_of, is_over, session_of

if TYPE_CHECKING:
    from groundswell.store import Store

SEEN_EVERY = timedelta(minutes=5)
"""How coarse "last used" is, so that not every click writes."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who is known."""

    reviewer: Reviewer
    session_hash: str | None = None


def has_token(request: Request) -> bool:
    """Tell whether a request is judged by its Authorization header alone."""
    return "authorization" in request.headers


def who_asks(request: Request, store: "Store", web: WebConfig, now: datetime) -> Asking | None:
    """Return who asks, None if nobody who is known.

    A request with an Authorization header is never judged by its cookie, nor by where it comes
    from: a wrong token is nobody.
    """
    if has_token(request):
        return _by_token(request, store, now)
    if web.is_for_one and not store.accounts.any_users():
        return Asking(Reviewer(person_at_this_machine(), "admin"))
    return _by_session(session_of(request, web), store, web, now)


def person_at_this_machine() -> str:
    """Return the operating system's name of who runs this program."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return f"uid-{os.getuid()}"


def _by_token(request: Request, store: "Store", now: datetime) -> Asking | None:
    kind, _, secret = request.headers["authorization"].partition(" ")
    if kind.lower() != "bearer" or len(request.headers.getlist("authorization")) > 1:
        return None
    found = store.accounts.token(hash_of(secret.strip()))
    if found is None:
        return None
    token, user = found
    if now >= token.expires_at:
        return None
    if token.used_at is None or now - token.used_at >= SEEN_EVERY:
        store.accounts.use_token(token.token_id, now)
    return Asking(Reviewer(user.name, user.role, frozenset(token.scopes)))


def _by_session(
    session_hash: str | None, store: "Store", web: WebConfig, now: datetime
) -> Asking | None:
    found = store.accounts.session(session_hash) if session_hash else None
    if found is None:
        return None
    session, user = found
    if is_over(session, now, web):
        return None
    if now - session.seen_at >= SEEN_EVERY:
        store.accounts.see_session(session.session_hash, now)
    return Asking(Reviewer(user.name, user.role), session.session_hash)
