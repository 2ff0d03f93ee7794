"""What carried a theme's name: its words, how many texts have them, and some of those texts."""

from dataclasses import dataclass
from functools import reduce

from models.naming.clauses import content_stem, cut_clauses
from models.naming.corpus import NameCorpus

EXAMPLES = 3
"""Texts shown for each word of a name."""


@dataclass(frozen=True, slots=True)
class NameWord:
    """A name, or a word of it, with the theme's texts that have it in one form or another."""

    phrase: str
    statements: int
    """Distinct texts of the theme that have all its content words."""
    rows: tuple[int, ...]
    """Up to `EXAMPLES` of them, the nearest to the theme's centroid first."""


def find_evidence(corpus: NameCorpus, theme: int, name: str) -> tuple[NameWord, ...]:
    """Return the name of a theme and then its words, with the texts that have them.

    All texts of the theme are counted; the examples come from those that were looked at.
    """
    parts = _parts(name)
    stems = {stem for _, wanted in parts for stem in wanted}
    having = corpus.having(theme, stems)
    unread = [stems & _stems_of(text) for text in corpus.unread[theme]]
    words = []
    for phrase, wanted in parts:
        bits = reduce(int.__and__, (having[stem] for stem in wanted))
        statements = bits.bit_count() + sum(map(set(wanted).issubset, unread))
        if statements:
            words.append(NameWord(phrase, statements, _examples(corpus, theme, bits)))
    return tuple(words)


def _parts(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the name and its words with their stems; a word that names nothing has none."""
    words: dict[str, str] = {}
    for clause in cut_clauses(name):
        for word in clause:
            words.setdefault(content_stem(word), word)
    words.pop("", None)
    parts: list[tuple[str, tuple[str, ...]]] = [(word, (stem,)) for stem, word in words.items()]
    return parts if len(parts) < 2 else [(name, tuple(words)), *parts]


def _stems_of(text: str) -> set[str]:
    return {content_stem(word) for clause in cut_clauses(text) for word in clause}


def _examples(corpus: NameCorpus, theme: int, bits: int) -> tuple[int, ...]:
    places = corpus.of_theme(theme)
    said = [place for place in places if bits >> (place - places.start) & 1]
    nearest = sorted(said, key=lambda place: (-corpus.cosines[place], place))[:EXAMPLES]
    return tuple(int(corpus.rows[place]) for place in nearest)
