"""What programs read of the store itself: records, statements, runs, what was refused."""

from dataclasses import dataclass
from datetime import datetime

from groundswell.domain import Account, Decision
from groundswell.store import Hit, QuarantineEntry, Run, SearchFilter, StepResult
from groundswell.store.found import ORDERED
from web.api.endpoints import Call
from web.api.questions import NarrowedQuestion
from web.guard import Refused
from web.pages.correcting import kinds_by
from web.pages.records import computed_kinds
from web.pages.search import words_of
from web.reading import newest


@dataclass(frozen=True, slots=True)
class RecordPart:
    """A statement of a record; offsets into its text in characters."""

    statement_id: str
    start: int
    end: int
    text: str
    themes: tuple[tuple[int, float], ...]
    """(theme id, membership), strongest first."""
    kind: str
    """`problem`, `request`, `praise`, `question` or `other`; empty: not known."""
    said_by: str
    """Who said that it is of this kind; empty: it is computed."""
    version: int
    """The `expected_version` of a decision about `statement-ID`."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that one customer wrote, without personal data; fields as in `FeedbackRecord`."""

    record_id: str
    source: str
    source_id: str
    text: str
    created_at: datetime
    channel: str
    author: str | None
    rating: float | None
    nps: int | None
    version: str | None
    language: str | None
    votes: int | None
    prompt: str | None
    account: Account | None
    place: str
    """File and line."""
    copy_of: str | None
    """The record that said it before."""
    statements: tuple[RecordPart, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the statements found, newest first."""

    total: int
    more: bool
    """There are more than could be gathered: `total` and `hits` are of any so many of them."""
    page: int
    pages: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run with its steps."""

    run: Run
    steps: tuple[StepResult, ...]


@dataclass(frozen=True, slots=True)
class RunList:
    """Runs, the newest first."""

    runs: tuple[WholeRun, ...]
    next: int | None
    """The `before` of the next question; null: there is no earlier run."""


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many rows of a file were refused for a reason."""

    source: str
    path: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows that could not be used and still stand."""

    total: int
    counts: tuple[RefusedCount, ...]
    entries: tuple[QuarantineEntry, ...]
    """Those of the newest files."""


@dataclass(frozen=True, slots=True)
class Log:
    """Decisions by number."""

    decisions: tuple[Decision, ...]
    next: int | None
    """The `after` of the next question; null: there is no later decision."""
    newest: int
    """Number of the last decision of the log; 0: there is none."""


def record(call: Call) -> Record:
    """Tell all that one customer wrote, with its statements and their needs."""
    found = call.context.store.lookups.record(call.parts["record_id"])
    if found is None:
        raise Refused(404, "no such record; it may have been erased, or reworded under another id")
    said, context = found.record, call.context
    kinds = kinds_by(computed_kinds(found, newest(context.store), context), context)
    names = ("source", "source_id", "text", "created_at", "channel", "author", "rating", "nps")
    more = ("version", "language", "votes", "prompt")
    return Record(
        record_id=said.record_id,
        **{name: getattr(said, name) for name in (*names, *more)},
        account=found.account,
        place=found.place,
        copy_of=found.copy_of,
        statements=tuple(
            RecordPart(
                *(p.statement_id, p.start, p.end, said.text[p.start : p.end], p.themes),
                *(kind.kind, kind.by, kind.version),
            )
            for p in found.parts
            for kind in (kinds[p.statement_id],)
        ),
    )


def search(call: Call) -> SearchPage:
    """Find statements by the words in them, exactly as written, in any case."""
    query, where = call.query, narrowed(call.query)
    offset = min((query.page - 1) * query.size, ORDERED)
    words = words_of(query.q)
    found = call.context.store.lookups.search(words, where, limit=query.size, offset=offset)
    pages = max(1, -(-found.total // query.size))
    return SearchPage(found.total, found.more, query.page, pages, found.hits)


def narrowed(query: NarrowedQuestion) -> SearchFilter:
    """Return what else the statements of a question must be."""
    return SearchFilter(
        channel=query.channel or None,
        theme_id=query.theme,
        account_id=query.account or None,
        since=query.since,
        until=query.until,
    )


def runs(call: Call) -> RunList:
    """List runs with their steps, the newest first."""
    ledger, query = call.context.store.ledger, call.query
    found = ledger.runs(query.limit + 1, query.before)
    shown = [WholeRun(run, tuple(ledger.steps(run.run_id))) for run in found[: query.limit]]
    return RunList(tuple(shown), shown[-1].run.run_id if len(found) > query.limit else None)


def quarantine(call: Call) -> RefusedRows:
    """List rows that could not be used, with place and reason."""
    feedback, source = call.context.store.feedback, call.query.source
    counts = [one for one in feedback.quarantine_counts() if source in (None, one[0])]
    entries = feedback.quarantined(call.query.limit, source)
    total = sum(rows for *_, rows in counts)
    return RefusedRows(total, tuple(RefusedCount(*one) for one in counts), tuple(entries))


def log(call: Call) -> Log:
    """Read the log of decisions from a number on, oldest first."""
    decisions, query = call.context.store.decisions, call.query
    found: list[Decision] = decisions.log(query.after, query.limit + 1, query.target)
    shown = found[: query.limit]
    more = shown[-1].number if len(found) > query.limit else None
    return Log(tuple(shown), more, decisions.verdicts().number)
