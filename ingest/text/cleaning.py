"""Make customers' text readable without changing what it says.

In this order: bounded length, bounded accents, mojibake repaired, HTML to text, escaped quotes,
control characters and runs of blanks, marks that a platform put around the customer's words.
For mails and tickets also: what others wrote, signatures and forms.
"""

import html
import re
import unicodedata
from html.entities import html5

from ingest.text.mail import QUOTED_HTML, own_words
from ingest.text.markup import html_to_text, is_html
from ingest.text.tickets import without_form

MAX_CHARS = 20_000
"""Longest text kept; what follows is cut off."""

MAX_MARKS = 30
"""Most combining marks kept on one letter; normalising takes quadratic time in their number."""

_MARKUP_FACTOR = 4  # how much of a long HTML text may be markup
_ROUNDS = 6  # honest text is clean after two: what is hidden in six layers is an attack
_WORD = re.compile(r"\w")
_ENTITY = re.compile(r"&([a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_ESCAPED_AMPERSAND = re.compile(r"&(?:(?:amp|#0{0,5}38|#x0{0,4}26);)+", re.IGNORECASE)
_ESCAPES = re.compile(r"[&<\\]")
_ESCAPED_QUOTE = re.compile(r"""(?<!\\)\\+(["'])""")
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")  # or other signs: looked at closely
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_VENDOR_REPLY = re.compile(
    r"\n[ \t]*(?:[-\u2013\u2014_=*]{3,}\s*)?"
    r"(?:developer (?:response|reply)|response from (?:the )?developer"
    r"|antwort des entwicklers|réponse du développeur|respuesta del desarrollador"
    r"|risposta dello sviluppatore|resposta do (?:desenvolvedor|programador)"
    r"|开发者回[复應应]|開發人員回覆|デベロッパーの回答|개발자 (?:답변|응답))[ \t]*[:：].*\Z",  # noqa: RUF001
    re.IGNORECASE | re.DOTALL,
)
"""What the vendor answered, where an export puts it below the customer's words."""

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
_SIGNATURE = re.compile(r"(?:sent from my|get outlook for) .{1,40}", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Return the customer's words as plain text of at most `MAX_CHARS` characters.

    Lines stay lines. Nothing is done to spelling, capitals, emoji or language; accented letters
    are composed (Unicode NFC). A cleaned text is clean: cleaning it again changes nothing.
    """
    return _cleaned(text)


def clean_message(text: str) -> str:
    """Return what the sender of a mail, ticket or chat message says, as `clean_text` returns it.

    Left out in addition are quoted mails, signatures, legal footers and what a form or a ticket
    system put in. Where nothing would be left, as of a mail that only quotes, the text stays as
    `clean_text` leaves it. Inside an ordinary review nothing of this may be cut: use `clean_text`.
    """
    shown = _cleaned(text, without=QUOTED_HTML)
    if not _WORD.search(shown):
        return _cleaned(text)
    for _ in range(_ROUNDS):
        own = own_words(without_form(shown))
        if own == shown:
            break
        shown = _cleaned(own)
    return shown


def _cleaned(text: str, without: str = "") -> str:
    """Clean until nothing changes, since what is unescaped may be markup in its turn."""
    text = text[: MAX_CHARS * _MARKUP_FACTOR]
    for _ in range(_ROUNDS):
        once = _cleaned_once(text, without)
        if once == text:
            return text
        text = once
    return _cleaned_once(_ESCAPES.sub("", text), without)


def _cleaned_once(text: str, without: str) -> str:
    if not text.isascii():
        text = _repaired(text)
    if is_html(text):
        text = html_to_text(text, without)
    if "&" in text:
        text = _ESCAPED_AMPERSAND.sub("&", text)
        text = _ENTITY.sub(_unescaped, text)
    if "\\" in text:
        text = _ESCAPED_QUOTE.sub(r"\1", text)
    if not text.isprintable():
        text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")
    text = _without_marks(_EMPTY_LINES.sub("\n\n", text).strip())
    return text[:MAX_CHARS].rstrip()


def _repaired(text: str) -> str:
    from ftfy import fix_encoding

    text = _MARKS.sub(_with_few_marks, text)
    return unicodedata.normalize("NFC", fix_encoding(text))


def _unescaped(entity: re.Match[str]) -> str:
    named = entity[1][0] != "#"
    return entity[0] if named and f"{entity[1]};" not in html5 else html.unescape(entity[0])


def _with_few_marks(signs: re.Match[str]) -> str:
    kept, marks = [], 0
    for sign in signs[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)


def _without_marks(text: str) -> str:
    text = _VENDOR_REPLY.sub("", text)
    mark = _PLATFORM_MARK.match(text)
    while mark:
        text = text[mark.end() :]
        mark = _PLATFORM_MARK.match(text)
    above, line_end, last = text.rpartition("\n")
    while line_end and _SIGNATURE.fullmatch(last):
        text = above.rstrip()
        above, line_end, last = text.rpartition("\n")
    return text
