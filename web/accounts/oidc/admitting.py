"""Who of those that the provider knows comes in, under which name, and with which role.

Somebody is known by (issuer, subject) alone. An e-mail address can say that one belongs to a
company; it never says who one is here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

from groundswell.accounts import ROLES, Identity, Role, User, user_name
from groundswell.web_config import OidcConfig

if TYPE_CHECKING:
    from groundswell.store import Store

Claims = Mapping[str, Any]


class NotAdmitted(Exception):
    """The provider knows somebody who may not come in; says why."""


def admit(claims: Claims, settings: OidcConfig, store: "Store", now: datetime) -> User:
    """Return the user that somebody is here, a new one where that is wanted.

    Raises
    ------
    NotAdmitted
        They may not come in.
    """
    subject = claims["sub"]
    found = store.identities.find(settings.issuer, subject)
    if found is None:
        return _newcomer(claims, settings, store, now)
    identity, user = found
    if user.disabled:
        raise NotAdmitted("this account was disabled; ask whoever runs this installation")
    if not identity.managed:
        return user
    try:
        role = _role(claims, settings)
    except NotAdmitted:  # no longer: then nowhere, and not only in this browser
        store.accounts.end_sessions(user.name)
        raise
    if role != user.role:
        store.accounts.set_role(user.name, role)
    return replace(user, role=role)


def role_of(claims: Claims, settings: OidcConfig) -> Role | None:
    """Return the highest role of somebody's groups, else the default one; None: there is none."""
    told = claims.get(settings.group_claim)
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    roles = {settings.roles[group] for group in groups if group in settings.roles}
    if roles:
        return max(roles, key=ROLES.index)
    return settings.default_role or None


def is_of_domains(claims: Claims, domains: tuple[str, ...]) -> bool:
    """Tell whether somebody's verified e-mail address is in one of the domains; none: any is."""
    return not domains or _domain(claims) in {domain.casefold() for domain in domains}


def _newcomer(claims: Claims, settings: OidcConfig, store: "Store", now: datetime) -> User:
    subject = claims["sub"]
    if not settings.newcomers:
        raise NotAdmitted(
            f"{settings.shown} knows you as {subject!r}, and nobody here is tied to that; whoever"
            " runs this installation can tie you with 'groundswell users tie NAME ID'"
        )
    role = _role(claims, settings)
    for name in _names(claims):
        user = User(name, role, "", False, now)
        identity = Identity(settings.issuer, subject, name, True, now)
        if store.identities.add_newcomer(user, identity):
            return user
    raise ValueError("names never end")


def _role(claims: Claims, settings: OidcConfig) -> Role:
    if not is_of_domains(claims, settings.domains):
        raise NotAdmitted("your e-mail address is not verified, or not of a domain that comes in")
    role = role_of(claims, settings)
    if role is None:
        raise NotAdmitted(f"none of your groups at {settings.shown} has a role here")
    return role


def _domain(claims: Claims) -> str:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    return email.rpartition("@")[2].casefold()


def _names(claims: Claims) -> Iterator[str]:
    """Yield names to take, the nicest first; one that is taken is another person's."""
    told = claims.get("email" if _domain(claims) else "preferred_username")
    spelt = re.sub(r"[^a-z0-9._@-]+", "-", told.casefold()) if isinstance(told, str) else ""
    first = spelt.strip("._@-")[:56] or f"person-{sha256(claims['sub'].encode()).hexdigest()[:8]}"
    yield user_name(first)
    yield from (user_name(f"{first}-{number}") for number in count(2))
