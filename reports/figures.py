"""How numbers are written: the one place, for terminal, page, artifact and Markdown alike.

What is not known is written `NOT_KNOWN`, never as zero.
"""

import math
from datetime import date, datetime

from groundswell.report import CriterionPart, Effort, Estimate, RankedIdea

NOT_KNOWN = "n/a"
UNITS = {
    "opportunity 0-20": "of 20",
    "ratio of rates": "times the usual rate",
    "sd": "standard deviations",
}
"""Units of `Estimate` that read better in other words behind a number."""
_STEPS = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))


def count(value: float) -> str:
    """Write a whole number with thousands: ``12,677``."""
    return f"{value:,.0f}"


def number(value: float | None) -> str:
    """Write three significant digits, with thousands: ``1,230``, ``12.3``, ``0.012``."""
    if value is None:
        return NOT_KNOWN
    if value == 0:
        return "0"
    digits = len(f"{abs(value):.0f}") if abs(value) >= 1 else 1
    if abs(value) < 0.1:
        return _minus(f"{value:.2g}")
    text = f"{value:,.{max(0, 3 - digits)}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def voices(value: float) -> str:
    """Write weighted voices: whole from ten on, one decimal below, ``3.4``."""
    text = f"{value:.1f}" if value < 9.95 else count(value)
    return text.removesuffix(".0")


def signed(value: float) -> str:
    """Write a contribution in standard deviations: ``+0.42``, ``−0.30``, ``0.00``."""  # noqa: RUF002
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else _minus(text)


def money(value: float | None, currency: str) -> str:
    """Write money short, for tables: ``EUR 1.2 M``, ``EUR 340 k``, ``EUR 85``."""
    if value is None:
        return NOT_KNOWN
    amount, unit = value, ""
    for step, name in _STEPS:
        if abs(value) >= step * 0.9995:
            amount, unit = value / step, name
            break
    text = f"{amount:.1f}" if unit and abs(amount) < 9.95 else f"{amount:.0f}"
    return f"{currency} {_minus(text.removesuffix('.0'))}{unit}"


def money_in_full(value: float | None, currency: str) -> str:
    """Write money in full, for details: ``EUR 1,234,567``."""
    return NOT_KNOWN if value is None else f"{currency} {_minus(f'{value:,.0f}')}"


def share(value: float) -> str:
    """Write percent without claiming certainty: ``63 %``, ``<1 %``, ``>99 %``."""
    if 0 < value < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < value < 1 else f"{value:.0%}".replace("%", " %")


def estimate(raw: Estimate, currency: str) -> str:
    """Write value and unit: ``14.2 voices per 90 days``, ``EUR 1.2 M per year``."""
    if raw.value is None:
        return NOT_KNOWN
    rest = _after_currency(raw.unit, currency)
    if rest is not None:
        return f"{money(raw.value, currency)} {rest}".strip()
    return f"{number(raw.value)} {UNITS.get(raw.unit, raw.unit)}".strip()


def interval(raw: Estimate, currency: str) -> str:
    """Write the 80 % interval, ``11 to 18.1``; empty when there is none, or nothing in doubt."""
    if raw.low is None or raw.high is None or raw.low == raw.high:
        return ""
    if _after_currency(raw.unit, currency) is not None:
        return f"{money(raw.low, currency)} to {money(raw.high, currency)}"
    return f"{number(raw.low)} to {number(raw.high)}"


def rests_on(part: CriterionPart, currency: str) -> str:
    """Write what a criterion's value rests on: interval, voices, sources and its note."""
    range_ = interval(part.raw, currency)
    words = (
        f"80 %: {range_}" if range_ else "",
        f"{voices(part.voices)} voices" if part.voices else "",
        ", ".join(part.sources),
        part.note.removeprefix("no data").lstrip(": ") if part.raw.value is None else part.note,
    )
    return " · ".join(word for word in words if word)


def times(ratio: float) -> str:
    """Write a ratio: ``1.6×``, ``12×``."""  # noqa: RUF002
    return f"{voices(ratio) if ratio >= 9.95 else f'{ratio:.1f}'}\N{MULTIPLICATION SIGN}"


def trend(raw: Estimate) -> str:
    """Write a trend, with a word where the interval allows one: ``1.6× rising``, ``1.1×``."""  # noqa: RUF002
    if raw.value is None:
        return NOT_KNOWN
    text = times(raw.value)
    word = trend_word(raw)
    return f"{text} {word}" if word in ("rising", "falling") else text


def trend_word(raw: Estimate) -> str:
    """Return rising or falling only when the whole interval lies on one side of steady."""
    if raw.value is None:
        return "unknown"
    if raw.low is not None and raw.low > 1:
        return "rising"
    return "falling" if raw.high is not None and raw.high < 1 else "steady"


def days(value: float | None) -> str:
    """Write person-days: ``12 d``, ``0.5 d``."""
    return NOT_KNOWN if value is None else f"{voices(value)} d"


def effort(value: Effort) -> str:
    """Write the median and what suffices in four of five cases: ``12 d, P80 20 d``."""
    return f"{days(value.p50)}, P80 {days(value.p80)}"


def change(factor: float) -> str:
    """Write what a factor does: ``+12 %``, ``-3 %``; a large one as in `times`."""
    return times(factor) if factor >= 1.995 else _minus(f"{round(100 * (factor - 1)):+d} %")


def effort_factors(value: Effort) -> str:
    """Write how an estimate came about: ``usual 5 d; similar work +8 %, other work -3 %``."""
    if value.usual is None:
        return ""
    similar = math.prod(done.pull for done in value.analogues)
    parts = [f"similar work {change(similar)}"] if value.analogues else []
    parts += [f"other finished work {change(value.others)}"]
    parts += [f"the team's own estimate {change(value.own)}"] if value.own != 1.0 else []
    return f"usual {days(value.usual)}; {', '.join(parts)}"


def rank_interval(idea: RankedIdea) -> str:
    """Write ``2–5``, or ``1`` when all of the interval is one rank."""  # noqa: RUF002
    if idea.rank_low == idea.rank_high:
        return str(idea.rank_low)
    return f"{idea.rank_low}\N{EN DASH}{idea.rank_high}"


def day(moment: date | None) -> str:
    """Write an ISO date; a moment loses its time."""
    if moment is None:
        return NOT_KNOWN
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat()


def _after_currency(unit: str, currency: str) -> str | None:
    for name in (currency, "currency"):
        if name and unit.startswith(name):
            return unit.removeprefix(name).strip()
    return None


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text
