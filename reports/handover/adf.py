"""An issue's text as Atlassian's document format, which Jira Cloud's interface takes.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure: what a text node
holds is text and nothing else, so nothing is escaped.
"""

from collections.abc import Sequence
from typing import Any

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
from reports.inert import one_line

Node = dict[str, Any]


def adf(blocks: Sequence[Block]) -> Node:
    """Return the document, to be sent as JSON."""
    content = [node for block in blocks for node in _nodes(block)]
    return {"version": 1, "type": "doc", "content": content}


def _nodes(block: Block) -> list[Node]:
    match block:
        case Heading(text):
            return [{"type": "heading", "attrs": {"level": 3}, "content": [_text(text)]}]
        case Paragraph(text):
            return [_paragraph(_text(text))]
        case Bullets(items) | Checks(items):
            listed = [{"type": "listItem", "content": [_paragraph(_text(i))]} for i in items]
            return [{"type": "bulletList", "content": listed}]
        case Quoted(words, source):
            said = [_paragraph(_text(words)), _paragraph(_text(f"— {source}"))]
            return [{"type": "blockquote", "content": said}]
        case Link(label, url):
            mark = {"type": "link", "attrs": {"href": url}}
            return [_paragraph(_text(f"{label}: "), {**_text(url), "marks": [mark]})]
        case Marked(mark):
            return [_paragraph(_text(MARK_LABEL + mark))]


def _paragraph(*content: Node) -> Node:
    return {"type": "paragraph", "content": list(content)}


def _text(text: str) -> Node:
    inert = one_line(text) or "n/a"  # an empty text node is refused
    return {"type": "text", "text": inert + " " if text.endswith(": ") else inert}
