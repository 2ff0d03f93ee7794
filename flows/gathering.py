"""The first step: rows of the sources into the store, each with exactly one fate."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

import ingest
from flows.context import RunContext
from groundswell.config import Config, SourceConfig
from groundswell.domain import QuarantinedRow, ReadRow
from groundswell.errors import IngestError, UnreachableError
from groundswell.store import BATCH, Package, StepResult

log = logging.getLogger(__name__)


def ingest_sources(context: RunContext) -> StepResult:
    """Read what is new or changed of every source; every row gets exactly one fate.

    Raises
    ------
    IngestError
        Sources could not be read; the others were.
    """
    return read_and_count(context, context.config.sources)


def read_and_count(
    context: RunContext, sources: Sequence[SourceConfig], place: str = ""
) -> StepResult:
    """Read what is new of these sources; one that fails does not keep the others out.

    Parameters
    ----------
    place
        What the store calls the file that is read; empty: its path.

    Raises
    ------
    IngestError
        What was wrong with each source that failed.
    """
    limits = keep_from(context.config.sources, context.run.started_at)
    context.store.erasures.expire(context.lease, limits, at=context.run.started_at)
    _read_all(context, sources, place)
    opened = [p for p in context.store.feedback.packages() if p.run_id == context.run.run_id]
    accepted = sum(package.accepted for package in opened)
    seen = sum(package.rows_done for package in opened)
    detail = {
        "duplicate": sum(package.duplicate for package in opened),
        "quarantined": sum(package.quarantined for package in opened),
        "erased": sum(package.erased for package in opened),
        "expired": _expired(context),
        "new_records": sum(p.accepted for p in opened if p.kind == "feedback"),
    }
    return StepResult("ingest_sources", seen, accepted, seen - accepted, 0.0, detail)


def keep_from(sources: Sequence[SourceConfig], now: datetime) -> dict[str, datetime]:
    """Return the moment from which on each source's feedback is kept; others keep all."""
    kept = ((source.name, source.keep_days) for source in sources)
    return {name: now - timedelta(days=days) for name, days in kept if days is not None}


def privacy_of(config: Config) -> ingest.Privacy:
    """Return what hides personal data, with the key of this installation.

    Raises
    ------
    IngestError
        The key or a pattern cannot be used.
    """
    settings = config.privacy
    key = ingest.load_key(settings.key_variable, settings.key_file)
    return ingest.Privacy(key, tuple(settings.patterns.items()), settings.names)


def _read_all(context: RunContext, sources: Sequence[SourceConfig], place: str) -> None:
    privacy = privacy_of(context.config)
    failures: list[IngestError] = []
    with ingest.Parser(privacy, keep_raw=context.config.privacy.keep_raw) as parser:
        for source in sources:
            try:
                if source.api:
                    _pull(context, source, privacy)
                else:
                    for file in ingest.inputs_of(source):
                        _read(context, parser, source, file, place or str(file), privacy)
            except IngestError as error:
                failures.append(error)
    if failures:
        away = all(isinstance(error, UnreachableError) for error in failures)
        told = "; ".join(map(str, failures))
        raise UnreachableError(told) if away else IngestError(told)


def _read(
    context: RunContext,
    parser: ingest.Parser,
    source: SourceConfig,
    file: ingest.Input,
    place: str,
    privacy: ingest.Privacy,
) -> None:
    feedback = context.store.feedback
    found = ingest.fingerprint(file)
    # Mended settings read the same file anew, so they are part of what was read.
    version = sha256(f"{found.sha256}\0{_settings(context, source)}".encode()).hexdigest()
    if feedback.source_complete(source.name, place, version):
        return
    hint = parser.count_hint(source, file)
    package = feedback.open_package(
        context.lease,
        run_id=context.run.run_id,
        source=source.name,
        kind=ingest.kind_of(source),
        path=place,
        sha256=version,
        size_bytes=found.size_bytes,
    )
    context.progress.start(f"reading {source.name}", hint)
    context.progress.advance(package.rows_done)
    rows = parser.read(source, file, skip=package.rows_done)
    _told(_add(context, package, _known_again(context, rows, privacy), source))
    context.progress.finish()


def _settings(context: RunContext, source: SourceConfig) -> str:
    # What is kept for ever is read as it always was.
    apart = {"name", "path", *(("keep_days",) if source.keep_days is None else ())}
    reading = source.model_dump_json(exclude=apart)
    privacy = context.config.privacy.model_dump_json(include={"names", "keep_raw", "patterns"})
    return f"{reading}\0{privacy}"


def _add(
    context: RunContext, package: Package, rows: Iterator[ReadRow], source: SourceConfig
) -> Package:
    batch = list(islice(rows, BATCH))
    limit = keep_from((source,), context.run.started_at).get(source.name)
    while not package.complete:
        following = list(islice(rows, BATCH))
        package = context.store.feedback.add_rows(
            context.lease, package, batch, last=not following, keep_after=limit
        )
        context.progress.advance(len(batch))
        batch = following
    return package


def _pull(context: RunContext, source: SourceConfig, privacy: ingest.Privacy) -> None:
    """Ask a service for what is new: rows and the place to go on from are kept together."""
    feedback, place = context.store.feedback, source.place
    cursor = feedback.cursor(source.name, place)
    package = feedback.open_package(
        context.lease,
        run_id=context.run.run_id,
        source=source.name,
        kind=ingest.kind_of(source),
        path=place,
        sha256=sha256(f"{context.run.run_id}\0{_settings(context, source)}".encode()).hexdigest(),
        size_bytes=0,
        whole=not cursor,
    )
    if package.complete:
        return
    context.progress.start(f"asking {source.name}", None)
    pages = ingest.pull_rows(source, cursor, privacy, keep_raw=context.config.privacy.keep_raw)
    limit = keep_from((source,), context.run.started_at).get(source.name)
    for page in pages:
        for start in range(0, max(len(page.rows), 1), BATCH):
            rows = iter(page.rows[start : start + BATCH])
            batch = list(_known_again(context, rows, privacy))
            whole = start + BATCH >= len(page.rows)
            package = feedback.add_rows(
                context.lease,
                package,
                batch,
                last=False,
                cursor=page.cursor if whole else None,
                keep_after=limit,
            )
            context.progress.advance(len(batch))
    _told(feedback.add_rows(context.lease, package, (), last=True))
    context.progress.finish()


def _known_again(
    context: RunContext, rows: Iterator[ReadRow], privacy: ingest.Privacy
) -> Iterator[ReadRow]:
    """Yield rows, those that cannot be used with nothing but who wrote them, if that was erased."""
    stones = context.store.erasures.tombstones()
    for row in rows:
        if stones.all and isinstance(row, QuarantinedRow):
            names = ingest.people_named(row, privacy)
            row = next((replace(row, raw=n, detail="") for n in names if stones.hold(n)), row)
        yield row


def _expired(context: RunContext) -> int:
    """Count the messages that this run took out because of their age."""
    at = context.run.started_at
    done = (one for one in context.store.erasures.all() if one.requested_at == at)
    return sum(one.counts.get("records", 0) for one in done if not one.tombstones)


def _told(package: Package) -> None:
    log.info(
        "%s: %d new, %d duplicate, %d quarantined, %d erased",
        package.source,
        package.accepted,
        package.duplicate,
        package.quarantined,
        package.erased,
    )
