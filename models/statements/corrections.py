"""Which kinds of texts reviewers said, from what they said of statements.

What a statement is depends on its words alone, so what is said of one holds for all that have the
same text. Of several the latest word counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from groundswell.domain import Signature, StatementKind, StatementVerdict


@dataclass(frozen=True, slots=True)
class SaidKind:
    """What kind a text is, as a reviewer said."""

    text_hash: str
    kind: StatementKind
    by: Signature


def standing_kinds(
    verdicts: Mapping[str, StatementVerdict], text_hashes: Mapping[str, str]
) -> list[SaidKind]:
    """Return the kinds of texts that stand, by the number of the decision.

    Parameters
    ----------
    verdicts
        By statement id.
    text_hashes
        Statement id to text; of those not named here nothing is known any more, so nothing is
        said of a text by them.
    """
    latest: dict[str, tuple[Signature, StatementKind | None]] = {}
    for statement_id, verdict in verdicts.items():
        by, text = verdict.signed.get("kind"), text_hashes.get(statement_id)
        if by is None or text is None:
            continue
        if text not in latest or latest[text][0].number < by.number:
            latest[text] = by, verdict.kind
    said = [SaidKind(text, kind, by) for text, (by, kind) in latest.items() if kind is not None]
    return sorted(said, key=lambda one: one.by.number)
