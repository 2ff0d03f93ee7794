"""What was shipped, and when customers got it: finished work and our own changelog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from groundswell.domain import FeatureCandidate
from models.evidence.inputs import Evidence, signal_texts
from models.linking.recalibration import Recalibration
from models.linking.said import heed_links, name_of
from models.ranking.candidates import compared
from models.ranking.known_work import match_all

SAME_RELEASE_DAYS = 31
"""Finished work and changelog entries of one idea that follow each other within a month are one
release; customers got it with the last of them."""


@dataclass(frozen=True, slots=True)
class Release:
    """An idea, or a part of it, that customers got."""

    candidate_id: str
    day: date
    title: str
    basis: str
    """What says so: ``RF-118 finished`` or ``changelog 4.6.0``."""


def find_releases(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    *,
    likely: float,
    recalibration: Recalibration | None = None,
) -> list[Release]:
    """Return what was released up to the report's moment, by day, then candidate.

    Finished work counts for the candidate it is linked to, an entry of our own changelog for the
    candidate it is most probably about.

    Parameters
    ----------
    likely
        Probability from which an entry speaks of a candidate at all.
    recalibration
        What reviewers' words on matches taught of probabilities.
    """
    found = _finished(evidence, candidates) + _announced(
        evidence, candidates, likely, recalibration
    )
    releases: dict[str, Release] = {}
    merged: list[Release] = []
    for release in sorted(found, key=lambda one: (one.day, one.basis, one.title)):
        before = releases.get(release.candidate_id)
        if before and release.day - before.day <= timedelta(days=SAME_RELEASE_DAYS):
            merged.remove(before)
        releases[release.candidate_id] = release
        merged.append(release)
    return sorted(merged, key=lambda one: (one.day, one.candidate_id))


def _finished(evidence: Evidence, candidates: Sequence[FeatureCandidate]) -> list[Release]:
    items = {item.item_id: item for item in evidence.items}
    today = evidence.as_of.date()
    return [
        Release(candidate.candidate_id, item.finished, item.title, f"{item.item_id} finished")
        for candidate in candidates
        for item in (items[one] for one in candidate.item_ids if one in items)
        if item.status == "done" and item.finished and item.finished <= today
    ]


def _announced(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    likely: float,
    recalibration: Recalibration | None,
) -> list[Release]:
    candidates = sorted(candidates, key=lambda candidate: candidate.candidate_id)
    texts = signal_texts(evidence.signals)
    ideas = compared(evidence, candidates)
    match = match_all(ideas, texts, evidence.signal_vectors, recalibration)
    said = [evidence.verdicts.get(one.candidate_id) for one in candidates]
    names = list(map(name_of, evidence.signals))
    match = heed_links(match, said, names, single=True).T
    releases = []
    for row, signal in enumerate(evidence.signals):
        ours = signal.kind == "competitor" and not signal.competitor
        if not ours or signal.observed_at > evidence.as_of or not candidates:
            continue
        best = int(match[row].argmax())
        if match[row, best] >= likely:
            day, title = signal.observed_at.date(), signal.text or signal.key
            name = candidates[best].candidate_id
            releases.append(Release(name, day, title, f"changelog {signal.key}"))
    return releases
