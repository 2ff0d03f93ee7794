"""The small charts: rank interval, sparkline, months, shares.

Each is a function from values to one SVG element. Bars that stand in a table row carry their
numbers as text beside them and are hidden from screen readers; the others have a title.
"""

from collections.abc import Collection, Sequence
from datetime import date

from markupsafe import Markup

from reports.svg import element, percent

Months = Sequence[tuple[str, int]]

_SPARK_WIDTH, _SPARK_HEIGHT = 72, 22
_MONTHS_WIDTH, _MONTHS_HEIGHT = 360, 132
_WEEKS_HEIGHT = 96
_MARGIN_TOP, _MARGIN_BOTTOM = 16, 18
_ALL_NUMBERED = 12  # months; more bars are too narrow for a number each


def rank_bar(rank: int, low: int, high: int, ranks: int) -> Markup:
    """Draw the interval of a rank and the rank itself on a line from best to worst."""
    start, end = (low - 1) / ranks, high / ranks
    return element(
        "svg",
        element("rect", class_="track"),
        element("rect", x=percent(start), width=percent(end - start)),
        element("circle", cx=percent((rank - 0.5) / ranks)),
        class_="rankbar",
        aria_hidden="true",
    )


def weight_bar(before: float, value: float, low: float, high: float, most: float) -> Markup:
    """Draw a weight and its interval on a line from 0 to `most`, with a tick for what it was."""
    start, end = (min(max(at / most, 0.0), 1.0) for at in (low, high))
    return element(
        "svg",
        element("rect", class_="track"),
        element("rect", x=percent(start), width=percent(end - start)),
        element("rect", class_="before", x=percent(min(before / most, 1.0)), width=2),
        element("circle", cx=percent(min(value / most, 1.0))),
        class_="rankbar weight",
        aria_hidden="true",
    )


def share_bar(share: float, *, against: bool = False) -> Markup:
    """Draw a share, 0 to 1, as a filled part of a line; `against` in the colour of lowering."""
    kind = "down" if against else None
    return element(
        "svg",
        element("rect", class_="track", width="100%", height=8, rx=4),
        element("rect", class_=kind, width=percent(min(max(share, 0.0), 1.0)), height=8, rx=4),
        class_="sharebar",
        aria_hidden="true",
    )


def sparkline(months: Months) -> Markup:
    """Draw voices by month as a line that ends in a dot; `month_bars` has the numbers."""
    if len(months) < 2:
        return Markup("")
    top = max(max(n for _, n in months), 1)
    step = (_SPARK_WIDTH - 6) / (len(months) - 1)
    points = [
        (3 + i * step, _SPARK_HEIGHT - 3 - (_SPARK_HEIGHT - 6) * n / top)
        for i, (_, n) in enumerate(months)
    ]
    line = " ".join(f"{x:.3g},{y:.3g}" for x, y in points)
    return element(
        "svg",
        element("polyline", points=line),
        element("circle", cx=points[-1][0], cy=points[-1][1], r=2.5),
        class_="spark",
        viewBox=f"0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}",
        aria_hidden="true",
    )


def month_bars(months: Months) -> Markup:
    """Draw voices by month as bars; up to a year each bears its count, later the peak and end."""
    if not months:
        return Markup("")
    counts = [n for _, n in months]
    top = max(*counts, 1)
    slot = _MONTHS_WIDTH / max(len(months), 6)
    floor = _MONTHS_HEIGHT - _MARGIN_BOTTOM
    numbered: Collection[int] = range(len(months))
    if len(months) > _ALL_NUMBERED:
        numbered = {counts.index(max(counts)), len(months) - 1}
    bars, texts = [], []
    for i, (month, n) in enumerate(months):
        height = round((floor - _MARGIN_TOP) * n / top)
        bars.append(f"M{(i + 0.12) * slot:.4g} {floor}v-{height}h{0.76 * slot:.3g}v{height}")
        middle = round((i + 0.5) * slot, 1)
        if i in numbered:
            texts.append(element("text", str(n), x=middle, y=floor - height - 4))
        if label := _month_label(i, month, len(months)):
            texts.append(element("text", label, class_="axis", x=middle, y=_MONTHS_HEIGHT - 5))
    return element(
        "svg",
        element("title", _months_in_words(months)),
        element("path", d="".join(bars)),
        element("path", class_="floor", d=f"M0 {floor}H{_MONTHS_WIDTH}"),
        *texts,
        class_="months",
        viewBox=f"0 0 {_MONTHS_WIDTH} {_MONTHS_HEIGHT}",
        role="img",
    )


def week_bars(weeks: Sequence[tuple[date, int]]) -> Markup:
    """Draw voices by week as bars, the peak and the newest week with their numbers."""
    if not weeks:
        return Markup("")
    counts = [n for _, n in weeks]
    top = max(*counts, 1)
    slot = _MONTHS_WIDTH / max(len(weeks), 12)
    floor = _WEEKS_HEIGHT - _MARGIN_BOTTOM
    bars = []
    for i, n in enumerate(counts):
        height = round((floor - _MARGIN_TOP) * n / top, 1)
        bars.append(f"M{(i + 0.1) * slot:.4g} {floor}v-{height:g}h{0.8 * slot:.3g}v{height:g}")
    peak = counts.index(max(counts))
    numbers = [
        element(
            "text",
            str(counts[i]),
            x=round(min(max((i + 0.5) * slot, 8), _MONTHS_WIDTH - 8), 1),
            y=round(floor - (floor - _MARGIN_TOP) * counts[i] / top - 4, 1),
        )
        for i in sorted({peak, len(counts) - 1})
    ]
    first, last = (day.isoformat() for day in (weeks[0][0], weeks[-1][0]))
    ends = [
        element("text", first, class_="axis start", x=0, y=_WEEKS_HEIGHT - 5),
        element("text", last, class_="axis end", x=_MONTHS_WIDTH, y=_WEEKS_HEIGHT - 5),
    ]
    told = f"Voices a week, {first} to {last}: {', '.join(map(str, counts))}"
    return element(
        "svg",
        element("title", told),
        element("path", d="".join(bars)),
        element("path", class_="floor", d=f"M0 {floor}H{_MONTHS_WIDTH}"),
        *numbers,
        *(ends if len(weeks) > 1 else ends[:1]),
        class_="months",
        viewBox=f"0 0 {_MONTHS_WIDTH} {_WEEKS_HEIGHT}",
        role="img",
    )


_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _month_label(i: int, month: str, n: int) -> str:
    """Name the first month and every January with its year, and, where there is room, each."""
    year, _, number = month.partition("-")
    name = _NAMES[int(number) - 1]
    if i == 0 or number == "01":
        return f"{name} {year[2:]}" if n > 8 else f"{name} {year}"
    room = n <= 8 or (number in ("04", "07", "10") and i > 1)
    return name if room else ""


def _months_in_words(months: Months) -> str:
    counts = ", ".join(str(n) for _, n in months)
    return f"Voices a month, {months[0][0]} to {months[-1][0]}: {counts}"
