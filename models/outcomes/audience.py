"""Who is to be told of an idea: those who asked, deals that hang on it, who else has it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import pandas as pd

from groundswell.domain import Account, FeatureCandidate, IntArray, Vectors
from groundswell.report import Addressee, Audience, NamedDeal, Rival
from models.evidence.inputs import Evidence, cosine
from models.evidence.voices import account_of, usable_mentions
from models.outcomes.shipped import find_releases
from models.ranking.candidates import candidate_vectors


def gather_audience(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    candidate: FeatureCandidate,
    *,
    min_membership: float,
    similarity: float,
) -> Audience:
    """Gather everybody to tell of one candidate; rows in any order give the same.

    Parameters
    ----------
    candidates
        All of them, `candidate` among them: a deal's reason and a release of ours count for the
        one they are most similar to.
    min_membership
        From which a statement speaks for a theme, 0 to 1.
    similarity
        Cosine from which a reason or a competitor's release speaks of the candidate.
    """
    candidates = sorted(candidates, key=lambda one: one.candidate_id)
    row = [one.candidate_id for one in candidates].index(candidate.candidate_id)
    vectors = candidate_vectors(
        candidates, evidence.themes, evidence.theme_vectors, evidence.items, evidence.item_vectors
    )
    accounts = {account.account_id: account for account in evidence.accounts}
    spoken = _spoken(evidence, candidate, min_membership)
    people, unnamed = _people(spoken, accounts)
    asking = [one.segment for one in people if one.kind == "account" and one.segment]
    releases = find_releases(evidence, candidates, similarity=similarity)
    ours = [one.day for one in releases if one.candidate_id == candidate.candidate_id]
    return Audience(
        candidate_id=candidate.candidate_id,
        title=candidate.title,
        shipped=max(ours, default=None),
        people=people,
        unnamed=unnamed,
        deals=_deals(evidence, vectors, row, accounts, similarity),
        segments=tuple(sorted(Counter(asking).items(), key=lambda pair: (-pair[1], pair[0]))),
        rivals=_rivals(evidence, vectors[row : row + 1], similarity),
    )


def _spoken(evidence: Evidence, candidate: FeatureCandidate, min_membership: float) -> pd.DataFrame:
    """Return the statements that speak for a candidate, newest first."""
    table = usable_mentions(evidence)
    served = table["theme_id"].isin([theme for theme, _ in candidate.coverage])
    table = table[served & (table["membership"] >= min_membership)]
    table = table.sort_values(["created_at", "statement_id"], ascending=[False, True])
    return table.drop_duplicates("statement_id")


def _people(
    spoken: pd.DataFrame, accounts: dict[str, Account]
) -> tuple[tuple[Addressee, ...], int]:
    mentions = Counter(spoken["voice"])
    newest = spoken.drop_duplicates("voice")
    columns = ["voice", "created_at", "text", "channel", "path", "line"]
    people, unnamed = [], 0
    for voice, moment, text, channel, path, line in newest[columns].itertuples(index=False):
        kind, _, name_id = str(voice).partition(":")
        if kind == "record":
            unnamed += 1
            continue
        account = accounts.get(account_of(voice) or "")
        people.append(
            Addressee(
                kind="account" if kind == "account" else "author",
                name_id=name_id,
                name=account.name if account else "",
                segment=account.segment if account else None,
                status=account.status if account else "unknown",
                arr=account.arr if account else None,
                mentions=mentions[voice],
                last_said=moment.date(),
                words=str(text),
                channel=str(channel),
                place=f"{PurePath(str(path)).name}:{int(line)}",
            )
        )
    people.sort(key=lambda one: (-(one.arr or 0.0), one.kind, -one.mentions, one.name_id))
    return tuple(people), unnamed


def _deals(
    evidence: Evidence,
    vectors: Vectors,
    row: int,
    accounts: dict[str, Account],
    similarity: float,
) -> tuple[NamedDeal, ...]:
    chosen = _most_like(evidence.reason_vectors, vectors, similarity)
    named, first = [], 0
    for deal in evidence.deals:
        reasons = [
            reason for place, reason in enumerate(deal.reasons, first) if chosen[place] == row
        ]
        first += len(deal.reasons)
        if reasons and deal.stage != "won":
            account = accounts.get(deal.account_id or "")
            named.append(
                NamedDeal(
                    deal_id=deal.deal_id,
                    account_id=deal.account_id,
                    account=account.name if account else "",
                    segment=account.segment if account else None,
                    stage=deal.stage,
                    amount=deal.amount,
                    close_date=deal.close_date,
                    reasons=tuple(reasons),
                    competitor=deal.competitor,
                )
            )
    named.sort(key=lambda one: (one.stage != "open", -(one.amount or 0.0), one.deal_id))
    return tuple(named)


def _rivals(evidence: Evidence, vector: Vectors, similarity: float) -> tuple[Rival, ...]:
    match = cosine(evidence.signal_vectors, vector)
    found = [
        Rival(
            competitor=signal.competitor,
            release=signal.key,
            text=signal.text,
            observed_at=signal.observed_at.date(),
            similarity=float(match[place, 0]),
        )
        for place, signal in enumerate(evidence.signals)
        if signal.kind == "competitor"
        and signal.competitor
        and signal.observed_at <= evidence.as_of
        and match[place, 0] >= similarity
    ]
    found.sort(key=lambda one: (one.observed_at, one.similarity, one.release, one.text))
    newest = {one.competitor: one for one in found}
    return tuple(sorted(newest.values(), key=lambda one: (-one.similarity, one.competitor)))


def _most_like(texts: Vectors, vectors: Vectors, similarity: float) -> IntArray:
    """Return the candidate each text is most similar to, -1 where none is similar enough."""
    match = cosine(texts, vectors)
    if not match.size:
        return np.full(len(texts), -1, np.int64)
    return np.where(match.max(axis=1) >= similarity, match.argmax(axis=1), -1).astype(np.int64)
