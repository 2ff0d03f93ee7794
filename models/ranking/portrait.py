"""The people behind an idea: their words, when they spoke, and who they are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from groundswell.domain import Account, FeatureCandidate, NeedTheme
from groundswell.report import Asker, Quote
from models.evidence.quotes import Quotables
from models.evidence.voices import account_of
from models.ranking.demand import Voices

QUOTE_CHARACTERS = (40, 300)
"""Quotes of this length are preferred: long enough to say something, short enough to read."""
COUNTER_QUOTES = 2
MONTHS = 18
SHOWN_ASKERS = 25
_DISAGREE_VOICES = 5
_DISAGREE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Portrait:
    """What can be said of the customers behind one candidate."""

    mentions: int
    quotes: tuple[Quote, ...]
    counter_quotes: tuple[Quote, ...]
    monthly_voices: tuple[tuple[str, int], ...]
    segments: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    askers: tuple[Asker, ...]
    sources: tuple[str, ...]
    newest_age_days: float
    """Of the newest mention; infinite without one."""
    channels_disagree: bool
    """Two channels with 5 rated voices or more differ by 40 points in satisfaction."""


class Portraits:
    """Draws one `Portrait` per candidate from mentions that are sorted by candidate."""

    def __init__(
        self,
        voices: Voices,
        accounts: Sequence[Account],
        themes: Sequence[NeedTheme],
        as_of: datetime,
        quotables: Quotables,
        quotes: int,
    ) -> None:
        """Prepare columns once; `quotes` is the number wanted per idea."""
        spoken = voices.spoken
        self._voices = voices
        self._quotables = quotables
        self._quotes = quotes
        self._accounts: Mapping[str, Account] = {a.account_id: a for a in accounts}
        self._column = {str(name): spoken[name].to_numpy() for name in spoken.columns}
        self._voice = spoken["voice"].to_numpy(np.int64)
        self._bounds = np.searchsorted(
            spoken["candidate"].to_numpy(np.int64), np.arange(voices.n_candidates + 1)
        )
        self._month = spoken["created_at"].dt.strftime("%Y-%m").to_numpy(str)
        self._central = {t.theme_id: {s: n for n, s in enumerate(t.exemplars)} for t in themes}
        self._counter = {t.theme_id: t.counter_exemplars for t in themes}
        first = as_of - pd.Timedelta(days=voices.history_days)
        self._months = _months(first.date(), as_of.date())

    def draw(self, row: int, candidate: FeatureCandidate) -> Portrait:
        """Return the portrait of the candidate in that row."""
        rows = range(int(self._bounds[row]), int(self._bounds[row + 1]))
        quotes, counter = self._choose_quotes(rows, candidate)
        ages = self._column["age_days"][rows.start : rows.stop]
        return Portrait(
            mentions=len({self._column["statement_id"][r] for r in rows}),
            quotes=quotes,
            counter_quotes=counter,
            monthly_voices=self._monthly(rows),
            segments=self._segments(rows),
            channels=_ranked(self._voices_by("channel", rows)),
            askers=self._askers(rows),
            sources=tuple(sorted({str(self._column["source"][r]) for r in rows})),
            newest_age_days=float(ages.min()) if len(ages) else np.inf,
            channels_disagree=self._channels_disagree(rows),
        )

    def _choose_quotes(
        self, rows: range, candidate: FeatureCandidate
    ) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
        central = {
            statement: place
            for theme, _ in reversed(candidate.coverage)
            for statement, place in self._central.get(theme, {}).items()
        }
        best = sorted(rows, key=lambda r: self._eligibility(r, central))
        content, said = self._column["satisfied"], self._column["statement_id"]
        quotes = self._quotables.choose((said[r] for r in best if content[r] != 1.0), self._quotes)
        if not quotes:
            quotes = self._quotables.choose((said[r] for r in best), self._quotes)
        opposite = [one for theme, _ in candidate.coverage for one in self._counter.get(theme, ())]
        return quotes, self._quotables.choose(opposite, COUNTER_QUOTES, unlike=quotes)

    def _eligibility(self, row: int, central: Mapping[str, int]) -> tuple[bool, int, float, str]:
        low, high = QUOTE_CHARACTERS
        statement = str(self._column["statement_id"][row])
        length = len(self._column["text"][row])
        place = central.get(statement, len(central))
        return not low <= length <= high, place, -float(self._column["p"][row]), statement

    def _account(self, row: int) -> str | None:
        return account_of(self._voices.names[int(self._voice[row])])

    def _monthly(self, rows: range) -> tuple[tuple[str, int], ...]:
        heard: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            heard[str(self._month[row])].add(int(self._voice[row]))
        return tuple((month, len(heard[month])) for month in self._months)

    def _voices_by(self, column: str, rows: range) -> Counter[str]:
        pairs = {(str(self._column[column][r]), int(self._voice[r])) for r in rows}
        return Counter(value for value, _ in pairs)

    def _segments(self, rows: range) -> tuple[tuple[str, int], ...]:
        found: Counter[str] = Counter()
        for account_id in {self._account(row): None for row in rows}:
            account = self._accounts.get(account_id or "")
            if account is not None and account.segment:
                found[account.segment] += 1
        return _ranked(found)

    def _askers(self, rows: range) -> tuple[Asker, ...]:
        spoke = Counter(
            account
            for account, _ in {(self._account(r), self._column["statement_id"][r]) for r in rows}
            if account
        )
        askers = [self._asker(account, number) for account, number in spoke.items()]
        askers.sort(key=lambda asker: (-(asker.arr or 0.0), asker.account_id))
        return tuple(askers[:SHOWN_ASKERS])

    def _asker(self, account_id: str, mentions: int) -> Asker:
        account = self._accounts.get(account_id, Account(account_id, status="active"))
        return Asker(
            account_id=account_id,
            name=account.name,
            segment=account.segment,
            arr=account.arr,
            status=account.status if account_id in self._accounts else "unknown",
            mentions=mentions,
        )

    def _channels_disagree(self, rows: range) -> bool:
        content: dict[str, dict[int, float]] = defaultdict(dict)
        for row in rows:
            satisfied = float(self._column["satisfied"][row])
            if not np.isnan(satisfied):
                content[str(self._column["channel"][row])][int(self._voice[row])] = satisfied
        shares = [
            sum(rated.values()) / len(rated)
            for rated in content.values()
            if len(rated) >= _DISAGREE_VOICES
        ]
        return bool(shares) and max(shares) - min(shares) >= _DISAGREE_SHARE


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    named = ((name, number) for name, number in counts.items() if name)
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))


def _months(first: date, last: date) -> tuple[str, ...]:
    """Return the months from first to last, at most the newest 18."""
    begin, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    begin = max(begin, end - MONTHS + 1)
    return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(begin, end + 1))
