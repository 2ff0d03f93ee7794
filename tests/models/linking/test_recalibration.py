from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import ModelError
from models.linking.link_foresight import judge_recalibration
from models.linking.matching import Texts, match
from models.linking.recalibration import (
    LEAST_SLOPE,
    Recalibration,
    fit_recalibration,
    from_json,
    log_losses,
)

CHANCES = np.array([0.9, 0.8, 0.6, 0.4, 0.9, 0.7])


def test_without_answers_nothing_changes() -> None:
    line = fit_recalibration(np.empty(0), [])
    assert line == Recalibration(1.0, 0.0)
    np.testing.assert_allclose(line.apply(CHANCES), CHANCES, atol=1e-6)


def test_worked_example() -> None:
    # slope 2, intercept -1: ln(.8 / .2) = 1.386, 2 * 1.386 - 1 = 1.773, 1 / (1 + e^-1.773) = .855
    found = Recalibration(2.0, -1.0).apply(np.array([0.8, 0.0]))
    np.testing.assert_allclose(found, [0.8548, 0.0], atol=1e-4)


def test_few_answers_move_little_and_many_as_far_as_they_say() -> None:
    # Of matches told with .8, half are right: ln odds 1.386 become 0.
    few = fit_recalibration(np.full(2, 0.8), [True, False]).apply(np.array([0.8]))[0]
    many = fit_recalibration(np.full(400, 0.8), [True, False] * 200).apply(np.array([0.8]))[0]
    assert 0.65 < few < 0.78
    assert many == pytest.approx(0.5, abs=0.02)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=12), st.randoms())
def test_any_answers_keep_the_order_and_theirs_does_not_matter(
    answers: list[tuple[float, bool]], chance: Any
) -> None:
    line = fit_recalibration(np.array([p for p, _ in answers]), [same for _, same in answers])
    assert line.slope >= LEAST_SLOPE
    told = line.apply(np.linspace(0.0, 1.0, 50))
    assert (np.diff(told) >= 0).all()
    assert ((told >= 0) & (told <= 1)).all()
    chance.shuffle(answers)
    again = fit_recalibration(np.array([p for p, _ in answers]), [same for _, same in answers])
    assert (again.slope, again.intercept) == pytest.approx((line.slope, line.intercept), abs=1e-4)


def test_it_is_written_and_read() -> None:
    line = Recalibration(0.8, -0.25)
    assert from_json(line.to_json()) == line


@pytest.mark.parametrize(
    "text", ["", "{}", '{"slope": 0.0, "intercept": 1}', '{"slope": 1, "intercept": Infinity}']
)
def test_what_is_no_such_line_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match=r"^recalibration: .*; fit it again$"):
        from_json(text)


def test_answers_need_probabilities() -> None:
    with pytest.raises(ValueError, match="1 probabilities, 2 answers"):
        fit_recalibration(np.array([0.5]), [True, False])


def test_matching_takes_it_and_changes_no_order() -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(9, 5))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    docs = Texts([f"thing {n}" for n in range(8)], rows[:8])
    asked = Texts(["thing 3"], rows[8:])
    line = Recalibration(0.5, -0.5)
    plain, told = match(asked, docs), match(asked, docs, recalibration=line)
    assert plain.docs.tolist() == told.docs.tolist()
    np.testing.assert_array_equal(told.probability, line.apply(plain.probability))


def test_what_answers_teach_is_measured_on_later_ones() -> None:
    # Told with .8 and .4, right in one of two and one of eight.
    chances = np.tile([0.8, 0.4, 0.8, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4], 12)
    same = [True, False, False, True, *[False] * 6] * 12
    found = judge_recalibration(chances, same, seed=2)
    assert found is not None
    assert found.matches == 96
    assert found.log_loss.low > 0
    assert found.calibration.after < found.calibration.before
    assert judge_recalibration(chances[:19], same[:19], seed=2) is None


def test_a_loss_is_the_logarithm_of_the_chance_given() -> None:
    found = log_losses(np.array([0.8, 0.8]), np.array([True, False]))
    np.testing.assert_allclose(found, -np.log([0.8, 0.2]))
