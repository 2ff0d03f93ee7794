"""What the review app remembers of one person.

These writes take no lease, as those of `groundswell.store.accounts`: each is one short
transaction, about rows of one person alone.
"""

from sqlalchemy import Connection, func, or_, select

from groundswell.personal import LastSeen, SavedView
from groundswell.store.account_tables import web_default_view, web_seen, web_view
from groundswell.store.database import Database
from groundswell.store.engines import upsert
from groundswell.store.rows import columns_of, row_of

MOST_VIEWS = 100
"""Of one person: a longer list is no help to anybody."""


class Personal:
    """The tables ``web_seen``, ``web_view`` and ``web_default_view``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_seen(self, reviewer: str) -> LastSeen | None:
        """Return the report that somebody marked as seen last; None: none yet."""
        query = select(*columns_of(web_seen, LastSeen)).where(web_seen.c.reviewer == reviewer)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else LastSeen(*row)

    def mark_seen(self, reviewer: str, seen: LastSeen) -> None:
        """Remember a report as seen, in place of the one before."""
        with self._database.write("personal.mark_seen", None, urgent=True) as connection:
            upsert(connection, web_seen, [row_of(seen, reviewer=reviewer)])

    def views(self, reviewer: str) -> list[SavedView]:
        """Return the views that somebody sees, their own first, each part by name."""
        seen = or_(web_view.c.owner == reviewer, web_view.c.shared)
        order = (web_view.c.owner != reviewer, func.lower(web_view.c.name), web_view.c.view_id)
        query = select(*columns_of(web_view, SavedView)).where(seen).order_by(*order)
        with self._database.read() as connection:
            return [SavedView(*row) for row in connection.execute(query)]

    def add_view(self, view: SavedView) -> bool:
        """Keep a new view; False, and nothing done, if its owner has one of that name.

        False also where they have `MOST_VIEWS` already.
        """
        mine = web_view.c.owner == view.owner
        with self._database.write("personal.add_view", None, urgent=True) as connection:
            count = select(func.count()).select_from(web_view).where(mine)
            full = (connection.scalar(count) or 0) >= MOST_VIEWS
            if full or _taken(connection, view.owner, view.name):
                return False
            connection.execute(web_view.insert().values(row_of(view)))
            return True

    def rename_view(self, owner: str, view_id: str, name: str) -> bool:
        """Give a view another name; False if it is not the owner's, or the name is taken."""
        with self._database.write("personal.rename_view", None, urgent=True) as connection:
            if _taken(connection, owner, name, but=view_id):
                return False
            mine = (web_view.c.owner == owner, web_view.c.view_id == view_id)
            renamed = web_view.update().where(*mine).values(name=name)
            return connection.execute(renamed).rowcount > 0

    def share_view(self, owner: str, view_id: str, shared: bool) -> bool:
        """Show a view to everybody, or to its owner alone; False if it is not the owner's."""
        with self._database.write("personal.share_view", None, urgent=True) as connection:
            mine = (web_view.c.owner == owner, web_view.c.view_id == view_id)
            changed = web_view.update().where(*mine).values(shared=shared)
            return connection.execute(changed).rowcount > 0

    def delete_view(self, owner: str, view_id: str) -> bool:
        """Forget a view; False if it is not the owner's."""
        with self._database.write("personal.delete_view", None, urgent=True) as connection:
            mine = (web_view.c.owner == owner, web_view.c.view_id == view_id)
            gone = connection.execute(web_view.delete().where(*mine)).rowcount > 0
            if gone:
                used = web_default_view.c.view_id == view_id
                connection.execute(web_default_view.delete().where(used))
            return gone

    def default_view(self, reviewer: str) -> SavedView | None:
        """Return the view that somebody's list of ideas opens with; None: all ideas.

        None also where its owner no longer shares it.
        """
        mine = select(web_default_view.c.view_id).where(web_default_view.c.reviewer == reviewer)
        with self._database.read() as connection:
            chosen = connection.scalar(mine)
        found = (view for view in self.views(reviewer) if view.view_id == chosen)
        return next(found, None) if chosen else None

    def set_default_view(self, reviewer: str, view_id: str | None) -> None:
        """Choose the view that somebody's list of ideas opens with; None: all ideas."""
        row = {"reviewer": reviewer, "view_id": view_id}
        with self._database.write("personal.set_default_view", None, urgent=True) as connection:
            upsert(connection, web_default_view, [row])


def _taken(connection: Connection, owner: str, name: str, but: str = "") -> bool:
    same = (web_view.c.owner == owner, web_view.c.name == name, web_view.c.view_id != but)
    return connection.scalar(select(web_view.c.view_id).where(*same)) is not None
