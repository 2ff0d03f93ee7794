"""The example in docs/planning.md prints what the page says, and its figures are the program's."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from groundswell.config import Config
from models.planning import columns, description, plan, prices, solving
from models.planning.problem import LEAST_CHANCE, Rules

PAGE = (Path(__file__).parents[3] / "docs" / "planning.md").read_text(encoding="utf-8")


def test_the_worked_example_prints_what_the_page_shows() -> None:
    code, printed = (
        re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[0]
        for kind in ("python", "text")
    )
    said = StringIO()
    with redirect_stdout(said):
        exec(compile(code, "docs/planning.md", "exec"), {})
    assert said.getvalue() == printed


def test_the_figures_on_the_page_are_those_of_the_program() -> None:
    rules = Rules()
    for words in (
        f"{rules.discount}^r · value_c",
        f"less the buffer of {rules.buffer:.0%}".replace("%", " %"),
        f"drawn {rules.draws:,} times",
        f"in {rules.robustness_draws} draws",
        f"Where it is above {rules.max_overrun:.0%}".replace("%", " %"),
        f"no plan can be worth {rules.gap:.0%} more".replace("%", " %"),
        f"alternatives at {plan.LOOSER * rules.gap:.0%}".replace("%", " %"),
        f"at least {plan.LEAST_CHANGE:.0%} of the ideas".replace("%", " %"),
        f"in less than {LEAST_CHANCE:.0%} of cases".replace("%", " %"),
        f"Up to {solving.EXACT_COLUMNS} columns",
        f"ended by its {rules.time_limit_seconds:.0f} seconds",
    ):
        assert words in PAGE
    assert (prices.CAPACITY_STEP, description.PRICED) == (0.10, 5)
    assert columns.UNITS == 10


def test_the_defaults_of_the_rules_are_those_of_the_settings() -> None:
    rules, settings = Rules(), Config().plan
    for name in ("buffer", "discount", "budget", "max_overrun", "gap", "time_limit_seconds"):
        assert getattr(rules, name) == getattr(settings, name), name
