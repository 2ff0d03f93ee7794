"""The inbox: what changed since the run before, and what near the top rests on little."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from groundswell.report import IdeaMove, RankedIdea, ThemeSummary
from reports import changes as moves
from reports import figures
from web.guard import Context
from web.pages.rendering import address_of, page
from web.reading import Reading, newest

SHOWN = 8
"""Entries of a group; the rest stand behind a link."""
TOP = 10
"""Ranks that are looked at first, as in the report's summary."""
UNSURE = ("thin evidence", "single account", "channels disagree", "stale signal")
"""Badges that say the evidence is thin or at odds with itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inbox."""

    title: str
    address: str
    """Empty: it has no page any more."""
    words: str = ""
    mark: str = ""
    """A short word before it, ``4 → 2``."""
    kind: str = ""
    """Of the mark, for its colour."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that ask for the same kind of look."""

    place: int
    """In the order of groups, from 1."""
    heading: str
    why: str
    entries: tuple[Entry, ...]
    more: int = 0
    all: str = ""
    """Address of all of them."""


def show(request: Request, context: Context) -> Response:
    """Answer with the inbox."""
    reading = newest(context.store)
    if reading is None:
        return page(request, context, "inbox.html", title="Inbox", report=None)
    return page(
        request,
        context,
        "inbox.html",
        title="Inbox",
        report=reading.report,
        changes=reading.changes,
        groups=groups(reading),
    )


def groups(reading: Reading) -> tuple[Group, ...]:
    """Return what there is to look at, most pressing first; groups without entries are left out."""
    found = (*_about_ideas(reading), *_about_needs(reading))
    return tuple(sorted((group for group in found if group.entries), key=lambda one: one.place))


def _about_ideas(reading: Reading) -> Iterator[Group]:
    moved = [_moved(move, reading) for move in reading.changes.moves]
    yield _group(
        1,
        "Ideas that moved",
        "Their place is another than in the run before, with the evidence that moved them.",
        moved,
        "/ideas",
    )
    yield _group(
        2,
        "Back, or perhaps solved",
        "Gone before and ranked again, or met by a release of ours that fewer ask after.",
        list(_returned(reading)),
    )
    yield _group(
        5,
        "Weak evidence near the top",
        f"Among the first {TOP}, and resting on few voices, on one account, on old signals, or on"
        " channels that disagree. Ask before building.",
        list(_unsure(reading)),
    )


def _about_needs(reading: Reading) -> Iterator[Group]:
    yield _group(
        3,
        "Rising needs",
        "Voiced more than their own past and the total volume explain.",
        list(_rising(reading)),
        "/needs?state=rising",
    )
    yield _group(
        4,
        "What became of the needs",
        "Born, grown, split, merged, drifted or gone since the run before.",
        list(_told(reading)),
        "/needs",
    )
    yield _group(
        6,
        "Provisional needs",
        "Halves of the statements do not both show them: read the quotes first.",
        [
            Entry(need.label, address_of("needs", need.theme_id), _size(need))
            for need in reading.report.themes
            if need.state == "provisional"
        ],
        "/needs?state=provisional",
    )


def _group(place: int, heading: str, why: str, entries: list[Entry], every: str = "") -> Group:
    return Group(place, heading, why, tuple(entries[:SHOWN]), max(0, len(entries) - SHOWN), every)


def _moved(move: IdeaMove, reading: Reading) -> Entry:
    known = move.candidate_id in reading.ideas
    address = address_of("ideas", move.candidate_id) if known else ""
    return Entry(move.title, address, move.reason, moves.places(move), moves.move_kind(move))


def _returned(reading: Reading) -> Iterator[Entry]:
    for move in reading.changes.moves:
        if moves.move_kind(move) == "returned":
            yield _moved(move, reading)
    for idea in reading.report.ideas:
        if "possibly solved" in idea.badges:
            words = f"possibly solved: {idea.status_reason or 'a release matches it'}"
            yield _idea(idea, words, str(idea.rank))


def _rising(reading: Reading) -> Iterator[Entry]:
    for need in reading.report.themes:
        for rise in need.rises[:1]:
            words = f"since {figures.day(rise.since)}: {figures.count(rise.voices)} voices,"
            words += f" {figures.number(rise.expected)} expected"
            words += f", with version {rise.version}" if rise.version else ""
            mark = f"▲ {figures.times(rise.ratio.value or 0.0)}"
            yield Entry(need.label, address_of("needs", need.theme_id), words, mark, "returned")


def _told(reading: Reading) -> Iterator[Entry]:
    for change in reading.changes.themes:
        known = next((n for n in change.theme_ids if n in reading.needs), None)
        label = reading.needs[known].label if known is not None else change.sentence
        words = change.sentence if known is not None else ""
        address = "" if known is None else address_of("needs", known)
        yield Entry(label, address, words, change.kind, "new" if change.kind == "born" else "")


def _unsure(reading: Reading) -> Iterator[Entry]:
    for idea in reading.report.ideas[:TOP]:
        found = [badge for badge in idea.badges if badge in UNSURE]
        if found:
            yield _idea(idea, f"{', '.join(found)}; {_heard(idea)}", str(idea.rank))


def _idea(idea: RankedIdea, words: str, mark: str) -> Entry:
    return Entry(idea.title, address_of("ideas", idea.candidate_id), words, mark)


def _heard(idea: RankedIdea) -> str:
    return f"{figures.voices(idea.effective_voices)} effective voices"


def _size(need: ThemeSummary) -> str:
    return f"{figures.count(need.voices)} voices, stability {need.stability:.2f}"
