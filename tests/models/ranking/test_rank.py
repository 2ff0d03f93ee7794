import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundswell.domain import Account, Deal, MarketSignal, WorkItem
from groundswell.report import RankedIdea
from models.evidence.inputs import Evidence, RankingParameters, WeightDoubt
from models.ranking.candidates import propose_candidates
from models.ranking.rank import Ranking, rank_candidates
from models.ranking.scoring import reference_from_json, reference_to_json
from models.ranking.uncertainty import rank_intervals, ranks_of, tiers

PARAMETERS = RankingParameters(draws=200)
NEEDS = ["offline notes", "export to pdf", "dark mode", "love it", "slow search", "widgets"]
# Voices per need and the ratings that its customers give.
SIZES = {0: (40, 2.0), 1: (12, 3.0), 2: (20, 2.0), 3: (120, 5.0), 4: (25, 1.0), 5: (6, 3.0)}

Rank = Callable[..., Ranking]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "theme": need,
            "days_ago": (7.3 * n) % 300 + 1,
            "account": f"A{(n * 7 + need) % 30}" if n % 4 == 0 else None,
            "author": f"user {need} {n}",
            "rating": rating if n % 2 else np.nan,
            "channel": ("review", "ticket", "survey")[n % 3],
            "source": ("store.csv", "desk.csv")[n % 2],
            "membership": 0.6 + 0.4 * (n % 2),
            "text": f"{NEEDS[need]}: customer {n} says what they would like to see.",
        }
        for need, (size, rating) in SIZES.items()
        for n in range(size)
    ]


@pytest.fixture
def evidence(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Evidence:
    signals = [
        MarketSignal(
            "trends", "pdf", 80.0 if w < 13 else 40.0, "index", as_of - timedelta(weeks=w), "g.csv"
        )
        for w in range(52)
    ]
    items = [
        WorkItem(f"D{n}", f"done {n}", status="done", actual_days=2.0 + n % 5) for n in range(25)
    ]
    items += [WorkItem("OPEN-1", "notes offline"), WorkItem("OPEN-2", "unheard of")]
    item_vectors = np.vstack([np.tile(axes(9)[8:], (25, 1)), axes(1), axes(16)[15:]])
    accounts = [
        Account(f"A{n}", f"Acme {n}", 1000.0 * (n + 1), "small" if n % 3 else "large")
        for n in range(30)
    ]
    deals = [Deal("d1", None, "open", 9_000.0, 0.5, None, ("pdf", "price"))]
    return Evidence(
        make_mentions(_rows()),
        make_themes(NEEDS),
        axes(6),
        as_of,
        accounts,
        deals,
        axes(16)[[1, 14]],
        signals,
        np.tile(axes(2)[1:], (52, 1)),
        items,
        item_vectors,
    )


def _rank(evidence: Evidence, parameters: RankingParameters = PARAMETERS, **more: Any) -> Ranking:
    candidates = propose_candidates(
        evidence.themes,
        evidence.theme_vectors,
        evidence.items,
        evidence.item_vectors,
        link_probability=0.5,
    )
    return rank_candidates(evidence, candidates, parameters, **more)


def _idea(ranking: Ranking, title: str) -> RankedIdea:
    return next(idea for idea in ranking.ideas if idea.title == title)


def _part(idea: RankedIdea, criterion: str) -> Any:
    return next(part for part in idea.parts if part.criterion == criterion)


def test_bars_sum_to_the_priority_and_the_order_follows_it(evidence: Evidence) -> None:
    ranking = _rank(evidence)
    for idea in ranking.ideas:
        assert sum(p.contribution for p in idea.parts) == pytest.approx(idea.priority, abs=1e-9)
        for part in idea.parts:
            assert part.contribution == pytest.approx(part.weight * part.z, abs=1e-9)
    priorities = [idea.priority for idea in ranking.ideas]
    assert priorities == sorted(priorities, reverse=True)
    assert [idea.rank for idea in ranking.ideas] == list(range(1, 8))


def test_intervals_hold_the_rank_and_tiers_never_fall(evidence: Evidence) -> None:
    ranking = _rank(evidence)
    for idea in ranking.ideas:
        assert 1 <= idea.rank_low <= idea.rank <= idea.rank_high <= 7
        assert idea.p_top10 == 1.0
    tier = [idea.tier for idea in ranking.ideas]
    assert tier[0] == 1
    assert set(np.diff(tier)) <= {0, 1}


def test_order_of_every_input_does_not_matter(evidence: Evidence) -> None:
    def turned(values: Any) -> Any:
        return values[::-1]

    mirrored = Evidence(
        evidence.mentions.sample(frac=1.0, random_state=3),
        turned(evidence.themes),
        turned(evidence.theme_vectors),
        evidence.as_of,
        turned(evidence.accounts),
        evidence.deals,
        evidence.reason_vectors,
        turned(evidence.signals),
        turned(evidence.signal_vectors),
        turned(evidence.items),
        turned(evidence.item_vectors),
    )
    assert _rank(mirrored) == _rank(evidence)


def test_the_seed_decides_the_draws_and_nothing_else(evidence: Evidence) -> None:
    first, second = _rank(evidence), _rank(evidence, replace(PARAMETERS, seed=5))
    assert first == _rank(evidence)
    assert [i.priority for i in first.ideas] == [i.priority for i in second.ideas]
    assert first != second


def test_praise_ranks_last_though_most_people_voice_it(evidence: Evidence) -> None:
    ranking = _rank(evidence)
    praise = _idea(ranking, "love it")
    assert praise.voices == max(idea.voices for idea in ranking.ideas)
    heard = [idea for idea in ranking.ideas if idea.voices > 0]
    assert heard[-1] == praise


def test_a_loud_account_moves_nothing(evidence: Evidence, make_mentions: Any) -> None:
    loud = [
        {"theme": 5, "account": "A5", "statement_id": f"z{n:03d}", "record_id": f"z{n}"}
        for n in range(300)
    ]
    once = replace(evidence, mentions=make_mentions(_rows() + loud[:1]))
    often = replace(evidence, mentions=make_mentions(_rows() + loud))
    assert _idea(_rank(once), "widgets").rank == _idea(_rank(often), "widgets").rank
    assert _idea(_rank(often), "widgets").voices == _idea(_rank(once), "widgets").voices


def test_missing_data_add_nothing_but_doubt(evidence: Evidence, make_mentions: Any) -> None:
    nobody_known = [row | ({"account": None} if row["theme"] == 5 else {}) for row in _rows()]
    evidence = replace(evidence, mentions=make_mentions(nobody_known))
    idea = _idea(_rank(evidence), "widgets")
    part = _part(idea, "revenue")
    assert (part.raw.value, part.raw.low, part.z, part.contribution) == (None, None, 0.0, 0.0)
    assert part.spread == pytest.approx(abs(part.weight), rel=0.4)
    assert part.note.startswith("no data")
    assert idea.revenue.value is None


def test_what_nobody_asks_for_puts_no_known_revenue_at_risk(evidence: Evidence) -> None:
    idea = _idea(_rank(evidence), "unheard of")
    assert (idea.voices, idea.revenue.value) == (0, 0.0)
    unknown = replace(evidence, accounts=[Account("A1", "Acme")])
    assert _idea(_rank(unknown), "unheard of").revenue.value is None


def test_a_criterion_missing_for_most_is_dropped_and_the_others_rescaled(
    evidence: Evidence,
) -> None:
    ranking = _rank(evidence)
    # Only one idea of seven matches a signal.
    assert "market_pull" not in dict(ranking.weights)
    assert any("Market pull is missing for 86% of the ideas" in note for note in ranking.notes)
    assert sum(weight for _, weight in ranking.weights if weight > 0) == pytest.approx(1.0)
    kept = _rank(evidence, replace(PARAMETERS, missing_drop_share=0.9))
    assert "market_pull" in dict(kept.weights)
    assert _part(_idea(kept, "export to pdf"), "market_pull").raw.value is not None


def test_a_frozen_reference_keeps_scores_when_other_ideas_come(
    evidence: Evidence, make_mentions: Any
) -> None:
    first = _rank(evidence)
    reference = reference_from_json(reference_to_json(first.reference))
    again = _rank(evidence, reference=reference)
    assert [i.score for i in again.ideas] == [i.score for i in first.ideas]
    less = _rank(replace(evidence, mentions=make_mentions(_rows()[:60])), reference=reference)
    assert less.reference.scales == first.reference.scales
    assert less.reference.spread == first.reference.spread


def test_a_reference_of_another_strategy_is_replaced_and_said(evidence: Evidence) -> None:
    other = _rank(evidence, replace(PARAMETERS, strategy="odi")).reference
    ranking = _rank(evidence, reference=other)
    assert ranking.reference == _rank(evidence).reference
    assert any("strategy changed" in note for note in ranking.notes)


def test_rice_orders_by_reach_times_need_over_days(evidence: Evidence) -> None:
    ranking = _rank(evidence, replace(PARAMETERS, strategy="rice"))
    rated = [idea for idea in ranking.ideas if _part(idea, "unmet_need").raw.value is not None]
    values = [
        _part(i, "reach").raw.value * _part(i, "unmet_need").raw.value / i.effort.p50 for i in rated
    ]
    assert values == sorted(values, reverse=True)


def test_odi_orders_by_opportunity(evidence: Evidence) -> None:
    ranking = _rank(evidence, replace(PARAMETERS, strategy="odi"))
    values = [_part(i, "unmet_need").raw.value for i in ranking.ideas if i.voices > 0]
    assert values == sorted(values, reverse=True)


def test_wsjf_orders_by_cost_of_delay_over_duration(evidence: Evidence, make_mentions: Any) -> None:
    rows = [dict(row, days_ago=row["days_ago"] / 6) for row in _rows()]
    short = replace(evidence, mentions=make_mentions(rows))
    ranking = _rank(short, replace(PARAMETERS, strategy="wsjf"))
    assert set(dict(ranking.weights)) == {"revenue", "effort"}
    known = [idea for idea in ranking.ideas if idea.revenue.value]
    values = [(idea.revenue.value or 0.0) / idea.effort.p50 for idea in known]
    assert values == sorted(values, reverse=True)


def test_the_stated_weight_change_does_swap_the_neighbours(evidence: Evidence) -> None:
    ranking = _rank(evidence)
    said = 0
    for above, idea in zip(ranking.ideas, ranking.ideas[1:], strict=False):
        for sentence in idea.what_would_change:
            found = re.search(r'would pass "(.*)" if the weight of (.*) were', sentence)
            if found is None:
                continue
            said += 1
            name = {"revenue at stake": "revenue"}.get(found[2], found[2].replace(" ", "_"))
            assert found[1] == above.title
            gap = above.priority - idea.priority
            changes = {}
            for part in idea.parts:
                apart = part.z - _part(above, part.criterion).z
                change = gap / apart if abs(apart) > 1e-9 else np.inf
                if (part.weight + change) * np.sign(part.weight) >= 0:
                    changes[part.criterion] = change
            assert abs(changes[name]) == min(map(abs, changes.values()))
            stated = float(sentence.rsplit(" were ", 1)[1].split(" ", 1)[0])
            new = abs(_part(idea, name).weight + changes[name])
            assert stated == pytest.approx(new, abs=0.0051)
    assert said >= 3


def test_quotes_come_from_different_customers_and_channels_in_their_own_words(
    evidence: Evidence,
) -> None:
    idea = _idea(_rank(evidence), "offline notes")
    assert len(idea.quotes) == 5
    assert len({quote.record_id for quote in idea.quotes}) == 5
    assert {quote.channel for quote in idea.quotes} == {"review", "ticket", "survey"}
    texts = set(evidence.mentions["text"])
    assert all(quote.text in texts for quote in idea.quotes)
    assert idea.need == idea.quotes[0].text
    assert idea.quotes[0].place.startswith("tickets.csv:")


def test_those_who_say_the_opposite_are_quoted_against_it(evidence: Evidence) -> None:
    said = evidence.mentions.loc[evidence.mentions["theme_id"] == 3, "statement_id"].tolist()
    against = (said[1], "said later", said[5], said[9])
    themes = [
        replace(theme, counter_exemplars=against) if theme.theme_id == 3 else theme
        for theme in evidence.themes
    ]
    idea = _idea(_rank(replace(evidence, themes=themes)), "love it")
    shown = {quote.statement_id for quote in idea.counter_quotes}
    assert len(idea.counter_quotes) == 2
    assert shown < set(against)
    assert not shown & {quote.statement_id for quote in idea.quotes}


def test_people_behind_an_idea_are_counted(evidence: Evidence) -> None:
    idea = _idea(_rank(evidence), "offline notes")
    arr = [asker.arr for asker in idea.askers]
    assert arr == sorted(arr, reverse=True, key=lambda value: value or 0.0)
    assert len(idea.askers) == 10
    assert sum(number for _, number in idea.segments) == 10
    assert idea.mentions == 40
    assert [month for month, _ in idea.monthly_voices][-1] == "2026-06"
    assert sum(number for _, number in idea.monthly_voices) == 40


def test_an_open_item_that_meets_a_need_is_its_line(evidence: Evidence) -> None:
    idea = _idea(_rank(evidence), "offline notes")
    assert idea.status == "extends"
    assert idea.item_ids == ("OPEN-1",)
    assert _idea(_rank(evidence), "unheard of").voices == 0.0


def test_few_voices_are_called_thin(evidence: Evidence, make_mentions: Any) -> None:
    few = replace(evidence, mentions=make_mentions(_rows()[:55]))
    badges = {idea.title: idea.badges for idea in _rank(few).ideas}
    assert "thin evidence" in badges["dark mode"]
    assert "thin evidence" not in badges["offline notes"]


def test_level_names_what_is_there_and_what_comes_next(evidence: Evidence) -> None:
    ranking = _rank(evidence)
    assert ranking.evidence_level == "L0: feedback, accounts, market signals, work history"
    assert ranking.unlocks_next.startswith("200 rated records (now 111)")


def test_feedback_alone_is_enough(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    rows = [{k: r[k] for k in ("theme", "days_ago", "text")} for r in _rows()]
    ranking = _rank(Evidence(make_mentions(rows), make_themes(NEEDS), axes(6), as_of))
    assert [name for name, _ in ranking.weights] == ["reach", "trend", "effort"]
    assert all(idea.revenue.value is None for idea in ranking.ideas)
    assert any("Not re-weighted" in note for note in ranking.notes)


def test_nothing_to_rank_is_an_empty_ranking(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    empty = Evidence(make_mentions([{}]).iloc[:0], [], axes(0), as_of)
    assert _rank(empty).ideas == ()
    silent = Evidence(make_mentions([{}]).iloc[:0], make_themes(["a", "b"]), axes(2), as_of)
    assert [idea.mentions for idea in _rank(silent).ideas] == [0, 0]


def test_a_rising_need_shows_its_ratio(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    # Nine voices in the last 30 days and nine in each of the five months before, against
    # none before the last 30 days.
    rows = [{"theme": 0, "days_ago": 3.0 * n + 1} for n in range(60)]
    rows += [{"theme": 1, "days_ago": 3.0 * n + 1} for n in range(10)]
    ranking = _rank(Evidence(make_mentions(rows), make_themes(["a", "b"]), axes(2), as_of))
    assert _idea(ranking, "a").trend.value == pytest.approx(1.0)
    # 10 voices in 30 days: 30 per quarter now, 30 / 5 windows of history usually
    assert _idea(ranking, "b").trend.value == pytest.approx(31.0 / (30 / 5 + 1))


def test_a_need_that_a_release_solved_is_marked(evidence: Evidence, make_mentions: Any) -> None:
    as_of = evidence.as_of
    ours = MarketSignal(
        "competitor", "4.0", 1.0, "event", as_of - timedelta(days=100), "log.md", None, "PDF export"
    )
    rows = [{"theme": 1, "days_ago": 101.0 + n, "author": f"u{n}"} for n in range(30)]
    solved = replace(
        evidence,
        mentions=make_mentions([r for r in _rows() if r["theme"] != 1] + rows),
        signals=[*evidence.signals, ours],
        signal_vectors=np.vstack([evidence.signal_vectors, evidence.theme_vectors[1:2]]),
    )
    idea = _idea(_rank(solved), "export to pdf")
    assert "possibly solved" in idea.badges
    assert idea.signals[0].headline.startswith('we shipped "PDF export" (4.0)')


def test_vectors_that_are_not_aligned_are_refused(evidence: Evidence) -> None:
    with pytest.raises(ValueError, match="signal vectors"):
        replace(evidence, signal_vectors=evidence.signal_vectors[:3])


def test_ranks_and_tiers_by_hand() -> None:
    draws = np.array([[3.0, 3.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0], [1.0, 1.0, 1.0, 0.0]])
    ranks = ranks_of(draws)
    assert ranks.tolist() == [[1, 1, 1, 2], [2, 2, 2, 1], [3, 3, 3, 3]]
    low, high = rank_intervals(ranks, 0.8)
    assert (low.tolist(), high.tolist()) == ([1, 1, 3], [2, 2, 3])
    # The first beats the second in three of four draws only, the third always.
    assert tiers(draws, np.array([0, 1, 2]), 0.8).tolist() == [1, 1, 2]


def test_accounts_that_left_do_not_ask_any_more(evidence: Evidence) -> None:
    gone = [replace(a, status="churned", churned_at=date(2026, 1, 1)) for a in evidence.accounts]
    left = _idea(_rank(replace(evidence, accounts=gone)), "offline notes")
    assert (
        _part(left, "reach").raw.value
        < _part(_idea(_rank(evidence), "offline notes"), "reach").raw.value
    )
    assert "lost customers and deals" in _part(left, "revenue").note


def test_soft_membership_widens_the_interval_of_reach(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    # Four times as many voices at a quarter of the membership: about the same sum, more doubt
    # than as many whole voices would leave.
    def width(membership: float, coin: float) -> float:
        rows = [{"theme": 0, "days_ago": 1.0, "membership": membership} for _ in range(100)]
        rows += [{"theme": 1, "days_ago": 300.0, "membership": coin}]
        evidence = Evidence(make_mentions(rows), make_themes(["a", "b"]), axes(2), as_of)
        raw = _part(_idea(_rank(evidence, replace(PARAMETERS, draws=2000)), "a"), "reach").raw
        return float((raw.high - raw.low) / raw.value)

    # Relative variance of a sum of n exponential shares is 1 / n, and (2 - p) / (n p) where
    # each holds with probability p: for p = 1/4 that is sqrt(7) times the width.
    assert width(0.25, 1.0) / width(1.0, 1.0) == pytest.approx(7**0.5, rel=0.15)


def test_estimates_within_their_own_error_hardly_tell_ideas_apart(evidence: Evidence) -> None:
    # With finished work that is nothing like the ideas all estimates are one: about its median.
    ranking = _rank(evidence)
    (days,) = {idea.effort.p50 for idea in ranking.ideas}
    assert days == pytest.approx(4.0, rel=0.01)
    assert all(_part(idea, "effort").contribution == 0.0 for idea in ranking.ideas)
    near = np.vstack([evidence.item_vectors[:24], evidence.theme_vectors[:1]])
    items = [*evidence.items[:24], replace(evidence.items[24], actual_days=4.5)]
    one_like_it = replace(evidence, items=items, item_vectors=near)
    contribution = _part(_idea(_rank(one_like_it), "offline notes"), "effort").contribution
    assert -0.03 < contribution < 0.0


LEARNED = {"reach": 0.1, "severity": 0.0, "revenue": 0.9, "effort": 0.1}
DOUBT = WeightDoubt(
    ("reach", "revenue", "effort"),
    (0.1, 0.9, 0.1),
    ((0.04, 0.0, 0.0), (0.0, 0.01, 0.0), (0.0, 0.0, 0.01)),
)


def _by_learned(doubt: WeightDoubt | None) -> RankingParameters:
    own = {"learned": LEARNED}
    return replace(PARAMETERS, strategy="learned", own_strategies=own, weight_doubt=doubt)


def test_learned_weights_rank_beside_those_that_ship(evidence: Evidence) -> None:
    ranking = _rank(evidence, _by_learned(DOUBT))
    assert dict(ranking.weights) == pytest.approx({"reach": 0.1, "revenue": 0.9, "effort": -0.1})
    for idea in ranking.ideas:
        ranks = dict(idea.ranks_by_strategy)
        assert {"balanced", "growth", "learned"} <= set(ranks)
        assert ranks["learned"] == idea.rank


def test_the_doubt_about_learned_weights_widens_the_bars(evidence: Evidence) -> None:
    sure = replace(DOUBT, covariance=tuple(tuple(1e-6 * v for v in r) for r in DOUBT.covariance))
    wide, narrow = (_rank(evidence, _by_learned(doubt)) for doubt in (DOUBT, sure))
    for title in ("offline notes", "slow search"):
        one, other = (_part(_idea(ranking, title), "reach") for ranking in (wide, narrow))
        assert one.contribution == pytest.approx(other.contribution)
        assert one.spread > other.spread


def test_no_weight_is_drawn_below_nothing(evidence: Evidence) -> None:
    # Of weights drawn about .1 with a spread of 5, half would be below 0. Cut off there they have
    # a spread of 5 sqrt(1/2 - 1/(2 pi)) = 2.9.
    wide = ((25.0, 0.0, 0.0), *DOUBT.covariance[1:])
    ranking = _rank(evidence, _by_learned(replace(DOUBT, covariance=wide)))
    reach = max((_part(idea, "reach") for idea in ranking.ideas), key=lambda part: abs(part.z))
    assert 2.0 < reach.spread / abs(reach.z) < 4.0
