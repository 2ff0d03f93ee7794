# ruff: noqa: RUF001 (forms hold such characters)
"""Leave out what a form or a ticket system put around a customer's words."""

import re
from collections.abc import Iterator

_MIN_FIELDS = 3  # so many "Priority: high" in a row are a ticket's head, fewer a customer's words

_WORD = re.compile(r"\w")
_SYSTEM_LINE = re.compile(
    r"(?:you (?:are|were|have been) (?:registered|added) as a cc on this[^\n]{0,200}"
    r"|your (?:support )?(?:request|ticket|case)[^\n]{0,60} has been"
    r" (?:received|updated|created|solved|closed|resolved|assigned)[^\n]{0,300}"
    r"|to add (?:additional |further )?comments?, (?:please )?reply to this[^\n]{0,100}"
    r"|reply to this e-?mail to add[^\n]{0,100}"
    r"|this (?:e-?mail|message|request|ticket) (?:is a service from"
    r"|was (?:sent|generated|created) (?:by|from|automatically))[^\n]{0,200}"
    r"|(?:delivered|powered) by (?:zendesk|freshdesk|atlassian|intercom|help ?scout)[^\n]{0,60}"
    r"|view (?:this |the )?(?:ticket|request|issue|conversation|it) (?:in|on|online|at)\b"
    r"[^\n]{0,200}"
    r"|(?:ticket|case|request|issue|anfrage|vorgang)(?: (?:id|url|link|number|no\.?|nr\.?))?"
    r" ?[#:]{1,2} ?\S{1,200}"
    r"|[^\n]{1,60} (?:commented on|updated|created|assigned|resolved)"
    r" (?:an issue|[A-Z][A-Z0-9]{1,9}-\d{1,7})[^\n]{0,60}"
    r"|\[?external(?: (?:e-?mail|sender|message))?\]?:?|caution: (?:this|external)"
    r" e-?mail[^\n]{0,300}"
    r"|[-*] \[[ x]\] (?:i(?: have|['’]ve| agree| am|['’]m| searched| checked| read| understand)"
    r"|this is|no duplicate)[^\n]{0,300})$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?:reporter|assignee|requester|priority|status|severity|components?|labels|tags|group|brand"
    r"|affects versions?(?:/s)?|fix versions?(?:/s)?|issue type|type|created|updated|due date"
    r"|resolution|project|key|channel|cc|form|ticket form|product|category)\*? ?:"
    r"(?: [^\n]{0,80})?$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6} \S[^\n]{0,118}$|\*\*[^*\n]{2,80}\*\*:?$")
_FORM_HEADING = re.compile(
    r"(?:#{1,6} |\*\*)?(?:steps to reproduce|(?:expected|actual|current) (?:behaviou?r|results?)"
    r"|description|additional (?:context|information|comments)|environment|screenshots?"
    r"|attachments?|workaround|(?:proposed|suggested) solution|alternatives considered|impact"
    r"|business case|frequency|schritte zum reproduzieren|(?:erwartetes|tatsächliches) verhalten"
    r"|beschreibung|étapes (?:pour|de) reprodu\w{1,5}|comportement attendu"
    r"|pasos para reproducir|comportamiento esperado) ?:?(?:\*\*)?:?$",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"[-*•] ?$|(?:\d{1,2}[.)] ?)$|[(\[_*]{0,2}(?:n/?a|n\.a\.|none|no response|tbd|nil"
    r"|not applicable|keine(?: angabe)?|ninguno|aucun|see above)[)\]_*.]{0,3}$",
    re.IGNORECASE,
)


def without_form(text: str) -> str:
    """Return `text` without the words of ticket systems and of forms that were left empty.

    `text` is plain, its lines without blanks at their ends. A heading goes with the "N/A" below
    it, or with nothing; one that has an answer stays, since the answer may need it. Where no
    word would be left, the text stays as it is.
    """
    lines = [line for line in _without_comments(text).split("\n") if not _SYSTEM_LINE.match(line)]
    kept = "\n".join(_answered(list(_without_fields(lines)))).strip()
    return kept if _WORD.search(kept) else text


def _without_comments(text: str) -> str:
    """Drop ``<!-- ... -->``, the instructions of a template in Markdown."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        text = text[:start] + text[end + 3 :]
        start = text.find("<!--", start)
    return text


def _without_fields(lines: list[str]) -> Iterator[str]:
    """Drop runs of a ticket's fields."""
    run: list[str] = []
    for line in (*lines, None):
        if line is not None and _FIELD.match(line):
            run.append(line)
            continue
        if len(run) < _MIN_FIELDS:
            yield from run
        run = []
        if line is not None:
            yield line


def _answered(lines: list[str]) -> list[str]:
    """Drop headings under which nothing is said, with the nothing."""
    kept: list[str] = []  # from the last line up
    below: list[str] = []  # what stands under the heading to come
    for line in reversed(lines):
        below.append(line)
        if _HEADING.match(line) or _FORM_HEADING.match(line):
            if not _is_unanswered(below):
                kept += below
            below = []
    return (kept + below)[::-1]


def _is_unanswered(section: list[str]) -> bool:
    """Whether a section, its heading last, is a form's question without an answer."""
    *answer, heading = section
    filled = [line for line in answer if line]
    if _FORM_HEADING.match(heading):
        return all(_FILLER.match(line) for line in filled)
    return bool(filled) and all(_FILLER.match(line) for line in filled)
