"""Who may use the review app, and by what they are known there.

Roles form a chain: each may do all that the one before it may. A secret (password, session,
token) is never part of a value here, only a hash of it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Permission = Literal["read", "review", "plan", "admin"]
"""What a page may need: to see, to decide, to plan releases, to manage."""

Role = Literal["viewer", "reviewer", "planner", "admin"]

PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
ROLES: tuple[Role, ...] = get_args(Role)
GRANTS: dict[Role, frozenset[Permission]] = {
    role: frozenset(PERMISSIONS[: number + 1]) for number, role in enumerate(ROLES)
}
"""What each role may do: the first permission, the first two, and so on."""

PLANNED = frozenset({"place", "adopt"})
"""Kinds of decisions that planners make."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in, and their role."""

    name: str
    role: Role
    password_hash: str
    """Argon2id in its usual spelling, which names its parameters; empty: no password lets in."""
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a provider knows a user for ever."""

    issuer: str
    """Address of the provider."""
    subject: str
    """The provider's own id of the person, which it never gives to another."""
    user_name: str
    managed: bool
    """The provider brought this user, whose role follows it; else an admin tied the two."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which a user signed in."""

    session_hash: str
    user_name: str
    created_at: datetime
    seen_at: datetime
    """When it was last used, some minutes coarse."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The right of a program to act for a user."""

    token_id: str
    """By which people name it; says nothing of the token."""
    token_hash: str
    user_name: str
    label: str
    scopes: tuple[Permission, ...]
    """What it may do of that which the user's role may."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    """When it was last used, some minutes coarse."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is asking."""

    name: str
    role: Role
    scopes: frozenset[Permission] = frozenset(PERMISSIONS)
    """Narrower than all permissions only for a token."""

    def may(self, permission: Permission) -> bool:
        """Tell whether both the role and the scopes allow it."""
        return permission in GRANTS[self.role] & self.scopes


def needed_for(kind: str) -> Permission:
    """Return the permission that making or undoing a decision of a kind needs."""
    return "plan" if kind in PLANNED else "review"


def user_name(text: str) -> str:
    """Return a name in the one spelling in which it is kept: lower case.

    Raises
    ------
    ValueError
        It is empty, longer than 64 characters, or has characters that are easily confused.
    """
    name = text.strip().casefold()
    if not _NAME.fullmatch(name):
        raise ValueError("expected a name of 1 to 64 letters a to z, digits and . _ @ -")
    return name
