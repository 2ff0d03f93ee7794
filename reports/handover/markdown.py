"""An issue's text as the Markdown of GitHub and Linear."""

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
from reports.inert import markdown_text, unlinked

_NUMBERED = re.compile(r"^(\d+)([.)])")


def markdown(blocks: Sequence[Block]) -> str:
    """Return Markdown in which foreign text notifies nobody, links nowhere and shows as it is."""
    return "\n\n".join(map(_block, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_text(text)}"
        case Paragraph(text):
            return _text(text)
        case Bullets(items):
            return "\n".join(f"- {_text(item)}" for item in items)
        case Checks(items):
            return "\n".join(f"- [ ] {_text(item)}" for item in items)
        case Quoted(words, source):
            return f"> {_text(words)}\n>\n> — {_text(source)}"
        case Link(label, url):
            return f"{_text(label)}: <{url}>"
        case Marked(mark):
            return MARK_LABEL + mark


def _text(text: str) -> str:
    # Numbers at the beginning would be a list, dollars a formula.
    inert = _NUMBERED.sub(r"\1\\\2", markdown_text(text)).replace("$", "\\$")
    return unlinked(inert)
