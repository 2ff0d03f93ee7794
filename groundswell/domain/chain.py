"""How a decision is written, and the chain of hashes that shows when one was changed.

A decision is JSON with sorted keys, no blanks between and characters as they are (UTF-8); its
moment is ISO 8601 in UTC with microseconds. Its hash is SHA-256, in hexadecimal, of the hash of
the decision before (64 zeros for the first) followed by that text. Whoever changes, takes out
or puts in a decision would have to change every later hash too; so would whoever cuts the end
off, if somebody else knows the last hash, as every report does.

A decision that quoted somebody who was erased is blanked: its text is another one then, and its
hash stays. A seal, the hash of that hash and the text that is left, is kept beside it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from groundswell.domain.decisions import Decision

FIRST_HASH = "0" * 64
"""What stands for the hash before the first decision."""

NO_SEALS: Mapping[int, str] = MappingProxyType({})
"""Nothing was blanked."""


def spell(decision: Decision) -> dict[str, Any]:
    """Return what is hashed of a decision, as JSON has it."""
    return {
        "number": decision.number,
        "at": decision.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "reviewer": decision.reviewer,
        "kind": decision.kind,
        "target": decision.target,
        "before": dict(decision.before),
        "after": dict(decision.after),
        "reason": decision.reason,
        "undoes": decision.undoes,
    }


def written(decision: Decision) -> str:
    """Return the text of a decision that its hash is of."""
    return json.dumps(
        spell(decision), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def hash_of(previous_hash: str, text: str) -> str:
    """Return the hash of a decision from the one before and its own text."""
    return sha256((previous_hash + text).encode(errors="surrogatepass")).hexdigest()


def read(text: str, previous_hash: str, own_hash: str) -> Decision:
    """Return the decision that was written as a text."""
    told = json.loads(text)
    moment = datetime.fromisoformat(told.pop("at"))
    return Decision(at=moment, previous_hash=previous_hash, hash=own_hash, **told)


def verify(decisions: Iterable[Decision]) -> int | None:
    """Return the number of the first decision that is not as it was made; None: all are.

    Parameters
    ----------
    decisions
        All, from the first on, in their order. A gap counts as its first missing number.
    """
    return first_broken((d.number, written(d), d.previous_hash, d.hash) for d in decisions)


def first_broken(
    lines: Iterable[tuple[int, str, str, str]], seals: Mapping[int, str] = NO_SEALS
) -> int | None:
    """Do as `verify` with (number, text, previous hash, hash) of each decision.

    Parameters
    ----------
    seals
        Of the decisions that were blanked, by number.
    """
    last = FIRST_HASH
    for place, (number, text, previous_hash, own_hash) in enumerate(lines, start=1):
        sealed = number in seals and seals[number] == hash_of(own_hash, text)
        if (number, previous_hash) != (place, last):
            return place
        if not sealed and own_hash != hash_of(last, text):
            return place
        last = own_hash
    return None
