"""Stand-ins for personal data while the rest of a text is still being looked at.

A placeholder such as ``<email>`` is words and signs, in which the next rule could find something.
So each is one character while the rules run: no letter, no digit, no blank, and known to all
rules as a wall. Hence what is redacted once stays as it is.
"""

import re
from collections.abc import Sequence

KINDS = ("email", "phone", "card", "iban", "ip", "address", "person")

_FIRST = 0x100000  # Plane 16 is for private use, and no font in use has signs there.
_COUNT = 256
WALL = f"{chr(_FIRST)}-{chr(_FIRST + _COUNT - 1)}"
"""Range of the stand-ins, for a character class."""
EMAIL, PHONE, CARD, IBAN, IP, ADDRESS, PERSON = (chr(_FIRST + place) for place in range(7))

_MARK = re.compile(f"[{WALL}]")


class Marks:
    """The placeholders of one choice of settings and their stand-ins.

    Parameters
    ----------
    names
        Names of the operator's own patterns, after `KINDS`; fewer than 200.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        words = dict.fromkeys((*KINDS, *names))
        self._signs = {word: chr(_FIRST + place) for place, word in enumerate(words)}
        self._words = {sign: f"<{word}>" for word, sign in self._signs.items()}
        self._placeholder = re.compile(f"<({'|'.join(map(re.escape, words))})>")

    def sign(self, name: str) -> str:
        """Return the stand-in of a placeholder."""
        return self._signs[name]

    def hide(self, text: str) -> str:
        """Return `text` with stand-ins for its placeholders; stray stand-ins are dropped."""
        if not text.isascii() and _MARK.search(text):
            text = _MARK.sub("", text)
        if "<" not in text:
            return text
        return self._placeholder.sub(lambda found: self._signs[found[1]], text)

    def show(self, text: str) -> str:
        """Return `text` with its placeholders in words."""
        if text.isascii():
            return text
        return _MARK.sub(lambda found: self._words.get(found[0], ""), text)
