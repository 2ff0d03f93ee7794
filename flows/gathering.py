"""The first steps: rows of the sources into the store, texts into vectors."""

import logging
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice

from flows.context import RunContext
from groundswell.config import Config, SourceConfig
from groundswell.domain import ReadRow, content_id
from groundswell.store import BATCH, Package, StepResult, Store

RECORDS_A_TIME = 2000
"""Records split in one unit of work."""

TEXTS_A_TIME = 512
"""Texts embedded and stored in one unit of work: a few seconds of computing to lose."""

log = logging.getLogger(__name__)


def ingest_sources(context: RunContext) -> StepResult:
    """Read what is new or changed of every source; every row gets exactly one fate."""
    for source in context.config.sources:
        _read(context, source)
    opened = [p for p in context.store.feedback.packages() if p.run_id == context.run.run_id]
    accepted = sum(package.accepted for package in opened)
    seen = sum(package.rows_done for package in opened)
    detail = {
        "duplicate": sum(package.duplicate for package in opened),
        "quarantined": sum(package.quarantined for package in opened),
        "new_records": sum(p.accepted for p in opened if p.kind == "feedback"),
    }
    return StepResult("ingest_sources", seen, accepted, seen - accepted, 0.0, detail)


def _read(context: RunContext, source: SourceConfig) -> None:
    import ingest

    feedback = context.store.feedback
    found = ingest.fingerprint(source.path)
    # A mended mapping reads the same file anew, so it is part of what was read.
    reading = source.model_dump_json(exclude={"name", "path"})
    version = sha256(f"{found.sha256}\0{reading}".encode()).hexdigest()
    if feedback.source_complete(source.name, str(source.path), version):
        return
    rows = ingest.read_source(source)
    package = feedback.open_package(
        context.lease,
        run_id=context.run.run_id,
        source=source.name,
        kind=source.kind,
        path=str(source.path),
        sha256=version,
        size_bytes=found.size_bytes,
    )
    context.progress.start(f"reading {source.name}", ingest.count_hint(source))
    context.progress.advance(package.rows_done)
    package = _add(context, package, islice(rows, package.rows_done, None))
    context.progress.finish()
    log.info(
        "%s: %d new, %d duplicate, %d quarantined",
        source.name,
        package.accepted,
        package.duplicate,
        package.quarantined,
    )


def _add(context: RunContext, package: Package, rows: Iterator[ReadRow]) -> Package:
    batch = list(islice(rows, BATCH))
    while not package.complete:
        following = list(islice(rows, BATCH))
        package = context.store.feedback.add_rows(context.lease, package, batch, last=not following)
        context.progress.advance(len(batch))
        batch = following
    return package


def embed_new(context: RunContext) -> StepResult:
    """Split new records into statements and embed every text that has no vector yet."""
    _split(context)
    texts = _texts(context.store)
    missing = context.store.vectors.missing(encoder_id(context.config), list(texts))
    if missing:
        _embed(context, texts, missing)
    detail = {"encoder": encoder_id(context.config)}
    return StepResult("embed_new", len(texts), len(texts), 0, 0.0, detail)


def encoder_id(config: Config) -> str:
    """Name the encoder and its exact weights without loading them."""
    from models.embedding import describe_encoder

    settings = config.embedding
    return describe_encoder(settings.model, backend=settings.backend, cache=settings.cache)


def hashes_of(texts: Iterable[str]) -> list[str]:
    """Return the keys of the texts' vectors."""
    return [content_id(text) for text in texts]


def _split(context: RunContext) -> None:
    from models.statements import split_statements

    feedback = context.store.feedback
    while records := feedback.unsplit_records(RECORDS_A_TIME):
        statements = [s for r in records for s in split_statements(r.record_id, r.text)]
        feedback.add_statements(context.lease, [r.record_id for r in records], statements)


def _texts(store: Store) -> dict[str, str]:
    """Return every text the models need, by the key of its vector."""
    from models.evidence import item_texts, reason_texts, signal_texts

    market = store.market
    outside = [
        *reason_texts(market.deals()),
        *signal_texts(market.signals()),
        *item_texts(market.work_items()),
    ]
    said = store.feedback.statements()
    texts = dict(zip(said["text_hash"].tolist(), said["text"].tolist(), strict=True))
    return texts | dict(zip(hashes_of(outside), outside, strict=True))


def _embed(context: RunContext, texts: dict[str, str], missing: list[str]) -> None:
    from models.embedding import embed, load_encoder

    settings = context.config.embedding
    context.progress.start("loading the encoder", None)
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    context.progress.finish()
    context.progress.start("embedding", len(missing))
    for start in range(0, len(missing), TEXTS_A_TIME):
        hashes = missing[start : start + TEXTS_A_TIME]
        vectors = embed([texts[key] for key in hashes], encoder, advance=context.progress.advance)
        context.store.vectors.add(context.lease, encoder.model_id, hashes, vectors)
    context.progress.finish()
