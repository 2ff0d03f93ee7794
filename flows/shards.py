"""Work that many processes can share: parts of it are computed apart, and come back in order.

In one process, or by the workers of a cluster (`flows.scheduled`). A part is computed from what
it is given alone, so it gives the same bytes wherever and however often that happens; what it gave
lies under a name made of its content until the store has it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from io import BytesIO
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from flows.context import Over, RunContext
from groundswell.config import EmbeddingConfig
from groundswell.domain import Vectors, content_id
from groundswell.shard_files import ShardFiles
from models.themes.model import Placement, ThemeModel

if TYPE_CHECKING:
    from models.encoding.embedding import Encoder

Part = TypeVar("Part")
Made = TypeVar("Made")

MANY = 20
"""Parts from which further processes are started: each takes seconds to begin."""

_MODEL_ID = b"model_id"

TEXTS_A_TIME = 512
"""Texts embedded and stored in one unit of work: a few seconds of computing to lose."""


def computed(
    context: RunContext, work: Callable[[Part], Made], parts: Iterable[Part]
) -> Iterator[Made]:
    """Yield what a work makes of each part, in their order.

    By the workers of a cluster, else of many parts by a process for each core, else here. A few
    parts are read ahead.

    Parameters
    ----------
    work
        Can be pickled, and depends on the part alone.
    """
    if context.over is not None:
        yield from context.over(work, parts)
        return
    waiting = iter(parts)
    few = list(islice(waiting, MANY))
    if len(few) < MANY:
        yield from map(work, few)
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        ahead = deque(pool.submit(work, part) for part in few)
        for part in waiting:
            ahead.append(pool.submit(work, part))
            yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def embedded(
    context: RunContext, texts: Sequence[str], hashes: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Vectors]]:
    """Yield the encoder's id, hashes of texts and their vectors, part by part, in their order.

    The next part is asked for when the one before is kept.
    """
    settings, progress = context.config.embedding, context.progress
    if context.over is None:
        progress.start("loading the encoder", None)
        encoder = _load(settings)
        progress.finish()
        progress.start("embedding", len(texts))
        for part in _parts(len(texts), TEXTS_A_TIME):
            yield encoder.model_id, hashes[part], _embed(encoder, texts[part], progress.advance)
    else:
        progress.start("embedding", len(texts))
        for model_id, some, vectors in _embedded_apart(context, context.over, texts, hashes):
            yield model_id, some, vectors
            progress.advance(len(some))
    progress.finish()


def placed(
    context: RunContext,
    model: ThemeModel,
    vectors: Vectors,
    texts: Sequence[str],
    *,
    min_membership: float,
) -> Placement:
    """Place statements as `models.themes.placement.assign_themes` does."""
    from models.themes.model import to_bytes
    from models.themes.placement import assign_themes, joined

    advance = context.progress.advance
    cluster = context.config.cluster
    parts = _parts(len(texts), cluster.shard_texts)
    if context.over is None or len(parts) < 2:
        return assign_themes(model, vectors, texts, min_membership=min_membership, advance=advance)
    files, data = ShardFiles(cluster.shards), to_bytes(model)
    name = f"model-{content_id(data.hex())}.safetensors"
    files.put(name, data)
    work = Placing(name, cluster.shards, min_membership)
    shards = ((vectors[part].astype(np.float16), texts[part]) for part in parts)
    found = []
    for part, placement in zip(parts, context.over(work, shards), strict=True):
        found.append(placement.moved(part.start))
        advance(part.stop - part.start)
    files.remove(name)
    return joined(found)


def _embedded_apart(
    context: RunContext, over: Over, texts: Sequence[str], hashes: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Vectors]]:
    from models.encoding.embedding import describe_encoder

    settings, cluster = context.config.embedding, context.config.cluster
    by = describe_encoder(settings.model, backend=settings.backend, cache=settings.cache)
    files = ShardFiles(cluster.shards)
    shards = [
        (f"vectors-{content_id(by, *hashes[part])}.parquet", texts[part], hashes[part])
        for part in _parts(len(texts), cluster.shard_texts)
    ]
    work = Embedding(settings, cluster.shards)
    for (name, _, some), _done in zip(shards, over(work, shards), strict=True):
        data = files.get(name)
        if data is None:
            raise ValueError(f"{name}: gone before it was kept")
        model_id, vectors = vectors_in(data)
        yield model_id, some, vectors
        files.remove(name)
    files.clear()


class Embedding:
    """Embeds one shard and leaves its vectors as a Parquet file."""

    def __init__(self, settings: EmbeddingConfig, place: str) -> None:
        self._settings, self._place = settings, place

    def __call__(self, shard: tuple[str, Sequence[str], Sequence[str]]) -> str:
        """Return the name of the file, made if it is not there."""
        name, texts, hashes = shard
        files = ShardFiles(self._place)
        if files.get(name) is None:
            encoder = _encoder(self._settings)
            vectors = _embed(encoder, texts, lambda _: None)
            files.put(name, as_parquet(encoder.model_id, hashes, vectors))
        return name


class Placing:
    """Places one shard among the themes of a model that lies with the shards."""

    def __init__(self, model: str, place: str, min_membership: float) -> None:
        self._model, self._place, self._least = model, place, min_membership

    def __call__(self, shard: tuple[Vectors, Sequence[str]]) -> Placement:
        """Return where the statements of the shard belong, rows counted from its first."""
        from models.themes.placement import assign_themes

        vectors, texts = shard
        model = _model(self._model, self._place)
        found = vectors.astype(np.float32)
        return assign_themes(model, found, texts, min_membership=self._least)


def as_parquet(model_id: str, hashes: Sequence[str], vectors: Vectors) -> bytes:
    """Return a shard of vectors: text_hash, and vector as the bytes of float16."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = np.ascontiguousarray(vectors, dtype="<f2")
    width = rows.shape[1] * rows.itemsize
    cells = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(rows), [None, pa.py_buffer(rows)]
    )
    data = BytesIO()
    table = pa.table({"text_hash": pa.array(hashes, pa.string()), "vector": cells})
    table = table.replace_schema_metadata({_MODEL_ID: model_id})
    parquet.write_table(table, data, compression="zstd")
    return data.getvalue()


def vectors_in(data: bytes) -> tuple[str, Vectors]:
    """Return the encoder's id and the vectors of a shard, shape (n, dims), float32."""
    from pyarrow import parquet

    table = parquet.read_table(BytesIO(data), columns=["vector"])
    flat = np.frombuffer(b"".join(table["vector"].to_pylist()), dtype="<f2")
    vectors = flat.reshape(table.num_rows, -1).astype(np.float32)
    return table.schema.metadata[_MODEL_ID].decode(), vectors


def _parts(count: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


@lru_cache(1)
def _encoder(settings: EmbeddingConfig) -> "Encoder":
    return _load(settings)


def _load(settings: EmbeddingConfig) -> "Encoder":
    from models.encoding.embedding import load_encoder

    return load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )


def _embed(encoder: "Encoder", texts: Sequence[str], advance: Callable[[int], object]) -> Vectors:
    from models.encoding.embedding import embed

    return embed(texts, encoder, advance=advance)


@lru_cache(1)
def _model(name: str, place: str) -> ThemeModel:
    from models.themes.model import from_bytes

    data = ShardFiles(place).get(name)
    if data is None:
        raise ValueError(f"{name}: not among the shards")
    return from_bytes(data)
