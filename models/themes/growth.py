"""Which themes grew or shrank beside the whole, by more than counts vary by chance.

What is counted is what came and what went. How often themes differ more than independent counts
would is asked of the themes themselves: people write twice, and events make many write at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, ThemeChange
from models.themes.change_words import in_order, quoted, statements

NOTABLE_DEVIATIONS = 3.0
"""A change of size is told from so many standard deviations on."""

LEAST_DISPERSION = 2.0
"""Variance of what comes to a theme over that of independent counts, at least. In the reviews of
a browser and of a weather app it is 0.9 over a week, 1.1 to 2.4 over 30 days and 2.3 to 4.8 over
90 days, if the few themes with the largest changes are left out of account."""

FEWEST_THEMES = 10
"""Fewer themes do not tell how much themes differ; the least dispersion is taken."""

HALF_OF_SQUARED_NORMALS = 0.4549
"""Median of the squared standard normal (chi-squared with one degree of freedom)."""

ANSCOMBE = 3.0 / 8.0
"""Added to a count, so that its square root varies alike at any size, down to 1."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Themes that two runs have, and what came to them and went; arrays have shape (k,)."""

    theme_ids: tuple[int, ...]
    labels: tuple[str, ...]
    before: FloatArray
    """Statements."""
    now: FloatArray
    came: FloatArray
    """Statements that only the later run knows."""
    gone: FloatArray
    """Statements that only the earlier run knew, such as erased ones."""


def changes_of_size(
    before: Mapping[int, int],
    now: Mapping[int, int],
    labels: Mapping[int, str],
    *,
    new_ids: Collection[int] = (),
) -> tuple[ThemeChange, ...]:
    """Tell what became of themes between two runs of one fit, from their sizes alone.

    Parameters
    ----------
    before, now : theme id to statements
    labels
        Name of each theme in both, and of each new one.
    new_ids
        Themes in `now` that were opened since.

    Returns
    -------
    tuple of ThemeChange
        born, with the figure ``now``; grew and shrank as in `tell_growth`. Statements keep their
        theme from run to run, so a theme that has more had so many come, and no other went.
    """
    lasting = sorted((before.keys() & now.keys() & labels.keys()) - set(new_ids))
    was = np.array([before[theme] for theme in lasting], dtype=np.float64)
    later = np.array([now[theme] for theme in lasting], dtype=np.float64)
    came, gone = np.maximum(later - was, 0.0), np.maximum(was - later, 0.0)
    names = tuple(labels[theme] for theme in lasting)
    born = [
        ThemeChange(
            "born",
            (theme,),
            (),
            (("now", float(now[theme])),),
            f"{quoted(labels[theme])} is new ({statements(now[theme])}).",
        )
        for theme in sorted(set(new_ids))
    ]
    grown = tell_growth(Turnover(tuple(lasting), names, was, later, came, gone))
    return in_order([*born, *grown])


def tell_growth(turnover: Turnover) -> list[ThemeChange]:
    """Tell which themes grew or shrank beside the whole.

    A theme is told of if what came to it, less what went, lies `NOTABLE_DEVIATIONS` off what
    its size before lets one expect: if all had grown as the whole did, and also if all had grown
    as the theme in the middle did. Else one theme's flood would make all others shrink.

    Returns
    -------
    list of ThemeChange
        grew or shrank, with the figures ``before``, ``now``, ``expected`` (size that would have
        kept pace with the whole), ``new`` and ``expected new`` (statements that came), ``gone``,
        ``re-sorted`` (net, from or to other themes or none) and ``deviations`` (standard ones,
        signed).

    References
    ----------
    Anscombe (1948), "The transformation of Poisson, binomial and negative-binomial data",
    Biometrika 35; McCullagh and Nelder (1989), "Generalized Linear Models", section 6.2.3
    (one dispersion for all counts).
    """
    if len(turnover.theme_ids) == 0:
        return []
    total = max(float(turnover.before.sum()), 1.0)
    rates = float(turnover.came.sum()) / total, float(turnover.gone.sum()) / total
    middle = (
        _middle_rate(turnover.came, turnover.before),
        _middle_rate(turnover.gone, turnover.before),
    )
    beside_whole, beside_middle = _scores(turnover, *rates), _scores(turnover, *middle)
    unit = float(np.sqrt(_dispersion(beside_middle)))
    least = np.minimum(np.abs(beside_whole), np.abs(beside_middle)) / unit
    told = (least >= NOTABLE_DEVIATIONS) & (beside_whole * beside_middle > 0.0)
    return [
        _tell(turnover, int(row), rates, float(beside_whole[row]) / unit)
        for row in np.flatnonzero(told)
    ]


def _middle_rate(flow: FloatArray, before: FloatArray) -> float:
    """Return the rate of the theme that holds the middle one of all earlier statements."""
    rates = flow / np.maximum(before, 1.0)
    order = np.argsort(rates, kind="stable")
    reached = np.cumsum(before[order])
    return float(rates[order][np.searchsorted(reached, reached[-1] / 2.0)])


def _scores(turnover: Turnover, came_rate: float, gone_rate: float) -> FloatArray:
    came = _surprise(turnover.came, turnover.before, came_rate)
    return np.asarray(came - _surprise(turnover.gone, turnover.before, gone_rate))


def _dispersion(scores: FloatArray) -> float:
    """Return the variance of scores, whatever the half of them with the largest ones is."""
    if len(scores) < FEWEST_THEMES:
        return LEAST_DISPERSION
    return max(float(np.median(scores**2)) / HALF_OF_SQUARED_NORMALS, LEAST_DISPERSION)


def _surprise(flow: FloatArray, before: FloatArray, rate: float) -> FloatArray:
    """Return how far a flow is off ``rate * before``, in standard deviations of counts.

    Twice the square root of a count varies by 1, that of the expectation, which rests on a count
    of its own, by ``sqrt(rate)``.
    """
    off = 2.0 * (np.sqrt(flow + ANSCOMBE) - np.sqrt(rate * before + ANSCOMBE))
    return np.asarray(off / np.sqrt(1.0 + rate))


def _tell(
    turnover: Turnover, row: int, rates: tuple[float, float], deviations: float
) -> ThemeChange:
    was, now = float(turnover.before[row]), float(turnover.now[row])
    came, gone = float(turnover.came[row]), float(turnover.gone[row])
    expected = was * (1.0 + rates[0] - rates[1])
    figures = (
        ("before", was),
        ("now", now),
        ("expected", round(expected, 1)),
        ("new", came),
        ("expected new", round(was * rates[0], 1)),
        ("gone", gone),
        ("re-sorted", now - was - came + gone),
        ("deviations", round(deviations, 2)),
    )
    theme = (turnover.theme_ids[row],)
    sentence = (
        f"{quoted(turnover.labels[row])} {_verb(was, now, deviations)} from {was:,.0f} to"
        f" {statements(now)}; {expected:,.0f} would have kept pace with the whole."
    )
    return ThemeChange("grew" if deviations > 0.0 else "shrank", theme, theme, figures, sentence)


def _verb(was: float, now: float, deviations: float) -> str:
    if deviations > 0.0:
        return "grew" if now > was else "lost little,"
    return "shrank" if now < was else "fell behind,"
