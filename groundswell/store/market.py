"""What is known of customers, deals, the market and the team."""

from typing import TypeVar

from groundswell.domain import Account, Deal, MarketSignal, Row, TeamCapacity, WorkItem
from groundswell.store.database import Database
from groundswell.store.fates import TABLES
from groundswell.store.rows import values

Kind = TypeVar("Kind", bound=Row)


class Market:
    """The tables beside the feedback; `Feedback.add_rows` fills them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> list[Account]:
        """Return every account, sorted by id."""
        return self._all(Account)

    def deals(self) -> list[Deal]:
        """Return every deal, sorted by id."""
        return self._all(Deal)

    def signals(self) -> list[MarketSignal]:
        """Return every market signal, sorted by id."""
        return self._all(MarketSignal)

    def work_items(self) -> list[WorkItem]:
        """Return waiting and finished work, sorted by id."""
        return self._all(WorkItem)

    def capacity(self) -> list[TeamCapacity]:
        """Return what the teams can do, sorted by team, then release."""
        return self._all(TeamCapacity)

    def _all(self, kind: type[Kind]) -> list[Kind]:
        with self._database.read() as connection:
            return values(connection, TABLES[kind], kind)
