import math
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from groundswell.domain import MarketSignal
from models.linking.matching import Texts
from models.ranking.market import MarketView, read_market


def _searches(as_of: datetime, recent: float, prior: float, key: str = "offline") -> list[Any]:
    return [
        MarketSignal(
            "trends",
            key,
            recent if week < 13 else prior,
            "index",
            as_of - timedelta(weeks=week, days=1),
            "trends.csv",
        )
        for week in range(52)
    ]


def _release(as_of: datetime, days_ago: float, competitor: str | None) -> MarketSignal:
    when = as_of - timedelta(days=days_ago)
    return MarketSignal(
        "competitor", "3.2", 1.0, "event", when, "log.md", competitor, "Edit notes offline"
    )


def _read(
    axes: Any,
    as_of: datetime,
    signals: list[MarketSignal],
    ages: tuple[float, ...] = (),
    others: tuple[float, ...] = (),
) -> MarketView:
    """All signals lie on the first axis, the second candidate on another."""
    vectors = np.tile(axes(1), (len(signals), 1))
    heard = [np.array(ages), np.array(others)]
    return read_market(Texts(["", ""], axes(2)), signals, vectors, as_of, heard, likely=0.2)


def test_the_slope_of_searches_compares_13_weeks_with_the_39_before(
    axes: Any, as_of: datetime
) -> None:
    view = _read(axes, as_of, _searches(as_of, 60.0, 30.0))
    assert view.slope[0] == math.log(60.5 / 30.5)
    assert np.isnan(view.slope[1])
    assert 'searches for "offline" are up 98%' in view.notes[0][0].headline
    assert view.sources == (("trends.csv",), ())


def test_a_short_series_says_nothing(axes: Any, as_of: datetime) -> None:
    view = _read(axes, as_of, _searches(as_of, 60.0, 30.0)[:14])
    assert np.isnan(view.slope).all()


def test_competitors_releases_of_the_last_year_are_counted(axes: Any, as_of: datetime) -> None:
    signals = [_release(as_of, days, "Nimbus") for days in (10, 200, 400, -5)]
    view = _read(axes, as_of, signals)
    # two releases, each as probable as its likeness makes it
    assert math.log1p(1.9) < view.releases[0] < math.log1p(2)
    assert view.releases[1] == 0.0
    assert view.notes[0][0].headline == 'Nimbus shipped "Edit notes offline" (3.2)'
    assert view.newest_age_days[0] == 10


def test_without_a_changelog_releases_are_unknown_not_zero(axes: Any, as_of: datetime) -> None:
    assert np.isnan(_read(axes, as_of, [_release(as_of, 10, None)]).releases).all()


def test_our_own_release_is_told_only_where_voices_faded_after_it(
    axes: Any, as_of: datetime
) -> None:
    ours = [_release(as_of, 100, None)]
    steady = (130.0, 140.0, 160.0, 170.0, 20.0, 30.0, 40.0, 80.0)  # four before, four after
    mentions = (105.0, 110.0, 120.0, 150.0, 50.0)
    faded = _read(axes, as_of, ours, mentions, steady)
    assert faded.solved[0] is not None
    assert "mentions fell from 4 to 1 in the 90 days after" in faded.solved[0].headline
    assert _read(axes, as_of, ours, (*mentions, 60.0, 70.0), steady).solved == (None, None)


def test_a_need_that_fades_with_all_feedback_is_not_called_solved(
    axes: Any, as_of: datetime
) -> None:
    ours = [_release(as_of, 100, None)]
    mentions = (105.0, 110.0, 120.0, 150.0, 50.0)
    quieter = (130.0, 140.0, 160.0, 170.0, 20.0)  # everything fell to a quarter
    assert _read(axes, as_of, ours, mentions, quieter).solved == (None, None)
    long_ago = [_release(as_of, 400, None)]
    aged = tuple(age + 300.0 for age in mentions)
    assert _read(axes, as_of, long_ago, aged, (450.0, 350.0)).solved == (None, None)


def test_order_of_signals_does_not_matter(axes: Any, as_of: datetime) -> None:
    signals = [*_searches(as_of, 9.0, 8.0), _release(as_of, 9, "A"), _release(as_of, 8, "B")]
    straight, turned = _read(axes, as_of, signals), _read(axes, as_of, signals[::-1])
    assert straight.notes == turned.notes
    np.testing.assert_array_equal(straight.slope, turned.slope)
