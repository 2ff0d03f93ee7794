"""A store with everything a page can show: the report written by hand, records, runs, refusals."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from groundswell.config import Config, ReportConfig, StoreConfig
from groundswell.domain import (
    AcceptedRow,
    Account,
    FeedbackRecord,
    ModelVersion,
    NeedTheme,
    QuarantinedRow,
    ReadRow,
    Statement,
    ThemeAssignment,
    ThemeChange,
    content_id,
)
from groundswell.report import IdeaReport
from groundswell.store import StepResult, Store, open_store
from groundswell.store.database import Lease
from models.encoding.embedding import HashingEncoder, embed
from reports import to_json
from web.app import create_app

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HAND = Path(__file__).parents[2] / "reports" / "conftest.py"


def _by_hand() -> Any:
    spec = spec_from_file_location("report_by_hand", HAND)
    assert spec is not None and spec.loader is not None
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


by_hand = _by_hand()


@dataclass(frozen=True, slots=True)
class Shown:
    """The pages over a store, and what is in it."""

    config: Config
    client: TestClient
    report: IdeaReport
    record_ids: tuple[str, ...]
    statement_ids: tuple[str, ...]

    def text(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.text


def config_in(folder: Path) -> Config:
    return Config(
        store=StoreConfig(path=folder / "groundswell.db"),
        report=ReportConfig(folder=folder / "report"),
    )


_Written = tuple[bytes, IdeaReport, list[FeedbackRecord]]
_WRITTEN: dict[tuple[object, bool], _Written] = {}


def _as_it_is(text: str) -> str:
    return text


MESSAGES = (
    "The PDF export cuts my invoices. Please export to a spreadsheet, too.",
    "Größe der Schrift ist zu klein.",
    "export again: the EXPORT stops at 100 % and a_b breaks",
)
SPANS = (((0, 32), (33, 69)), ((0, 31),), ((0, 54),))


def fill(
    config: Config,
    report: IdeaReport,
    *,
    say: Callable[[str], str] = _as_it_is,
    vectors: bool = True,
) -> Shown:
    """Write runs, records, needs, a refused row and two reports.

    A store that was filled in the same way before is copied: to write it takes longer than a test.

    Parameters
    ----------
    say
        Makes the text that a customer or a file brings out of a harmless one.
    vectors
        Whether statements have any.
    """
    path = config.store.path
    if say is not _as_it_is or path.exists():
        said, records = _write(config.store.database, report, say, vectors=vectors)
    else:
        body, said, records = _written_before(report, vectors=vectors)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    client = TestClient(create_app(config), "http://127.0.0.1", raise_server_exceptions=False)
    statements = tuple(s.statement_id for record in records for s in _statements(record))
    return Shown(config, client, said, tuple(r.record_id for r in records), statements)


def _written_before(report: IdeaReport, *, vectors: bool) -> _Written:
    key = (to_json(report), vectors)
    if key not in _WRITTEN:
        with TemporaryDirectory() as folder:
            path = Path(folder, "groundswell.db")
            said, records = _write(str(path), report, _as_it_is, vectors=vectors)
            _WRITTEN[key] = path.read_bytes(), said, records
    return _WRITTEN[key]


def _write(
    database: str, report: IdeaReport, say: Callable[[str], str], *, vectors: bool
) -> tuple[IdeaReport, list[FeedbackRecord]]:
    records: list[FeedbackRecord] = []
    with open_store(database) as store, store.lease("pipeline") as lease:
        for earlier in (True, False):
            run_id = store.ledger.begin_run(
                lease, kind="refresh", started_at=NOON, config_hash="", versions={"program": "1"}
            ).run_id
            records = records or _add_records(store, lease, run_id, say)
            if vectors:
                _add_vectors(store, lease, [s for record in records for s in _statements(record)])
            shown = _of_run(report, run_id, earlier=earlier)
            store.ledger.step_done(lease, run_id, StepResult("rank_ideas", 5, 4, 1, 2.5))
            told = ThemeChange("grew", (1,), (1,), (), say("Grown: the first need."))
            store.themes.save_changes(lease, run_id, [told], [])
            store.ideas.save_report(lease, run_id, as_of=NOON, document=to_json(shown))
            store.ledger.finish_run(lease, run_id, state="ok", finished_at=NOON)
    return shown, records


def _of_run(report: IdeaReport, run_id: int, *, earlier: bool) -> IdeaReport:
    """Return the report of a run.

    In the earlier one the last idea is missing, two have swapped, nothing rises, all is certified.
    """
    first, second, *rest = report.ideas
    ideas = (replace(second, rank=1), replace(first, rank=2), *rest[:-1])
    run = replace(report.run, run_id=run_id)
    if not earlier:
        return replace(report, run=run)
    themes = tuple(replace(theme, rises=(), state="certified") for theme in report.themes)
    return replace(report, run=run, ideas=ideas, themes=themes)


def _add_records(
    store: Store, lease: Lease, run_id: int, say: Callable[[str], str]
) -> list[FeedbackRecord]:
    records = [
        FeedbackRecord(
            source=say("tickets"),
            source_id=f"{say('id')}{n}",
            text=say("") + text,
            created_at=NOON.replace(day=1 + n),
            channel=say("ticket") if n else "survey",
            author=say("ada"),
            account_id=say("acc-1"),
            rating=float(2 + n),
            version=say("4.2"),
            prompt=say("What do you dislike?"),
            language="en",
        )
        for n, text in enumerate(MESSAGES)
    ]
    rows: list[ReadRow] = [AcceptedRow(2 + n, record) for n, record in enumerate(records)]
    rows.append(QuarantinedRow(9, 100, 180, "bad_date", say("created_at is odd"), say("a,b,c")))
    account = Account(say("acc-1"), say("Tern & Sons"), 1200.0, say("retail"))
    for kind, found in (("feedback", rows), ("accounts", [AcceptedRow(1, account)])):
        package = store.feedback.open_package(
            lease,
            run_id=run_id,
            source=say(kind),
            kind=kind,
            path=f"/in/{say('tickets.csv')}",
            sha256="0" * 64,
            size_bytes=200,
        )
        store.feedback.add_rows(lease, package, found, last=True, read_at=NOON)
    statements = [s for record in records for s in _statements(record)]
    store.feedback.add_statements(lease, [record.record_id for record in records], statements)
    _add_needs(store, lease, run_id, statements, say)
    return records


def _statements(record: FeedbackRecord) -> list[Statement]:
    n = next(n for n, text in enumerate(MESSAGES) if record.text.endswith(text))
    before = len(record.text) - len(MESSAGES[n])
    spans = [(before + start, before + end) for start, end in SPANS[n]]
    return [Statement(record.record_id, a, b, record.text[a:b]) for a, b in spans]


def _add_vectors(store: Store, lease: Lease, statements: list[Statement]) -> None:
    texts = sorted({statement.text for statement in statements})
    hashes = [content_id(text) for text in texts]
    store.vectors.add(lease, "hashing", hashes, embed(texts, HashingEncoder()))


def _add_needs(
    store: Store,
    lease: Lease,
    run_id: int,
    statements: list[Statement],
    say: Callable[[str], str],
) -> None:
    needs = [NeedTheme(n, say(f"need {n}"), (), (), 3, 0.7) for n in (1, 2, 900)]
    placed = [ThemeAssignment(s.statement_id, 1, 0.9) for s in statements]
    known = {"statements": len(statements)}
    model = ModelVersion("themes", 1, "hashing", "f", run_id, known)
    store.themes.save_fit(lease, run_id, model, needs, placed, {})
    model = ModelVersion("themes", 2, "hashing", "g", run_id, known)
    store.themes.save_fit(lease, run_id, model, needs[:2], placed, {900: ((1, 0.8),)})
    _add_challengers(store, lease, run_id, say)


def _add_challengers(store: Store, lease: Lease, run_id: int, say: Callable[[str], str]) -> None:
    """Keep one that waits for a person, one that was held back, and one that cannot be used."""
    passed = ("whole", True, "all arrays fit together")
    churn = ("churn", False, say("40% of the statements move; 25% may"))
    broken = ("whole", False, say("centroids are not all finite"))
    for number, gates in ((3, (passed,)), (4, (passed, churn)), (5, (broken,))):
        store.versions.keep(
            lease,
            ModelVersion(
                "themes",
                number,
                "hashing",
                "h",
                run_id,
                {"statements": 90_000, "decisions": 2},
                state="challenger" if number == 3 else "refused",
                why=say("a new quarter"),
                parents=(("themes", 2),),
                gates=gates,
            ),
        )


def addresses(shown: Shown) -> list[str]:
    """Return an address of every kind of page."""
    from web.pages.rendering import address_of

    first, second = (idea.candidate_id for idea in shown.report.ideas[:2])
    both = urlencode([("ideas", first), ("ideas", second)])
    return [
        "/",
        "/ideas",
        "/ideas?sort=-revenue&columns=badges,net,top10,mentions&strategy=growth",
        address_of("ideas", first),
        f"/compare?{both}",
        "/compare",
        "/pairs",
        "/pairs/learnt",
        "/needs",
        "/needs/1",
        "/needs/1/shape",
        "/needs/900",
        f"/records/{shown.record_ids[0]}?statement={shown.statement_ids[1]}",
        f"/statements/{shown.statement_ids[0]}",
        "/search",
        "/search?q=export",
        "/search?q=export&by=meaning",
        "/search?like=theme-1",
        f"/search?like={shown.statement_ids[0]}",
        "/models",
        *(f"/models/themes-{number}" for number in (2, 3, 4, 5)),
        "/runs",
        "/quarantine",
        "/quarantine/1-3",
        "/plan",
        "/log",
        "/draft",
        "/erasures",
        "/about",
    ]
