"""What the market says about each candidate: searches, competitors' releases, our own.

A signal speaks for every candidate that it is probably about, and counts as much as that is
probable. Signals that were observed after the report's moment are not used.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from groundswell.domain import FloatArray, MarketSignal, Vectors
from groundswell.report import SignalNote
from models.evidence.inputs import cosine, signal_texts
from models.evidence.voices import YEAR_DAYS
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.linking.said import Verdicts, heed_links, name_of
from models.ranking.known_work import match_all

RECENT_WEEKS = 13
PRIOR_WEEKS = 39
FEWEST_WEEKS = 4
"""Observed weeks that each side of a slope needs."""
HEADLINE_CHARACTERS = 80
SHOWN_SIGNALS = 8
FADED = 0.5
"""A need has faded where at most this share of the mentions is left that all feedback's course
lets expect."""
AFTERMATH_DAYS = 90
FEWEST_BEFORE = 4
"""Mentions before a release, for their fading to mean anything."""


@dataclass(frozen=True, slots=True)
class MarketView:
    """What was found, aligned with the candidates; NaN: nothing is known."""

    slope: FloatArray
    """ln(mean of the last 13 weeks / mean of the 39 before) of matching searches."""
    releases: FloatArray
    """ln(1 + competitors' releases of the last 365 days that match, each by its probability)."""
    gap: FloatArray
    """Mean probability over the named competitors that each has it, less that we have it."""
    notes: tuple[tuple[SignalNote, ...], ...]
    sources: tuple[tuple[str, ...], ...]
    newest_age_days: FloatArray
    solved: tuple[SignalNote | None, ...]
    """Our own release after which the need faded."""


def read_market(
    candidates: Texts,
    signals: Sequence[MarketSignal],
    signal_vectors: Vectors,
    as_of: datetime,
    ages: Sequence[FloatArray],
    *,
    likely: float,
    said: Verdicts = (),
    recalibration: Recalibration | None = None,
) -> MarketView:
    """Match signals to candidates and read their direction.

    Parameters
    ----------
    candidates
        What each candidate is compared by, from `models.ranking.known_work`.
    signal_vectors
        Unit rows aligned with `signals`.
    ages
        Per candidate, the ages in days of its voices' mentions.
    likely
        Probability from which a signal speaks for a candidate, 0 to 1.
    said
        What reviewers say of each candidate; empty: nothing of any.
    """
    rows = [row for row, signal in enumerate(signals) if signal.observed_at <= as_of]
    rows.sort(key=lambda row: signals[row].signal_id)
    chosen = [signals[row] for row in rows]
    vectors = signal_vectors[rows] if rows else signal_vectors[:0]
    match = match_all(candidates, signal_texts(chosen), vectors, recalibration)
    match = heed_links(match, said, list(map(name_of, chosen)))
    alike = cosine(candidates.vectors, vectors)
    slopes = _slopes(chosen, as_of)
    overall = np.concatenate([np.empty(0), *ages])
    views = [
        _view(match[row], alike[row], chosen, slopes, as_of, ages[row], overall, likely)
        for row in range(len(candidates.texts))
    ]
    return MarketView(
        slope=np.array([view.slope for view in views]),
        releases=np.array([view.releases for view in views]),
        gap=_gaps(match, chosen),
        notes=tuple(view.notes for view in views),
        sources=tuple(view.sources for view in views),
        newest_age_days=np.array([view.newest_age_days for view in views]),
        solved=tuple(view.solved for view in views),
    )


def _gaps(match: FloatArray, signals: Sequence[MarketSignal]) -> FloatArray:
    """Return who has it, by all releases ever seen; NaN where no competitor is named."""
    owners = [s.competitor or "" if s.kind == "competitor" else None for s in signals]
    named = sorted({owner for owner in owners if owner})
    if not named:
        return np.full(len(match), np.nan)

    def ships(owner: str) -> FloatArray:
        own = match[:, [one == owner for one in owners]]
        return np.asarray(own.max(axis=1, initial=0.0))

    return np.asarray(np.mean([ships(owner) for owner in named], axis=0) - ships(""))


@dataclass(frozen=True, slots=True)
class _View:
    slope: float
    releases: float
    notes: tuple[SignalNote, ...]
    sources: tuple[str, ...]
    newest_age_days: float
    solved: SignalNote | None


_Series = tuple[str, str, str]


def _slopes(signals: Sequence[MarketSignal], as_of: datetime) -> dict[_Series, float]:
    """Return the slope of each series (key, source, geo) that is long enough."""
    recent: dict[_Series, list[float]] = defaultdict(list)
    prior: dict[_Series, list[float]] = defaultdict(list)
    for signal in signals:
        week = (as_of - signal.observed_at).days // 7
        if signal.kind == "trends" and week < RECENT_WEEKS + PRIOR_WEEKS:
            (recent if week < RECENT_WEEKS else prior)[_series(signal)].append(signal.value)
    return {
        # Searches are given as 0 to 100 of their own maximum; half a point stands for "<1".
        key: math.log((float(np.mean(values)) + 0.5) / (float(np.mean(prior[key])) + 0.5))
        for key, values in recent.items()
        if min(len(values), len(prior[key])) >= FEWEST_WEEKS
    }


def _series(signal: MarketSignal) -> _Series:
    return signal.key, signal.source, signal.geo or ""


def _view(
    match: FloatArray,
    alike: FloatArray,
    signals: Sequence[MarketSignal],
    slopes: dict[_Series, float],
    as_of: datetime,
    ages: FloatArray,
    overall: FloatArray,
    likely: float,
) -> _View:
    near = [row for row in np.argsort(-match, kind="stable") if match[row] >= likely]
    trends = {_series(signals[r]): r for r in reversed(near) if signals[r].kind == "trends"}
    trends = {key: row for key, row in trends.items() if key in slopes}
    released = [
        r
        for r in near
        if signals[r].kind == "competitor" and (as_of - signals[r].observed_at).days < YEAR_DAYS
    ]
    ours = [r for r in released if not signals[r].competitor]
    theirs = [r for r in released if signals[r].competitor]
    notes_of_ours = (_solved(signals[r], alike[r], as_of, ages, overall) for r in ours)
    solved = next(filter(None, notes_of_ours), None)
    rising = sorted(trends.items(), key=lambda pair: (-match[pair[1]], pair[0]))
    notes = [_trend_note(key, slopes[key], signals, alike, row) for key, row in rising]
    notes += [_release_note(signals[r], alike[r]) for r in theirs]
    used = [*trends.values(), *theirs]
    weight = np.array([match[row] for row in trends.values()])
    slope = np.array([slopes[key] for key in trends])
    named = any(s.kind == "competitor" and s.competitor for s in signals)
    return _View(
        slope=float((weight * slope).sum() / weight.sum()) if trends else math.nan,
        releases=math.log1p(match[theirs].sum()) if named else math.nan,
        notes=tuple(([solved] if solved else []) + notes)[:SHOWN_SIGNALS],
        sources=tuple(sorted({signals[row].source for row in used})),
        newest_age_days=min(
            ((as_of - signals[row].observed_at).days for row in used), default=math.nan
        ),
        solved=solved,
    )


def _trend_note(
    key: _Series, slope: float, signals: Sequence[MarketSignal], alike: FloatArray, row: int
) -> SignalNote:
    newest = max(
        (signal for signal in signals if signal.kind == "trends" and _series(signal) == key),
        key=lambda signal: signal.observed_at,
    )
    change = math.expm1(slope)
    direction = "up" if change >= 0 else "down"
    return SignalNote(
        kind="trends",
        headline=f'searches for "{key[0]}" are {direction} {abs(change):.0%}'
        f" (last {RECENT_WEEKS} weeks against the {PRIOR_WEEKS} before)",
        observed_at=newest.observed_at.date(),
        source=newest.source,
        similarity=float(alike[row]),
    )


def _release_note(signal: MarketSignal, similarity: float) -> SignalNote:
    return SignalNote(
        kind="competitor",
        headline=f'{signal.competitor} shipped "{_short(signal.text or signal.key)}"'
        + (f" ({signal.key})" if signal.text else ""),
        observed_at=signal.observed_at.date(),
        source=signal.source,
        similarity=float(similarity),
    )


def _solved(
    signal: MarketSignal, similarity: float, as_of: datetime, ages: FloatArray, overall: FloatArray
) -> SignalNote | None:
    """Return a note if the need faded after our release, and more than all feedback did."""
    since = (as_of - signal.observed_at).total_seconds() / 86_400.0
    days = min(since, AFTERMATH_DAYS)
    before, after = _around(ages, since, days)
    overall_before, overall_after = _around(overall, since, days)
    expected = before * min(overall_after / max(overall_before, 1), 1.0)
    if days < AFTERMATH_DAYS / 3 or before < FEWEST_BEFORE or after > FADED * expected:
        return None
    return SignalNote(
        kind="competitor",
        headline=f'we shipped "{_short(signal.text or signal.key)}"'
        + (f" ({signal.key})" if signal.text else "")
        + f": mentions fell from {before} to {after} in the {days:.0f} days after",
        observed_at=signal.observed_at.date(),
        source=signal.source,
        similarity=float(similarity),
    )


def _around(ages: FloatArray, since: float, days: float) -> tuple[int, int]:
    """Count mentions in the days before and after a moment `since` days ago."""
    before = int(((ages > since) & (ages <= since + days)).sum())
    return before, int(((ages <= since) & (ages > since - days)).sum())


def _short(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= HEADLINE_CHARACTERS:
        return line
    return line[:HEADLINE_CHARACTERS].rsplit(" ", 1)[0] + " …"
