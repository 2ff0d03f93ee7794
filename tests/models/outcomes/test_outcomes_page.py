"""The numbers in docs/outcomes.md are those of the program."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta

from groundswell.domain import FloatArray
from models.outcomes import before_after, effect, pace, rating_shift, realised
from models.outcomes.effect import Effect, measure_effect

PAGE = (Path(__file__).parents[3] / "docs" / "outcomes.md").read_text(encoding="utf-8")


def example() -> FloatArray:
    """Return the counts of the worked example, the released need first."""
    table = PAGE.split("| need | 1 |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return np.array([[float(cell) for cell in row.strip("|").split("|")[1:]] for row in table])


def told(found: Effect) -> str:
    assert found.change is not None
    return f"{found.change.ratio:.2f} ({found.change.low:.2f} to {found.change.high:.2f})"


def test_worked_example() -> None:
    counts = example()
    found = measure_effect(counts[0], counts[1:], days=90)
    assert found.change is not None
    assert found.verdict == "fell"
    assert f"went up by a factor of {found.change.course:.2f}" in PAGE
    assert f"so {found.change.expected:.1f} voices were to be expected" in PAGE
    assert f"the ratio is {told(found).replace('(', '(90 %: ')}: it **fell**" in PAGE
    counts[0, -1] = 40.0
    other = measure_effect(counts[0], counts[1:], days=90)
    assert other.verdict == "no clear change"
    assert f"With 40 voices after it the ratio would be {told(other)}" in PAGE


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("of the {} days after a release", before_after.WINDOW_DAYS),
        ("from {} on", effect.FEWEST_DAYS),
        ("probability of a fall at least {:.1%}", effect.CERTAIN),
        ("at least {} voices on each side", "ten"),
        ("probability over {:.0%}", pace.SATISFIED),
        ("released within {} days", pace.TWO_QUARTERS_DAYS),
        ("`w = {} / (0.05 + v)`", float(beta.var(*realised.PRIOR))),
    ],
)
def test_the_thresholds_on_the_page_are_those_of_the_program(sentence: str, value: object) -> None:
    assert sentence.format(value).replace("%", " %") in PAGE


def test_the_numbers_in_words_too() -> None:
    words = ("three", "five", "three", "eight", "ten")
    numbers = (
        effect.PAST_WINDOWS,
        effect.FEWEST_EXPECTED,
        effect.FEWEST_CONTROLS,
        before_after.MOST_WINDOWS,
        rating_shift.FEWEST_RATED,
    )
    meant = {"three": 3, "five": 5, "eight": 8, "ten": 10}
    assert tuple(meant[word] for word in words) == numbers
    for sentence in (
        "Three windows of past",
        "under five voices expected",
        "under three untouched needs",
        "up to eight earlier moments",
        "least ten voices",
    ):
        assert sentence in PAGE
