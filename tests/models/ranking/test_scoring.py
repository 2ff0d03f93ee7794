import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from groundswell.domain import FloatArray
from models.ranking.criteria import CRITERIA
from models.ranking.scoring import (
    Reference,
    distances,
    reference_from_json,
    reference_to_json,
    robust_scale,
    shown_score,
    signed_weights,
    transformed,
)
from models.ranking.strategies import STRATEGIES, Strategy, known_strategies

CRITERION = {criterion.name: criterion for criterion in CRITERIA}
columns = arrays(np.float64, (6, 3), elements=st.floats(0.01, 1e6))


def _priorities(strategy: Strategy, values: dict[str, FloatArray]) -> FloatArray:
    changed = {n: transformed(v, CRITERION[n], strategy, 1.0) for n, v in values.items()}
    scales = {name: robust_scale(v) for name, v in changed.items()}
    weights = signed_weights(strategy, list(values), scales)
    parts = [
        weight * distances(changed[name], scales[name], strategy.clip)
        for name, weight in weights.items()
    ]
    return np.asarray(np.sum(parts, axis=0))


def _assert_same_order(ours: FloatArray, theirs: FloatArray) -> None:
    for a in range(len(ours)):
        for b in range(len(ours)):
            if theirs[a] > theirs[b] * (1 + 1e-9):
                assert ours[a] > ours[b]


# Framework, our criteria under the names of its own columns, and its own arithmetic.
FRAMEWORKS: dict[str, tuple[tuple[str, ...], Callable[..., FloatArray]]] = {
    "rice": (("reach", "unmet_need", "confidence", "effort"), lambda r, i, c, e: r * i * c / e),
    "ice": (("unmet_need", "confidence", "effort"), lambda i, c, e: i * c * (1.0 / e)),
    "wsjf": (("revenue", "effort"), lambda cost_of_delay, duration: cost_of_delay / duration),
    "odi": (("unmet_need",), lambda opportunity: opportunity),
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_presets_order_1000_random_tables_as_the_framework_itself_does(name: str) -> None:
    criteria, arithmetic = FRAMEWORKS[name]
    draws = np.random.default_rng(7)
    for _ in range(1000):
        table = np.exp(draws.normal(0.0, 2.0, (len(criteria), draws.integers(2, 30))))
        ours = _priorities(STRATEGIES[name], dict(zip(criteria, table, strict=True)))
        np.testing.assert_array_equal(np.argsort(-ours), np.argsort(-arithmetic(*table)))


@given(columns)
def test_rice_orders_as_reach_times_impact_over_effort(table: FloatArray) -> None:
    reach, impact, effort = table.T
    ours = _priorities(STRATEGIES["rice"], {"reach": reach, "unmet_need": impact, "effort": effort})
    if min(robust_scale(np.log(column))[1] for column in table.T) > 0:
        _assert_same_order(ours, reach * impact / effort)


@given(arrays(np.float64, 8, elements=st.floats(0, 20)))
def test_odi_orders_as_opportunity_alone(opportunity: FloatArray) -> None:
    ours = _priorities(STRATEGIES["odi"], {"unmet_need": opportunity, "effort": np.arange(1.0, 9)})
    if robust_scale(opportunity)[1] > 0:
        _assert_same_order(ours, opportunity + 1e-6)


@pytest.mark.parametrize("name", ["balanced", "growth", "retention", "odi", "wsjf"])
def test_shares_sum_to_one_and_still_do_when_a_criterion_is_dropped(name: str) -> None:
    strategy = STRATEGIES[name]
    assert sum(strategy.weights.values()) == pytest.approx(1.0)
    kept = [n for n in CRITERION if n != "reach"]
    weights = signed_weights(strategy, kept, dict.fromkeys(kept, (0.0, 1.0)))
    weights.pop("effort", None)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_exponents_of_a_formula_are_not_rescaled() -> None:
    scales = {"reach": (0.0, 0.7), "effort": (0.0, 0.9)}
    weights = signed_weights(STRATEGIES["rice"], ["reach", "effort"], scales)
    assert weights == {"reach": 0.7, "effort": -0.9}


def test_scale_is_median_and_mad() -> None:
    # median 3; distances 2 1 0 1 97 have median 1
    centre, scale = robust_scale(np.array([1.0, 2.0, 3.0, 4.0, 100.0, np.nan]))
    assert (centre, scale) == (3.0, 1.4826)


def test_scale_falls_back_to_quartiles_then_deviation_then_nothing() -> None:
    quartiles = np.array([0.0] * 5 + [1.0] * 3 + [2.0])
    assert robust_scale(quartiles) == pytest.approx((0.0, 1.0 / 1.349))
    deviation = np.array([0.0] * 9 + [10.0])
    assert robust_scale(deviation) == pytest.approx((0.0, 3.0))
    assert robust_scale(np.full(4, 7.0)) == (7.0, 0.0)
    assert robust_scale(np.full(4, np.nan)) == (0.0, 0.0)


def test_distances_are_clipped_and_missing_stays_missing() -> None:
    z = distances(np.array([2.0, 100.0, -100.0, np.nan]), (0.0, 2.0), 3.0)
    np.testing.assert_array_equal(z, [1.0, 3.0, -3.0, np.nan])


def test_the_reference_median_scores_fifty() -> None:
    np.testing.assert_allclose(shown_score(np.array([0.0, 0.5]), 0.5), [50.0, 84.134], atol=1e-3)


def test_a_reference_survives_its_json() -> None:
    reference = Reference(
        "odi", {"reach": (0.1, 0.2)}, 3.0, ((0.0, 1.0), (2.0, 0.5)), (0.3, 0.4), 0.7
    )
    assert reference_from_json(reference_to_json(reference)) == reference


def test_a_reference_of_the_first_version_is_read() -> None:
    reference = Reference("odi", {"reach": (0.1, 0.2)}, 3.0, ((0.0, 1.0), (2.0, 0.5)), (9, 9), 0.7)
    older = json.loads(reference_to_json(reference))
    del older["reach"]
    assert reference_from_json(json.dumps(older)).reach == (0.1, 0.2)


def test_a_strategy_of_ones_own_is_shares_of_a_whole_beside_effort() -> None:
    own = known_strategies({"safety": {"severity": 3, "reach": 1, "effort": 0.1}})["safety"]
    assert own == Strategy({"reach": 0.25, "severity": 0.75}, effort=0.1)
    assert own.shares


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"sevrity": 1.0}, "no criterion sevrity; known: reach"),
        ({"effort": 1.0}, "one beside effort's above 0"),
        ({"reach": -1.0, "trend": 1.0}, "weights are 0 or more"),
    ],
)
def test_a_strategy_that_says_nothing_is_refused(weights: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        known_strategies({"mine": weights})


@pytest.mark.parametrize("name", STRATEGIES)
@given(
    values=st.lists(st.integers(0, 999), min_size=2, max_size=20, unique=True),
    scale=st.tuples(st.floats(-3.0, 3.0), st.floats(0.05, 5.0)),
)
def test_more_of_a_criterion_never_lowers_an_idea_and_more_effort_never_raises_it(
    name: str, values: list[int], scale: tuple[float, float]
) -> None:
    strategy = STRATEGIES[name]
    rising = np.sort(np.array(values)) / 1000.0
    for criterion in CRITERIA:
        weights = signed_weights(strategy, [criterion.name], {criterion.name: scale})
        if criterion.name not in weights:
            continue
        h = transformed(rising, criterion, strategy, 1.0)
        parts = weights[criterion.name] * distances(h, scale, strategy.clip)
        steps = np.diff(parts)
        assert (steps <= 0).all() if criterion.name == "effort" else (steps >= 0).all()
        assert np.abs(steps).max() > 0 or np.ptp(h) == 0 or np.isfinite(strategy.clip)
