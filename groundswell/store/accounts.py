"""Who may use the review app, in which browsers they are signed in, and their tokens.

These writes take no lease: people do not wait for the pipeline. Each is one statement or one
short transaction, so that two at once cannot leave something half-done.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Update, exists, select

from groundswell.accounts import ApiToken, Role, Session, User
from groundswell.store.account_tables import web_session, web_token, web_user
from groundswell.store.database import Database
from groundswell.store.engines import insert_new
from groundswell.store.rows import row_of, values


class Accounts:
    """The tables ``web_user``, ``web_session`` and ``web_token``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any_users(self) -> bool:
        """Tell whether a login is needed; disabled users count, or disabling would open up."""
        with self._database.read() as connection:
            return bool(connection.scalar(select(exists().select_from(web_user))))

    def users(self) -> list[User]:
        """Return every user, sorted by name."""
        with self._database.read() as connection:
            return values(connection, web_user, User)

    def user(self, name: str) -> User | None:
        """Return the user of that name, disabled or not."""
        with self._database.read() as connection:
            found = values(connection, web_user, User, web_user.c.name == name)
        return found[0] if found else None

    def add_user(self, user: User) -> bool:
        """Keep a new user; False, and nothing done, if there is one of that name."""
        with self._database.write("accounts.add_user", None) as connection:
            known = select(web_user.c.name).where(web_user.c.name == user.name)
            if connection.scalar(known) is not None:
                return False
            insert_new(connection, web_user, [row_of(user)])
            return True

    def set_password(self, name: str, password_hash: str) -> bool:
        """Change a password and end the user's sessions; False if there is no such user."""
        return self._change_user(name, {"password_hash": password_hash}, ends_sessions=True)

    def rehash(self, user: User, password_hash: str) -> None:
        """Keep the same password under newer parameters, unless it was changed; sessions stay."""
        same = (web_user.c.name == user.name, web_user.c.password_hash == user.password_hash)
        rehashed = web_user.update().where(*same).values(password_hash=password_hash)
        self._execute("accounts.rehash", rehashed)

    def set_role(self, name: str, role: Role) -> bool:
        """Change a role, from the next request on; False if there is no such user."""
        return self._change_user(name, {"role": role}, ends_sessions=False)

    def set_disabled(self, name: str, disabled: bool) -> bool:
        """Lock a user out, everywhere and at once, or let them in again; False if unknown."""
        return self._change_user(name, {"disabled": disabled}, ends_sessions=disabled)

    def begin_session(
        self, session: Session, password_hash: str, *, instead_of: str | None = None
    ) -> bool:
        """Keep a new session; that of the hash `instead_of` ends in the same moment.

        False, and nothing done, if the user was locked out or has another password by now:
        checking one takes long enough for that.
        """
        with self._database.write("accounts.begin_session", None) as connection:
            same = (web_user.c.name == session.user_name, web_user.c.disabled.is_(False))
            user = select(web_user.c.password_hash).where(*same).with_for_update()
            if connection.scalar(user) != password_hash:
                return False
            if instead_of is not None:
                old = web_session.c.session_hash == instead_of
                connection.execute(web_session.delete().where(old))
            connection.execute(web_session.insert().values(row_of(session)))
            return True

    def session(self, session_hash: str) -> tuple[Session, User] | None:
        """Return a session and its user, unless that one is disabled."""
        with self._database.read() as connection:
            found = values(
                connection, web_session, Session, web_session.c.session_hash == session_hash
            )
            if not found:
                return None
            user = _enabled(connection, found[0].user_name)
        return None if user is None else (found[0], user)

    def see_session(self, session_hash: str, now: datetime) -> None:
        """Note that a session was used."""
        seen = web_session.update().where(web_session.c.session_hash == session_hash)
        self._execute("accounts.see_session", seen.values(seen_at=now))

    def end_session(self, session_hash: str) -> None:
        """End one session."""
        with self._database.write("accounts.end_session", None) as connection:
            mine = web_session.c.session_hash == session_hash
            connection.execute(web_session.delete().where(mine))

    def end_sessions(self, name: str) -> None:
        """End all sessions of a user."""
        with self._database.write("accounts.end_sessions", None) as connection:
            connection.execute(web_session.delete().where(web_session.c.user_name == name))

    def clear_sessions(self, *, begun_before: datetime, seen_before: datetime) -> None:
        """Forget sessions that ran out."""
        with self._database.write("accounts.clear_sessions", None) as connection:
            begun = web_session.c.created_at < begun_before
            seen = web_session.c.seen_at < seen_before
            connection.execute(web_session.delete().where(begun | seen))

    def tokens(self, user_names: Collection[str] = ()) -> list[ApiToken]:
        """Return the tokens of these users, or of all, sorted by id."""
        mine = [web_token.c.user_name.in_(user_names)] if user_names else []
        with self._database.read() as connection:
            return values(connection, web_token, ApiToken, *mine)

    def add_token(self, token: ApiToken) -> None:
        """Keep a new token."""
        with self._database.write("accounts.add_token", None) as connection:
            connection.execute(web_token.insert().values(row_of(token)))

    def token(self, token_hash: str) -> tuple[ApiToken, User] | None:
        """Return a token and its user, unless that one is disabled."""
        with self._database.read() as connection:
            found = values(connection, web_token, ApiToken, web_token.c.token_hash == token_hash)
            if not found:
                return None
            user = _enabled(connection, found[0].user_name)
        return None if user is None else (found[0], user)

    def use_token(self, token_id: str, now: datetime) -> None:
        """Note that a token was used."""
        used = web_token.update().where(web_token.c.token_id == token_id)
        self._execute("accounts.use_token", used.values(used_at=now))

    def revoke_token(self, token_id: str) -> bool:
        """Forget a token; False if there is none of that id."""
        with self._database.write("accounts.revoke_token", None) as connection:
            gone = web_token.delete().where(web_token.c.token_id == token_id)
            return connection.execute(gone).rowcount > 0

    def _change_user(self, name: str, change: dict[str, Any], *, ends_sessions: bool) -> bool:
        with self._database.write("accounts.change_user", None) as connection:
            changed = web_user.update().where(web_user.c.name == name).values(change)
            if ends_sessions:
                connection.execute(web_session.delete().where(web_session.c.user_name == name))
            return connection.execute(changed).rowcount > 0

    def _execute(self, name: str, statement: Update) -> None:
        with self._database.write(name, None) as connection:
            connection.execute(statement)


def _enabled(connection: Any, name: str) -> User | None:
    mine = (web_user.c.name == name, web_user.c.disabled.is_(False))
    found = values(connection, web_user, User, *mine)
    return found[0] if found else None
