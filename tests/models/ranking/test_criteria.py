"""Each criterion by hand, on a handful of voices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundswell.domain import NOISE, FeatureCandidate, MarketSignal
from groundswell.report import CriterionPart
from models.evidence.inputs import Evidence, RankingParameters
from models.ranking.rank import Ranking, rank_candidates

LABELS = ("offline", "export", "dark mode")
CANDIDATES = [FeatureCandidate(f"need-{n}", x, x, ((n, 1.0),)) for n, x in enumerate(LABELS)]
PARAMETERS = RankingParameters(draws=200, missing_drop_share=1.0)


@pytest.fixture
def rank(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def compute(rows: Sequence[dict[str, Any]], **more: Any) -> Ranking:
        evidence = Evidence(make_mentions(rows), make_themes(LABELS), axes(3), as_of)
        return rank_candidates(replace(evidence, **more), CANDIDATES, PARAMETERS)

    return compute


def part(ranking: Ranking, title: str, criterion: str) -> CriterionPart:
    (idea,) = (idea for idea in ranking.ideas if idea.title == title)
    return next(part for part in idea.parts if part.criterion == criterion)


def test_severity_is_the_worst_of_each_voice_drawn_towards_all(rank: Any) -> None:
    rows = [
        *({"author": "ann", "severity": s} for s in (0.2, 0.9)),
        {"author": "ben", "severity": 0.5},
        {"author": "cem"},  # not annotated: says nothing of it
        {"author": "dan", "theme": 1, "severity": 0.1},
        {"author": "eve", "theme": 2},
    ]
    ranking = rank(rows)
    overall = (0.9 + 0.5 + 0.1) / 3
    severe = part(ranking, "offline", "severity")
    assert severe.raw.value == pytest.approx((4 * overall + 0.9 + 0.5) / (4 + 2))
    assert severe.voices == 2
    assert part(ranking, "export", "severity").raw.value == pytest.approx((2.0 + 0.1) / 5)
    assert part(ranking, "dark mode", "severity").raw.value is None


def test_the_gap_is_the_share_of_competitors_that_ship_it_less_ours(
    rank: Any, axes: Any, as_of: datetime
) -> None:
    def release(owner: str | None, days: int) -> MarketSignal:
        when = as_of - timedelta(days=days)
        return MarketSignal("competitor", f"{days}", 1.0, "release", when, "log", owner)

    signals = [release("Otter", 500), release("Moose", 20), release("Otter", 30), release(None, 9)]
    ranking = rank(
        [{"theme": n} for n in range(3)], signals=signals, signal_vectors=axes(3)[[0, 0, 1, 1]]
    )
    gaps = [part(ranking, label, "competitor_gap").raw.value or 0.0 for label in LABELS]
    sure = gaps[0]  # a release with the need's own vector is most probably about it
    assert 0.9 < sure < 1.0
    assert gaps == pytest.approx([(sure + sure) / 2, sure / 2 - sure, 0.0], abs=1e-3)


def test_without_a_named_competitor_nothing_is_known_of_gaps(
    rank: Any, axes: Any, as_of: datetime
) -> None:
    ours = MarketSignal("competitor", "1", 1.0, "release", as_of, "log")
    ranking = rank([{}], signals=[ours], signal_vectors=axes(1))
    assert "competitor_gap" not in dict(ranking.weights)
    assert any("Competitor gap is missing for all ideas" in note for note in ranking.notes)


def test_fit_is_the_mean_cosine_to_the_pillars_by_weight(rank: Any, axes: Any) -> None:
    both = (axes(2)[:1] + axes(2)[1:]) / np.sqrt(2.0)
    pillars = {"pillars": [("a", 3.0), ("b", 1.0)]}
    ranking = rank([{}], **pillars, pillar_vectors=np.concatenate([both, -axes(1)]))
    fits = [part(ranking, label, "strategic_fit").raw.value for label in LABELS]
    assert fits == pytest.approx([0.75 * np.sqrt(0.5), 0.75 * np.sqrt(0.5), 0.0], abs=1e-6)


def test_a_driver_is_the_points_that_the_mean_score_loses(rank: Any) -> None:
    rows = [
        {"author": f"{n}", "theme": (0, 1, NOISE)[n % 3], "rating": 2.0 if n % 3 == 0 else 4.0}
        for n in range(300)
    ]
    ranking = rank(rows)
    # A third of the customers rate two points lower: the mean loses two thirds of a point.
    lost = part(ranking, "offline", "driver").raw
    assert lost.value == pytest.approx(2 / 3, abs=0.05)
    assert lost.low < lost.value < lost.high  # type: ignore[operator]
    assert part(ranking, "export", "driver").raw.value == pytest.approx(0.0, abs=0.05)
    assert part(ranking, "dark mode", "driver").raw.value == 0.0, "nobody voices it"
    assert "driver" not in dict(rank(rows[:150]).weights), "150 scored records claim nothing"


def test_every_idea_shows_its_rank_by_every_strategy_that_data_support(rank: Any) -> None:
    rows = [{"theme": n % 3, "author": f"{n}", "rating": 1.0 + n % 5} for n in range(60)]
    names = [[name for name, _ in idea.ranks_by_strategy] for idea in rank(rows).ideas]
    # Nobody knows any money, so cost of delay over duration has nothing to say.
    assert names == [["balanced", "growth", "retention", "rice", "ice", "odi"]] * 3
    for place in range(6):
        ranks = [idea.ranks_by_strategy[place][1] for idea in rank(rows).ideas]
        assert sorted(ranks) == [1, 2, 3]
    assert [dict(idea.ranks_by_strategy)["balanced"] for idea in rank(rows).ideas] == [1, 2, 3]


def test_what_would_make_an_idea_the_first_does(rank: Any) -> None:
    rows = [{"theme": n % 3, "author": f"{n}"} for n in range(40)]
    rows += [{"theme": 0, "author": f"more {n}"} for n in range(20)]
    ranking = rank(rows)
    sentences = " ".join(ranking.ideas[1].what_would_change)
    assert "It would be first if" in sentences
    assert "It would be first if" not in " ".join(ranking.ideas[0].what_would_change)
