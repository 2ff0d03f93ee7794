"""When themes are fitted anew, and what is told of statements that are no longer like theirs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.themes.drift import Made, Sample, alarms, sample_of, what_is_new
from models.themes.held_out import Lie

FIT = Sample(
    statements=1000,
    voices=1000,
    left_out=0.03,
    cosine=0.60,
    cosine_spread=0.10,
    unseen=0.04,
    unseen_spread=0.08,
    kinds={"problem": 0.5, "question": 0.2, "request": 0.3},
)
NEW = replace(FIT, statements=400, voices=400)
MADE = Made("as now", 1000)


def told(new: Sample = NEW, **changes: Any) -> dict[str, str]:
    found = alarms(FIT, replace(new, **changes), left_out=0.1, remedy="fit again")
    return {alarm.kind: str(alarm) for alarm in found}


def test_statements_like_those_of_the_fit_raise_no_alarm() -> None:
    assert told() == {}


def test_an_alarm_says_what_was_found_against_what_and_what_to_do() -> None:
    assert told(left_out=0.14) == {
        "left out": "14% of 400 new statements belong to no theme, 3% at the last fit; fit again"
    }


def test_each_way_to_differ_has_its_alarm() -> None:
    assert list(told(cosine=0.57)) == ["distance"]  # .3 of a standard deviation; a fifth is told of
    assert list(told(unseen=0.10)) == ["words"]
    assert told(kinds={"problem": 0.3, "question": 0.4, "request": 0.3}) == {
        "kinds": "40% of 400 new statements are of kind question, 20% at the last fit; fit again"
    }


def test_a_small_difference_is_none_however_many_statements_show_it() -> None:
    many = replace(NEW, statements=10**6, voices=10**6)
    mix = {"problem": 0.4, "question": 0.3, "request": 0.3}
    assert told(many, left_out=0.12, cosine=0.581, unseen=0.08, kinds=mix) == {}


def test_a_large_difference_is_none_where_chance_does_as_much() -> None:
    few = replace(NEW, statements=100, voices=100)
    # four standard errors: .1 * sqrt(1 / 1000 + 1 / 100) * 4 = .042; of words .25 / sqrt(100) * 4
    assert told(few, cosine=0.57, unseen=0.13, unseen_spread=0.25) == {}
    often = replace(FIT, left_out=0.3)  # sqrt(.31 * .69 * (1 / 1000 + 1 / 100)) * 4 = .19
    assert alarms(often, replace(few, left_out=0.43), left_out=0.1, remedy="") == ()


def test_nearer_fewer_and_known_are_no_drift() -> None:
    assert told(left_out=0.0, cosine=0.9, unseen=0.0) == {}


@pytest.mark.parametrize("few", [replace(NEW, statements=99), replace(NEW, voices=99)])
def test_a_handful_of_statements_or_of_customers_says_nothing(few: Sample) -> None:
    assert told(few, left_out=1.0) == {}


def test_what_one_customer_says_many_times_counts_once_against_chance() -> None:
    assert list(told(cosine=0.57)) == ["distance"]
    assert told(cosine=0.57, statements=400, voices=100) == {}


def test_where_nothing_was_left_out_chance_still_counts() -> None:
    clean = replace(FIT, left_out=0.0)
    none = alarms(clean, replace(NEW, left_out=0.009), left_out=0.0, remedy="")
    assert none == ()  # four times sqrt((1 / 400) * (1 / 1000 + 1 / 400)) are .0118
    assert alarms(clean, replace(NEW, left_out=0.05), left_out=0.0, remedy="")


def test_a_sample_sums_up_what_was_found() -> None:
    lie = Lie(np.array([True, False]), np.array([0.2, 0.6]))
    assert sample_of(lie, np.array([0.5, 0.0]), ["problem", "praise"], 1) == Sample(
        2, 1, 0.5, 0.4, 0.2, 0.25, 0.25, {"praise": 0.5, "problem": 0.5}
    )


def new(now: Made = MADE, decisions: int = 50) -> str:
    return what_is_new(MADE, now, growth=0.2, decisions=decisions)


def test_nothing_new_calls_for_no_fit() -> None:
    assert new() == ""


def test_growth_beyond_the_setting_does() -> None:
    assert new(replace(MADE, statements=1200)) == ""
    assert new(replace(MADE, statements=1201)) == "1,201 statements, 1,000 at the last fit"


def test_other_settings_do() -> None:
    assert "settings" in new(Made("another", 1000))


def test_more_decisions_than_the_setting_do_and_with_none_set_they_never_do() -> None:
    assert new(replace(MADE, decisions=50)) == ""
    assert new(replace(MADE, decisions=51)) == "51 decisions on needs since the last fit"
    assert new(replace(MADE, decisions=10**6), decisions=0) == ""
