"""What each idea was compared with: shown to reviewers, who say where that is wrong.

It is what the status, the market's pull, the competitors' gap and the value of deals follow from,
told of each thing by itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import shorten

import numpy as np

from groundswell.domain import Deal, FeatureCandidate, IdeaVerdict, MarketSignal, Vectors
from groundswell.domain.drafts import need_of, sameness
from groundswell.report import Match, MatchKind
from models.evidence.inputs import Evidence, item_texts, reason_texts, signal_texts
from models.linking.matching import SHORTLIST, Texts, match
from models.linking.recalibration import Recalibration
from models.linking.said import name_of, said_by, said_of
from models.linking.statuses import MENTIONED
from models.ranking.candidates import compared

SHOWN_MATCHES = 12
"""Of one idea, beside those that a reviewer spoke about: more nobody reads."""
TITLE_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What a reviewer said of a match, with what had been computed."""

    probability: float
    """As computed, without any correction; 0 where it was no match at all."""
    same: bool
    number: int
    """Of the decision."""
    at: datetime


@dataclass(frozen=True, slots=True)
class _Other:
    """Something that ideas are compared with, by a text of its own."""

    name: str
    kind: MatchKind
    title: str
    text: str
    vector: Vectors
    on: date | None


def find_matches(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    *,
    recalibration: Recalibration | None = None,
) -> dict[str, tuple[Match, ...]]:
    """Return what each idea may be the same as, by candidate id.

    Work items are compared with needs alone; releases, searches and deals with every idea. Those
    that a reviewer spoke about stand first, whatever their probability; of the others the most
    probable from `models.linking.statuses.MENTIONED` up.
    """
    candidates = sorted(candidates, key=lambda one: one.candidate_id)
    texts = compared(evidence, candidates)
    needs = [row for row, one in enumerate(candidates) if need_of(one.candidate_id) is not None]
    every = list(range(len(candidates)))
    found: dict[str, list[Match]] = {one.candidate_id: [] for one in candidates}
    compare = ((needs, _work(evidence)), (every, _market(evidence)), (every, _deals(evidence)))
    for rows, others in compare:
        asked = Texts([texts.texts[row] for row in rows], texts.vectors[rows])
        verdicts = [evidence.verdicts.get(candidates[row].candidate_id) for row in rows]
        told = _compare(asked, others, verdicts, recalibration)
        for row, matches in zip(rows, told, strict=True):
            found[candidates[row].candidate_id] += matches
    return {name: _shown(matches) for name, matches in found.items()}


def link_answers(evidence: Evidence, candidates: Sequence[FeatureCandidate]) -> list[LinkAnswer]:
    """Return what reviewers said of matches, by the number of the decision.

    It is what `models.linking.recalibration.fit_recalibration` learns from.
    """
    answers = []
    for candidate_id, matches in find_matches(evidence, candidates).items():
        verdict = evidence.verdicts.get(candidate_id)
        for one in matches:
            if one.said is not None and verdict is not None:
                by = verdict.signed[sameness(one.other)]
                answers.append(LinkAnswer(one.probability, one.said, by.number, by.at))
    return sorted(answers, key=lambda one: one.number)


def _compare(
    ideas: Texts,
    others: Sequence[_Other],
    verdicts: Sequence[IdeaVerdict | None],
    recalibration: Recalibration | None,
) -> list[list[Match]]:
    """Return for each idea the matches that are worth telling."""
    by_text: dict[str, list[_Other]] = defaultdict(list)
    for other in others:
        by_text[other.text].append(other)
    texts = sorted(by_text)
    if not texts or not len(ideas.texts):
        return [[] for _ in ideas.texts]
    vectors = np.stack([by_text[text][0].vector for text in texts])
    docs = Texts(texts, vectors)
    near = match(ideas, docs, count=SHORTLIST, recalibration=recalibration)
    told = []
    for row, verdict in enumerate(verdicts):
        best: dict[str, Match] = {}
        for place, doc in enumerate(near.docs[row].tolist()):
            chance = float(near.probability[row, place])
            for other in by_text[texts[doc]]:
                if other.name not in best and _worth(chance, verdict, other):
                    best[other.name] = _match(other, chance, near.reason(row, place), verdict)
        for other in others:
            if other.name not in best and said_of(verdict, other.name) is not None:
                best[other.name] = _match(other, 0.0, "", verdict)
        told.append(list(best.values()))
    return told


def _worth(chance: float, verdict: IdeaVerdict | None, other: _Other) -> bool:
    return chance >= MENTIONED or said_of(verdict, other.name) is not None


def _match(other: _Other, chance: float, why: str, verdict: IdeaVerdict | None) -> Match:
    said, by = said_of(verdict, other.name), said_by(verdict, other.name)
    return Match(other.name, other.kind, other.title, chance, why, other.on, said, by)


def _shown(matches: Sequence[Match]) -> tuple[Match, ...]:
    order = sorted(matches, key=lambda one: (one.said is None, -one.probability, one.other))
    said = sum(one.said is not None for one in order)
    return tuple(order[: said + SHOWN_MATCHES])


def _work(evidence: Evidence) -> list[_Other]:
    items = sorted(range(len(evidence.items)), key=lambda row: evidence.items[row].item_id)
    texts = item_texts(evidence.items)
    return [
        _Other(
            name_of(item),
            item.status,
            _short(item.title),
            texts[row],
            evidence.item_vectors[row],
            item.finished,
        )
        for row, item in ((row, evidence.items[row]) for row in items)
    ]


def _market(evidence: Evidence) -> list[_Other]:
    """Return releases and search terms, each once, as it was last observed."""
    texts = signal_texts(evidence.signals)
    known: dict[str, _Other] = {}
    seen = sorted(
        (one.observed_at, one.signal_id, row)
        for row, one in enumerate(evidence.signals)
        if one.observed_at <= evidence.as_of and one.kind in ("trends", "competitor")
    )
    for _, _, row in seen:
        signal = evidence.signals[row]
        known[name_of(signal)] = _Other(
            name_of(signal),
            _kind(signal),
            _titled(signal),
            texts[row],
            evidence.signal_vectors[row],
            signal.observed_at.date(),
        )
    return [known[name] for name in sorted(known)]


def _deals(evidence: Evidence) -> list[_Other]:
    """Return each reason of each deal."""
    owners: list[Deal] = [deal for deal in evidence.deals for _ in deal.reasons]
    reasons = reason_texts(evidence.deals)
    found = [
        _Other(
            name_of(deal),
            "deal",
            _short(f"{deal.deal_id}: {reason}"),
            reason,
            evidence.reason_vectors[row],
            deal.close_date,
        )
        for row, (deal, reason) in enumerate(zip(owners, reasons, strict=True))
    ]
    return sorted(found, key=lambda one: (one.name, one.text))


def _kind(signal: MarketSignal) -> MatchKind:
    if signal.kind == "trends":
        return "search"
    return "competitor" if signal.competitor else "release"


def _titled(signal: MarketSignal) -> str:
    """Return whose release it is, which one, and what it says; of a search its term."""
    words = [signal.competitor or "", signal.key if signal.text.strip() else ""]
    said = [word for word in (*words, " ".join(signal.text.split()) or signal.key) if word]
    return _short(": ".join(said))


def _short(text: str) -> str:
    return shorten(text, TITLE_CHARACTERS, placeholder=" …")
