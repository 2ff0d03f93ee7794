import pytest

from models.outcomes.effect import Change, Effect
from models.outcomes.realised import update_effectiveness


def effect(removed: float, sd: float, known: bool = True) -> Effect:
    change = Change(50.0, 1.0 - removed, 0.1, 1.2, 0.9, removed, sd, 1.0)
    return Effect("no clear change" if known else "too little to say", 90, 50, 20, 9, change)


def test_worked_example_of_two_releases() -> None:
    (belief,) = update_effectiveness([("app", effect(0.8, 0.0)), ("app", effect(0.4, 0.05**0.5))])
    # the second is half an observation: 0.05 / (0.05 + 0.05)
    assert belief.a == pytest.approx(2 + 0.8 + 0.5 * 0.4)
    assert belief.b == pytest.approx(2 + 0.2 + 0.5 * 0.6)
    assert belief.mean == pytest.approx(3.0 / 5.5)
    assert belief.low < belief.mean < belief.high
    assert belief.releases == 2


def test_what_could_not_be_measured_teaches_nothing() -> None:
    assert update_effectiveness([("app", effect(0.9, 0.1, known=False))]) == []
    unknown = Effect("too little to say", 90, 0, 0, 0, None)
    assert update_effectiveness([("app", unknown)]) == []


def test_areas_learn_apart_and_order_does_not_matter() -> None:
    measured = [("web", effect(0.1, 0.1)), ("app", effect(0.9, 0.1)), ("app", effect(0.7, 0.2))]
    beliefs = update_effectiveness(measured)
    assert [one.area for one in beliefs] == ["app", "web"]
    assert beliefs[0].mean > 0.5 > beliefs[1].mean
    assert update_effectiveness(measured[::-1]) == beliefs


def test_a_vague_effect_moves_the_belief_less() -> None:
    (sure,) = update_effectiveness([("app", effect(1.0, 0.0))])
    (vague,) = update_effectiveness([("app", effect(1.0, 0.5))])
    assert 0.5 < vague.mean < sure.mean == pytest.approx(3 / 5)
