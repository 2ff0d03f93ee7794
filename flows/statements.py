"""The step after reading: what was said, cut into statements, as vectors, and of which kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.context import Known, RunContext
from flows.shards import computed, embedded
from groundswell.config import Config
from groundswell.domain import (
    Annotation,
    Copy,
    ModelVersion,
    Statement,
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

ANNOTATION_VERSION = 1
"""Raised when the same text and vector would be annotated otherwise."""


ANNOTATOR = "model.safetensors"
"""Part of a version that tells kinds: its arrays."""


def embed_new(context: RunContext) -> StepResult:
    """Split new records into statements, embed every new text and say what kind it is."""
    _collapse(context)
    _split(context)
    texts = _texts(context)
    missing = context.store.vectors.missing(encoder_id(context.config), texts)
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
    feedback = context.store.feedback
    for ids, statements in computed(context, _Cutting(), _unsplit(context)):
        feedback.add_statements(context.lease, ids, statements)


def _unsplit(context: RunContext) -> Iterator[list[tuple[str, str]]]:
    """Yield ids and texts of records that were not cut yet, `RECORDS_A_TIME` at once."""
    last = ""
    while records := context.store.feedback.unsplit_records(RECORDS_A_TIME, after=last):
        yield [(one.record_id, one.text) for one in records]
        last = records[-1].record_id


class _Cutting:
    """Cuts records into statements."""

    def __call__(self, records: list[tuple[str, str]]) -> tuple[list[str], list[Statement]]:
        """Return the ids of the records and all their statements."""
        from models.statements.splitting import split_statements

        found = [one for record in records for one in split_statements(*record)]
        return [record_id for record_id, _ in records], found


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
    for model_id, hashes, vectors in embedded(context, [texts[key] for key in missing], missing):
        context.store.vectors.add(context.lease, model_id, hashes, vectors)


def _annotate(context: RunContext) -> None:
    store, model_id = context.store, annotator_id(context)
    said = _said_texts(context)
    missing = store.annotations.missing(model_id, said)
    if not missing:
        return
    context.progress.start("annotating", len(missing))
    encoder, judge = encoder_id(context.config), _judge(context)
    parts = (
        (
            hashes,
            [said[key] for key in hashes],
            store.vectors.load(encoder, hashes),
            [None] * len(hashes),
        )
        for hashes in _batches(missing)
    )
    for found in computed(context, judge, parts):
        store.annotations.add(context.lease, model_id, found)
        context.progress.advance(len(found))
    context.progress.finish()


def _batches(hashes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(hashes), RECORDS_A_TIME):
        yield hashes[start : start + RECORDS_A_TIME]


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
    hashes = list(texts)
    vectors = store.vectors.load(encoder_id(context.config), hashes)
    said = [kinds.get(key) for key in hashes]
    found = _judge(context)((hashes, list(texts.values()), vectors, said))
    changed = [one for one in found if one != known[one.text_hash]]
    store.annotations.replace(context.lease, model_id, changed)


Judged = tuple[Sequence[str], Sequence[str], Vectors, Sequence[StatementKind | None]]
"""Hashes of texts, the texts, their vectors, and the kinds that are said of them."""


@dataclass(frozen=True, slots=True)
class _Judging:
    """Judges texts by a model."""

    examples: Vectors
    annotator: "Annotator"

    def __call__(self, texts: Judged) -> list[Annotation]:
        """Judge texts, those whose kind is said by what was said."""
        from models.statements.annotation import annotate

        hashes, words, vectors, said = texts
        return annotate(hashes, words, vectors, self.examples, annotator=self.annotator, said=said)


def _judge(context: RunContext) -> _Judging:
    """Return what judges by the model in use, made ready once."""
    from models.statements.annotator import example_texts, fit_annotator

    encoder = encoder_id(context.config)
    examples = context.store.vectors.load(encoder, hashes_of(example_texts()))
    return _Judging(examples, _annotator(context) or fit_annotator(examples))


def _said_texts(context: RunContext) -> dict[str, str]:
    """Return what customers said, each text once, by the key of its vector."""
    return context.store.feedback.said_texts()
