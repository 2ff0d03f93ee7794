"""What is known of customers, deals, the market and the team, now or as of an earlier day."""

from datetime import datetime
from typing import TypeVar

from groundswell.domain import (
    Account,
    Deal,
    Dependency,
    MarketSignal,
    ProductUsage,
    Row,
    SupportCost,
    TeamCapacity,
    WorkItem,
)
from groundswell.store.company import market_signal
from groundswell.store.database import Database
from groundswell.store.histories import TABLES, Version, holding, versions
from groundswell.store.rows import values

Kind = TypeVar("Kind", bound=Row)


class Market:
    """The tables beside the feedback; `Feedback.add_rows` fills them.

    Every method takes `as_of`: what held at that moment, without what was first seen later.
    None: what holds now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self, as_of: datetime | None = None) -> list[Account]:
        """Return every account, sorted by id."""
        return self._all(Account, as_of)

    def deals(self, as_of: datetime | None = None) -> list[Deal]:
        """Return every deal, sorted by id."""
        return self._all(Deal, as_of)

    def signals(self, as_of: datetime | None = None) -> list[MarketSignal]:
        """Return every market signal, sorted by id; with `as_of` those observed by then."""
        seen = () if as_of is None else (market_signal.c.observed_at <= as_of,)
        with self._database.read() as connection:
            return values(connection, market_signal, MarketSignal, *seen)

    def work_items(self, as_of: datetime | None = None) -> list[WorkItem]:
        """Return waiting and finished work, sorted by id."""
        return self._all(WorkItem, as_of)

    def capacity(self, as_of: datetime | None = None) -> list[TeamCapacity]:
        """Return what the teams can do, sorted by team, then release."""
        return self._all(TeamCapacity, as_of)

    def usage(self, as_of: datetime | None = None) -> list[ProductUsage]:
        """Return how much each part of the product was used, sorted by date, then area."""
        return self._all(ProductUsage, as_of)

    def support_costs(self, as_of: datetime | None = None) -> list[SupportCost]:
        """Return what support took, sorted by date, then area."""
        return self._all(SupportCost, as_of)

    def dependencies(self, as_of: datetime | None = None) -> list[Dependency]:
        """Return how pieces of work depend on each other, sorted by item, kind and other."""
        return self._all(Dependency, as_of)

    def versions(self, kind: type[Kind]) -> list[Version[Kind]]:
        """Return all that ever held of one kind and when, sorted by key, then time.

        Parameters
        ----------
        kind
            `Account`, `Deal`, `WorkItem`, `TeamCapacity`, `ProductUsage`, `SupportCost` or
            `Dependency`.
        """
        with self._database.read() as connection:
            return versions(connection, kind)

    def _all(self, kind: type[Kind], as_of: datetime | None) -> list[Kind]:
        table = TABLES[kind]
        with self._database.read() as connection:
            return values(connection, table, kind, holding(table, as_of))
