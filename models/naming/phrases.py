"""The phrases of a text that could stand in a theme's name, in any language with spaces.

A phrase is one to three words in a row, without punctuation or numbers between them, that
neither begins nor ends with a function word. Phrases are compared in lower case; how people
write them is kept apart.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from models.naming.function_words import (
    DUTCH,
    FRENCH,
    GERMAN,
    ITALIAN,
    NEGATIONS_ELSEWHERE,
    PORTUGUESE,
    SPANISH,
)

PHRASE_WORDS = 3
"""Longest phrase, in words."""

FORM_LETTERS = (4, 6)
"""Shortest word that can have other forms, and letters in which forms of a longer one agree."""

_MARK = re.compile(r"<[a-z][a-z0-9_-]*>|https?://\S+|www\.\S+")  # "<email>", as redaction leaves it
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")  # noqa: RUF001
_ELISION = re.compile(r"^(?:[a-z]|qu)'(?=\w{2})")  # l'application
_SUFFIX = re.compile(r"'(?:s|re|ve|ll|d|m)$")
_DEBRIS = re.compile("(?:ai|are|could|did|do|does|had|has|is|should|was|were|would)n|[rv]e|ll")
_CONTENT = (
    "amount bill bottom call computer cry describe detail empty fill find fire front full give"
    " interest keep made mill mine move name part put serious show side sincere system thick thin"
    " top"
)
_ENGLISH = (
    "arent couldnt did didnt do does doesnt doing dont gonna got gotta hadnt havent hello help hey"
    " hi im isnt ive just know let like lot lots need needed needs ok okay please really shouldnt"
    " tell thank thanks thats theres theyre thing things think tried try trying wanna want wanted"
    " wants wasnt way werent wont wouldnt yes youre"
)
_FUNCTION_WORDS = frozenset(
    " ".join(
        (_ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, DUTCH, NEGATIONS_ELSEWHERE, "no")
    ).split()
)
"""Most frequent ones of each language, English as it is typed; scikit-learn has the rest."""


def find_phrases(text: str) -> list[str]:
    """Return the phrases of a text, each once, in lower case, in order of occurrence."""
    found: dict[str, None] = {}
    for words in _stretches(text):
        folded = [_fold(word) for word in words]
        outer = [_can_begin(word) for word in folded]
        for start in range(len(folded)):
            for stop in range(start + 1, min(start + PHRASE_WORDS, len(folded)) + 1):
                if outer[start] and outer[stop - 1]:
                    found[" ".join(folded[start:stop])] = None
    return list(found)


def without_marks(text: str) -> str:
    """Return a text without what redaction put into it and without addresses of pages."""
    return " ".join(_MARK.sub(" ", text).split())


def usual_casing(texts: Iterable[str]) -> dict[str, str]:
    """Return each word of the texts as it is mostly written where no sentence begins.

    Words are keyed as they stand in phrases; one that only begins sentences is missing.
    """
    written: Counter[str] = Counter()
    for text in texts:
        for words in _stretches(text):
            written.update(words[1:])
    usual: dict[str, str] = {}
    for word, _ in sorted(written.items(), key=lambda pair: (-pair[1], pair[0])):
        folded = _fold(word)
        start = word.lower().replace("’", "'").find(folded)  # noqa: RUF001
        usual.setdefault(folded, word[start : start + len(folded)])
    return usual


def cased(phrase: str, usual: Mapping[str, str]) -> str:
    """Write a phrase as people mostly write its words."""
    return " ".join(usual.get(word, word) for word in phrase.split())


def alike(one: str, other: str) -> bool:
    """Whether two words are, by their beginning, forms of one: track, tracking."""
    shorter, longer = sorted((one.lower().removesuffix("s"), other.lower()), key=len)
    if len(shorter) < FORM_LETTERS[0]:
        return shorter == longer.removesuffix("s")
    return longer.startswith(shorter[: FORM_LETTERS[1]])


def _stretches(text: str) -> Iterator[list[str]]:
    """Yield the runs of words that no punctuation, number, mark or cut contraction interrupts."""
    words: list[str] = []
    for token in _TOKEN.findall(_MARK.sub(" . ", text)):
        if _is_word(token):
            words.append(token)
        elif words:
            yield words
            words = []
    if words:
        yield words


@lru_cache(maxsize=1 << 16)
def _is_word(token: str) -> bool:
    cut = _DEBRIS.fullmatch(token.lower())
    return token[0].isalnum() and not token.isnumeric() and not cut


@lru_cache(maxsize=1 << 16)
def _fold(word: str) -> str:
    plain = word.lower().replace("’", "'")  # noqa: RUF001
    return plain if plain.endswith("n't") else _SUFFIX.sub("", _ELISION.sub("", plain))


@lru_cache(maxsize=1 << 16)
def _can_begin(word: str) -> bool:
    """Whether a phrase may begin or end with a word."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    if len(word) < 2 or word.endswith("n't") or word in _FUNCTION_WORDS:
        return False
    # scikit-learn's list has words that are what a customer is talking about.
    return word not in ENGLISH_STOP_WORDS or word in _CONTENT.split()
