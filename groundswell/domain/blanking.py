"""Take what an erased person said out of what others wrote: reasons, names, notes.

Reviewers quote customers. What quotes somebody who is erased becomes `BLANK`, and the ids of their
statements become others, drawn by chance and kept nowhere, so that what was decided can be replayed
and says nothing of them any more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

BLANK = "[erased]"
"""Stands in the place of a text that quoted somebody."""

FORGOTTEN = "erased"
"""How the ids begin that stand in the place of those of statements that were erased."""

PASSAGE_WORDS = 5
"""Words in a row that make a quote: shorter ones are said by chance."""

_WORD = re.compile(r"\w+")
_ID = re.compile(r"[0-9a-f]{32}")

Passage = tuple[str, ...]


def passages_of(texts: Iterable[str]) -> set[Passage]:
    """Return all runs of `PASSAGE_WORDS` words of texts, in small letters."""
    return {passage for text in texts for passage in _passages(text)}


@dataclass(frozen=True, slots=True)
class Blanking:
    """What is to be taken out."""

    passages: frozenset[Passage] = frozenset()
    """That only the erased said."""
    names: tuple[str, ...] = ()
    """Ids and pseudonyms of the erased."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Id of an erased statement or record to what stands in its place."""

    def text(self, text: str) -> str:
        """Return a text without what is to be taken out of it; the same if nothing is."""
        if self.quoted(text) or any(holds_word(text, name) for name in self.names):
            return BLANK
        return _ID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def quoted(self, text: str) -> frozenset[Passage]:
        """Return what a text quotes."""
        return self.passages.intersection(_passages(text))

    def value(self, value: Any) -> Any:
        """Return a JSON value with the same done to all texts in it, names of fields too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {self.text(name): self.value(inner) for name, inner in value.items()}
        return value


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from texts_in(inner)


def holds_word(text: str, word: str) -> bool:
    """Tell whether a text holds a word as such, not as a part of another one."""
    text, word = text.casefold(), word.casefold()
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if not (text[place - 1 : place].isalnum() or text[end : end + 1].isalnum()):
            return True
        place = text.find(word, place + 1)
    return False


def _passages(text: str) -> Iterator[Passage]:
    words = _WORD.findall(text.casefold())
    for start in range(len(words) - PASSAGE_WORDS + 1):
        yield tuple(words[start : start + PASSAGE_WORDS])
