"""Turn texts into unit vectors, so that a dot product says how alike two texts are.

One text, one vector: whatever the batch, the order and the number of threads. Encoders therefore
read one text at a time (docs/decisions/0001-embedding-one-text-a-call.md), and vectors are
rounded to half precision, the form in which they are kept. This is the one part of `models` that
touches files: weights have to come from somewhere.
"""

import logging
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from zlib import crc32

import numpy as np

from groundswell.domain import Vectors
from groundswell.errors import ModelError
from models.encoding import onnx_model
from models.encoding.model_folder import ModelFolder, find_model
from models.encoding.text_pieces import Piece, cut_text, load_tokenizer, pool_pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

Backend = Literal["auto", "onnx-int8", "torch"]
Advance = Callable[[int], object]
"""Told how many more texts are done, on the caller's thread."""

_INT8 = f"onnx-int8-{onnx_model.RECIPE}"
_EXACT = "torch-fp32"
_SLICE = 32  # texts a thread takes at once: long enough to be cheap, short enough to show progress


def unobserved(count: int) -> None:
    """Ignore progress."""


class Encoder(Protocol):
    """What the pipeline needs of an embedding model."""

    @property
    def model_id(self) -> str:
        """Encoder, contents of its files and precision; vectors of two ids never mix."""
        ...

    @property
    def dims(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], *, advance: Advance = unobserved) -> Vectors:
        """Return unit vectors, shape (n_texts, dims); row ``i`` depends on ``texts[i]`` alone."""
        ...


@dataclass(frozen=True, slots=True)
class SentenceEncoder:
    """A sentence-transformers model, one text at a time on each of `threads` threads."""

    model_id: str
    dims: int
    run: Callable[[Piece], Vectors]
    tokenizer: "Tokenizer"
    max_tokens: int
    threads: int

    def encode(self, texts: Sequence[str], *, advance: Advance = unobserved) -> Vectors:
        """Return unit vectors, shape (n_texts, dims), float32."""
        vectors = np.empty((len(texts), self.dims), dtype=np.float32)

        def work(first: int) -> int:
            part = texts[first : first + _SLICE]
            for row, text in enumerate(part, start=first):
                vectors[row] = self._encode_one(text)
            return len(part)

        with ThreadPoolExecutor(self.threads) as pool:
            for done in pool.map(work, range(0, len(texts), _SLICE)):
                advance(done)
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        pieces = cut_text(text, self.tokenizer, self.max_tokens)
        return pool_pieces(np.stack([self.run(piece) for piece in pieces]), pieces)


@dataclass(frozen=True, slots=True)
class HashingEncoder:
    """Words hashed into 256 places: needs no model, knows no synonyms.

    Each word adds +1 or -1 to one place (feature hashing); a text without words counts as one.

    References
    ----------
    Weinberger et al. (2009), "Feature hashing for large scale multitask learning", ICML 2009.
    """

    model_id: str = "hashing-256-1"
    dims: int = 256

    def encode(self, texts: Sequence[str], *, advance: Advance = unobserved) -> Vectors:
        """Return unit vectors, shape (n_texts, 256), float32."""
        vectors = np.zeros((len(texts), self.dims), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [text]:
                place = crc32(word.encode("utf-8", "surrogatepass"))
                vectors[row, place % self.dims] += 1.0 if place & 0x8000_0000 else -1.0
            norm = float(np.linalg.norm(vectors[row]))
            if norm == 0:  # its words met in the same places with opposite signs
                vectors[row, crc32(text.encode("utf-8", "surrogatepass")) % self.dims] = norm = 1.0
            vectors[row] /= norm
            advance(1)
        return vectors


def describe_encoder(model: str, *, backend: Backend, cache: Path) -> str:
    """Return the `model_id` that `load_encoder` will have, in a fraction of a second.

    Neither torch nor ONNX Runtime is imported. Before the first load on a machine, ``auto`` is
    taken to mean the 8-bit graph; should that then fail its check, the loaded encoder's own
    `model_id` is the one that counts.

    Raises
    ------
    ModelError
        As `load_encoder`, where it concerns the model's files.
    """
    if model == "hashing":
        return HashingEncoder().model_id
    folder = find_model(model)
    if backend == "torch" or (backend == "auto" and folder.pooling is None):
        return folder.model_id(_EXACT)
    known = onnx_model.known_agreement(folder, cache)
    fails = backend == "auto" and known is not None and not known.good
    return folder.model_id(_EXACT if fails else _INT8)


def load_encoder(model: str, *, backend: Backend, cache: Path, threads: int) -> Encoder:
    """Load an encoder.

    Parameters
    ----------
    model
        ``hashing``, ``all-MiniLM-L6-v2``, a local folder or a hub name (`find_model`).
    backend
        ``torch``: 32-bit, exact. ``onnx-int8``: some four times as fast, vectors within a cosine
        of about 0.99. ``auto``: the latter where it agrees with the former on this machine.
    cache
        Folder for the 8-bit graph; made at first use.
    threads
        Texts encoded at once; 0: one per core. Does not change any vector.

    Raises
    ------
    ModelError
        The model's files are missing or not the expected ones, `cache` cannot be written, or
        ``onnx-int8`` was asked for and does not agree with the exact model.
    """
    if model == "hashing":
        return HashingEncoder()
    # Texts are spread over threads here; the tokenizer's own would only warn after a fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder = find_model(model)
    workers = threads or os.cpu_count() or 1
    if backend != "torch" and _use_graph(folder, backend, cache):
        run = onnx_model.open_graph(folder, cache)
        return _encoder(folder, _INT8, run, workers)
    from models.encoding.torch_model import open_exact

    return _encoder(folder, _EXACT, open_exact(folder), 1)


def embed(texts: Sequence[str], encoder: Encoder, *, advance: Advance = unobserved) -> Vectors:
    """Encode texts as the vectors that are stored and compared.

    Equal texts are encoded once.

    Returns
    -------
    ndarray of shape (n_texts, dims), float32
        Row ``i`` belongs to ``texts[i]``: finite, of length 1 within 1e-3, and exactly
        representable in float16.

    Raises
    ------
    ModelError
        The encoder gave something else than finite vectors of a direction.
    """
    place = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors = encoder.encode(list(place), advance=advance)
    if vectors.shape != (len(place), encoder.dims):
        raise ValueError(f"{encoder.model_id}: {len(place)} texts, vectors of {vectors.shape}")
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    bad = int(np.count_nonzero(~(np.isfinite(norms) & (norms > 0))))
    if bad:
        raise ModelError(
            f"encoder {encoder.model_id}: no usable vector for {bad} of {len(place)} texts;"
            ' set [embedding] backend to "torch" or choose another model'
        )
    kept = (vectors / norms).astype(np.float16).astype(np.float32)
    advance(len(texts) - len(place))
    return np.asarray(kept[[place[text] for text in texts]], dtype=np.float32)


def _use_graph(folder: ModelFolder, backend: Backend, cache: Path) -> bool:
    if folder.pooling is None:
        problem = "is not possible: it does more than take the mean or the first token's vector"
    else:
        agreement = onnx_model.prepare_graph(folder, cache)
        if agreement.good:
            return True
        problem = str(agreement)
    if backend == "onnx-int8":
        raise ModelError(
            f'{folder.name}: the 8-bit encoder {problem}; set [embedding] backend to "auto"'
        )
    log.warning("%s: the 8-bit encoder %s; the exact one is used", folder.name, problem)
    return False


def _encoder(
    folder: ModelFolder, precision: str, run: Callable[[Piece], Vectors], threads: int
) -> SentenceEncoder:
    tokenizer = load_tokenizer(folder.tokenizer)
    dims = len(run(cut_text("a", tokenizer, folder.max_tokens)[0]))
    return SentenceEncoder(
        folder.model_id(precision), dims, run, tokenizer, folder.max_tokens, threads
    )
