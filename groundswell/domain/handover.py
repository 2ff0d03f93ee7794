"""An idea handed over to a tracker, and the mark by which it is known there.

The mark stands in the issue, so that an export of the tracker says for certain which idea an
issue is. It belongs to one hand-over: a store made anew gives out the same ids of ideas again,
but never the same mark.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell.domain.identity import content_id

Tracker = Literal["jira", "linear", "github"]
"""Where issues are kept."""

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")
_MARK = re.compile(r"\bgroundswell/[A-Za-z0-9.-]{1,40}/[a-p]{8}\b")


@dataclass(frozen=True, slots=True)
class Handover:
    """What became of handing one idea over."""

    mark: str
    candidate_id: str
    tracker: Tracker
    way: Literal["file", "api"]
    begun_at: datetime
    """When it was last tried; an issue made then may be there though `key` is empty."""
    brief_sha256: str
    """Of the issue's title and body."""
    key: str = ""
    """The tracker's name of the issue, such as RF-12; empty: not known (yet)."""
    url: str = ""
    sent_at: datetime | None = None


def new_mark(candidate_id: str, tracker: Tracker, begun_at: datetime) -> str:
    """Return the mark of a hand-over begun at a moment, such as ``groundswell/need-12/abcdefgh``.

    The last part is of letters alone: a number could be taken for personal data and hidden.
    """
    readable = _UNSAFE.sub("-", candidate_id).strip("-")[:40] or "idea"
    token = content_id(candidate_id, tracker, begun_at.isoformat())[:8].translate(_LETTERS)
    return f"groundswell/{readable}/{token}"


def marks_in(text: str) -> tuple[str, ...]:
    """Return the marks in an issue's text; markup may have put backslashes into them."""
    return tuple(_MARK.findall(text.replace("\\", "")))
