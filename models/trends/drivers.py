"""What a theme does to ratings: the points that the mean of all customers loses by it.

A regression of the score of each record on the themes it voices, beside records of the same
version, channel and month. It finds what goes together with low scores; whether it is the cause
only a change of the product can show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from groundswell.domain import FloatArray
from groundswell.report import Estimate
from models.evidence.inputs import RankingParameters
from models.trends.score_fit import ScoreFit, fit_scores
from models.trends.scored_records import ScoredRecords, scored_records

MIN_RECORDS = 200
"""Scored records below which nothing is claimed; judgement."""
MIN_VOICES = 10
"""Customers who scored and voiced a theme, below which nothing is claimed of it; judgement."""
DECIMALS = 6
"""Of every figure, so that the number of threads cannot change a byte of the report."""
CORRELATION = "a correlation, which need not be the cause"


@dataclass(frozen=True, slots=True)
class Driver:
    """What one theme does to the score."""

    effect: Estimate
    """Points that the mean of all customers loses by it; negative: gains."""
    difference: float | None
    """Points by which a record that voices it lies above the others."""
    share: float | None
    """Part of the score's variance that it explains, 0 to 1."""
    share_error: float | None
    """Standard error of the share from sampling orders; 0 where it is exact."""
    voices: int
    """Customers who scored and voiced it."""
    note: str


@dataclass(frozen=True, slots=True)
class Drivers:
    """What all themes do to the score."""

    by_theme: Mapping[int, Driver]
    unit: str
    records: int
    """Scored ones."""
    explained: float | None
    """Part of the score's variance that the themes explain beyond the controls; the sum of their
    shares."""
    explained_by_controls: float | None
    penalty: float | None
    """Of the ridge regression, in customers without any effect."""


def find_drivers(
    mentions: pd.DataFrame, theme_ids: Sequence[int], parameters: RankingParameters
) -> Drivers:
    """Measure the effect of each theme on the rating, or on NPS where that is given more often.

    Ridge regression of the score on the strongest membership of a record's statements, with
    indicators of version, channel and month unpenalised, and every customer counted once. The
    effect is ``-coefficient * prevalence``; its interval is in closed form (`_spread`).

    Parameters
    ----------
    mentions
        From `models.evidence.voices.usable_mentions`, noise included.
    theme_ids
        Themes that do not contain one another: of a need and its area, one.
    parameters
        `min_membership`, `interval` and `seed` are used.

    Returns
    -------
    Drivers
        n/a with a note under `MIN_RECORDS` scored records or `MIN_VOICES` scored customers.
    """
    records = scored_records(mentions, theme_ids, parameters.min_membership)
    silent = {theme: _nothing(records, place) for place, theme in enumerate(records.theme_ids)}
    usable = np.flatnonzero(records.theme_voices >= MIN_VOICES)
    number = len(records.score)
    if number < MIN_RECORDS or not len(usable) or np.ptp(records.score) == 0.0:
        return Drivers(silent, records.scale.unit, number, None, None, None)
    known = records.only(usable)
    fit = fit_scores(known, seed=parameters.seed)
    return Drivers(
        by_theme=silent | _describe(known, fit, parameters.interval),
        unit=records.scale.unit,
        records=number,
        explained=_rounded(fit.shares.parts.sum()),
        explained_by_controls=_rounded(fit.by_controls),
        penalty=_rounded(fit.penalty.value),
    )


def _describe(records: ScoredRecords, fit: ScoreFit, width: float) -> dict[int, Driver]:
    """Return the drivers of all themes, with Student's t of a theme's customers less one."""
    effect = -fit.difference * fit.prevalence
    reach = student.ppf((1.0 + width) / 2.0, records.theme_voices - 1) * np.sqrt(_spread(fit))
    drivers = {}
    for place, theme in enumerate(records.theme_ids):
        low, high = _rounded(effect[place] - reach[place]), _rounded(effect[place] + reach[place])
        difference, share = _rounded(fit.difference[place]), _rounded(fit.shares.parts[place])
        voices = int(records.theme_voices[place])
        drivers[theme] = Driver(
            effect=Estimate(_rounded(effect[place]), low, high, records.scale.unit),
            difference=difference,
            share=share,
            share_error=_rounded(fit.shares.errors[place]),
            voices=voices,
            note=_note(records, voices, difference, share, unclear=low <= 0.0 <= high),
        )
    return drivers


def _spread(fit: ScoreFit) -> FloatArray:
    """Return the variance of coefficient times prevalence, to the first order of their errors."""
    return np.asarray(
        fit.difference**2 * fit.prevalence_variance + fit.prevalence**2 * fit.difference_variance
    )


def _note(
    records: ScoredRecords, voices: int, difference: float, share: float, *, unclear: bool
) -> str:
    *first, last = records.controlled or ("",)
    same = f"{', '.join(first)} and {last}" if first else last
    others = f"others of the same {same}" if same else "others"
    side = "lower" if difference < 0 else "higher"
    verdict = "no clear effect, its interval spans 0: " if unclear else ""
    return (
        f"{verdict}of {len(records.score):,} {records.scale.name}, those of the {voices:,}"
        f" customers who voice it are {abs(difference):.2f} {side} than {others}; it explains"
        f" {100.0 * share:.1f} % of the differences; {CORRELATION}"
    )


def _nothing(records: ScoredRecords, place: int) -> Driver:
    name, number = records.scale.name, len(records.score)
    voices = int(records.theme_voices[place])
    if not number:
        reason = "no rating and no NPS answer"
    elif number < MIN_RECORDS:
        reason = f"{number:,} {name}; it takes {MIN_RECORDS}"
    elif voices < MIN_VOICES:
        reason = f"{voices} customers with {name} voice it; it takes {MIN_VOICES}"
    else:
        reason = f"all {number:,} {name} are the same"
    unknown = Estimate(None, None, None, records.scale.unit)
    return Driver(unknown, None, None, None, voices, f"n/a: {reason}")


def _rounded(value: float) -> float:
    # Adding 0 turns -0 into 0.
    return round(float(value), DECIMALS) + 0.0
