"""Acceptance notes: what must be true when an idea is built, in the customers' own words.

Where a customer says what they cannot do or wish to do, the note is that a customer can; where
they ask for a thing, that there is one. The words in quotation marks are theirs, unchanged.
Where they say it in another way, nothing is made up: the note is that whoever said it finds it
met, which can be asked.
"""

import re
from collections.abc import Sequence

from groundswell.report import Quote

NOTES = 5
"""Most notes of an issue: more are not checked by anybody."""
FEWEST_WORDS, MOST_WORDS = 2, 20
"""Of what a customer can do: one word says too little, more than a sentence is a story."""

_ASKED = re.compile(
    r"\b(?:"
    r"can(?:no|['’])?t|can not|couldn['’]?t|could not"  # noqa: RUF001
    r"|(?:unable|impossible|(?:not|be|being) able|possible|ability|option|no way|a way) to"
    r"|wish (?:i|we|you|one) could|if (?:i|we|you|one) could"
    r"|(?:would|['’]d|d) (?:like|love) to"  # noqa: RUF001
    r"|(?:let|allow) (?:us|me|users|people|customers)(?: to)?"
    r")\s+(?P<what>[^.!?;:\n]+)",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?<!do i )(?<!do we )"  # a question is no wish
    r"(?:(?:would|['’]d|d) (?:like|love)|need|needs|want|wants|add|miss|missing)"  # noqa: RUF001
    r"\s+(?P<what>an?\s[^.!?;:\n]+)",
    re.IGNORECASE,
)
_AND_THEN = re.compile(r",|\s(?:but|because|since|so that|although|though|when i|and then)\s", re.I)
_STILL_ASKING = re.compile(r"(?:be able to|even|just|also|please)\s+", re.IGNORECASE)


def acceptance_notes(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return one note a quote, without repeats, at most `NOTES`."""
    notes: dict[str, str] = {}
    for quote in quotes:
        note = _note(quote.text)
        notes.setdefault(note.casefold(), f"{note} ({quote.place})")
    return tuple(notes.values())[:NOTES]


def _note(text: str) -> str:
    if ability := _clause(_ASKED, text):
        return f"A customer can “{ability}”"
    if thing := _clause(_WANTED, text):
        return f"There is “{thing}”"
    return f"Who said this finds it met: “{text}”"


def _clause(pattern: re.Pattern[str], text: str) -> str:
    """Return what a customer asks for, as they say it; nothing if they say it in another way."""
    found = pattern.search(text)
    if not found:
        return ""
    what = _AND_THEN.split(found["what"])[0].strip()
    while asking := _STILL_ASKING.match(what):
        what = what[asking.end() :]
    return what if FEWEST_WORDS <= len(what.split()) <= MOST_WORDS else ""
