"""Cut a text into clauses of words, and a word to the stem it shares with its other forms."""

import re
from functools import lru_cache

from models.naming.function_words import ARTICLE, FUNCTION, NEGATION, english_role, foreign_role

STEM_LETTERS = 6
"""Forms of a longer word agree in so many first letters: deliver, delivery, delivered."""

NOT = "not"
"""Stem of all negations: don't, never, without."""

_MARK = re.compile(r"<[a-z][a-z0-9_-]*>|https?://\S+|www\.\S+|[@#]\w+|&\w+;")
_MAY_HAVE_MARK = re.compile("[<@#&]|://|www")  # five times as fast where there is none
_TOKEN = re.compile(r"[^\W_]+(?:['&/+.-][^\W_]+)*|[^\w\s]|[_\n]")
_WITHIN = frozenset("\"*'`-–")  # quotation marks and hyphens end no clause  # noqa: RUF001
_POSSESSIVE = re.compile(r"'(?:s|re|ve|ll|d|m)$")
_VOWEL = re.compile("[aeiouyäöüáéíóúàèìòùâêîôû]")


def cut_clauses(text: str) -> list[list[str]]:
    """Return the words between punctuation marks or ends of lines, with straight apostrophes.

    What redaction put in (``<email>``), addresses of pages, @names and #tags end a clause: no
    phrase holds them.
    """
    clauses: list[list[str]] = [[]]
    straight = text.replace("’", "'")  # noqa: RUF001
    if _MAY_HAVE_MARK.search(straight):
        straight = _MARK.sub(" . ", straight)
    for token in _TOKEN.findall(straight):
        if token[0].isalnum():
            clauses[-1].append(token)
        elif clauses[-1] and token not in _WITHIN:
            clauses.append([])
    return clauses if clauses[-1] else clauses[:-1]


@lru_cache(1 << 17)
def stem(word: str) -> str:
    """Return what a word has in common with its other forms, in small letters.

    English endings are taken off, and in any language all but the first letters.
    """
    plain = _POSSESSIVE.sub("", word.lower())
    for ending in ("ing", "ed"):
        short = plain.removesuffix(ending)
        if short != plain and len(short) > 2 and short[-1] != "e" and _VOWEL.search(short):
            doubled = len(short) > 3 and short[-1] == short[-2] and short[-1] not in "sl"
            plain = short[:-1] if doubled else short
            break
    else:
        if len(plain) > 4 and plain.endswith("ies"):
            plain = plain[:-3] + "y"
        elif len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
            plain = plain[:-1]
    return (plain[:-1] if len(plain) > 3 and plain[-1] == "e" else plain)[:STEM_LETTERS]


@lru_cache(1 << 17)
def content_stem(word: str) -> str:
    """Return the stem of a word that names something, `NOT` for a negation, else nothing."""
    small = word.lower()
    role = english_role(small) | foreign_role(small)
    if role & NEGATION:
        return NOT
    return "" if role & FUNCTION else stem(word)


@lru_cache(1 << 17)
def any_stem(word: str) -> str:
    """Return a stem for every word but articles: function words stand for themselves."""
    role = english_role(word.lower())
    if role & NEGATION:
        return NOT
    if role & ARTICLE:
        return ""
    return word.lower() if role & FUNCTION else stem(word)
