from dataclasses import replace
from xml.etree import ElementTree

import pytest

from groundswell.report import CriterionPart, Estimate, IdeaReport
from reports.waterfall import Scale, shared_scale, step_bar, steps, sum_bar


def part(contribution: float, *, known: bool = True) -> CriterionPart:
    raw = Estimate(1.0 if known else None, None, None, "sd")
    return CriterionPart("reach", raw, contribution, 1.0, contribution, 0.25, 3.0, ())


def test_each_bar_begins_where_the_one_before_ended() -> None:
    chained = steps((part(0.5), part(-0.75), part(0.125)))
    assert [(step.start, step.end) for step in chained] == [
        (0.0, 0.5),
        (0.5, -0.25),
        (-0.25, -0.125),
    ]


def test_the_bars_of_every_idea_sum_to_its_priority(report: IdeaReport) -> None:
    for idea in report.ideas:
        assert steps(idea.parts)[-1].end == pytest.approx(idea.priority, abs=1e-9)


def test_one_scale_holds_every_bar_and_whisker(report: IdeaReport) -> None:
    scale = shared_scale(report.ideas)
    for idea in report.ideas:
        for step in steps(idea.parts):
            for value in (0.0, step.start, step.end - step.part.spread, step.end):
                assert 0.0 <= scale.place(value) <= 1.0


def test_no_ideas_still_have_a_scale() -> None:
    assert shared_scale(()) == Scale(-1.0, 1.0)


def test_a_bar_lies_where_its_values_are() -> None:
    # 3 % room on both sides: -1 lies at 3 %, 0 at 50 %, 0.5 at 50 + 0.5 * 47 = 73.5 %, 1 at 97 %
    first, second = steps((part(0.5), part(-0.75)))
    up = bars(step_bar(first, Scale(-1.0, 1.0)))["up"]
    assert (up["x"], up["width"]) == ("50%", "23.5%")
    # from 0.5 down to -0.25: 50 - 0.25 * 47 = 38.25 %, 0.75 * 47 = 35.25 % wide
    down = bars(step_bar(second, Scale(-1.0, 1.0)))["down"]
    assert (down["x"], down["width"]) == ("38.2%", "35.2%")


def test_missing_data_is_hatched_over_its_spread() -> None:
    # 0 +- 0.25: 50 - 0.25 * 47 = 38.25 %, 2 * 0.25 * 47 = 23.5 % wide
    (step,) = steps((part(0.0, known=False),))
    drawn = bars(step_bar(step, Scale(-1.0, 1.0)))
    assert (drawn["none"]["x"], drawn["none"]["width"]) == ("38.2%", "23.5%")
    assert "whisker" not in drawn


def test_the_last_bar_is_the_priority(report: IdeaReport) -> None:
    scale = Scale(-2.0, 2.0)
    drawn = bars(sum_bar(1.0, scale))["sum"]
    assert (drawn["x"], drawn["width"]) == ("50%", "23.5%")
    assert bars(sum_bar(-1.0, scale))["sum"]["x"] == "26.5%"


def test_a_contribution_of_nothing_is_still_seen() -> None:
    (step,) = steps((replace(part(0.0), spread=0.0),))
    assert bars(step_bar(step, Scale(-1.0, 1.0)))["up"]["width"] == "0.4%"


def bars(drawing: str) -> dict[str, dict[str, str]]:
    rects = ElementTree.fromstring(drawing).iter("rect")
    return {rect.attrib["class"]: rect.attrib for rect in rects}
