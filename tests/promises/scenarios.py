"""Work to be killed: every kind of write the store has, and four planted bugs."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import numpy as np

from groundswell.domain import (
    AcceptedRow,
    Account,
    Annotation,
    Copy,
    FeatureCandidate,
    FeedbackRecord,
    ModelVersion,
    NeedTheme,
    QuarantinedRow,
    ReadRow,
    RiseAlert,
    Statement,
    ThemeAssignment,
    ThemeChange,
    WorkItem,
    content_id,
)
from groundswell.failpoints import failpoint
from groundswell.store import (
    Lease,
    Package,
    StepResult,
    Store,
    fates,
    open_store,
    packages,
)
from groundswell.store import (
    database as database_module,
)
from groundswell.store.feedback import Feedback

START = datetime(2024, 6, 1, 9, tzinfo=UTC)
MODEL = "hashing-4"
FORUM = "https://forum.example.com/posts"


def pipeline(database: str, folder: Path) -> None:
    """Read files and a service, split, mark copies, embed, fit, propose and report."""
    with (
        patch.object(database_module, "MAX_PAUSE_SECONDS", 0.0),
        open_store(database) as store,
        store.lease("pipeline") as lease,
    ):
        if store.ledger.last_run("ok") is None:
            _run(store, lease, folder)


def commit_before_cursor(database: str, folder: Path) -> None:
    """Plant a bug: rows are committed, then the cursor that says so."""

    def add_rows(
        self: Feedback, lease: Lease, package: Package, rows: Sequence[ReadRow], *, last: bool
    ) -> Package:
        with self._database.write("planted.rows", lease) as connection:
            found = fates.decide(connection, _place(package), rows)
            fates.keep(connection, package.package_id, found)
        with self._database.write("planted.cursor", lease) as connection:
            return packages.advance(connection, package, found, last=last)

    with patch.object(Feedback, "add_rows", add_rows), patch(f"{__name__}._poll"):
        pipeline(database, folder)


def cursor_before_rows(database: str, folder: Path) -> None:
    """Plant a bug: the cursor is committed, then the rows it passed."""

    def add_rows(
        self: Feedback, lease: Lease, package: Package, rows: Sequence[ReadRow], *, last: bool
    ) -> Package:
        with self._database.write("planted.cursor", lease) as connection:
            found = fates.decide(connection, _place(package), rows)
            advanced = packages.advance(connection, package, found, last=last)
        with self._database.write("planted.rows", lease) as connection:
            fates.keep(connection, package.package_id, found)
        return advanced

    with patch.object(Feedback, "add_rows", add_rows), patch(f"{__name__}._poll"):
        pipeline(database, folder)


def service_cursor_before_rows(database: str, folder: Path) -> None:
    """Plant a bug: a service's cursor is committed, then the page it passed."""
    kept = Feedback.add_rows

    def add_rows(
        self: Feedback,
        lease: Lease,
        package: Package,
        rows: Sequence[ReadRow],
        *,
        last: bool,
        cursor: str | None = None,
    ) -> Package:
        if cursor is not None:
            with self._database.write("planted.service", lease) as connection:
                packages.save_cursor(connection, package, package.path, cursor)
        return kept(self, lease, package, rows, last=last)

    with patch.object(Feedback, "add_rows", add_rows):
        pipeline(database, folder)


def pointer_before_file(database: str, folder: Path) -> None:
    """Plant a bug: the store names a report file before the file is there."""

    def publish(store: Store, lease: Lease, run_id: int, folder: Path) -> None:
        _name_file(store, lease, run_id, folder)
        failpoint("planted.pointer")
        _write_file(folder / "ideas.json", REPORT)

    with patch(f"{__name__}._publish", publish):
        pipeline(database, folder)


REPORT = b'{"ideas": ["offline notes"]}\n'


def _run(store: Store, lease: Lease, folder: Path) -> None:
    run = store.ledger.begin_run(
        lease, kind="refresh", started_at=START, config_hash="c1", versions={"encoder": MODEL}
    )
    for version, (kind, rows) in enumerate(_inputs()):
        _ingest(store, lease, run.run_id, kind, version, rows)
    _poll(store, lease, run.run_id)
    _enter(store, lease, run.run_id, "ingest")
    _split(store, lease)
    _mark(store, lease)
    texts = store.feedback.texts_without_vector(MODEL)
    vectors = np.array([[len(text), 1, 2, 3] for _, text in texts], dtype=np.float32)
    store.vectors.add(lease, MODEL, [text_hash for text_hash, _ in texts], vectors)
    if store.versions.champion("themes") is None:
        _fit(store, lease, run.run_id, folder)
    _watch(store, lease, run.run_id, folder)
    candidate = FeatureCandidate("need-0", "Offline notes", "I need offline notes", ((0, 1.0),))
    store.ideas.save_candidates(lease, run.run_id, [candidate])
    store.ideas.save_report(
        lease, run.run_id, as_of=START, document=REPORT.decode(), reference=("balanced", "{}")
    )
    if not store.ideas.files(run.run_id):
        _publish(store, lease, run.run_id, folder)
    _enter(store, lease, run.run_id, "report")
    store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=START)


def _inputs() -> list[tuple[str, list[ReadRow]]]:
    records = [_record(n, f"note {n % 5} is gone") for n in range(7)]
    broken = QuarantinedRow(9, None, None, "bad_date", "created_at is 'soon'", "9,soon")
    first: list[ReadRow] = [AcceptedRow(n + 2, record) for n, record in enumerate(records)]
    # Known, changed, said twice with one id, new.
    later = [records[0], _record(1, "it works now"), _record(1, "other"), _record(8, "one more")]
    second: list[ReadRow] = [AcceptedRow(n + 2, record) for n, record in enumerate(later)]
    accounts: list[ReadRow] = [AcceptedRow(n + 2, Account(f"a{n}", arr=9.5)) for n in range(3)]
    items: list[ReadRow] = [AcceptedRow(2, WorkItem("I-1", "Sync")), broken]
    return [
        ("feedback", [*first, broken]),
        ("feedback", second),
        ("accounts", accounts),
        ("backlog", items),
    ]


def _record(n: int, text: str) -> FeedbackRecord:
    return FeedbackRecord("tickets", str(n), text, START + timedelta(days=n), author=f"u{n}")


def _ingest(
    store: Store, lease: Lease, run_id: int, kind: str, version: int, rows: Sequence[ReadRow]
) -> None:
    package = store.feedback.open_package(
        lease,
        run_id=run_id,
        source=kind,
        kind=kind,
        path=f"{kind}.csv",
        sha256=content_id(str(version)),
        size_bytes=100,
    )
    while not package.complete:
        batch = rows[package.rows_done : package.rows_done + 5]
        last = package.rows_done + len(batch) == len(rows)
        package = store.feedback.add_rows(lease, package, batch, last=last)


def _poll(store: Store, lease: Lease, run_id: int) -> None:
    """Read a service from its cursor on: the cursor is the number of the next page."""
    package = store.feedback.open_package(
        lease,
        run_id=run_id,
        source="forum",
        kind="feedback",
        path=FORUM,
        sha256=content_id(str(run_id)),
        size_bytes=0,
        whole=False,
    )
    pages = [[_record(10 + n, f"post {n}"), _record(11 + n, f"post {n + 1}")] for n in range(4)]
    while not package.complete:
        page = int(store.feedback.cursor("forum", FORUM) or 0)
        rows = [AcceptedRow(1, record) for record in pages[page]]
        last = page + 1 == len(pages)
        package = store.feedback.add_rows(lease, package, rows, last=last, cursor=str(page + 1))


def _mark(store: Store, lease: Lease) -> None:
    """Annotate every text, and make copies of the messages that say the same."""
    hashes = store.feedback.statements()["text_hash"].tolist()
    missing = store.annotations.missing(MODEL, hashes)
    known = [Annotation(key, "problem", 0.75, -0.5, 0.25, key != missing[0]) for key in missing]
    store.annotations.add(lease, MODEL, known)
    if store.feedback.counts().copies == 0:  # first the wrong ones, then the right ones
        records = store.feedback.copy_candidates()["record_id"].tolist()
        store.feedback.save_copies(lease, [Copy(records[1], records[0], 0.5)])
    table = store.feedback.copy_candidates().sort_values(["created_at", "record_id"])
    first = table.groupby("text")["record_id"].transform("first")
    pairs = zip(table["record_id"], first, strict=True)
    found = [Copy(record_id, other, 1.0) for record_id, other in pairs if record_id != other]
    store.feedback.save_copies(lease, found)


def _place(package: Package) -> fates.Place:
    return fates.Place(package.package_id, package.source, package.rows_done, START)


def _enter(store: Store, lease: Lease, run_id: int, step: str) -> None:
    found = [package for package in store.feedback.packages() if package.run_id == run_id]
    seen, bad = sum(p.rows_done for p in found), sum(p.quarantined for p in found)
    result = StepResult(step, seen, seen - bad, bad, seconds=0.1 * os.getpid())
    store.ledger.step_done(lease, run_id, result)


def _split(store: Store, lease: Lease) -> None:
    while records := store.feedback.unsplit_records(limit=4):
        whole = [Statement(r.record_id, 0, len(r.text), r.text) for r in records]
        store.feedback.add_statements(lease, [r.record_id for r in records], whole)


def _fit(store: Store, lease: Lease, run_id: int, folder: Path) -> None:
    statements = store.feedback.statements()["statement_id"]
    _write_file(folder / "themes-1.bin", b"arrays")
    store.themes.save_fit(
        lease,
        run_id,
        ModelVersion(
            "themes", 1, MODEL, "f1", run_id, {"statements": len(statements)}, files={"a.bin": "0"}
        ),
        [NeedTheme(0, "offline notes", ("offline",), (statements[0],), len(statements), 0.9)],
        [ThemeAssignment(statement_id, 0, 0.75) for statement_id in statements],
        {},
    )


def _watch(store: Store, lease: Lease, run_id: int, folder: Path) -> None:
    """Open a theme with one statement of the first one, tell of both, raise an alert."""
    first = store.feedback.statements()["statement_id"][0]
    opened = NeedTheme(1, "sync", ("sync",), (first,), 1, 0.6, state="provisional")
    born = ThemeChange("born", (1,), (), (("now", 1.0),), "'sync' was born")
    model = store.versions.champion("themes")
    if model is not None and model.version == 1:
        _write_file(folder / "themes-2.bin", b"more arrays")
        store.themes.open_themes(
            lease,
            run_id,
            replace(model, version=2, files={"a.bin": "1"}),
            [opened],
            [ThemeAssignment(first, 1, 1.0)],
            [born],
        )
    grew = ThemeChange("grew", (0,), (0,), (("before", 1.0), ("now", 6.0)), "'offline notes' grew")
    store.themes.save_changes(lease, run_id, [born, grew], [replace(opened, size=2)])
    store.themes.save_alerts(lease, [RiseAlert(0, "incident", START.date(), voices=6, ratio=3.0)])


def _publish(store: Store, lease: Lease, run_id: int, folder: Path) -> None:
    _write_file(folder / "ideas.json", REPORT)
    _name_file(store, lease, run_id, folder)


def _name_file(store: Store, lease: Lease, run_id: int, folder: Path) -> None:
    files = [("ideas.json", sha256(REPORT).hexdigest(), len(REPORT))]
    store.ideas.save_files(lease, run_id, str(folder), files)


def _write_file(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(content)
        failpoint("file.written")
        file.flush()
        os.fsync(file.fileno())
    failpoint("file.synced")
    unfinished.rename(path)
    failpoint("file.renamed")
