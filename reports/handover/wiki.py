r"""An issue's text as Jira's wiki markup, which its importer and its older interface take.

A backslash escapes the characters of `_SPECIAL` unless another backslash stands before it (so
Atlassian's own reader, ``@atlaskit/editor-wikimarkup-transformer``), and two of them are a line
break. So what customers wrote as a backslash is kept apart from what follows by a character of
no width, else their ``\{`` would become an escaped backslash and an open brace.
"""

import re
from collections.abc import Sequence

from reports.handover.blocks import (
    MARK_LABEL,
    Block,
    Bullets,
    Checks,
    Heading,
    Link,
    Marked,
    Paragraph,
    Quoted,
)
from reports.inert import APART, one_line, unlinked

_SPECIAL = re.compile(r"[#*_+?^~|%{}\[\]()!@]|(?<!\w)-|-(?!\w)")  # a hyphen inside a word is none
_LINE_MARKUP = re.compile(r"^(?:bq|h[1-6])\.")
_SMILEY = re.compile(r"(?<=[:;])(?=[DPp])")


def wiki(blocks: Sequence[Block]) -> str:
    """Return wiki markup in which foreign text is no macro, mention, link or picture."""
    return "\n\n".join(map(_block, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"h3. {_text(text)}"
        case Paragraph(text):
            return _text(text)
        case Bullets(items) | Checks(items):
            return "\n".join(f"* {_text(item)}" for item in items)
        case Quoted(words, source):
            return f"bq. {_text(words)}\n— {_text(source)}"
        case Link(label, url):
            return f"{_text(label)}: [{url}]"
        case Marked(mark):
            return MARK_LABEL + mark


def _text(text: str) -> str:
    apart = unlinked(one_line(text)).replace("\\", "\\" + APART)
    special = _SPECIAL.sub(r"\\\g<0>", _SMILEY.sub(APART, apart))
    return _LINE_MARKUP.sub(APART + r"\g<0>", special)
