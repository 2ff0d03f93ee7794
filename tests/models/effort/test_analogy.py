from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from groundswell.domain import Vectors, WorkItem
from models.effort.analogy import LEAST_KNOWN, LEVEL_WEIGHT, Analogy, learn_analogy, recency
from models.effort.finished_work import FinishedWork, class_medians, gather_finished


def _work(days: list[float], vectors: Vectors) -> FinishedWork:
    items = [
        WorkItem(f"D-{n:03d}", "d", status="done", actual_days=d, finished=_day(n))
        for n, d in enumerate(days)
    ]
    return gather_finished(items, vectors, _day(len(days)))


def _day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(number)


def _learn(work: FinishedWork) -> Analogy:
    return learn_analogy(work, class_medians(work), prior=2.0)


@pytest.fixture
def history() -> FinishedWork:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(40, 8)) + 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return _work(rng.lognormal(1.0, 0.8, 40).tolist(), vectors.astype(np.float32))


@pytest.mark.parametrize("count", [1, 3])
def test_items_exactly_alike_weigh_beside_the_prior_as_many_items(axes: Any, count: int) -> None:
    # Among many others that are not alike, so that their weight is not that of the level.
    vectors = np.vstack([axes(1).repeat(count, 0), np.tile(axes(2)[1:], (3, 1))])
    weight = _learn(_work([5.0] * (count + 3), vectors)).weigh(axes(1))[0, :count].sum()
    assert weight == pytest.approx(count / (count + 2), abs=LEVEL_WEIGHT / 2)


def test_what_was_missed_is_the_forecast_from_the_items_before_alone(
    history: FinishedWork,
) -> None:
    # Forecast again the long way: learn from the first n items, ask for the next. The level is
    # that of the item's own place, one after the last, and medians of the end as in the model.
    missed = _learn(history).missed
    medians = class_medians(history)
    beyond = history.log_days - medians.now
    for n in (LEAST_KNOWN, 17, 39):
        known = history.vectors[:n].astype(float)
        places = np.arange(n)
        gaps = np.abs(places[:, None] - places)
        likeness = (known @ known.T) ** 2 + LEVEL_WEIGHT * recency(gaps) + 2.0 * np.eye(n)
        asked = (known @ history.vectors[n]) ** 2 + LEVEL_WEIGHT * recency(n - places)
        forecast = medians.before[n] + asked @ np.linalg.solve(likeness, beyond[:n])
        assert missed[n] == pytest.approx(history.log_days[n] - forecast, abs=1e-5)


def test_the_first_items_are_forecast_from_too_little_to_count(history: FinishedWork) -> None:
    missed = _learn(history).missed
    assert np.isnan(missed[:LEAST_KNOWN]).all()
    assert np.isfinite(missed[LEAST_KNOWN:]).all()


def test_an_item_weighs_half_as_much_200_items_later() -> None:
    np.testing.assert_allclose(recency(np.array([0, 200, 400])), [1.0, 0.5, 0.25])
