"""The inbox: what waits for a decision, and what is different since its reader last looked."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.personal import LastSeen
from groundswell.report import IdeaMove, RankedIdea, ThemeSummary
from reports import changes as moves
from reports import figures
from web.comparing import TOP, Comparison, compared, solved, weak
from web.guard import Context, Refused
from web.pages.groups import Entry, Group, group, of_idea, of_need
from web.pages.inbox_decisions import to_be_decided
from web.pages.inbox_models import of_models
from web.pages.own import require_in_person
from web.pages.rendering import address_of, page
from web.pages.since import CHOICES, Since, day_in_words, in_words, since
from web.reading import Reading, newest


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the inbox of who asks holds."""

    moment: Since
    seen: LastSeen | None
    comparison: Comparison
    groups: tuple[Group, ...]
    """None of them empty."""


def show(request: Request, context: Context) -> Response:
    """Answer with the inbox."""
    reading, now = newest(context.store), context.now
    if reading is None:
        return page(request, context, "inbox.html", title="Inbox", report=None)
    found = waiting(context, reading, request.query_params.get("since", ""))
    seen = found.seen
    return page(
        request,
        context,
        "inbox.html",
        title="Inbox",
        report=reading.report,
        moment=found.moment,
        choices=CHOICES,
        lead=in_words(found.moment, found.comparison.changes, now),
        seen_at=day_in_words(seen.at, now) if seen else "",
        is_seen=seen is not None and seen.run_id == reading.report.run.run_id,
        groups=found.groups,
    )


def mark_seen(request: Request, context: Context) -> Response:
    """Remember the report that the page was of as the one its reader has seen."""
    require_in_person(request)
    remember(context, context.form.get("run", ""))
    return RedirectResponse("/", 303)


def waiting(context: Context, reading: Reading, asked: str) -> Waiting:
    """Return the inbox of who asks; `asked`: since when, a key of `CHOICES` or nothing."""
    store, now = context.store, context.now
    seen = store.personal.last_seen(context.reviewer.name)
    moment = since(asked, store.lookups.good_runs(), seen, now)
    comparison = compared(store, reading.report, moment.run_id)
    found = (
        *to_be_decided(reading, context, now.date()),
        of_models(context, moment.run_id),
        *different(reading, comparison),
    )
    return Waiting(moment, seen, comparison, tuple(one for one in found if one.entries))


def remember(context: Context, run: str) -> LastSeen:
    """Remember the report of a run as the one that who asks has seen.

    Raises
    ------
    Refused
        There is no such report.
    """
    for run_id, _ in context.store.lookups.good_runs():
        if str(run_id) == run:
            seen = LastSeen(run_id, context.now)
            context.store.personal.mark_seen(context.reviewer.name, seen)
            return seen
    raise Refused(400, f"run {run[:20]!r}: there is no report of it; reload the inbox")


def different(reading: Reading, comparison: Comparison) -> tuple[Group, ...]:
    """Return what is different since an earlier report, and what near the top rests on little."""
    return (
        *_about_ideas(reading, comparison),
        *_about_needs(reading, comparison),
        _weak(reading, comparison),
    )


def _about_ideas(reading: Reading, comparison: Comparison) -> Iterator[Group]:
    yield group(
        "Back after a rejection, or perhaps solved",
        "Rejected before and asked for by more, gone before and ranked again, or met by a release"
        " of ours that fewer ask after.",
        list(_returned(reading, comparison)),
    )
    moved = [_moved(move, reading) for move in comparison.changes.moves]
    yield group(
        "Ideas that moved",
        "Their place is another than it was, with the evidence that moved them.",
        moved,
        "/ideas",
    )


def _about_needs(reading: Reading, comparison: Comparison) -> Iterator[Group]:
    yield group(
        "New and rising needs",
        "Heard for the first time, or voiced more than their own past and the total volume"
        " explain.",
        [*_born(reading, comparison), *_rising(reading, comparison)],
        "/needs?state=rising",
    )
    yield group(
        "What became of the needs",
        "Grown, shrunk, split, merged, drifted or gone.",
        list(_told(reading, comparison)),
        "/needs",
    )
    yield group(
        "Provisional needs",
        "Halves of the statements do not both show them: read the quotes first.",
        [
            of_need(need, _size(need))
            for need in reading.report.themes
            if need.state == "provisional" and need.theme_id not in comparison.earlier.provisional
        ],
        "/needs?state=provisional",
    )


def _weak(reading: Reading, comparison: Comparison) -> Group:
    found = weak(reading.report)
    return group(
        "Weak evidence near the top",
        f"Among the first {TOP}, and resting on few voices, on one account, on old signals, or on"
        " channels that disagree. Ask before building.",
        [
            of_idea(idea, f"{', '.join(found[name])}; {_heard(idea)}", str(idea.rank))
            for name, idea in reading.ideas.items()
            if name in found and name not in comparison.earlier.weak
        ],
    )


def _moved(move: IdeaMove, reading: Reading) -> Entry:
    known = move.candidate_id in reading.ideas
    address = address_of("ideas", move.candidate_id) if known else ""
    place, kind = moves.places(move), moves.move_kind(move)
    return Entry(move.title, address, move.reason, place, kind, move.candidate_id)


def _returned(reading: Reading, comparison: Comparison) -> Iterator[Entry]:
    earlier, now_solved = comparison.earlier, solved(reading.report)
    for name, idea in reading.ideas.items():
        if earlier.statuses.get(name) == "rejected" and idea.status != "rejected":
            yield of_idea(idea, idea.status_reason, "returned", "returned")
        elif name in now_solved and name not in earlier.solved:
            yield of_idea(idea, f"possibly solved: {now_solved[name]}", str(idea.rank))
    for move in comparison.changes.moves:
        if moves.move_kind(move) == "returned":
            yield _moved(move, reading)


def _born(reading: Reading, comparison: Comparison) -> Iterator[Entry]:
    for change in comparison.changes.themes:
        for theme_id in change.theme_ids if change.kind == "born" else ():
            if theme_id in reading.needs:
                need = reading.needs[theme_id]
                yield of_need(need, _size(need), "new", "new")


def _rising(reading: Reading, comparison: Comparison) -> Iterator[Entry]:
    for need in reading.report.themes:
        for rise in need.rises[:1] if need.theme_id not in comparison.earlier.rising else ():
            words = f"since {figures.day(rise.since)}: {figures.count(rise.voices)} voices,"
            words += f" {figures.number(rise.expected)} expected"
            words += f", with version {rise.version}" if rise.version else ""
            mark = f"▲ {figures.times(rise.ratio.value or 0.0)}"
            yield of_need(need, words, mark, "returned")


def _told(reading: Reading, comparison: Comparison) -> Iterator[Entry]:
    for change in comparison.changes.themes:
        if change.kind == "born":
            continue
        known = next((n for n in change.theme_ids if n in reading.needs), None)
        if known is None:
            yield Entry(change.sentence, "", mark=change.kind)
        else:
            yield of_need(reading.needs[known], change.sentence, change.kind)


def _heard(idea: RankedIdea) -> str:
    return f"{figures.voices(idea.effective_voices)} effective voices"


def _size(need: ThemeSummary) -> str:
    return f"{figures.count(need.voices)} voices, stability {need.stability:.2f}"
