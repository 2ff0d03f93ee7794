"""From answers to weights that a strategy takes."""

from datetime import timedelta

import numpy as np
import pytest

from models.evidence.inputs import WeightDoubt
from models.preference.answers import Seen
from models.preference.learning import (
    LEAST_SHARE,
    Learned,
    as_learning,
    criteria_of,
    learn_from,
    runs_wanted,
)
from models.ranking.strategies import STRATEGIES, Strategy, known_strategies
from tests.models.preference.answering import NOON, READY, Log, seen

OWN = Strategy({"reach": 0.7, "severity": 0.3}, effort=0.2)
SHOWN = {
    2: seen(
        need_1=(1, [2.0, 0.0, 0.0]),
        need_2=(2, [0.0, 2.0, 0.0]),
        need_3=(3, [0.0, 0.0, 2.0]),
    )
}


def learned(log: Log, shown: dict[int, Seen] = SHOWN) -> Learned:
    return learn_from("own", OWN, log.verdicts, shown, READY)


def test_without_answers_the_strategy_is_the_one_before() -> None:
    found = learned(Log())
    assert found.weights == pytest.approx({"reach": 0.7, "severity": 0.3, "effort": 0.2})
    own = known_strategies({"learned": found.weights})["learned"]
    assert own.weights == pytest.approx(OWN.weights)
    assert own.effort == pytest.approx(OWN.effort)
    assert (found.through, len(found.answers)) == (0, 0)


def test_what_is_preferred_weighs_more() -> None:
    log = Log()
    for n in range(6):
        log.prefer("need-2", "need-1", f"reviewer {n}")
    found = learned(log)
    assert found.weights["severity"] > 0.3
    assert found.weights["reach"] < 0.7
    assert found.through == 6


def test_a_weight_does_not_fall_to_nothing_so_that_it_can_rise_again() -> None:
    log = Log()
    for n in range(20):
        log.prefer("need-1", "need-2", f"reviewer {n}")
    shown = {2: seen(need_1=(1, [0.0, 0.0, 0.0]), need_2=(2, [0.0, 2.0, 0.0]))}
    found = learned(log, shown)
    assert found.posterior.mean[1] < 0.0
    assert found.weights["severity"] == LEAST_SHARE
    assert known_strategies({"learned": found.weights})["learned"].weights["severity"] > 0.0


def test_shares_add_up_and_their_doubt_is_on_the_same_scale() -> None:
    log = Log()
    log.prefer("need-1", "need-2")
    found = learned(log)
    doubt = found.doubt
    assert isinstance(doubt, WeightDoubt)
    assert doubt.criteria == ("reach", "severity", "effort")
    assert sum(doubt.weights[:2]) == pytest.approx(1.0)
    own = known_strategies({"learned": found.weights})["learned"]
    assert doubt.weights == pytest.approx((*own.weights.values(), own.effort))
    assert np.linalg.eigvalsh(np.array(doubt.covariance)).min() > 0.0


def test_an_adoption_is_none_of_what_the_weights_rest_on() -> None:
    log = Log()
    log.prefer("need-1", "need-2")
    log.add("adopt", "ranking", changes={"weights": 1})
    assert learned(log).through == 1
    log.add("undo", "need-1", undoes=1)
    assert learned(log).through == 3


def test_the_report_shows_each_weight_with_its_interval() -> None:
    log = Log()
    log.prefer("need-1", "need-2")
    told = as_learning(learned(log), None)
    assert [one.criterion for one in told.weights] == ["reach", "severity", "effort"]
    for one in told.weights:
        low, value, high = one.learned.low, one.learned.value, one.learned.high
        assert low is not None and value is not None and high is not None
        assert 0.0 <= low <= value <= high
    assert (told.answers, told.wanted, told.reviewers, told.usable) == (1, 60, 1, False)
    assert told.loss_before is told.loss_learned is told.gain_error is None


def test_weights_of_a_product_are_not_learned() -> None:
    assert criteria_of(STRATEGIES["rice"]) == ()
    assert criteria_of(STRATEGIES["odi"]) == ("unmet_need",)
    with pytest.raises(ValueError, match="weights of a product"):
        learn_from("rice", STRATEGIES["rice"], Log().verdicts, {}, READY)


def test_the_reports_that_are_needed_are_those_that_were_seen() -> None:
    log = Log()
    log.add("accept", "need-1", at=READY[0][0])
    log.prefer("need-1", "need-2", run=7)
    log.add("defer", "need-5", changes={"until": "2027-01-01"}, at=NOON + timedelta(days=1))
    assert runs_wanted(log.verdicts, READY) == {1, 2, 7}
