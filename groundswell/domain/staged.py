"""Decisions that a reviewer collects before making them: how one is kept, and when all fit.

A draft is kept as JSON without looking at its kind, so a new kind of decision can be staged as
soon as it can be made.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from groundswell.domain.decisions import IN_NOBODYS_WAY, Draft
from groundswell.domain.identity import content_id


@dataclass(frozen=True, slots=True)
class StagedDraft:
    """A decision in a reviewer's draft."""

    position: int
    """In the order in which they were added, from 1; those removed leave gaps."""
    draft: Draft
    version: int | None
    """Of the idea or theme as its reviewer saw it; see `IdeaVerdict.version`. None: whatever it
    is then."""

    @property
    def expects(self) -> int | None:
        """Return the version that it must find; None: any, as a comment and a preference do."""
        return None if self.draft.kind in IN_NOBODYS_WAY else self.version


def spell_draft(draft: Draft) -> str:
    """Return a draft as canonical JSON, its moment ISO 8601 in UTC."""
    told = asdict(draft) | {"at": draft.at.astimezone(UTC).isoformat(timespec="microseconds")}
    return json.dumps(
        told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def read_draft(text: str) -> Draft:
    """Return the draft that was spelled as a text."""
    told = json.loads(text)
    return Draft(**told | {"at": datetime.fromisoformat(told["at"])})


def wish_of(draft: Draft) -> str:
    """Return what a draft says, whenever that was."""
    return spell_draft(replace(draft, at=datetime.min.replace(tzinfo=UTC)))


def digest_of(staged: Sequence[StagedDraft]) -> str:
    """Name a draft by all that it holds, so that a reader can say which one they saw."""
    return content_id(*(f"{one.version} {spell_draft(one.draft)}" for one in staged))


def with_versions(staged: Sequence[StagedDraft], at: datetime) -> list[tuple[Draft, int | None]]:
    """Return the drafts as they are to be recorded at a moment, each with the version it expects.

    Of several decisions about one idea or theme only the first can find it as it was seen: the
    others come after it. It must be as the earliest of them saw it.
    """
    seen: dict[str, int] = {}
    for one in staged:
        if one.expects is not None:
            seen[one.draft.target] = min(one.expects, seen.get(one.draft.target, one.expects))
    found: list[tuple[Draft, int | None]] = []
    for one in staged:
        expected = None if one.expects is None else seen.pop(one.draft.target, None)
        found.append((replace(one.draft, at=at), expected))
    return found
