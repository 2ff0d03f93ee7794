"""What is known already of each need: work that waits, is done or was refused, and releases.

Names are left out of what is compared: a language model may have proposed them, and no ranking
rests on its words. A need is compared by its keywords and its customers' own sentences.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
import pandas as pd

from groundswell.domain import (
    FeatureCandidate,
    FloatArray,
    IdeaVerdict,
    MarketSignal,
    NeedTheme,
    Vectors,
    WorkItem,
)
from models.evidence.inputs import item_texts, signal_texts
from models.linking.matching import SHORTLIST, Matches, Texts, match
from models.linking.recalibration import Recalibration
from models.linking.said import Verdicts, latest_owner, name_of, said_of, why_same
from models.linking.statuses import Found, FoundKind

EXEMPLARS = 3
"""Sentences that a need is compared by, the most central ones."""

_KIND: dict[str, FoundKind] = {"open": "open", "done": "done", "rejected": "rejected"}


def _no_vectors() -> Vectors:
    return np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Heard:
    """What customers said, and what we released, up to the report's moment."""

    mentions: pd.DataFrame | None = None
    """From `models.evidence.voices.usable`; None: keywords alone stand for a need, and how many
    voices it has is not known."""
    releases: Sequence[MarketSignal] = ()
    """Our own."""
    release_vectors: Vectors = field(default_factory=_no_vectors)

    def statements(self, wanted: Collection[str]) -> Mapping[str, str]:
        """Return the texts of those of the statements that are known, by id."""
        if self.mentions is None:
            return {}
        said = self.mentions[self.mentions["statement_id"].isin(list(wanted))]
        return dict(zip(said["statement_id"], said["text"], strict=True))

    def voices(self, theme_id: int, until: date | None = None) -> float | None:
        """Count the customers that voiced a need, up to the end of a day; None: not known."""
        if self.mentions is None:
            return None
        rows = self.mentions["theme_id"].to_numpy() == theme_id
        if until is not None:
            end = pd.Timestamp(datetime.combine(until, time.max, UTC))
            rows &= (self.mentions["created_at"] <= end).to_numpy()
        return float(self.mentions["voice"][rows].nunique())


def need_text(theme: NeedTheme, statements: Mapping[str, str]) -> str:
    """Return what a need is compared by: its keywords, and its most central sentences."""
    said = [statements[s] for s in theme.exemplars if s in statements]
    return "\n".join([", ".join(theme.keywords), *said[:EXEMPLARS]])


def candidate_texts(
    candidates: Sequence[FeatureCandidate],
    themes: Sequence[NeedTheme],
    items: Sequence[WorkItem],
    statements: Mapping[str, str],
) -> list[str]:
    """Return what each candidate is compared by: its needs, else its item, else its title."""
    needs = {theme.theme_id: need_text(theme, statements) for theme in themes}
    work = dict(zip((item.item_id for item in items), item_texts(items), strict=True))
    return [
        "\n".join(needs[theme] for theme, _ in candidate.coverage if theme in needs)
        or next((work[item] for item in candidate.item_ids if item in work), candidate.title)
        for candidate in candidates
    ]


def match_all(
    queries: Texts,
    said: Sequence[str],
    vectors: Vectors,
    recalibration: Recalibration | None = None,
) -> FloatArray:
    """Return the probability that each of some short texts is about each query.

    Equal texts, such as the weeks of one search term, are one doc.

    Parameters
    ----------
    said, vectors
        Texts and their unit rows, in any order.

    Returns
    -------
    ndarray of shape (n_queries, n_said)
    """
    distinct = sorted(set(said))
    first = dict(zip(reversed(said), range(len(said) - 1, -1, -1), strict=True))
    rows = [first[text] for text in distinct]
    docs = Texts(distinct, vectors[rows])
    found = match(queries, docs, count=len(distinct), recalibration=recalibration)
    chances = np.zeros((len(queries.texts), len(distinct)))
    np.put_along_axis(chances, found.docs, found.probability, axis=1)
    place = {text: column for column, text in enumerate(distinct)}
    return np.asarray(chances[:, [place[text] for text in said]])


def work_found(
    needs: Texts,
    items: Sequence[WorkItem],
    vectors: Vectors,
    *,
    likely: float,
    handed: Mapping[str, int],
    said: Verdicts = (),
    recalibration: Recalibration | None = None,
) -> list[list[tuple[float, str, WorkItem]]]:
    """Give each item to the need it most probably meets, where that is likely.

    What a reviewer said comes first, then what was handed over.

    Parameters
    ----------
    handed
        Id of each item that was handed over as a need, to that need's row.
    said
        What is said of each need's idea; empty: nothing of any.

    Returns
    -------
    list of (probability, why, item)
        Per need, most probable first. An item stands with one need only, else its evidence
        would be counted twice.
    """
    said = said or [None] * len(needs.texts)
    names, owners = [name_of(item) for item in items], latest_owner(said)
    docs = Texts(item_texts(items), vectors)
    found = match(needs, docs, count=SHORTLIST, recalibration=recalibration)
    best: dict[int, tuple[float, int, str]] = {}
    for need, row in enumerate(found.docs.tolist()):
        for place, doc in enumerate(row):
            chance = float(found.probability[need, place])
            refused = said_of(said[need], names[doc]) is False
            if chance >= likely and chance > best.get(doc, (0.0, 0, ""))[0] and not refused:
                best[doc] = (chance, need, found.reason(need, place))
    for doc, item in enumerate(items):
        owner = handed.get(item.item_id)
        if owner is not None and said_of(said[owner], names[doc]) is not False:
            best[doc] = (1.0, owner, "handed over")
        if (owner := owners.get(names[doc])) is not None:
            best[doc] = (1.0, owner, why_same(said[owner], names[doc]))
    linked: list[list[tuple[float, str, WorkItem]]] = [[] for _ in needs.texts]
    for doc, (chance, need, why) in best.items():
        linked[need].append((chance, why, items[doc]))
    return [sorted(row, key=lambda one: (-one[0], one[2].item_id)) for row in linked]


def as_found(
    theme: NeedTheme, linked: Sequence[tuple[float, str, WorkItem]], heard: Heard
) -> list[Found]:
    """Return a need's items as what its status follows from."""
    return [
        Found(
            kind=_KIND[item.status],
            ref=item.item_id,
            title=item.title,
            probability=chance,
            why=why,
            on=item.finished,
            voices_then=heard.voices(theme.theme_id, item.finished) if item.finished else None,
        )
        for chance, why, item in linked
    ]


def releases_found(
    needs: Texts,
    heard: Heard,
    *,
    likely: float,
    said: Verdicts = (),
    recalibration: Recalibration | None = None,
) -> list[list[Found]]:
    """Return for each need our releases that are likely about it, or said to be."""
    said = said or [None] * len(needs.texts)
    ours = sorted(
        range(len(heard.releases)),
        key=lambda row: (heard.releases[row].observed_at, heard.releases[row].signal_id),
    )
    releases = [heard.releases[row] for row in ours]
    docs = Texts(signal_texts(releases), heard.release_vectors[ours])
    found = match(needs, docs, count=SHORTLIST, recalibration=recalibration)
    return [
        [
            _released(releases[doc], docs.texts[doc], chance, why)
            for doc, (chance, why) in _heeded(need, found, releases, said[need]).items()
            if chance >= likely
        ]
        for need in range(len(needs.texts))
    ]


def _heeded(
    need: int, found: Matches, releases: Sequence[MarketSignal], verdict: IdeaVerdict | None
) -> dict[int, tuple[float, str]]:
    """Return probability and reason of each release that may be about a need."""
    chances = {
        doc: (float(found.probability[need, place]), found.reason(need, place))
        for place, doc in enumerate(found.docs[need].tolist())
    }
    for doc, release in enumerate(releases):
        same = said_of(verdict, name_of(release))
        if same is not None:
            chances[doc] = (float(same), why_same(verdict, name_of(release)))
    return chances


def _released(release: MarketSignal, text: str, chance: float, why: str) -> Found:
    day, title = release.observed_at.date(), " ".join(text.split())
    return Found("release", release.key, title, chance, why, day)
