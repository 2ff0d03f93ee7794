"""Erasing a person: whom, how they are known again without being named, what became of it."""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SubjectKind = Literal["account", "author"]
"""A customer organisation, or whoever wrote."""

PSEUDONYM = re.compile(r"(?:account|author)-[0-9a-f]{20}")
"""How `ingest.privacy` writes the id of an account or an author."""

Left = tuple[str, str, str]
"""(what was not reached, where it is, what would do)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person to be erased, as whoever asks for it names them; never kept."""

    kind: SubjectKind
    pseudonym: str
    """As records hold it."""
    words: tuple[str, ...] = ()
    """As rows that could not be read may name them: the id itself."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """By what an erased person is known again, so that they do not come back."""

    kind: SubjectKind
    salt: str
    """Of this store, drawn by chance, as hex digits."""
    digest: str
    """See `digest_of`."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a request to erase somebody, or of what was older than may be kept."""

    erasure_id: int
    """From 1, in the order in which they were done."""
    requested_at: datetime
    requested_by: str
    state: Literal["files", "done"]
    """The database is rid of them, files are not yet; all is done."""
    tombstones: tuple[Tombstone, ...]
    counts: Mapping[str, int]
    """What to how many of it went, or were changed."""
    anew: bool
    """Models and reports rested on it, so all of them went and are made anew."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Kind of model to the last number that was given: none is given twice."""
    files: tuple[str, ...] = ()
    """Files of reports that are still to go, by their paths."""
    left: tuple[Left, ...] = ()
    """What was not reached."""
    finished_at: datetime | None = None


def digest_of(salt: str, pseudonym: str) -> str:
    """Return HMAC-SHA256 of a pseudonym under a store's salt, as hex digits.

    Whoever wants to try out names needs the key of the pseudonyms, too, which is kept elsewhere.
    """
    return hmac.digest(bytes.fromhex(salt), pseudonym.encode(), "sha256").hex()


def spell_erasure(erasure: Erasure) -> dict[str, Any]:
    """Return the receipt of an erasure, as JSON has it."""
    names = ("what", "where", "what_would_do")
    return {
        "erasure": erasure.erasure_id,
        "requested_at": erasure.requested_at.isoformat(timespec="seconds"),
        "requested_by": erasure.requested_by,
        "state": erasure.state,
        "finished_at": erasure.finished_at and erasure.finished_at.isoformat(timespec="seconds"),
        "subjects": [
            {"kind": one.kind, "salt": one.salt, "digest": one.digest} for one in erasure.tombstones
        ],
        "gone": dict(sorted(erasure.counts.items())),
        "models_and_reports_made_anew": erasure.anew,
        "not_reached": [dict(zip(names, one, strict=True)) for one in erasure.left],
    }


def tombstones_in(receipt: Mapping[str, Any]) -> tuple[Tombstone, ...]:
    """Return the tombstones of a receipt.

    Raises
    ------
    ValueError
        It is no receipt.
    """
    try:
        found = [
            Tombstone(_kind(one["kind"]), str(one["salt"]), str(one["digest"]))
            for one in receipt["subjects"]
        ]
        for one in found:
            bytes.fromhex(one.salt + one.digest)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no receipt of an erasure: {error}") from None
    return tuple(found)


def pseudonyms_in(texts: Iterable[str]) -> set[str]:
    """Return the pseudonyms of people and accounts that stand in texts."""
    return {found for text in texts for found in PSEUDONYM.findall(text)}


def _kind(found: Any) -> SubjectKind:
    if found == "account":
        return "account"
    if found == "author":
        return "author"
    raise ValueError(f"no receipt of an erasure: its subject is of kind {found!r}")
