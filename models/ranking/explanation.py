"""Why an idea ranks where it does: bars that sum to its priority, and warnings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray
from groundswell.report import CriterionPart, Estimate
from models.effort.estimates import Efforts
from models.evidence.inputs import RankingParameters
from models.ranking.criteria import CRITERIA, Criterion, Facts, Sample
from models.ranking.demand import Voices
from models.ranking.market import MarketView
from models.ranking.portrait import Portrait
from models.ranking.priority import Yardstick
from models.ranking.uncertainty import Draws, interval

THIN_EFFECTIVE_VOICES = 5.0
THIN_VOICE_SHARE = 0.30
THIN_MONEY_SHARE = 0.50
STALE_DAYS = 180.0
_NOTES = {
    "driver": "a correlation with low scores, which need not be the cause",
    "competitor_gap": "share of the competitors with a changelog that ship it; less 1 if we do",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The point measurement of every candidate and what stands behind it."""

    voices: Voices
    sample: Sample
    facts: Facts
    efforts: Efforts
    market: MarketView
    yardstick: Yardstick
    raw: Mapping[str, FloatArray]
    """By criterion, shape (n_candidates,); NaN: missing."""
    z: Mapping[str, FloatArray]
    """By criterion, shape (n_candidates,); NaN: missing."""
    contributions: Mapping[str, FloatArray]
    """By criterion, shape (n_candidates,); 0 where missing."""
    behind: Mapping[str, FloatArray]
    """By criterion, the voices it rests on, shape (n_candidates,)."""
    effective: FloatArray
    """Effective voices, shape (n_candidates,)."""


def explain(
    row: int, measured: Measured, draws: Draws, portrait: Portrait, parameters: RankingParameters
) -> tuple[CriterionPart, ...]:
    """Return one bar per criterion; their contributions sum to the priority."""
    return tuple(
        CriterionPart(
            criterion=criterion.name,
            raw=estimate(criterion.name, row, measured, draws, parameters),
            z=float(np.nan_to_num(measured.z[criterion.name][row])),
            weight=measured.yardstick.weights[criterion.name],
            contribution=float(measured.contributions[criterion.name][row]),
            spread=float(draws.spread[criterion.name][row]),
            voices=_behind(criterion.name, row, measured),
            sources=_sources(criterion.name, row, measured, portrait),
            note=_note(criterion, row, measured),
        )
        for criterion in measured.yardstick.criteria
    )


def voices_behind(voices: Voices) -> dict[str, FloatArray]:
    """Return the voices that each criterion of demand rests on, shape (n_candidates,)."""
    parts = voices.parts
    speaks = {
        "reach": np.ones(len(voices.candidate)),
        "trend": parts.usual,
        "unmet_need": parts.satisfied + parts.unsatisfied,
        "severity": parts.judged,
        "revenue": parts.at_risk + parts.lost,
    }
    return {
        name: voices.count(np.where(value > 0, voices.membership, 0.0))
        for name, value in speaks.items()
    }


def estimate(
    name: str, row: int, measured: Measured, draws: Draws, parameters: RankingParameters
) -> Estimate:
    """Return a raw value with the central interval of its draws, widened to hold the value."""
    unit = next(c.unit for c in CRITERIA if c.name == name)
    if name == "revenue":
        unit = f"{parameters.money.currency} {unit}"
    value = float(measured.raw[name][row])
    if np.isnan(value):
        return Estimate(None, None, None, unit)
    low, high = interval(draws.raw[name][row], parameters.interval)
    return Estimate(value, min(low, value), max(high, value), unit)


def badges(
    row: int,
    measured: Measured,
    parts: tuple[CriterionPart, ...],
    portrait: Portrait,
) -> tuple[str, ...]:
    """Return the warnings that apply, worst first."""
    largest = max(parts, key=lambda part: part.contribution, default=None)
    stale = max(measured.market.newest_age_days[row], STALE_DAYS) > STALE_DAYS
    found = {
        "thin evidence": measured.effective[row] < THIN_EFFECTIVE_VOICES,
        "single account": _dominated(row, measured, portrait),
        "possibly solved": measured.market.solved[row] is not None,
        "stale signal": stale or STALE_DAYS < portrait.newest_age_days < np.inf,
        "channels disagree": portrait.channels_disagree,
        "inferred importance": largest is not None and largest.criterion == "unmet_need",
    }
    return tuple(badge for badge, applies in found.items() if applies)


def _dominated(row: int, measured: Measured, portrait: Portrait) -> bool:
    """Whether one account is over 30 % of the mentions' voices, or over half of the money."""
    voices = measured.voices
    own = voices.candidate == row
    weight = (voices.weight * voices.membership)[own]
    is_account = np.array([voices.names[v].startswith("account:") for v in voices.voice[own]], bool)
    alone = (
        weight.sum() > 0 and weight[is_account].max(initial=0.0) > THIN_VOICE_SHARE * weight.sum()
    )
    revenue = np.sort([asker.arr or 0.0 for asker in portrait.askers])
    return bool(alone or (revenue.sum() > 0 and revenue[-1] > THIN_MONEY_SHARE * revenue.sum()))


def _behind(name: str, row: int, measured: Measured) -> float:
    return float(measured.behind[name][row]) if name in measured.behind else 0.0


def _sources(name: str, row: int, measured: Measured, portrait: Portrait) -> tuple[str, ...]:
    if name in ("market_pull", "competitor_gap"):
        return measured.market.sources[row]
    if name == "strategic_fit":
        return ("config.toml",)
    if name == "effort":
        return ("work history",) if measured.efforts.finished else ()
    if name == "revenue":
        accounts = _behind(name, row, measured) > 0
        deals = measured.facts.money.deals.count[row] > 0
        found = [label for label, there in (("accounts", accounts), ("deals", deals)) if there]
        return tuple(found)
    return portrait.sources


def _note(criterion: Criterion, row: int, measured: Measured) -> str:
    name = criterion.name
    if np.isnan(measured.raw[name][row]):
        return f"no data: {criterion.without}"
    if name == "unmet_need":
        return f"importance inferred; {measured.facts.rated[row]:.0f} rated voices"
    if name == "reach":
        return _reach_note(row, measured)
    if name == "effort":
        return measured.efforts.estimates[row].basis
    if name == "revenue":
        return _revenue_note(row, measured)
    return _NOTES.get(name, "")


def _reach_note(row: int, measured: Measured) -> str:
    parts = measured.sample.demand
    content = float(parts.satisfied[row, 0])
    rated = content + float(parts.unsatisfied[row, 0])
    if rated < 1.0:
        return ""
    return f"{content:.0f} of {rated:.0f} rated voices are satisfied and do not count as need"


def _revenue_note(row: int, measured: Measured) -> str:
    terms = measured.facts.money.terms(measured.sample.demand, measured.sample.rates)
    named = {
        "risk": "accounts at risk",
        "pipeline": "open deals",
        "lost": "lost customers and deals",
        "support": "support",
    }
    known = {label: float(terms[name][row, 0]) for name, label in named.items()}
    return "; ".join(f"{label} {value:,.0f}" for label, value in known.items() if value > 0)
