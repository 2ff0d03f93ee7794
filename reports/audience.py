"""Who is to be told of an idea as one flat table: a list to work through or to mail from."""

from groundswell.report import Addressee, Audience, NamedDeal
from reports.columns import Cell, Table


def audience_table(audience: Audience) -> Table:
    """Return one row per customer, then one per deal, in the order of the audience."""
    headings = (
        *(("idea id", 16), ("idea", 44), ("shipped", 12), ("who", 10), ("id", 30), ("name", 30)),
        *(("segment", 14), ("status or stage", 12), ("revenue or amount (per year)", 14)),
        *(("mentions", 9), ("last said or closing", 12), ("their words", 80)),
        *(("channel or competitor", 16), ("place", 24)),
    )
    rows = [_person(one) for one in audience.people] + [_deal(one) for one in audience.deals]
    idea = (audience.candidate_id, audience.title, audience.shipped)
    return Table("Audience", headings, tuple((*idea, *row) for row in rows))


def _person(one: Addressee) -> tuple[Cell, ...]:
    return (
        *(one.kind, one.name_id, one.name, one.segment, one.status, one.arr, one.mentions),
        *(one.last_said, one.words, one.channel, one.place),
    )


def _deal(one: NamedDeal) -> tuple[Cell, ...]:
    return (
        *("deal", one.deal_id, one.account, one.segment, one.stage, one.amount, None),
        *(one.close_date, "; ".join(one.reasons), one.competitor, None),
    )
