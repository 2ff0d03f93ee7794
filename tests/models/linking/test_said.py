from datetime import UTC, datetime

import numpy as np

from groundswell.domain import Deal, IdeaVerdict, MarketSignal, Signature, WorkItem
from groundswell.domain.drafts import sameness
from models.linking.said import heed_links, latest_owner, name_of, reason_names, said_by, said_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(target: str = "need-1", **links: tuple[bool, int]) -> IdeaVerdict:
    """Return a verdict with links, each by the decision of a number; _ stands for -."""
    named = {name.replace("_", "-"): link for name, link in links.items()}
    return IdeaVerdict(
        target,
        links={name: same for name, (same, _) in named.items()},
        signed={sameness(name): Signature(n, "Ana", NOON, "") for name, (_, n) in named.items()},
    )


def test_things_have_names_that_stay() -> None:
    week = MarketSignal("trends", "offline", 40.0, "index", NOON, "trends.csv")
    later = MarketSignal("trends", "offline", 55.0, "index", datetime(2026, 6, 8, tzinfo=UTC), "x")
    theirs = MarketSignal("competitor", "offline", 1.0, "event", NOON, "log.md", "Tern")
    assert name_of(week) == name_of(later) != name_of(theirs)
    assert name_of(WorkItem("RF-7", "x")) == "item-RF-7"
    deals = [
        Deal("D-1", None, "open", None, None, None, ("a", "b")),
        Deal("D-2", None, "won", 1, 1, None),
    ]
    assert reason_names(deals) == ["deal-D-1", "deal-D-1"]


def test_what_a_reviewer_said_goes_before_any_probability() -> None:
    chances = np.array([[0.9, 0.1, 0.3], [0.2, 0.8, 0.3]])
    verdicts = [said(item_a=(False, 1), item_b=(True, 2)), None]
    found = heed_links(chances, verdicts, ["item-a", "item-b", "item-c"])
    np.testing.assert_array_equal(found, [[0.0, 1.0, 0.3], [0.2, 0.8, 0.3]])
    assert heed_links(chances, (), ["x"] * 3) is chances


def test_of_the_texts_of_one_thing_the_likeliest_are_meant() -> None:
    chances = np.array([[0.1, 0.4, 0.2]])
    found = heed_links(chances, [said(deal_D=(True, 1))], ["deal-D", "deal-D", "deal-E"])
    np.testing.assert_array_equal(found, [[0.1, 1.0, 0.2]])
    none = heed_links(chances, [said(deal_D=(False, 1))], ["deal-D", "deal-D", "deal-E"])
    np.testing.assert_array_equal(none, [[0.0, 0.0, 0.2]])


def test_of_two_ideas_the_latest_word_has_what_only_one_can_have() -> None:
    chances = np.array([[0.5], [0.6], [1.0]])
    verdicts = [said(item_a=(True, 7)), said("need-2", item_a=(True, 4)), None]
    assert latest_owner(verdicts) == {"item-a": 0}
    shared = heed_links(chances, verdicts, ["item-a"])
    np.testing.assert_array_equal(shared, [[1.0], [1.0], [1.0]])
    single = heed_links(chances, verdicts, ["item-a"], single=True)
    np.testing.assert_array_equal(single, [[1.0], [0.0], [0.0]])


def test_who_said_it_is_told() -> None:
    verdict = said(item_a=(False, 7))
    assert (said_of(verdict, "item-a"), said_by(verdict, "item-a")) == (False, "Ana (2026-06-01)")
    assert (said_of(verdict, "item-b"), said_by(verdict, "item-b")) == (None, "")
    assert (said_of(None, "item-b"), said_by(None, "item-b")) == (None, "")
