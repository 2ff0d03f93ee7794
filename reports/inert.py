"""Make foreign text harmless where it is shown: page, spreadsheet, Markdown.

Customers write into every title and quote, and what they write may be meant for a browser, a
spreadsheet or a reader's eye. HTML escaping is the template engine's work; the rest is here.
"""

import re
import unicodedata

# What a spreadsheet may take for the start of a formula or a command (OWASP ASVS 5.0, 1.2.10),
# and the full-width forms that it folds to the same.
_FORMULA_STARTS = frozenset("=+-@|%\t\r\n\0＝＋－＠｜％")  # noqa: RUF001
_PASSED_OVER = frozenset("'\"`´‘’“”")  # noqa: RUF001
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&])|^(?=[-+=])|(?<=\w)(?=://)|(?<=www)(?=\.)")


APART = "\u200b"
"""A character of no width that keeps two others apart; see `unlinked`."""
_LINKED = re.compile(
    r"(?<=[@#])(?=\w)|(?<=:)(?=//|\\\\)|(?<=\bwww)(?=\W?\.)|(?<=\bgh)(?=-\d)"
    r"|(?<=\bmailto)(?=\W?:)|(?<=\bfile)(?=\W?:)",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    """Replace characters that hide or reorder text by a mark such as ``[U+202E]``.

    Bidirectional controls, zero-width characters, tag characters and control codes are marked.
    Joiners stay where writing needs them: between the parts of an emoji or of a word in a
    script without case. Line breaks and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if _hides(text, place) else character
        for place, character in enumerate(text)
    )


def one_line(text: str) -> str:
    """Return `visible` text with every run of white space as one space."""
    return " ".join(visible(text).split())


def inert_cell(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet could take for a formula.

    What counts is the first character after spaces, quotation marks and invisible characters,
    because spreadsheets and the tools around them strip those.
    """
    if text[:1].isalnum():  # as most texts begin
        return text
    for character in text:
        if character in _FORMULA_STARTS:
            return "'" + text
        passed = character in _PASSED_OVER or unicodedata.category(character) in ("Zs", "Cf")
        if not passed:
            return text
    return text


def markdown_text(text: str) -> str:
    """Return `one_line` text in which nothing is Markdown, HTML or a link."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def unlinked(text: str) -> str:
    """Break up what a tracker would turn into a mention, a reference or a link.

    Trackers look for ``@name``, ``#12`` and addresses in the text that is left when escapes are
    resolved, so no backslash stops them. `APART` after the sign does, and is not seen. Use it on
    text that is visible already, which would show it.
    """
    return _LINKED.sub(APART, text)


def _hides(text: str, place: int) -> bool:
    character = text[place]
    if character in "\n\t":
        return False
    category = unicodedata.category(character)
    if character in "\u200c\u200d":
        return not _joins(text[:place][-1:], text[place + 1 :][:1])
    return category in ("Cc", "Cf", "Zl", "Zp", "Cs") or character in "\u115f\u1160\u3164\uffa0"


def _joins(before: str, after: str) -> bool:
    joinable = ("So", "Sk", "Lo", "Mn", "Mc")
    return all(c and unicodedata.category(c) in joinable for c in (before, after))
