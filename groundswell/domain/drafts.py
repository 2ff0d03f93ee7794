"""Which decisions can be made, and which fields each of them sets."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from math import isfinite
from typing import get_args

from groundswell.domain.decisions import RANKING, DecisionKind, Draft, Fields
from groundswell.domain.feedback import StatementKind
from groundswell.errors import DecisionError

LINE_LENGTH = 200
"""Most characters of a title, a name or a reviewer: more is no line of a table."""

TEXT_LENGTH = 20_000
"""Most characters of a brief, a reason or a comment: some ten pages, more belongs in a tracker."""

MOST_STATEMENTS = 2_000
"""Statements that one decision places: more than anybody reads in one sitting."""

FIRST_MADE = 1_000_001
"""Lowest id of a theme that a person made; found ones are numbered from 0, and a run that is
going on may give the next of these at any moment."""

_ABOUT_IDEAS: Mapping[DecisionKind, frozenset[str]] = {
    "accept": frozenset(),
    "reject": frozenset(),
    "defer": frozenset({"until"}),
    "reopen": frozenset(),
    "edit": frozenset({"title", "brief"}),
    "set_effort": frozenset({"effort_days"}),
    "set_fit": frozenset({"fit"}),
    "prefer": frozenset({"over", "side", "run", "tie"}),
    "place": frozenset({"release", "team"}),
    "link": frozenset(),
}
_ABOUT_THEMES: Mapping[DecisionKind, frozenset[str]] = {
    "rename": frozenset({"label"}),
    "pin": frozenset({"pinned"}),
    "merge": frozenset({"merged_into"}),
    "retire": frozenset({"retired"}),
    "split": frozenset({"split_from", "label"}),
    "move": frozenset(),
}
_WITH_STATEMENTS: tuple[DecisionKind, ...] = ("split", "move")
_STATEMENT = "statement:"
_SAME = "same:"
_ABOUT_STATEMENTS: Mapping[DecisionKind, frozenset[str]] = {"set_kind": frozenset({"kind"})}
_ABOUT_RANKING: Mapping[DecisionKind, frozenset[str]] = {"adopt": frozenset({"weights"})}
_STATUS: Mapping[DecisionKind, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "defer": "deferred",
    "reopen": "undecided",
}
_THEME = re.compile(r"theme-([0-9]+)")
_IDEA = re.compile(r"(need-[0-9]+|item-.+|request-[0-9]+-.+)", re.DOTALL)
_NAMED_STATEMENT = re.compile(r"statement-([0-9a-z]{1,64})")
_OTHER = re.compile(r"item-.+|deal-.+|signal-[0-9a-f]{32}", re.DOTALL)
_SUBJECTS = (
    ("an idea", _IDEA, _ABOUT_IDEAS),
    ("a theme", _THEME, _ABOUT_THEMES),
    ("a statement", _NAMED_STATEMENT, _ABOUT_STATEMENTS),
    ("the ranking", re.compile(RANKING), _ABOUT_RANKING),
)
"""What a decision can be about, how it is named, and which decisions are its own."""
_LINES = ("title", "label", "release", "team")


def theme_of(target: str) -> int | None:
    """Return the theme that a target names; None: it names none."""
    found = _THEME.fullmatch(target)
    return int(found[1]) if found else None


def statement_named(target: str) -> str | None:
    """Return the statement that a target names; None: it names none."""
    found = _NAMED_STATEMENT.fullmatch(target)
    return found[1] if found else None


def is_idea(target: str) -> bool:
    """Tell whether a target names an idea."""
    return _IDEA.fullmatch(target) is not None


def membership(statement_id: str) -> str:
    """Return the field of a theme that says whether a statement belongs to it.

    Its values are true, false, and none: as found.
    """
    return f"{_STATEMENT}{statement_id}"


def statement_of(name: str) -> str | None:
    """Return the statement that a field is about; None: it is about none."""
    return name.removeprefix(_STATEMENT) if name.startswith(_STATEMENT) else None


def sameness(other: str) -> str:
    """Return the field of an idea that says whether something else is the same thing.

    Its values are true, false, and none: as computed.

    Parameters
    ----------
    other
        ``item-RF-7`` for a work item, ``deal-D-7`` for a deal, ``signal-ID`` for a release or a
        search term (`groundswell.domain.company.MarketSignal.subject_id`).
    """
    return f"{_SAME}{other}"


def other_of(name: str) -> str | None:
    """Return what a field compares an idea with; None: it compares it with nothing."""
    return name.removeprefix(_SAME) if name.startswith(_SAME) else None


def need_of(target: str) -> int | None:
    """Return the theme whose own idea a target names; None: it is no need's."""
    kind, _, number = target.partition("-")
    return int(number) if kind == "need" else None


def fields_of(kind: DecisionKind) -> frozenset[str]:
    """Return the fields that a kind of decision sets by its changes."""
    return next((sets[kind] for *_, sets in _SUBJECTS if kind in sets), frozenset())


def set_by(draft: Draft) -> Fields:
    """Return the fields that a draft sets, with their values; an undo is none of its business."""
    if draft.kind in _STATUS:
        until = draft.changes.get("until")
        return {"status": _STATUS[draft.kind], "until": until}
    return draft.changes if draft.kind != "comment" else {}


def check_draft(draft: Draft) -> None:
    """Refuse what cannot be decided.

    Raises
    ------
    DecisionError
        One line that says what was asked and what would do.
    ValueError
        The moment has no time zone, the kind is unknown, or the fields are not the kind's own.
    """
    if draft.at.tzinfo is None:
        raise ValueError(f"a decision at a time without time zone: {draft.at}")
    _check_target(draft)
    _check_fields(draft)
    _check_text("reviewer", draft.reviewer, LINE_LENGTH)
    if not draft.reviewer.strip() or len(draft.reviewer.splitlines()) != 1:
        raise DecisionError(f"reviewer: {draft.reviewer!r}; a decision has a name to it, in a line")
    _check_text("reason", draft.reason, TEXT_LENGTH)
    if draft.kind in ("reject", "comment") and not draft.reason.strip():
        raise DecisionError(f"{draft.target}: {draft.kind} without a reason; say why in words")
    for name, value in draft.changes.items():
        if other_of(name) is not None:
            _check_other(draft.target, str(other_of(name)))
        _check_value(draft, name, value)


def _check_target(draft: Draft) -> None:
    found = [named.fullmatch(draft.target) for _, named, _ in _SUBJECTS]
    if not any(found):
        raise DecisionError(
            f"{draft.target!r}: neither an idea nor a theme nor a statement; expected need-12,"
            " item-ABC-7, theme-12 or statement-ID"
        )
    _check_text("target", draft.target, TEXT_LENGTH)
    subject = next(what for (what, _, _), match in zip(_SUBJECTS, found, strict=True) if match)
    if any(draft.kind in own for what, _, own in _SUBJECTS if what != subject):
        raise DecisionError(f"{draft.target}: cannot {draft.kind} {subject}")


def _check_fields(draft: Draft) -> None:
    allowed = {kind: fields for _, _, own in _SUBJECTS for kind, fields in own.items()}
    allowed |= {"comment": frozenset(), "undo": frozenset()}
    if draft.kind not in allowed:
        raise ValueError(f"no such kind of decision: {draft.kind!r}")
    placed = [name for name in draft.changes if statement_of(name) is not None]
    linked = [name for name in draft.changes if other_of(name) is not None]
    found, known = set(draft.changes) - {*placed, *linked}, allowed[draft.kind]
    whole = known if draft.kind != "edit" else found  # one of title and brief is enough
    if not found <= known or found != whole or bool(found) != bool(known):
        raise ValueError(f"{draft.kind} sets {sorted(known)}, not {sorted(found)}")
    if (draft.kind in _WITH_STATEMENTS) < bool(placed):
        raise ValueError(f"{draft.kind} places no statements")
    if draft.kind in _WITH_STATEMENTS:
        _check_placed(draft, placed)
    if len(linked) != (draft.kind == "link"):
        raise ValueError(f"{draft.kind} compares an idea with {len(linked)} others")
    if (draft.kind == "undo") != (draft.undoes is not None):
        raise ValueError(f"{draft.kind} with undoes = {draft.undoes}")


def _check_other(target: str, other: str) -> None:
    if not _OTHER.fullmatch(other):
        raise DecisionError(
            f"{target}: {other!r} is nothing to compare an idea with; expected item-RF-7,"
            " deal-D-7 or signal-ID, as the idea's page names them"
        )
    _check_text("other", other, TEXT_LENGTH)
    if other.startswith("item-") and need_of(target) is None:
        raise DecisionError(
            f"{target}: work items are compared with needs; say it of the idea of a need, such as"
            " need-12"
        )


def _check_placed(draft: Draft, placed: Sequence[str]) -> None:
    made = (theme_of(draft.target) or 0) >= FIRST_MADE
    if draft.kind == "split" and not made:
        raise DecisionError(
            f"{draft.target}: what is split off becomes theme-{FIRST_MADE} or a higher one, since"
            " lower numbers are of themes that were found"
        )
    if not placed or (draft.kind == "split" and True not in map(draft.changes.get, placed)):
        raise DecisionError(f"{draft.target}: {draft.kind} without statements; name one or more")
    if len(placed) > MOST_STATEMENTS:
        raise DecisionError(
            f"{draft.target}: {len(placed):,} statements; one decision places at most"
            f" {MOST_STATEMENTS:,}"
        )


def _check_value(draft: Draft, name: str, value: object) -> None:
    where = f"{draft.target}: {name} = {value!r}"
    if name == "until":
        _check_day(draft, where, value)
    elif name in ("pinned", "retired", "tie"):
        if not isinstance(value, bool):
            raise ValueError(f"{where}: expected a truth value")
    elif name in ("over", "side", "run"):
        _check_pair(draft, where, name, value)
    elif value is None:
        return
    elif statement_of(name) is not None or other_of(name) is not None:
        if not isinstance(value, bool):
            raise ValueError(f"{where}: expected a truth value or none")
    elif name == "kind":
        if value not in get_args(StatementKind):
            kinds = ", ".join(get_args(StatementKind))
            raise DecisionError(f"{where}; expected one of {kinds}, or none to take it back")
    elif name in ("merged_into", "split_from"):
        if not isinstance(value, str) or not _THEME.fullmatch(value):
            raise DecisionError(f"{where}; expected a theme such as theme-12")
        if value == draft.target:
            raise DecisionError(f"{draft.target}: a theme cannot be {draft.kind}d with itself")
    elif name == "weights":
        _check_number(where, value)
    elif name in ("effort_days", "fit"):
        if isinstance(value, bool) or not isinstance(value, float):
            raise ValueError(f"{where}: expected a float")
        if not isfinite(value) or not (value > 0.0 if name == "effort_days" else 0 <= value <= 1):
            wanted = "person-days above 0" if name == "effort_days" else "0 to 1"
            raise DecisionError(f"{where}; expected {wanted}, or none to take it back")
    else:
        if not isinstance(value, str):
            raise ValueError(f"{where}: expected a text")
        _check_text(name, value, LINE_LENGTH if name in _LINES else TEXT_LENGTH)
        if not value.strip() or (name in _LINES and len(value.splitlines()) != 1):
            raise DecisionError(f"{where}; expected a line of text, or none to take it back")


def _check_pair(draft: Draft, where: str, name: str, value: object) -> None:
    if name == "run":
        _check_number(where, value)
    elif name == "side":
        if value not in ("left", "right"):
            raise ValueError(f"{where}: expected left or right")
    elif not isinstance(value, str) or not _IDEA.fullmatch(value) or value == draft.target:
        raise DecisionError(f"{where}; expected another idea, such as need-12")
    else:
        _check_text(name, value, TEXT_LENGTH)


def _check_number(where: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{where}: expected a whole number from 1")


def _check_day(draft: Draft, where: str, value: object) -> None:
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise DecisionError(f"{where}; expected a day such as 2026-09-01") from None
    if day.isoformat() != value or day <= draft.at.astimezone(UTC).date():
        raise DecisionError(f"{where}; expected a day still to come, such as 2026-09-01")


def _check_text(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise DecisionError(f"{name}: {len(text):,} characters; at most {most:,} are kept")
    if "\0" in text or text.encode("utf-8", "ignore").decode() != text:
        raise DecisionError(f"{name}: holds a character that cannot be kept; write it anew")
