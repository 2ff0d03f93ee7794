"""The tables of customers, deals, the market and the team.

What changes is kept as observations: what was seen of a key at a moment. It holds until the
next one, so that any day can be seen as it was then (`groundswell.store.histories`).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, Table

from groundswell.store.columns import Day, Document, Moment, key, optional, required, table


def observations(name: str, keys: Sequence[Column[Any]], *content: Column[Any]) -> Table:
    """Return a table of what was observed of each key, and when.

    A time that is not `stated` by the source is that of the reading: the clock's, so that an
    image shows only its place in the order.
    """
    return table(
        name,
        *keys,
        key("observed_at", Moment),
        required("stated", Boolean),
        required("source"),
        *content,
        info={"observed": True},
    )


account = observations(
    "account",
    [key("account_id")],
    required("name"),
    optional("arr", Double),
    optional("segment"),
    optional("seats", Integer),
    optional("renewal_date", Day),
    required("status"),
    optional("churned_at", Day),
)

deal = observations(
    "deal",
    [key("deal_id")],
    optional("account_id"),
    required("stage"),
    optional("amount", Double),
    optional("probability", Double),
    optional("close_date", Day),
    required("reasons", Document),
    optional("competitor"),
)

market_signal = table(
    "market_signal",
    key("signal_id"),
    required("kind"),
    required("key"),
    required("value", Double),
    required("unit"),
    required("observed_at", Moment),
    required("source"),
    optional("competitor"),
    required("text"),
    optional("geo"),
)

work_item = observations(
    "work_item",
    [key("item_id")],
    required("title"),
    required("text"),
    optional("area"),
    optional("type"),
    required("status"),
    optional("team"),
    optional("estimate_days", Double),
    optional("actual_days", Double),
    optional("story_points", Double),
    optional("started", Day),
    optional("finished", Day),
    optional("url"),
)

capacity = observations(
    "capacity",
    [key("team"), key("release")],
    required("person_days", Double),
    optional("day_rate", Double),
)

usage = observations(
    "usage",
    [key("date", Day), key("area")],
    optional("unique_users", BigInteger),
    optional("events", BigInteger),
)

support_cost = observations(
    "support_cost",
    [key("date", Day), key("area")],
    optional("tickets", BigInteger),
    optional("minutes", Double),
    optional("cost", Double),
)

dependency = observations("dependency", [key("item_id"), key("kind"), key("other_id")])
