"""Why an idea ranks where it does: bars that begin where the one before ended.

Zero is the median idea of the reference snapshot; the last bar's end is the priority.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from groundswell.report import CriterionPart, RankedIdea
from reports.svg import element, percent

_ROOM = 0.03  # of the width, left free on both sides of the longest bar


@dataclass(frozen=True, slots=True)
class Step:
    """One bar, from `start` to `end` in standard deviations of priority."""

    part: CriterionPart
    start: float
    end: float

    @property
    def missing(self) -> bool:
        """No data: only the spread is known."""
        return self.part.raw.value is None


@dataclass(frozen=True, slots=True)
class Scale:
    """Range of priorities that a drawing spans."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return the share of the width, 0 to 1, at which `value` lies."""
        inside = (value - self.low) / (self.high - self.low)
        return _ROOM + (1 - 2 * _ROOM) * inside


def steps(parts: Sequence[CriterionPart]) -> tuple[Step, ...]:
    """Chain the parts; the last step ends at the sum of all contributions."""
    chained: list[Step] = []
    end = 0.0
    for part in parts:
        chained.append(Step(part, end, end + part.contribution))
        end += part.contribution
    return tuple(chained)


def shared_scale(ideas: Iterable[RankedIdea]) -> Scale:
    """Return one scale for all ideas, so that bars can be compared between them."""
    low, high = 0.0, 0.0
    for idea in ideas:
        for step in steps(idea.parts):
            low = min(low, step.start, step.end - step.part.spread)
            high = max(high, step.start, step.end + step.part.spread)
    return Scale(low, high) if high > low else Scale(-1.0, 1.0)


def zero_line(scale: Scale) -> Markup:
    """Draw what every bar refers to, once: the line at the median idea."""
    zero = percent(scale.place(0.0))
    return element("line", id="zero", x1=zero, x2=zero, y2="100%")


def step_bar(step: Step, scale: Scale, *, linked: bool = True) -> Markup:
    """Draw a step, with a whisker of one standard deviation; hatched where data is missing.

    The drawing is as high as its table row; where it is `linked`, thin lines lead from the step
    above into the one below. Heights are the style sheet's, for a page holds a thousand of these.
    """
    spread = step.part.spread
    around = (step.end - spread, step.end + spread)
    ends = (("in", step.start), ("out", step.end)) if linked else ()
    links = [element("rect", class_=end, x=percent(scale.place(at))) for end, at in ends]
    if step.missing:
        return _drawing(*links, _bar("none", *around, scale))
    kind = "up" if step.end >= step.start else "down"
    bar = _bar(kind, step.start, step.end, scale)
    return _drawing(*links, bar, _bar("whisker", *around, scale))


def sum_bar(priority: float, scale: Scale) -> Markup:
    """Draw the priority itself, from zero."""
    return _drawing(_bar("sum", 0.0, priority, scale))


def _bar(kind: str, start: float, end: float, scale: Scale) -> Markup:
    left, right = sorted((scale.place(start), scale.place(end)))
    width = max(right - left, 0.004)  # a bar of nothing is still seen
    return element("rect", class_=kind, x=percent(left), width=percent(width))


def _drawing(*marks: Markup) -> Markup:
    line = element("use", href="#zero")
    return element("svg", line, *marks, class_="step", aria_hidden="true")
