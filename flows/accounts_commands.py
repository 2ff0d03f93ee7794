"""``groundswell users`` and ``groundswell tokens``: who may use the review app.

A password is typed, or read from standard input; never an argument, which other people on the
machine could see and the shell remembers.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from groundswell.accounts import PERMISSIONS, Identity, Permission, Role, User, user_name
from groundswell.errors import ConfigError

if TYPE_CHECKING:
    from groundswell.store.accounts import Accounts

users = typer.Typer(
    help="Say who may use the review app.", no_args_is_help=True, add_completion=False
)
tokens = typer.Typer(
    help="Let programs use the review app.", no_args_is_help=True, add_completion=False
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
RoleOption = Annotated[Role, typer.Option("--role", help="What the user may do.")]


@users.command("add")
def add_user(
    name: NameArgument,
    role: RoleOption,
    without_password: Annotated[
        bool, typer.Option("--without-password", help="Signs in with the provider alone.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Add a user; the password is asked for, or read from standard input."""
    with _accounts(config) as accounts:
        name = _spelt(name)
        password_hash = "" if without_password else _new_password_hash()
        user = User(name, role, password_hash, False, datetime.now(UTC))
        if not accounts.add_user(user):
            raise ConfigError(f"user {name}: is there already; choose another name")
    typer.echo(f"{name} may sign in as {role}.", err=True)


@users.command("list")
def list_users(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the users."""
    from flows import terminal

    with _accounts(config) as accounts:
        found = accounts.users()
    if as_json:
        names = ("name", "role", "disabled", "created_at")
        terminal.write_json([{name: getattr(user, name) for name in names} for user in found])
        return
    table = terminal.table("user", "role", "since", "state")
    for user in found:
        state = "disabled" if user.disabled else ""
        table.add_row(user.name, user.role, str(user.created_at.date()), state)
    terminal.output().print(table if found else "No users: the app is for this machine alone.")


@users.command("role")
def set_role(
    name: NameArgument,
    role: Annotated[Role, typer.Argument()],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give a user another role, from their next click on."""
    with _accounts(config) as accounts:
        _require(accounts.set_role(_spelt(name), role), name)


@users.command("disable")
def disable(name: NameArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Lock a user out at once: sessions end, tokens stop working."""
    with _accounts(config) as accounts:
        _require(accounts.set_disabled(_spelt(name), True), name)


@users.command("enable")
def enable(name: NameArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let a user in again."""
    with _accounts(config) as accounts:
        _require(accounts.set_disabled(_spelt(name), False), name)


@users.command("password")
def set_password(name: NameArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Set a new password, asked for or read from standard input; sessions end."""
    with _accounts(config) as accounts:
        name = _spelt(name)
        _require(accounts.user(name) is not None, name)
        accounts.set_password(name, _new_password_hash())


@users.command("tie")
def tie(
    name: NameArgument,
    subject: Annotated[str, typer.Argument(metavar="ID", help="What the provider knows them by.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Let a user sign in with the provider, too, by the id that it knows them by."""
    from groundswell.config import load_config
    from groundswell.store import open_store

    settings = load_config(config)
    issuer = settings.web.oidc.issuer
    if not issuer:
        raise ConfigError("[web.oidc] names no issuer, so there is nobody to tie a user to")
    name = _spelt(name)
    with open_store(settings.store.database) as store:
        tied = Identity(issuer, subject, name, managed=False, created_at=datetime.now(UTC))
        _require(store.identities.tie(tied), name)
    typer.echo(f"{name} may sign in as {subject} of {issuer}.", err=True)


@users.command("untie")
def untie(name: NameArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let a user no longer sign in with the provider; sessions end."""
    from groundswell.config import load_config
    from groundswell.store import open_store

    name = _spelt(name)
    with open_store(load_config(config).store.database) as store:
        _require(store.accounts.user(name) is not None, name)
        count = store.identities.untie(name)
        store.accounts.end_sessions(name)
    typer.echo(f"{name} was tied to {count} id{'' if count == 1 else 's'}.", err=True)


@tokens.command("add")
def add_token(
    name: NameArgument,
    scopes: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="|".join(PERMISSIONS),
            help="What it may do besides reading; again for more.",
        ),
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for.", metavar="TEXT")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good.")] = 90,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make a token that acts for a user, and print it this once."""
    from web.accounts.secrets import new_token

    with _accounts(config) as accounts:
        name = _spelt(name)
        _require(accounts.user(name) is not None, name)
        made = new_token(name, label, _permissions(scopes or ()), datetime.now(UTC), days)
        accounts.add_token(made.token)
    until = made.token.expires_at.date()
    typer.echo(f"Token {made.token.token_id} acts for {name} until {until}; keep it now:", err=True)
    typer.echo(made.secret)


@tokens.command("list")
def list_tokens(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the tokens; what they are was shown when they were made."""
    from flows import terminal

    with _accounts(config) as accounts:
        found = accounts.tokens()
    if as_json:
        names = ("token_id", "user_name", "label", "scopes", "created_at", "expires_at", "used_at")
        terminal.write_json([{name: getattr(token, name) for name in names} for token in found])
        return
    table = terminal.table("token", "user", "label", "may", "until", "last used")
    for token in found:
        used = str(token.used_at.date()) if token.used_at else "never"
        table.add_row(
            token.token_id,
            token.user_name,
            terminal.foreign(token.label),
            ", ".join(token.scopes),
            str(token.expires_at.date()),
            used,
        )
    terminal.output().print(table if found else "No tokens.")


@tokens.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, such as 3fa9c1d2.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """End a token."""
    with _accounts(config) as accounts:
        if not accounts.revoke_token(token):
            raise ConfigError(f"token {token}: no such token; 'groundswell tokens list' lists them")


@contextmanager
def _accounts(config: Path) -> Iterator["Accounts"]:
    from groundswell.config import load_config
    from groundswell.store import open_store

    with open_store(load_config(config).store.database) as store:
        yield store.accounts


def _new_password_hash() -> str:
    from web.accounts.passwords import Passwords

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        return Passwords().hash(password)
    except ValueError as error:
        raise ConfigError(f"the password cannot be used: {error}") from None


def _permissions(scopes: Iterable[str]) -> tuple[Permission, ...]:
    wanted = {"read", *scopes}
    unknown = sorted(wanted.difference(PERMISSIONS))
    if unknown:
        raise typer.BadParameter(f"--scope {unknown[0]}: expected {', '.join(PERMISSIONS)}")
    return tuple(permission for permission in PERMISSIONS if permission in wanted)


def _spelt(name: str) -> str:
    try:
        return user_name(name)
    except ValueError as error:
        raise ConfigError(f"user {name!r}: {error}") from None


def _require(found: bool, name: str) -> None:
    if not found:
        raise ConfigError(f"user {name}: no such user; 'groundswell users list' lists them")
