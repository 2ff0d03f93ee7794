"""Make customers' text readable without changing what it says.

In this order: bounded length, mojibake repaired, HTML to text, escaped quotes, control characters
and runs of blanks, marks that a platform put around the customer's words.
"""

import html
import re
import unicodedata

MAX_CHARS = 20_000
"""Longest text kept; what follows is cut off."""

_MARKUP_FACTOR = 4  # how much of a long HTML text may be markup
_BLOCKS = "p|div|br|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|hr|section|article"
_INLINE = "a|b|i|u|s|em|strong|span|img|code|font|small|sub|sup|tbody|thead|html|head|body"
_HIDDEN = ("script", "style", "title", "<!--")
_ENDS = {"<!--": "-->"}
_TAG = re.compile(
    rf"<(/?)({_BLOCKS}|{_INLINE}|script|style|title|meta|link)(?:\s[^<>]{{0,2000}})?/?>|<!--|-->",
    re.IGNORECASE,
)
_LOOKS_LIKE_HTML = re.compile(
    rf"</(?:{_BLOCKS}|{_INLINE}|script|style|title)>|<br ?/?>|<p>|<div[ >]|<img ", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_BLOCK = re.compile(_BLOCKS, re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r"""\\{1,4}(["'])""")
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_PLATFORM_MARK = re.compile(
    r"\s*(?:"
    r"[(（]该条?评论已经?被?(?:删除|编辑|修改)[)）]"  # noqa: RUF001
    r"|[(\[](?:this )?review (?:was|has been|is) (?:deleted|edited|removed|hidden)"
    r"(?: by (?:the )?(?:author|user|developer|moderator))?[)\]]"
    r"|\[(?:deleted|removed|edited)\]"
    r"|\(translated by google\)"
    r")\s*",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"\n *(?:sent from my|get outlook for) [^\n]{1,40}\s*\Z", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Return the customer's words as plain text of at most `MAX_CHARS` characters.

    Lines stay lines. Nothing is done to spelling, capitals, emoji or language; accented letters
    are composed (Unicode NFC).
    """
    text = text[: MAX_CHARS * _MARKUP_FACTOR]
    if not text.isascii():
        text = _repaired(text)
    if "<" in text and _LOOKS_LIKE_HTML.search(text):
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "\\" in text:
        text = _ESCAPED_QUOTE.sub(r"\1", text)
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")
    text = _without_marks(_EMPTY_LINES.sub("\n\n", text).strip())
    return text[:MAX_CHARS].rstrip()


def _repaired(text: str) -> str:
    from ftfy import fix_encoding

    return unicodedata.normalize("NFC", fix_encoding(text))


def _without_tags(text: str) -> str:
    """Drop tags in one pass, and what stands in a closed ``script``, ``style`` or comment."""
    pieces: list[str] = []
    start, hidden = 0, ""
    for tag in _TAG.finditer(text):
        name = (tag[2] or tag[0]).lower()
        if hidden:
            if name == _ENDS.get(hidden, hidden) and (tag[1] or name == "-->"):
                start, hidden = tag.end(), ""
            continue
        pieces.append(text[start : tag.start()])
        start = tag.end()
        if name in _HIDDEN and not tag[1]:
            hidden = name
        elif _BLOCK.fullmatch(name):
            pieces.append("\n")
    return "".join((*pieces, text[start:]))


def _without_marks(text: str) -> str:
    mark = _PLATFORM_MARK.match(text)
    while mark:
        text = text[mark.end() :]
        mark = _PLATFORM_MARK.match(text)
    return _SIGNATURE.sub("", text)
