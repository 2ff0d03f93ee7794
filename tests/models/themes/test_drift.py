"""When themes are fitted anew, and the reason a person is told."""

import pytest

from models.themes.drift import Baseline, why_refit

FIT = Baseline(statements=1000, left_out=0.03)


def why(statements: int = 1000, placed: int = 0, nowhere: int = 0) -> str:
    return why_refit(
        FIT, statements, placed=placed, placed_nowhere=nowhere, growth=0.2, left_out=0.1
    )


def test_nothing_new_is_no_reason() -> None:
    assert why() == ""


def test_growth_beyond_the_setting_is_one() -> None:
    assert why(1200) == ""
    assert why(1201) == "1,201 statements, 1,000 at the last fit"


def test_many_new_statements_without_a_theme_are_one() -> None:
    # 0.03 + 0.10 of 200 is 26; chance alone does 3 * sqrt(0.03 / 200) = 0.037.
    assert why(1100, placed=200, nowhere=26) == ""
    assert why(1100, placed=200, nowhere=27) == (
        "14% of 200 new statements belong to no theme, 3% at the last fit"
    )


def test_a_handful_of_statements_says_nothing() -> None:
    assert why(1050, placed=99, nowhere=99) == ""


def test_where_nothing_was_left_out_chance_still_counts() -> None:
    clean = Baseline(statements=1000, left_out=0.0)
    few = why_refit(clean, 1050, placed=100, placed_nowhere=3, growth=0.2, left_out=0.0)
    many = why_refit(clean, 1050, placed=100, placed_nowhere=4, growth=0.2, left_out=0.0)
    assert few == ""  # 3 of 100 is 3 standard errors of 1 in 100
    assert many.startswith("4% of 100")


@pytest.mark.parametrize("nowhere", range(0, 201, 40))
def test_more_left_out_never_speaks_against_a_refit(nowhere: int) -> None:
    if why(1100, placed=200, nowhere=nowhere):
        assert why(1100, placed=200, nowhere=200)
