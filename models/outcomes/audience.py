"""Who is to be told of an idea: those who asked, deals that hang on it, who else has it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import pandas as pd

from groundswell.domain import Account, FeatureCandidate, FloatArray, IdeaVerdict, IntArray
from groundswell.report import Addressee, Audience, NamedDeal, Rival
from models.evidence.inputs import Evidence, reason_texts, signal_texts
from models.evidence.voices import account_of, usable_mentions
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.linking.said import Verdicts, heed_links, name_of, reason_names
from models.outcomes.shipped import find_releases
from models.ranking.candidates import compared
from models.ranking.known_work import match_all


@dataclass(frozen=True, slots=True)
class _Judging:
    """What tells whether a text is about an idea."""

    likely: float
    said: Verdicts
    """Of all candidates."""
    recalibration: Recalibration | None


def gather_audience(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    candidate: FeatureCandidate,
    *,
    min_membership: float,
    likely: float,
    recalibration: Recalibration | None = None,
) -> Audience:
    """Gather everybody to tell of one candidate; rows in any order give the same.

    Parameters
    ----------
    candidates
        All of them, `candidate` among them: a deal's reason and a release of ours count for the
        one they are most probably about.
    min_membership
        From which a statement speaks for a theme, 0 to 1.
    likely
        Probability from which a reason or a competitor's release speaks of the candidate.
    recalibration
        What reviewers' words on matches taught of probabilities.
    """
    candidates = sorted(candidates, key=lambda one: one.candidate_id)
    row = [one.candidate_id for one in candidates].index(candidate.candidate_id)
    texts = compared(evidence, candidates)
    own = Texts(texts.texts[row : row + 1], texts.vectors[row : row + 1])
    said = [evidence.verdicts.get(one.candidate_id) for one in candidates]
    judging = _Judging(likely, said, recalibration)
    accounts = {account.account_id: account for account in evidence.accounts}
    spoken = _spoken(evidence, candidate, min_membership)
    people, unnamed = _people(spoken, accounts)
    asking = [one.segment for one in people if one.kind == "account" and one.segment]
    releases = find_releases(evidence, candidates, likely=likely, recalibration=recalibration)
    ours = [one.day for one in releases if one.candidate_id == candidate.candidate_id]
    return Audience(
        candidate_id=candidate.candidate_id,
        title=candidate.title,
        shipped=max(ours, default=None),
        people=people,
        unnamed=unnamed,
        deals=_deals(evidence, texts, judging, row, accounts),
        segments=tuple(sorted(Counter(asking).items(), key=lambda pair: (-pair[1], pair[0]))),
        rivals=_rivals(evidence, own, judging, said[row]),
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
    newest = spoken.groupby("voice")["created_at"].max()
    # The words that speak for it most: the newest may touch it in passing.
    order = ["membership", "created_at", "statement_id"]
    clearest = spoken.sort_values(order, ascending=[False, False, True]).drop_duplicates("voice")
    columns = ["voice", "text", "channel", "path", "line"]
    people, unnamed = [], 0
    for voice, text, channel, path, line in clearest[columns].itertuples(index=False):
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
                last_said=newest[voice].date(),
                words=str(text),
                channel=str(channel),
                place=f"{PurePath(str(path)).name}:{int(line)}",
            )
        )
    people.sort(key=lambda one: (-(one.arr or 0.0), one.kind, -one.mentions, one.name_id))
    return tuple(people), unnamed


def _deals(
    evidence: Evidence,
    texts: Texts,
    judging: _Judging,
    row: int,
    accounts: dict[str, Account],
) -> tuple[NamedDeal, ...]:
    reasons = reason_texts(evidence.deals)
    match = match_all(texts, reasons, evidence.reason_vectors, judging.recalibration)
    match = heed_links(match, judging.said, reason_names(evidence.deals), single=True)
    chosen = _most_likely(match.T, judging.likely)
    named, first = [], 0
    for deal in evidence.deals:
        named_by = [
            reason for place, reason in enumerate(deal.reasons, first) if chosen[place] == row
        ]
        first += len(deal.reasons)
        if named_by and deal.stage != "won":
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
                    reasons=tuple(named_by),
                    competitor=deal.competitor,
                )
            )
    named.sort(key=lambda one: (one.stage != "open", -(one.amount or 0.0), one.deal_id))
    return tuple(named)


def _rivals(
    evidence: Evidence, idea: Texts, judging: _Judging, said: IdeaVerdict | None
) -> tuple[Rival, ...]:
    texts, vectors = signal_texts(evidence.signals), evidence.signal_vectors
    match = match_all(idea, texts, vectors, judging.recalibration)
    match = heed_links(match, [said], list(map(name_of, evidence.signals)))[0]
    found = [
        Rival(
            competitor=signal.competitor,
            release=signal.key,
            text=signal.text,
            observed_at=signal.observed_at.date(),
            probability=float(match[place]),
        )
        for place, signal in enumerate(evidence.signals)
        if signal.kind == "competitor"
        and signal.competitor
        and signal.observed_at <= evidence.as_of
        and match[place] >= judging.likely
    ]
    found.sort(key=lambda one: (one.observed_at, one.probability, one.release, one.text))
    newest = {one.competitor: one for one in found}
    return tuple(sorted(newest.values(), key=lambda one: (-one.probability, one.competitor)))


def _most_likely(match: FloatArray, likely: float) -> IntArray:
    """Return the candidate each text is most probably about, -1 where none is likely."""
    if not match.size:
        return np.full(len(match), -1, np.int64)
    return np.where(match.max(axis=1) >= likely, match.argmax(axis=1), -1).astype(np.int64)
