import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

from models.linking import chances

PAGE = (Path(__file__).parents[3] / "docs" / "linking.md").read_text(encoding="utf-8")


def test_the_formula_on_the_page_is_the_one_that_is_used() -> None:
    assert (
        f"`ln odds = {chances.INTERCEPT} + {chances.COSINE} similarity"
        f" - {-chances.USUAL_COSINE} usual + {chances.LETTERS} letters + {chances.WORDS} words"
        f" - ln(docs + {chances.PRIOR_DOCS:g})`"
    ) in PAGE
    assert f"drawn to {chances.USUAL_AMONG_ALL} while docs are few" in PAGE


def test_the_worked_example_adds_up() -> None:
    told = [float(value) for value in re.findall(r"^\| [a-z ]+ \| (-?\d\.\d\d) \|$", PAGE, re.M)]
    assert sum(told[:-1]) == pytest.approx(told[-1], abs=0.03)
    similarity, usual, letters, words = (np.array([v]) for v in (0.7, 0.3, 0.5, 9.0))
    probability = chances.link_probability(similarity, usual, letters, words, 98)
    assert probability[0] == pytest.approx(1 / (1 + np.exp(-told[-1])), abs=0.002)
    assert f"A sum of {told[-1]} is a probability of {probability[0]:.2f}." in PAGE


def test_the_example_prints_what_the_page_says() -> None:
    code = re.search(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert code is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code[1], {})
    assert f"This prints `{printed.getvalue().strip()}`" in PAGE
