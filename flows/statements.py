"""The step after reading: what was said, cut into statements, as vectors, and of which kind."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from flows.context import Known, RunContext
from groundswell.config import Config
from groundswell.domain import (
    Annotation,
    Copy,
    ModelVersion,
    StatementKind,
    Vectors,
    content_id,
)
from groundswell.model_files import ModelFiles
from groundswell.store import StepResult

if TYPE_CHECKING:
    from models.statements.annotator import Annotator
    from models.statements.corrections import SaidKind

RECORDS_A_TIME = 2000
"""Records split in one unit of work."""

TEXTS_A_TIME = 512
"""Texts embedded and stored in one unit of work: a few seconds of computing to lose."""

ANNOTATION_VERSION = 1
"""Raised when the same text and vector would be annotated otherwise."""


ANNOTATOR = "model.safetensors"
"""Part of a version that tells kinds: its arrays."""


def embed_new(context: RunContext) -> StepResult:
    """Split new records into statements, embed every new text and say what kind it is."""
    _collapse(context)
    _split(context)
    texts = _texts(context)
    missing = context.store.vectors.missing(encoder_id(context.config), list(texts))
    if missing:
        _embed(context, texts, missing)
    tell_kinds(context)
    counts = context.store.feedback.counts(annotator_id(context))
    detail = {
        "encoder": encoder_id(context.config),
        "copies": counts.copies,
        "uninformative": counts.uninformative,
    }
    return StepResult("embed_new", len(texts), len(texts), 0, 0.0, detail)


def tell_kinds(context: RunContext) -> None:
    """Say of every text of which kind it is, by the model in use and by what was said."""
    _annotate(context)
    _heed_kinds(context)


def encoder_id(config: Config) -> str:
    """Name the encoder and its exact weights without loading them."""
    from models.encoding.embedding import describe_encoder

    settings = config.embedding
    return describe_encoder(settings.model, backend=settings.backend, cache=settings.cache)


def annotator_id(context: Known) -> str:
    """Name what annotates: the rules' version, the encoder they rest on, what was learned."""
    learned, name = _learned_kinds(context), built_in_annotator_id(context.config)
    return name if learned is None else f"{name} kinds-{learned.files[ANNOTATOR][:12]}"


def built_in_annotator_id(config: Config) -> str:
    """Name what annotates where nothing was learned."""
    return f"annotation-{ANNOTATION_VERSION} {encoder_id(config)}"


def hashes_of(texts: Iterable[str]) -> list[str]:
    """Return the keys of the texts' vectors."""
    return [content_id(text) for text in texts]


def kinds_said(context: Known) -> "list[SaidKind]":
    """Return the kinds that reviewers gave texts by the moment that counts, oldest first."""
    from models.statements.corrections import standing_kinds

    verdicts = context.store.decisions.verdicts(context.decided_by).statements
    said = context.store.lookups.said(list(verdicts))
    return standing_kinds(verdicts, {one.statement_id: one.text_hash for one in said})


def _collapse(context: RunContext) -> None:
    """Mark records that say again what was said; all are looked at as soon as one is new.

    After an erasure, too: an original may be gone.
    """
    feedback = context.store.feedback
    if context.store.versions.champion("themes") is not None and not feedback.unsplit_records(1):
        return
    feedback.save_copies(context.lease, _copies(context))


def _copies(context: RunContext) -> list[Copy]:
    from models.statements.duplicates import find_copies

    table = context.store.feedback.copy_candidates()
    context.progress.start("looking for copies", None)
    days = table["created_at"].astype("int64").to_numpy() / 86_400e6
    found = find_copies(
        table["record_id"].tolist(),
        table["text"].tolist(),
        table["author"].tolist(),
        table["account_id"].tolist(),
        days.tolist(),
    )
    context.progress.finish()
    return found


def _split(context: RunContext) -> None:
    from models.statements.splitting import split_statements

    feedback = context.store.feedback
    while records := feedback.unsplit_records(RECORDS_A_TIME):
        statements = [s for r in records for s in split_statements(r.record_id, r.text)]
        feedback.add_statements(context.lease, [r.record_id for r in records], statements)


def _texts(context: RunContext) -> dict[str, str]:
    """Return every text the models need, by the key of its vector."""
    from models.evidence.inputs import item_texts, reason_texts, signal_texts
    from models.statements.annotator import example_texts

    market = context.store.market
    outside = example_texts() + [pillar.text for pillar in context.config.ranking.pillars]
    for at in {None, context.known_at}:
        outside += reason_texts(market.deals(at))
        outside += signal_texts(market.signals(at))
        outside += item_texts(market.work_items(at))
    return _said_texts(context) | dict(zip(hashes_of(outside), outside, strict=True))


def _embed(context: RunContext, texts: dict[str, str], missing: list[str]) -> None:
    from models.encoding.embedding import embed, load_encoder

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


def _annotate(context: RunContext) -> None:
    store, model_id = context.store, annotator_id(context)
    said = _said_texts(context)
    missing = store.annotations.missing(model_id, list(said))
    if not missing:
        return
    context.progress.start("annotating", len(missing))
    for start in range(0, len(missing), RECORDS_A_TIME):
        hashes = missing[start : start + RECORDS_A_TIME]
        found = _annotations(context, {key: said[key] for key in hashes}, {})
        store.annotations.add(context.lease, model_id, found)
        context.progress.advance(len(hashes))
    context.progress.finish()


def _learned_kinds(context: Known) -> ModelVersion | None:
    """Return the version that tells kinds; None: the built-in model does."""
    champion = context.store.versions.champion("kinds")
    if champion is None or champion.encoder_id != encoder_id(context.config):
        return None
    return champion if ANNOTATOR in champion.files else None


def _annotator(context: Known) -> "Annotator | None":
    from models.statements.annotator import from_bytes

    version = _learned_kinds(context)
    if version is None:
        return None
    return from_bytes(ModelFiles(context.config.models.registry).get(version, ANNOTATOR))


def _heed_kinds(context: RunContext) -> None:
    """Judge anew every text whose kind was ever decided, by what stands now."""
    store, model_id = context.store, annotator_id(context)
    ever = store.lookups.said(list(store.decisions.verdicts().statements))
    known = store.annotations.load(model_id, [one.text_hash for one in ever])
    texts = {one.text_hash: one.text for one in ever if one.text_hash in known}
    if not texts:
        return
    kinds = {one.text_hash: one.kind for one in kinds_said(context)}
    found = _annotations(context, texts, kinds)
    changed = [one for one in found if one != known[one.text_hash]]
    store.annotations.replace(context.lease, model_id, changed)


def _annotations(
    context: RunContext, texts: Mapping[str, str], kinds: Mapping[str, StatementKind]
) -> list[Annotation]:
    """Judge texts by hash, of those whose kind is said by what was said."""
    from models.statements.annotation import annotate
    from models.statements.annotator import example_texts

    hashes = list(texts)
    return annotate(
        hashes,
        list(texts.values()),
        _vectors(context, hashes),
        _vectors(context, hashes_of(example_texts())),
        annotator=_annotator(context),
        said=[kinds.get(key) for key in hashes],
    )


def _said_texts(context: RunContext) -> dict[str, str]:
    """Return what customers said, each text once, by the key of its vector."""
    said = context.store.feedback.statements()
    return dict(zip(said["text_hash"].tolist(), said["text"].tolist(), strict=True))


def _vectors(context: RunContext, hashes: list[str]) -> Vectors:
    return np.asarray(context.store.vectors.load(encoder_id(context.config), hashes), np.float32)
