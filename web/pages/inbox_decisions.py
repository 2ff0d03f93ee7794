"""The part of the inbox that asks for somebody to act, whatever a reader has seen before."""

from collections.abc import Iterator
from datetime import date

from groundswell.domain import Disagreement, Verdicts, disagreements
from groundswell.domain.drafts import statement_named
from groundswell.store import Store
from reports import figures
from web.guard import Context
from web.pages.correcting import statements_named
from web.pages.groups import Entry, Group, group, to_decide
from web.pages.rendering import address_of
from web.pages.wording import Naming, disputed, naming, stance
from web.reading import Reading


def to_be_decided(reading: Reading, context: Context, today: date) -> Iterator[Group]:
    """Yield what waits for a decision."""
    store = context.store
    verdicts = store.decisions.verdicts()
    yield group(
        "Reviewers disagree",
        "Their own latest words do not go together. The latest one counts until somebody decides.",
        list(_disputed(verdicts, reading, context)),
        "/ideas?decision=disputed",
    )
    yield group(
        "Deferred until now",
        "The day has come to look at them again.",
        list(_due(verdicts, reading, today)),
        "/ideas?decision=deferred",
    )
    yield group(
        "Decisions to look at again",
        "What they were about has ended, moved or is no idea at present.",
        list(_homeless(verdicts, reading, store)),
        "/log",
    )
    yield group(
        "Needs that no longer meet what is said",
        "New statements are unlike those that the needs were found in, and no other fit of them is"
        " in use yet.",
        [
            Entry(alarm.found, "/models#of-themes", alarm.remedy, "drift")
            for alarm in store.ledger.drift()
        ],
    )


def said_by(dispute: Disagreement, name: Naming) -> str:
    """Return who says what: ``the fit: ben: 0.9 · ann: 0.1``."""
    on = disputed(dispute.field, name)
    said = ((one.reviewer, stance(dispute.field, one.value)) for one in dispute.stances)
    return (f"{on}: " if on else "") + " · ".join(f"{who}: {value}" for who, value in said)


def _disputed(verdicts: Verdicts, reading: Reading, context: Context) -> Iterator[Entry]:
    found = disagreements(verdicts)
    name = naming(reading, statements_named(found, context))
    latest = {target: max(one.since for one in disputes) for target, disputes in found.items()}
    for target in sorted(found, key=lambda target: (latest[target], target), reverse=True):
        words = "; ".join(said_by(one, name) for one in found[target])
        statement = statement_named(target)
        if statement is None:
            yield to_decide(target, reading, words)
        else:
            yield Entry(name(target), address_of("statements", statement), words, target=target)


def _due(verdicts: Verdicts, reading: Reading, today: date) -> Iterator[Entry]:
    waiting = [
        (verdict.until, target, verdict)
        for target, verdict in verdicts.ideas.items()
        if verdict.status == "deferred" and verdict.until is not None and verdict.until <= today
    ]
    for until, target, verdict in sorted(waiting, key=lambda one: one[:2]):
        words = f"deferred until {figures.day(until)} by {verdict.reviewer}"
        words += f": {verdict.reason}" if verdict.reason else ""
        yield to_decide(target, reading, words)


def _homeless(verdicts: Verdicts, reading: Reading, store: Store) -> Iterator[Entry]:
    from models.ranking.verdicts import attach_verdicts, without_idea

    if not verdicts.subjects:
        return
    themes = store.themes
    living = {theme.theme_id for theme in themes.themes()}
    attached = attach_verdicts(verdicts, living, themes.retired_into())
    lost = (*attached.needs_review, *without_idea(attached, store.ideas.candidates()))
    for one in sorted(lost, key=lambda one: one.target):
        yield to_decide(one.target, reading, one.reason)
    for now, verdict in sorted(attached.ideas.items()):
        if verdict.target != now:
            yield to_decide(now, reading, f"what was decided on {verdict.target} holds here now")
