"""Name themes in the customers' own words, and keep what carried each name.

A theme is called by a phrase of its statements (`models.naming.candidates`); where none holds for
it, and for an area, by the keywords that tell it from the others. A reader can find every word of
a name in the texts it stands for.
"""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.domain import IntArray, Vectors
from models.naming.candidates import NameCandidate, find_candidates
from models.naming.clauses import NOT, content_stem, cut_clauses
from models.naming.corpus import NameCorpus, choose_texts, read_corpus
from models.naming.evidence import NameWord, find_evidence
from models.naming.keywords import Keyword, find_keywords
from models.naming.phrases import alike, cased, usual_casing, without_marks

LABEL_CHARACTERS = 60
JOINED_KEYWORDS = 3
"""Keywords in a name that is made of them, at most."""

TELLING_SHARE = 0.4
"""A further keyword joins a name if it scores at least this share of the first."""

UNNAMED = "Unnamed"


@dataclass(frozen=True, slots=True)
class ThemeName:
    """What a theme is called."""

    label: str
    """At most `LABEL_CHARACTERS`; no other theme's, nor made of a sibling's words."""
    keywords: tuple[str, ...]
    """Most telling first."""
    evidence: tuple[NameWord, ...] = ()
    """The label and then each of its words, with the texts that have it."""
    fallback: bool = False
    """No phrase held for the theme: the label is made of keywords, or of a text's first words."""


@dataclass(frozen=True, slots=True)
class ThemeWords:
    """What themes could be called, before one takes a name from another."""

    corpus: NameCorpus
    keywords: Sequence[Sequence[Keyword]]
    """Of each theme, most telling first."""
    phrases: Sequence[Sequence[str]]
    """Of each theme, best first."""


def name_themes(
    texts: Sequence[str],
    vectors: Vectors,
    labels: IntArray,
    areas: IntArray,
    *,
    taken: Collection[str] = (),
) -> list[ThemeName]:
    """Name every theme by a phrase of its texts that tells it from the others.

    Two themes of one area never have the same content words (by their stems), and no two themes
    the same name. Of a theme with many texts `models.naming.corpus.SAMPLE` are looked at; what is
    said of the evidence holds for all. The order of the texts does not matter.

    Parameters
    ----------
    texts : sequence of length n
        Equal texts of one theme count once.
    vectors : ndarray of shape (n, dims), unit rows
    labels : ndarray of shape (n,)
        Theme of each text, 0 to ``n_themes - 1``, or `NOISE`.
    areas : ndarray of shape (n_themes,)
        Area of each theme; themes of one area are siblings.
    taken
        Labels that others bear already: areas, or themes that a person named.
    """
    return choose_names(find_words(texts, vectors, labels, len(areas)), areas, taken=taken)


def find_words(texts: Sequence[str], vectors: Vectors, labels: IntArray, count: int) -> ThemeWords:
    """Return what `count` themes could be called; the other parameters are of `name_themes`."""
    corpus = read_corpus(texts, vectors, labels, count)
    keywords = [
        [(cased(phrase, corpus.casing), score) for phrase, score in words]
        for words in find_keywords(corpus.texts, corpus.themes, count)
    ]
    phrases = [
        [_written(one, corpus.casing) for one in find_candidates(corpus, theme)]
        for theme in range(count)
    ]
    return ThemeWords(corpus, keywords, phrases)


def choose_names(
    found: ThemeWords, areas: IntArray, *, taken: Collection[str] = ()
) -> list[ThemeName]:
    """Give each theme the best name that is free; parameters as in `name_themes`."""
    register, corpus = _Register(taken), found.corpus
    names = []
    for theme, area in enumerate(areas.tolist()):
        said = [corpus.texts[place] for place in corpus.of_theme(theme)]
        words = found.keywords[theme]
        label, fallback = register.choose(found.phrases[theme], words, said, area)
        evidence = find_evidence(corpus, theme, label)
        names.append(ThemeName(label, tuple(word for word, _ in words), evidence, fallback))
    return names


def name_areas(
    texts: Sequence[str], labels: IntArray, count: int, *, taken: Collection[str] = ()
) -> list[ThemeName]:
    """Name wide themes by their keywords: no one phrase says what several needs have in common.

    Parameters as in `name_themes`, `labels` with the area of each text and `count` their number.
    """
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts with {len(labels)} labels")
    rows, _ = choose_texts(texts, labels, count)
    said = [texts[row] for row in rows.tolist()]
    themes = labels[rows].astype(np.int64)
    keywords = find_keywords(said, themes, count)
    casing = usual_casing(said)
    starts = np.searchsorted(themes, np.arange(count + 1))
    register = _Register(taken)
    names = []
    for area in range(count):
        words = [(cased(phrase, casing), score) for phrase, score in keywords[area]]
        label, _ = register.choose([], words, said[starts[area] : starts[area + 1]], 0)
        names.append(ThemeName(label, tuple(word for word, _ in words), fallback=True))
    return names


class _Register:
    """The names given so far."""

    def __init__(self, taken: Collection[str]) -> None:
        self._names = {_folded(label) for label in taken}
        self._words: set[tuple[int, frozenset[str]]] = set()

    def choose(
        self,
        phrases: Sequence[str],
        keywords: Sequence[Keyword],
        texts: Sequence[str],
        area: int,
    ) -> tuple[str, bool]:
        """Give the first name that is free, and say whether it is a fallback."""
        attempts = _attempts(phrases, keywords, texts)
        label, fallback = next(one for one in attempts if self._is_free(one[0], area))
        self._names.add(_folded(label))
        self._words.add((area, content_of(label)))
        return label, fallback

    def _is_free(self, label: str, area: int) -> bool:
        fits = len(label) <= LABEL_CHARACTERS
        words = (area, content_of(label))
        return fits and _folded(label) not in self._names and words not in self._words


def content_of(label: str) -> frozenset[str]:
    """Return the stems of the words of a label that name something; negations do not count."""
    words = [word for clause in cut_clauses(label) for word in clause]
    return frozenset(filter(None, map(content_stem, words))) - {NOT}


def _attempts(
    phrases: Sequence[str], keywords: Sequence[Keyword], texts: Sequence[str]
) -> Iterator[tuple[str, bool]]:
    """Yield names without end, the best first, with whether they are fallbacks."""
    for phrase in phrases:
        yield _sentence_case(phrase), False
    joined = _sentence_case(_join(keywords)) or _first_words(texts)
    yield joined, True
    for start in filter(None, [phrases[0] if phrases else "", joined]):
        for word, _ in keywords:
            yield f"{_sentence_case(start)} ({word})", True
    for number in itertools.count(2):
        yield f"{joined[: LABEL_CHARACTERS - 8]} {number}", True


def _written(candidate: NameCandidate, casing: Mapping[str, str]) -> str:
    """Return a phrase as people mostly write it and its words."""
    shouted = candidate.label.isupper()
    words = candidate.label.split()
    label = " ".join(
        _cased_word(word, casing, keep=place > 0 and not shouted)
        for place, word in enumerate(words)
    )
    return f"{label}?" if candidate.question else label


def _cased_word(word: str, casing: Mapping[str, str], *, keep: bool) -> str:
    stem, mark, ending = word.lower().partition("'")
    usual = "I" if stem == "i" else casing.get(stem, stem)
    return word if keep and usual == stem else usual + mark + ending


def _join(keywords: Sequence[Keyword]) -> str:
    """Return up to `JOINED_KEYWORDS` keywords as one would say them: card, PIN and app."""
    chosen: list[str] = []
    for phrase, score in keywords:
        telling = score >= TELLING_SHARE * keywords[0][1]
        fits = len(", ".join([*chosen, phrase])) + 2 <= LABEL_CHARACTERS
        if telling and fits and not any(_share_word(phrase, other) for other in chosen):
            chosen.append(phrase)
        if len(chosen) == JOINED_KEYWORDS:
            break
    return " and ".join(filter(None, [", ".join(chosen[:-1]), *chosen[-1:]]))


def _share_word(one: str, other: str) -> bool:
    return any(alike(left, right) for left in one.split() for right in other.split())


def _folded(label: str) -> str:
    """Return what makes a label another: its words, whatever their order and repetition."""
    return " ".join(sorted(set(re.findall(r"\w+", label.casefold())))) or label


def _first_words(texts: Sequence[str]) -> str:
    first = min(
        filter(None, map(without_marks, texts)), key=lambda text: (len(text), text), default=""
    )
    cut = first[: LABEL_CHARACTERS + 1]
    whole = cut if len(first) <= LABEL_CHARACTERS else cut.rpartition(" ")[0] or cut[:-1]
    return _sentence_case(whole) or UNNAMED


def _sentence_case(label: str) -> str:
    first = label.split(maxsplit=1)[0] if label else ""
    return label if any(letter.isupper() for letter in first) else label[:1].upper() + label[1:]
