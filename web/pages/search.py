"""Search over what customers wrote: by words as they are written, or by meaning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from groundswell.store import Found, SearchFilter
from groundswell.store.found import ORDERED
from web.guard import Context
from web.pages.alike import Alike, like_that, like_words
from web.pages.rendering import not_found, page
from web.reading import newest

PAGE = 50
"""Statements on a page."""
WORDS = 8
"""Most words that are looked for at once; each costs a pass over the texts."""
SNIPPET = 320
"""Characters of a statement that are shown; a longer one is cut around the first word found."""

GONE = "The statement may have been erased, or the need retired."
_TEXTS = ("q", "channel", "theme", "account", "since", "until", "by", "like")

_WORD = re.compile(r'[“"„]([^“”"„]+)[”"“]|(\S+)')


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it stands in the address."""

    q: str
    channel: str
    theme: str
    account: str
    since: str
    until: str
    page: int
    by: str = ""
    """``meaning``, else by words as they are written."""
    like: str = ""
    """A statement, or a need such as ``theme-12``, in place of words."""

    @property
    def narrowed(self) -> bool:
        """Tell whether there is more to it than words."""
        return any((self.channel, self.theme, self.account, self.since, self.until))

    @property
    def query(self) -> dict[str, object]:
        """Return it as a query, without the page."""
        return {name: getattr(self, name) for name in _TEXTS if name != "by"}

    @property
    def filter(self) -> SearchFilter:
        """Return what the store understands of it."""
        digits = self.theme.isascii() and self.theme.isdigit() and len(self.theme) < 10
        return SearchFilter(
            channel=self.channel or None,
            theme_id=int(self.theme) if digits else None,
            account_id=self.account or None,
            since=_day(self.since),
            until=_day(self.until),
        )


def show(request: Request, context: Context) -> Response:
    """Answer with the statements found, or with how to search."""
    asked = _asked(request)
    words = words_of(asked.q)
    reading = newest(context.store)
    needs = reading.needs if reading else {}
    by_meaning = bool(asked.like) or asked.by == "meaning"
    found = None if by_meaning else _exact(asked, words, context)
    near: Alike | None = None
    if by_meaning or (words and found and not found.total):
        near = _alike(asked, context)
        if near is None:
            return not_found(request, context, "Nothing to compare with", GONE)
    return page(
        request,
        context,
        "search.html",
        title="Search",
        report=reading.report if reading else None,
        asked=asked,
        by_meaning=by_meaning,
        found=found,
        near=near,
        last=max(1, -(-found.total // PAGE)) if found else 1,
        snippets=[snippet(hit.text, words) for hit in (found.hits if found else ())],
        passages=[snippet(hit.text, ()) for hit in (near.hits if near else ())],
        labels={theme_id: need.label for theme_id, need in needs.items()},
        channels=[(name, name) for name, _ in reading.report.totals.channels] if reading else [],
        needs=sorted(((n.theme_id, n.label) for n in needs.values()), key=lambda one: one[1]),
    )


def words_of(q: str) -> tuple[str, ...]:
    """Return the words to look for, each once; what stands in quotation marks is one."""
    found = (whole.strip() or one for whole, one in _WORD.findall(q))
    return tuple(dict.fromkeys(word for word in found if word))[:WORDS]


def snippet(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Cut a statement to what can be shown and mark the words: (text, is a word found)."""
    spelt = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(f"({spelt})" if spelt else r"(?!)", re.IGNORECASE)
    first = pattern.search(text)
    start = 0
    if len(text) > SNIPPET and first:
        start = max(0, min(first.start() - SNIPPET // 3, len(text) - SNIPPET))
    cut = text[start : start + SNIPPET]
    pieces = pattern.split(cut)
    found = [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
    if start:
        found.insert(0, ("… ", False))
    return [*found, (" …", False)] if start + SNIPPET < len(text) else found


def _exact(asked: Asked, words: Sequence[str], context: Context) -> Found | None:
    if not words and not asked.narrowed:
        return None
    offset = min((asked.page - 1) * PAGE, ORDERED)
    return context.store.lookups.search(words, asked.filter, limit=PAGE, offset=offset)


def _alike(asked: Asked, context: Context) -> Alike | None:
    where = asked.filter if asked.narrowed else None
    if asked.like:
        return like_that(asked.like, where, context)
    return like_words(asked.q, where, context) if asked.q else Alike()


def _asked(request: Request) -> Asked:
    query = request.query_params
    texts = {name: query.get(name, "").strip()[:200] for name in _TEXTS}
    number = query.get("page", "")
    plain = number.isascii() and number.isdigit() and len(number) < 7
    return Asked(**texts, page=max(1, int(number)) if plain else 1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
