"""What would change for people is counted over what both know."""

from groundswell.domain import NOISE
from models.gates.churn import measure_churn
from models.gates.verdicts import churn

PLACES = {f"s{n}": n % 4 for n in range(40)}
IDEAS = [f"need-{n}" for n in range(25)]


def test_the_same_is_no_churn() -> None:
    found = measure_churn(PLACES, PLACES, IDEAS, IDEAS)
    assert (found.moved, found.ideas, found.lost, found.came, found.went) == (0.0, 0.0, (), (), ())
    assert churn(found, statements=0.0, ideas=0.0, new=0.0, reasons=()).passed


def test_new_statements_are_no_churn() -> None:
    found = measure_churn(PLACES, {**PLACES, "new": 1}, IDEAS, IDEAS)
    assert (found.statements, found.moved) == (40, 0.0)


def test_statements_that_move_are_held_against_what_may() -> None:
    moved = {**PLACES, **{f"s{n}": 3 for n in range(0, 40, 4)}}
    found = measure_churn(PLACES, moved, IDEAS, IDEAS)
    assert found.moved == 0.25
    assert churn(found, statements=0.25, ideas=0.0, new=0.0, reasons=()).passed
    assert not churn(found, statements=0.2, ideas=0.0, new=0.0, reasons=()).passed
    assert churn(found, statements=0.2, ideas=0.0, new=0.05, reasons=()).passed
    explained = churn(found, statements=0.2, ideas=0.0, new=0.0, reasons=("settings changed",))
    assert explained.passed
    assert "settings changed" in explained.told


def test_of_the_best_ideas_those_count_that_came() -> None:
    found = measure_churn(PLACES, PLACES, IDEAS, [*IDEAS[:18], *IDEAS[20:]])
    assert found.ideas == 0.1
    assert found.came == ("need-20", "need-21")
    assert found.went == ("need-18", "need-19")


def test_a_need_whose_statements_go_nowhere_is_lost_whatever_the_reasons() -> None:
    gone = {one: NOISE if need == 2 else need for one, need in PLACES.items()}
    found = measure_churn(PLACES, gone, IDEAS, IDEAS)
    assert found.lost == ((2, 1.0),)
    told = churn(found, statements=1.0, ideas=1.0, new=0.0, reasons=("settings changed",))
    assert not told.passed
    assert "theme-2 is lost" in told.told


def test_before_the_first_report_no_idea_came() -> None:
    assert measure_churn({}, PLACES, [], IDEAS).ideas == 0.0
