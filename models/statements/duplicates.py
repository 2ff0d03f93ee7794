"""Find records that say the same again: one person pasting twice, and waves of spam.

A voice must not grow by repetition. Nothing is deleted: each copy points at its original, so
whoever counts can leave the copies out and whoever reads can see them.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from math import isfinite

from groundswell.domain import Copy
from models.statements.resemblance import (
    candidate_pairs,
    count_words,
    holds_other_words,
    normal_words,
    resemblance,
)

SAME_PERSON_SIMILARITY = 0.75
"""Lowest Jaccard index between a person's texts: one slip, greeting or short signature in a
sentence of ten words stays above it, one word exchanged for another mostly below."""

WAVE_SIMILARITY = 0.85
"""Lowest Jaccard index in a wave: people who fill in one form share much, so more is asked."""

PERSON_WORDS = 4
"""Shortest text that a person repeats; what is shorter, anyone may say twice."""

WAVE_WORDS = 12
"""Shortest text of a wave: so many words in one order do not come from two people by chance."""

WAVE_AUTHORS = 3
WAVE_DAYS = 14.0

PERSON_BAND = 4
"""Hashes per band among one person's texts: misses 1 pair in 200,000 at the limit."""

WAVE_BAND = 6
"""Hashes per band among everybody's texts, where more look alike: misses 1 in 20,000."""

_Person = tuple[str | None, str | None]
_NOBODY: _Person = (None, None)


def find_copies(
    record_ids: Sequence[str],
    texts: Sequence[str],
    authors: Sequence[str | None],
    accounts: Sequence[str | None],
    days: Sequence[float],
) -> list[Copy]:
    """Find the records that repeat an earlier one.

    Texts are compared without regard to capitals, punctuation around words and numbers of four
    digits or more, by the Jaccard index of their shingles. Where one holds three words or more
    in place of quite other ones, the index does not count. Two things make a group:

    1. One person says it again: same author, or same account where no author is known; index
       of at least `SAME_PERSON_SIMILARITY`; at least `PERSON_WORDS` words. An author known
       with exactly one account belongs to it; with several, to each as another person.
    2. A wave: at least `WAVE_AUTHORS` authors (an unknown one is another each time) within
       `WAVE_DAYS` of its first text, index of at least `WAVE_SIMILARITY` to that text, at
       least `WAVE_WORDS` words. It goes on until `WAVE_DAYS` pass without another. Whoever
       belongs to an account is a customer, whose voice counts, and never part of a wave.

    Groups that share a record are one. The earliest record of a group, by day and then record
    id, is an original. A later one is its copy if the index between just these two is high
    enough; else it may be a copy of the next original, or becomes one. A record with an
    account is only ever a copy of one with the same account, so no customer falls silent.

    Parameters
    ----------
    record_ids
        Distinct.
    texts, authors, accounts
        One per record; None: not known.
    days
        When each was written, in days since any epoch.

    Returns
    -------
    list of Copy
        By day and record id; the same for the same records in any order.

    Raises
    ------
    ValueError
        Lengths differ, a record id comes twice or a day is not finite.
    """
    _check(record_ids, days, texts, authors, accounts)
    order = sorted(range(len(record_ids)), key=lambda i: (days[i], record_ids[i]))
    records = _Records(
        [normal_words(texts[i]) for i in order],
        [authors[i] for i in order],
        [accounts[i] for i in order],
        [days[i] for i in order],
    )
    links = [pair for group in records.repetitions() for pair in pairwise(group)]
    links += [pair for wave in records.waves() for pair in pairwise(wave)]
    found = [link for group in _joined(links) for link in records.copies(group)]
    ids = [record_ids[i] for i in order]
    return [Copy(ids[copy], ids[original], index) for copy, original, index in sorted(found)]


class _Records:
    """Records by number; the numbers follow time."""

    def __init__(
        self,
        texts: Sequence[str],
        authors: Sequence[str | None],
        accounts: Sequence[str | None],
        days: Sequence[float],
    ) -> None:
        self._texts, self._accounts, self._days = texts, accounts, days
        self._persons = _persons(authors, accounts)
        self._words = [count_words(text) for text in texts]

    def repetitions(self) -> list[list[int]]:
        """Return groups of records in which one person says the same."""
        count = Counter(self._persons)
        owners: dict[int, Hashable] = {
            number: person
            for number, person in enumerate(self._persons)
            if person != _NOBODY and count[person] > 1 and self._words[number] >= PERSON_WORDS
        }
        return self._alike(owners, PERSON_BAND, SAME_PERSON_SIMILARITY)

    def waves(self) -> Iterator[list[int]]:
        """Yield the waves; the first member is the text that began it."""
        owners: dict[int, Hashable] = {
            number: None
            for number, (_, account) in enumerate(self._persons)
            if account is None and self._words[number] >= WAVE_WORDS
        }
        for group in self._alike(owners, WAVE_BAND, WAVE_SIMILARITY):
            taken: set[int] = set()
            for place in self._crowded(group):
                if group[place] in taken:
                    continue
                later = (n for n in islice(group, place + 1, None) if n not in taken)
                wave = self._wave(group[place], later)
                taken.update(wave)
                yield wave

    def copies(self, group: Sequence[int]) -> Iterator[tuple[int, int, float]]:
        """Yield copy, original and index for the copies of a group in order of time."""
        originals: list[int] = []
        for number in group:
            for original in originals:
                if self._accounts[number] not in (None, self._accounts[original]):
                    continue
                index = self._index(original, number, self._limit(original, number))
                if index is not None:
                    yield number, original, index
                    break
            else:
                originals.append(number)

    def _limit(self, one: int, other: int) -> float:
        person = self._persons[one]
        same = person != _NOBODY and person == self._persons[other]
        return SAME_PERSON_SIMILARITY if same else WAVE_SIMILARITY

    def _voice(self, number: int) -> Hashable:
        author, _ = self._persons[number]
        return number if author is None else author

    def _crowded(self, group: Sequence[int]) -> list[int]:
        """Return the places in a group after which enough authors follow in time for a wave."""
        voices: dict[Hashable, int] = defaultdict(int)
        places, end = [], 0
        for place, number in enumerate(group):
            while end < len(group) and self._days[group[end]] - self._days[number] <= WAVE_DAYS:
                voices[self._voice(group[end])] += 1
                end += 1
            if len(voices) >= WAVE_AUTHORS:
                places.append(place)
            voices[self._voice(number)] -= 1
            if not voices[self._voice(number)]:
                del voices[self._voice(number)]
        return places

    def _wave(self, first: int, later: Iterable[int]) -> list[int]:
        """Return the wave that a record begins; empty: none."""
        days, wave = self._days, [first]
        for number in later:
            if days[number] - days[wave[-1]] > WAVE_DAYS:
                break
            if self._index(first, number, WAVE_SIMILARITY) is not None:
                wave.append(number)
        opening = [n for n in wave if days[n] - days[first] <= WAVE_DAYS]
        return wave if len(set(map(self._voice, opening))) >= WAVE_AUTHORS else []

    def _index(self, one: int, other: int, limit: float) -> float | None:
        """Return the Jaccard index of two records if one says the same as the other."""
        texts = self._texts[one], self._texts[other]
        index = resemblance(*texts)
        return index if index >= limit and not holds_other_words(*texts) else None

    def _alike(self, owners: dict[int, Hashable], band: int, limit: float) -> list[list[int]]:
        """Group records of one owner: each with the earliest that it is alike to."""
        same: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
        for number, owner in owners.items():
            same[owner, self._texts[number]].append(number)
        groups = list(same.values())
        firsts = [group[0] for group in groups]
        names = {owner: name for name, owner in enumerate(dict.fromkeys(owners.values()))}
        texts, named = [text for _, text in same], [names[owner] for owner, _ in same]
        leads = list(range(len(groups)))
        for late, early in candidate_pairs(texts, named, band, limit):
            lead = leads[early]
            if leads[late] != late:
                continue
            if self._index(firsts[lead], firsts[late], limit) is not None:
                leads[late] = lead
                groups[lead] += groups[late]
        return [sorted(groups[lead]) for lead in sorted(set(leads)) if len(groups[lead]) > 1]


def _persons(authors: Sequence[str | None], accounts: Sequence[str | None]) -> list[_Person]:
    """Return author and account of each record; the account may be known by the author only."""
    known = defaultdict(set)
    for author, account in zip(authors, accounts, strict=True):
        if author is not None and account is not None:
            known[author].add(account)
    homes = {author: min(found) for author, found in known.items() if len(found) == 1}
    return [
        (author, homes.get(author) if author is not None and account is None else account)
        for author, account in zip(authors, accounts, strict=True)
    ]


def _joined(links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the connected groups, each in ascending order (union-find, halving paths)."""
    parent = {number: number for link in links for number in link}

    def lead(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    for one, other in links:
        low, high = sorted((lead(one), lead(other)))
        parent[high] = low
    groups = defaultdict(list)
    for number in sorted(parent):
        groups[lead(number)].append(number)
    return list(groups.values())


def _check(ids: Sequence[str], days: Sequence[float], *columns: Sequence[object]) -> None:
    if any(len(column) != len(ids) for column in (days, *columns)):
        raise ValueError(f"lengths differ: {[len(ids), len(days), *map(len, columns)]}")
    if len(set(ids)) != len(ids):
        raise ValueError("a record id comes twice")
    if not all(map(isfinite, days)):
        raise ValueError("a day is not finite")
