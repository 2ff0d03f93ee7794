"""Whether themes still fit what customers say now, or should be fitted anew, and why.

New statements are compared with those of the fit as if each of these had come afterwards
(`models.themes.held_out`). An alarm asks for two things: the difference is large enough to matter,
and chance hardly does it, though somebody looks every week.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from groundswell.domain import DriftAlarm, DriftKind, FloatArray
from models.themes.held_out import Lie

NOTICEABLE = 4.0
"""Standard errors beyond which chance is left out: four ways to differ, looked at weekly for two
years, all together exceed 3.7 once in twenty such times (Bonferroni)."""
ONCE_IN = 3.2e-5
"""The same as a probability, for what has no direction."""

FEWEST_NEW = 100
"""New statements, and customers, from which anything can be said."""

MOST_TEXTS = 2_000
"""Statements looked at on either side, evenly: more change no alarm and take time."""

FARTHER = 0.2
"""Standard deviations of the cosine by which new statements must lie farther off: a small effect
(Cohen 1988)."""
OTHER_KINDS = 0.15
"""Share of the statements that must be of another kind than before (total variation)."""
MORE_WORDS = 0.05
"""Share of the words that must be new, beyond what was to be expected."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is found of statements in themes that were not made of them."""

    statements: int
    """Distinct ones."""
    voices: int
    """Customers who said them: those of one are alike, and count once against chance."""
    left_out: float
    """Share that belongs to no theme, 0 to 1."""
    cosine: float
    """Mean cosine to the own centroid, -1 to 1."""
    cosine_spread: float
    """Its standard deviation."""
    unseen: float
    """Mean share of a statement's words that the fit never saw, 0 to 1."""
    unseen_spread: float
    kinds: Mapping[str, float]
    """Share of each kind of statement, 0 to 1."""

    @property
    def counted(self) -> int:
        """How many count against chance."""
        return min(self.statements, self.voices)


@dataclass(frozen=True, slots=True)
class Made:
    """What a fit is made of."""

    fingerprint: str
    """Of the encoder and the settings."""
    statements: int
    decisions: int = 0
    """That models learn from, made since the fit that it is compared with."""


def sample_of(lie: Lie, unseen: FloatArray, kinds: Sequence[str], voices: int) -> Sample:
    """Sum up what was found of statements; of each array one entry a statement, at least one."""
    return Sample(
        statements=len(kinds),
        voices=voices,
        left_out=round(float(lie.nowhere.mean()), 6),
        cosine=round(float(lie.cosines.mean()), 6),
        cosine_spread=round(float(lie.cosines.std()), 6),
        unseen=round(float(unseen.mean()), 6),
        unseen_spread=round(float(unseen.std()), 6),
        kinds={kind: round(n / len(kinds), 6) for kind, n in sorted(Counter(kinds).items())},
    )


def alarms(fit: Sample, new: Sample, *, left_out: float, remedy: str) -> tuple[DriftAlarm, ...]:
    """Return in which ways new statements differ from those of the fit.

    Parameters
    ----------
    left_out
        Share of the new statements in no theme, beyond that at the fit, that is told of, 0 to 1.
    remedy
        What would do, in words.
    """
    if new.counted < FEWEST_NEW:
        return ()
    found = (*_left_out(fit, new, left_out), *_farther(fit, new), *_kinds(fit, new))
    return tuple(DriftAlarm(*one, remedy) for one in (*found, *_words(fit, new)))


def what_is_new(fit: Made, now: Made, *, growth: float, decisions: int) -> str:
    """Return what came since a fit that calls for another one, in words, or nothing.

    Parameters
    ----------
    growth
        Share of new statements, or of statements that went, of those at the fit, that does.
    decisions
        Number of decisions that does, once it is exceeded; 0: none does.
    """
    if fit.fingerprint != now.fingerprint:
        return "the encoder or the settings of [themes] changed"
    if now.statements > fit.statements * (1.0 + growth):
        return f"{now.statements:,} statements, {fit.statements:,} at the last fit"
    if now.statements < fit.statements * (1.0 - growth):
        return f"{now.statements:,} statements are left of {fit.statements:,} at the last fit"
    if decisions and now.decisions > decisions:
        return f"{now.decisions:,} decisions on needs since the last fit"
    return ""


_Found = Iterator[tuple[DriftKind, str]]


def _left_out(fit: Sample, new: Sample, least: float) -> _Found:
    pooled = (fit.left_out * fit.counted + new.left_out * new.counted) / (fit.counted + new.counted)
    chance = sqrt(max(pooled * (1.0 - pooled), 1.0 / new.counted) * _each(fit, new))
    if new.left_out - fit.left_out > max(least, NOTICEABLE * chance):
        yield (
            "left out",
            f"{new.left_out:.0%} of {new.statements:,} new statements belong to no theme,"
            f" {fit.left_out:.0%} at the last fit",
        )


def _farther(fit: Sample, new: Sample) -> _Found:
    chance = _error(fit.cosine_spread, fit, new.cosine_spread, new)
    if fit.cosine - new.cosine > max(FARTHER * fit.cosine_spread, NOTICEABLE * chance):
        yield (
            "distance",
            f"{new.statements:,} new statements lie farther from their themes: mean cosine"
            f" {new.cosine:.2f}, {fit.cosine:.2f} at the last fit",
        )


def _kinds(fit: Sample, new: Sample) -> _Found:
    from scipy.stats import chi2_contingency

    names = sorted({*fit.kinds, *new.kinds})
    shares = np.array([[side.kinds.get(name, 0.0) for name in names] for side in (fit, new)])
    apart = shares[1] - shares[0]
    if np.abs(apart).sum() / 2.0 <= OTHER_KINDS:
        return
    counts = shares * np.array([[fit.counted], [new.counted]])
    if chi2_contingency(counts).pvalue < ONCE_IN:
        most = int(apart.argmax())
        yield (
            "kinds",
            f"{shares[1, most]:.0%} of {new.statements:,} new statements are of kind"
            f" {names[most]}, {shares[0, most]:.0%} at the last fit",
        )


def _words(fit: Sample, new: Sample) -> _Found:
    chance = _error(fit.unseen_spread, fit, new.unseen_spread, new)
    if new.unseen - fit.unseen > max(MORE_WORDS, NOTICEABLE * chance):
        yield (
            "words",
            f"{new.unseen:.0%} of the words of {new.statements:,} new statements were never seen"
            f" before, {fit.unseen:.0%} were to be expected",
        )


def _each(fit: Sample, new: Sample) -> float:
    return 1.0 / fit.counted + 1.0 / new.counted


def _error(mine: float, fit: Sample, theirs: float, new: Sample) -> float:
    """Return the standard error of a difference of two means."""
    return sqrt(mine**2 / fit.counted + theirs**2 / new.counted)
