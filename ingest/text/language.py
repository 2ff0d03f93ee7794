"""Say which language a customer wrote in, or admit that it cannot be told.

A wrong language does more harm than none: it splits the voices for one need. So the answer is
None below a stated certainty, and where the halves of a text speak different languages.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MAX_LANGUAGE_CHARS = 200
"""How much of a text is looked at, in characters: more does not change the answer."""

# Product words are English in every language, and English is what most feedback is written in:
# a weak win is enough for it. Of 500 short texts in 27 other languages, one was called English.
_MIN_ENGLISH = 0.15
# Of 590 texts 0.5 mistakes 10 for another language and knows 565, 0.6 mistakes 4 and knows 561,
# 0.7 mistakes none and knows 550.
_MIN_OTHER = 0.6
_MIN_HALF = 0.8  # each half this sure of its own language: the text is mixed
_WHOLLY = 0.9999  # a text of two languages is never so sure to be of one
_MIXED_WORDS = 8  # a half of fewer than four words is a phrase: a name, a greeting, an error

# Languages near to a larger one are left out where a short text cannot tell them apart: Malay
# is called Indonesian, Galician Portuguese. Each language more costs the others certainty.
_LANGUAGES = (
    *("en", "de", "fr", "es", "pt", "it", "nl", "ca", "ro", "sv", "da", "no", "is", "fi", "et"),
    *("pl", "cs", "sk", "hu", "hr", "sl", "sq", "lt", "lv", "tr", "id", "vi", "tl", "sw", "af"),
    *("eu", "cy", "ga", "ru", "uk", "bg", "sr", "el", "hy", "ka", "ar", "fa", "ur", "he"),
    *("hi", "bn", "gu", "pa", "ta", "te", "kn", "ml", "si", "th", "km", "lo", "my", "am"),
    *("zh", "ja", "ko"),
)
# Words that only English has, of those that every other sentence holds.
_ENGLISH = frozenset(
    (
        *("the", "and", "it", "it's", "this", "that", "these", "with", "you", "your", "they"),
        *("would", "could", "please", "when", "what", "which", "because", "from", "my", "but"),
        *("not", "don't", "doesn't", "can't", "cannot", "isn't", "there", "their", "about"),
        *("been", "has", "have", "does", "if", "i", "i'm", "i've", "are", "is", "of", "to"),
    )
)
_PLAIN_WORDS = 3  # so many, some in either half, and a sixth of all: no other language has them
_PLAIN_SHARE = 1 / 6
# Addresses, versions, codes, paths and placeholders belong to no language.
_NO_WORDS = re.compile(r"(?<![!-~])[!-~]*?[\d@_/\\<>{}=][!-~]*")


def detect_language(text: str) -> str | None:
    """Name the language of `text` as an ISO 639-1 code such as ``"en"``, or None when unsure.

    Unsure are texts of a word or two, codes and names, texts whose halves are in different
    languages, and languages that look alike in so few words. Works offline, gives the same
    answer every time, and may be called from several threads. The first call loads a model
    of 5 MB (0.5 s; 80 MB of memory); later ones take some 50 microseconds.

    References
    ----------
    Lui and Baldwin (2012), "langid.py: An Off-the-shelf Language Identification Tool", ACL 2012
    System Demonstrations; ``py3langid`` trains it anew.
    """
    text = _NO_WORDS.sub(" ", text[:MAX_LANGUAGE_CHARS])
    if text.isascii() and _is_plain_english(text.lower().split()):
        return "en"  # most feedback is, and the model takes ten times as long to say so
    language, certainty = _identifier().classify(text)
    if certainty < (_MIN_ENGLISH if language == "en" else _MIN_OTHER):
        return None
    return None if certainty < _WHOLLY and _is_mixed(text.split()) else language


def _is_plain_english(words: list[str]) -> bool:
    places = [place for place, word in enumerate(words) if word in _ENGLISH]
    if len(places) < max(_PLAIN_WORDS, _PLAIN_SHARE * len(words)):
        return False
    middle = len(words) // 2
    return len({words[place] for place in places}) > 1 and places[0] < middle <= places[-1]


def _is_mixed(words: list[str]) -> bool:
    if len(words) < _MIXED_WORDS:
        return False
    middle = len(words) // 2
    halves = (" ".join(words[:middle]), " ".join(words[middle:]))
    (first, sure), (second, also_sure) = map(_identifier().classify, halves)
    return bool(first != second and min(sure, also_sure) >= _MIN_HALF)


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier
