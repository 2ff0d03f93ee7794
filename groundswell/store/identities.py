"""By what an OpenID provider knows the users of the review app.

A user is tied to (issuer, subject) and to nothing else: an e-mail address can be given to another
person, and another provider can claim it.
"""

from sqlalchemy import select

from groundswell.accounts import Identity, User
from groundswell.store.account_tables import web_identity, web_user
from groundswell.store.database import Database
from groundswell.store.engines import upsert
from groundswell.store.rows import row_of, values


class Identities:
    """The table ``web_identity``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, issuer: str, subject: str) -> tuple[Identity, User] | None:
        """Return who this is here, disabled or not; None: nobody yet."""
        same = (web_identity.c.issuer == issuer, web_identity.c.subject == subject)
        with self._database.read() as connection:
            found = values(connection, web_identity, Identity, *same)
            if not found:
                return None
            (user,) = values(connection, web_user, User, web_user.c.name == found[0].user_name)
        return found[0], user

    def of(self, user_name: str) -> list[Identity]:
        """Return the identities of a user."""
        with self._database.read() as connection:
            return values(connection, web_identity, Identity, web_identity.c.user_name == user_name)

    def add_newcomer(self, user: User, identity: Identity) -> bool:
        """Keep a new user with their identity; False, and nothing done, if the name is taken."""
        with self._database.write("identities.add_newcomer", None) as connection:
            known = select(web_user.c.name).where(web_user.c.name == user.name)
            if connection.scalar(known) is not None:
                return False
            # Not "insert if new": of two at once, one would be tied to the other's name.
            connection.execute(web_user.insert().values(row_of(user)))
            connection.execute(web_identity.insert().values(row_of(identity)))
            return True

    def tie(self, identity: Identity) -> bool:
        """Tie an identity to a user, in place of whom it was tied to; False: no such user."""
        with self._database.write("identities.tie", None) as connection:
            known = select(web_user.c.name).where(web_user.c.name == identity.user_name)
            if connection.scalar(known) is None:
                return False
            upsert(connection, web_identity, [row_of(identity)])
            return True

    def untie(self, user_name: str) -> int:
        """Forget the identities of a user; return how many there were."""
        with self._database.write("identities.untie", None) as connection:
            mine = web_identity.c.user_name == user_name
            return connection.execute(web_identity.delete().where(mine)).rowcount
