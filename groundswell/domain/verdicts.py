"""What stands of one idea, theme or statement, from the decision that each field comes from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from groundswell.domain.decisions import (
    RANKING,
    Decision,
    Fields,
    IdeaVerdict,
    RankingVerdict,
    Signature,
    StatementVerdict,
    ThemeVerdict,
    Verdict,
)
from groundswell.domain.drafts import other_of, statement_named, statement_of, theme_of

UNSET: Fields = {"status": "undecided", "pinned": False, "retired": False}
"""What a field is that nobody has set; None where it is not named here."""


def verdict_of(target: str, setters: Mapping[str, Decision | None], *, version: int) -> Verdict:
    """Return what is said of a target.

    Parameters
    ----------
    setters
        Each field that was ever set to the decision that it comes from by now; None: what set it
        does not stand.
    version
        Number of the last decision that set something; 0: there is none.
    """
    stand = {name: setters[name] for name in sorted(setters)}
    said = {n: UNSET.get(n) if one is None else one.after[n] for n, one in stand.items()}
    values: dict[str, Any] = {
        n: value for n, value in said.items() if statement_of(n) is None and other_of(n) is None
    }
    values["signed"] = {
        name: Signature(one.number, one.reviewer, one.at, one.reason)
        for name, one in stand.items()
        if one is not None and statement_of(name) is None
    }
    values["version"] = version
    theme_id, statement_id = theme_of(target), statement_named(target)
    if theme_id is not None:
        return ThemeVerdict(theme_id=theme_id, holds=_held(stand), **values)
    if statement_id is not None:
        return StatementVerdict(statement_id=statement_id, **values)
    if target == RANKING:
        return RankingVerdict(**values)
    if values.get("until") is not None:
        values["until"] = date.fromisoformat(values["until"])
    others = ((other_of(name), value) for name, value in said.items())
    links = {other: bool(value) for other, value in others if other and value is not None}
    return IdeaVerdict(target=target, links=links, **values)


def _held(stand: Mapping[str, Decision | None]) -> dict[str, tuple[bool, int]]:
    """Return the statements that belong to a theme or do not, with the decisions that say so."""
    return {
        statement: (bool(found.after[name]), found.number)
        for name, found in stand.items()
        if (statement := statement_of(name)) is not None
        and found is not None
        and found.after[name] is not None
    }
