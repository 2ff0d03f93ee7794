"""What reviewers decided: recorded from the command line, and heeded by the pipeline."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from getpass import getuser
from typing import TYPE_CHECKING, Literal

from flows.context import Known, utc_now
from flows.overview import find_idea, reading
from groundswell.config import Config
from groundswell.domain import (
    Deal,
    Decision,
    Draft,
    FeatureCandidate,
    MarketSignal,
    StatementKind,
    WorkItem,
)
from groundswell.domain.chain import spell
from groundswell.domain.decisions import Fields
from groundswell.domain.drafts import sameness, statement_named
from groundswell.errors import ConfigError, StoreError
from groundswell.store import Store

if TYPE_CHECKING:
    from models.ranking.verdicts import Attached, NeedsReview

Clock = Callable[[], datetime]
Answer = Literal["accept", "reject", "defer", "reopen"]

ANCHOR = "decisions"
"""Name under which a report's versions hold the last decision that counted, and its hash."""


def decide_on(
    config: Config,
    name: str,
    answer: Answer,
    *,
    reason: str = "",
    until: date | None = None,
    reviewer: str = "",
    clock: Clock = utc_now,
) -> Decision:
    """Record what a reviewer says of an idea.

    Parameters
    ----------
    name
        Its id, or its rank in the newest report.
    until
        The day on which a deferred idea is to be looked at again.
    reviewer
        Empty: who is logged in on this machine.

    Raises
    ------
    ConfigError
        There is no such idea.
    DecisionError
        A reason or a day is missing, or somebody else came first.
    """
    changes = {"until": until.isoformat() if until else None} if answer == "defer" else {}
    with reading(config) as store:
        target = _idea_id(store, name)
        return _record(
            store,
            target,
            lambda who: Draft(answer, target, who, clock(), changes, reason),
            reviewer,
        )


def decide_link(
    config: Config,
    name: str,
    other: str,
    same: bool | None,
    *,
    reason: str = "",
    reviewer: str = "",
    clock: Clock = utc_now,
) -> Decision:
    """Record whether an idea and something that it was compared with are the same thing.

    Parameters
    ----------
    name
        The idea's id, or its rank in the newest report.
    other
        As the idea's page names it: ``item-RF-7``, ``deal-D-7`` or ``signal-ID``.
    same
        None: as computed.

    Raises
    ------
    ConfigError
        There is no such idea.
    DecisionError
        The other side cannot be compared with an idea, or somebody else came first.
    """
    with reading(config) as store:
        target, changes = _idea_id(store, name), {sameness(other): same}
        return _record(
            store,
            target,
            lambda who: Draft("link", target, who, clock(), changes, reason),
            reviewer,
        )


def decide_kind(
    config: Config,
    statement: str,
    kind: StatementKind | None,
    *,
    reason: str = "",
    reviewer: str = "",
    clock: Clock = utc_now,
) -> Decision:
    """Record what kind a statement is.

    Parameters
    ----------
    statement
        ``statement-ID``, as the page of its idea names it.
    kind
        None: as computed.

    Raises
    ------
    ConfigError
        There is no such statement.
    DecisionError
        Somebody else came first.
    """
    with reading(config) as store:
        if not store.lookups.said([statement_named(statement) or ""]):
            raise ConfigError(
                f"{statement!r}: no such statement; 'groundswell idea ID' names those it quotes"
            )
        changes: Fields = {"kind": kind}
        return _record(
            store,
            statement,
            lambda who: Draft("set_kind", statement, who, clock(), changes, reason),
            reviewer,
        )


def undo(config: Config, number: int, *, reviewer: str = "", clock: Clock = utc_now) -> Decision:
    """Put back what a decision changed.

    Raises
    ------
    DecisionError
        There is no such decision, or a later one set the same.
    """
    with reading(config) as store:
        return store.decisions.undo(number, reviewer=reviewer or this_user(), at=clock())


def read_log(config: Config, count: int | None = None) -> list[Decision]:
    """Return the last decisions, or all; the newest last."""
    with reading(config) as store:
        return store.decisions.log() if count is None else store.decisions.newest(count)


def as_lines(decisions: Sequence[Decision]) -> list[dict[str, object]]:
    """Return decisions as they are hashed, each with the hash before and its own."""
    return [
        {**spell(one), "previous_hash": one.previous_hash, "hash": one.hash} for one in decisions
    ]


def verify_log(config: Config) -> str:
    """Check every decision, and that none is missing that the newest report knows of.

    Returns
    -------
    str
        A sentence with the number of decisions and the last hash.

    Raises
    ------
    StoreError
        Names the first decision that is not as it was made.
    """
    import reports

    with reading(config) as store:
        document = store.ideas.report()
        known = dict(reports.from_json(document).versions).get(ANCHOR) if document else None
        anchors = [_read_anchor(known)] if known else []
        if (broken := store.decisions.verify(anchors)) is not None:
            raise StoreError(
                f"{store.place}: decision {broken} is not as it was made, or is gone; nothing from"
                " it on can be relied on, compare with a backup"
            )
        head, blanked = store.decisions.verdicts(), store.decisions.blanked()
    compared = ", and those the newest report knows are all there" if anchors else ""
    less = f"; erasures took quotes out of {', '.join(map(str, blanked))}" if blanked else ""
    told = f"{head.number} decisions are as they were made{compared}{less}"
    return f"{told}; the last hash is {head.hash}"


def this_user() -> str:
    """Return who is logged in on this machine.

    Raises
    ------
    ConfigError
        Nobody has a name here.
    """
    try:
        return getuser()
    except (KeyError, OSError):
        raise ConfigError("reviewer: this account has no name; say --reviewer NAME") from None


def what_was_decided(context: Known) -> "Attached":
    """Return what reviewers had said by the moment that counts, and what it is about now."""
    from models.ranking.verdicts import attach_verdicts

    themes = context.store.themes
    return attach_verdicts(
        context.store.decisions.verdicts(context.decided_by),
        {theme.theme_id for theme in themes.themes()},
        themes.retired_into(),
        {theme.theme_id for theme in context.store.shapes.found_themes()},
    )


def themes_to_keep(context: Known) -> dict[int, str | None]:
    """Return the themes that reviewers decided about, with the name they gave each, if any."""
    from groundswell.domain.drafts import need_of, theme_of

    decided = what_was_decided(context)
    needs = [need_of(candidate_id) for candidate_id in decided.ideas]
    for verdict in decided.themes.values():  # what it goes into, and what it came from
        needs += [theme_of(one) for one in (verdict.merged_into, verdict.split_from) if one]
    kept: dict[int, str | None] = {need: None for need in needs if need is not None}
    return kept | {theme_id: verdict.label for theme_id, verdict in decided.themes.items()}


def notes_on_decisions(context: Known, candidates: Sequence[FeatureCandidate]) -> list[str]:
    """Return sentences on what reviewers must look at again."""
    from flows.shaping import wishes_of
    from models.ranking.verdicts import NeedsReview, review_notes, without_idea

    decided = what_was_decided(context)
    unmet = wishes_of(context, context.store.shapes.found_themes()).unmet
    more = [*without_idea(decided, candidates), *(NeedsReview(*one) for one in unmet)]
    return review_notes(decided, [*more, *_without_ground(context, decided)])


def anchor(context: Known) -> list[tuple[str, str]]:
    """Return the last decision that counts and its hash, so that a report can vouch for the log."""
    head = context.store.decisions.verdicts(context.decided_by)
    return [(ANCHOR, f"{head.number} {head.hash}")] if head.number else []


def _without_ground(context: Known, decided: "Attached") -> "list[NeedsReview]":
    """Return what was said of other things and of statements that are not there any more."""
    from models.linking.said import name_of
    from models.ranking.verdicts import without_other, without_statement

    found: list[NeedsReview] = []
    if any(verdict.links for verdict in decided.ideas.values()):
        market, at = context.store.market, context.known_at
        others: list[WorkItem | Deal | MarketSignal] = [*market.work_items(at), *market.deals(at)]
        others += market.signals(at)
        found += without_other(decided, {name_of(other) for other in others})
    kinds = context.store.decisions.verdicts(context.decided_by).statements
    there = {one.statement_id for one in context.store.lookups.said(list(kinds))}
    return [*found, *without_statement(kinds, there)]


def _read_anchor(told: str) -> tuple[int, str]:
    number, _, known = told.partition(" ")
    return int(number), known


def _record(store: Store, target: str, draft: Callable[[str], Draft], reviewer: str) -> Decision:
    """Record what a reviewer drafts over what stands; empty: who is logged in here."""
    seen = store.decisions.verdicts().of(target).version
    return store.decisions.record(draft(reviewer or this_user()), seen)


def _idea_id(store: Store, name: str) -> str:
    """Return the id of an idea of the newest report, or of one that it has no room for."""
    from flows.ranking import load_report

    candidates = {candidate.candidate_id for candidate in store.ideas.candidates()}
    if name in candidates:
        return name
    return find_idea(load_report(store), name).candidate_id
