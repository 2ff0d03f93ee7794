"""Read HTML as a person would see it: blocks on lines of their own, nothing hidden.

Most feedback is no HTML, so what only looks a little like it (``a < b``, ``<3``, ``<email>``)
must come through as it is, also in the midst of HTML.
"""

import re

_BLOCKS = (
    "address,article,aside,blockquote,center,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,"
    "form,h1,h2,h3,h4,h5,h6,header,hr,li,main,nav,ol,p,pre,section,summary,table,tr,ul"
)
_CELLS = "td,th,option"
_HIDDEN = (
    "script,style,title,template,svg,iframe,noframes,object,[hidden],"
    "[style*='display:none' i],[style*='display: none' i]"
)
# Elements that the HTML standard opens again in every paragraph after a missing end tag: 60 KB
# of them became 6 GB. For the text they are as good as spans.
_FORMATTING = "a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
# These take everything up to their end tag, so without one they are a word of the customer's.
_SWALLOWING = "script|style|title|template|textarea|iframe|noframes|noembed|xmp|svg|math|select"
_OTHER = (
    "abbr|area|base|bdi|bdo|body|br|button|caption|cite|col|colgroup|data|del|dfn|dir|embed|head|"
    "html|img|input|ins|kbd|label|legend|link|map|mark|meta|noscript|object|optgroup|picture|"
    "q|samp|source|span|sub|sup|tbody|tfoot|thead|time|var|wbr"
)
_NAMES = "|".join((_FORMATTING, _OTHER, (_BLOCKS + "," + _CELLS).replace(",", "|")))
_NO_TAG = re.compile(
    rf"<(?!/?(?:{_NAMES}|{_SWALLOWING}|[a-z]{{1,9}}:[a-z]{{1,20}})[\s/>]|!--|!doctype|!\[|\?)",
    re.IGNORECASE,
)
_SWALLOWING_TAG = re.compile(rf"<({_SWALLOWING})(?=[\s/>])|<!--", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"(</?)(?:{_FORMATTING})(?=[\s/>])", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(
    rf"</(?:{_NAMES}|script|style|title)>|<br ?/?>|<p>|<(?:div|span|p|table)[ >]|<img "
    r"|<!doctype html",
    re.IGNORECASE,
)
_LAYOUT = re.compile(r"</?(?:br|p|div|table|tr|li|ul|ol|h[1-6])[\s/>]", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a tag in `text` is surely meant as one; a lone ``<title>`` or ``<b`` is not."""
    return "<" in text and _LOOKS_LIKE_HTML.search(text) is not None


def html_to_text(html: str, without: str = "") -> str:
    """Return the visible text of `html`, a whole page or a piece, however broken.

    Parameters
    ----------
    html
        What `is_html` says yes to. Tags that HTML does not know are text.
    without
        A CSS selector of elements to leave out, beside those that are never seen.

    Returns
    -------
    str
        Paragraphs, list items and rows each on lines of their own, cells beside each other.
        Blanks and empty lines are not tidied.
    """
    from selectolax.lexbor import LexborHTMLParser

    if "<pre" not in html and _LAYOUT.search(html):
        html = html.replace("\r", " ").replace("\n", " ")
    html = _FORMATTING_TAG.sub(r"\1span", _NO_TAG.sub("&lt;", html))
    tree = LexborHTMLParser(_without_openings(html))
    for node in tree.css(f"{_HIDDEN},{without}" if without else _HIDDEN):
        node.decompose()
    for node in tree.css(_CELLS):
        node.insert_after(" ")
    for node in tree.css("br"):
        node.insert_after("\n")
    for node in tree.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    return tree.root.text() if tree.root else ""


def _without_openings(html: str) -> str:
    """Make plain text of tags that would swallow the rest, for want of an end."""
    ends: dict[str, int] = {}
    lower = html.lower()

    def escaped(tag: re.Match[str]) -> str:
        name = (tag[1] or "-->").lower()
        if name not in ends:
            ends[name] = lower.rfind("-->" if name == "-->" else f"</{name}")
        return tag[0] if ends[name] > tag.start() else f"&lt;{tag[0][1:]}"

    return _SWALLOWING_TAG.sub(escaped, html)
