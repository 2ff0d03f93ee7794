"""Run an encoder as an 8-bit ONNX graph, made on this machine at first use and then kept.

A kept graph is a folder ``<digest>-onnx-int8-<recipe>`` with the graph and a manifest: the
graph's SHA-256, checked at every load, and how closely it agrees with the exact model, measured
once. Of a graph that does not agree only the manifest is kept, so that it is not tried again.
"""

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.domain import Vectors
from groundswell.errors import ModelError
from groundswell.failpoints import failpoint
from models.encoding.model_folder import ModelFolder, file_hash
from models.encoding.text_pieces import Piece, cut_text, load_tokenizer

log = logging.getLogger(__name__)

RECIPE = 1
"""Goes up with every change of the export that changes vectors; part of the model id."""

MIN_MEAN_COSINE = 0.985
MIN_COSINE = 0.95

_GRAPH = "model.onnx"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How close the 8-bit vectors of the probes are to the exact ones."""

    mean: float
    """Mean cosine, -1 to 1."""
    least: float
    problem: str = ""
    """Why there is no graph at all, if so."""

    @property
    def good(self) -> bool:
        """Whether the graph may stand in for the exact model."""
        return not self.problem and self.mean >= MIN_MEAN_COSINE and self.least >= MIN_COSINE

    def __str__(self) -> str:
        if self.problem:
            return f"cannot be made ({self.problem})"
        return (
            f"agrees with the exact one to {self.mean:.3f} on average and {self.least:.3f} at"
            f" least (cosine; {MIN_MEAN_COSINE} and {MIN_COSINE} are needed)"
        )


def known_agreement(folder: ModelFolder, cache: Path) -> Agreement | None:
    """Return what an earlier run measured on this machine, None if nothing; loads nothing."""
    manifest = _manifest(_place(folder, cache))
    return Agreement(**manifest["agreement"]) if manifest else None


def prepare_graph(folder: ModelFolder, cache: Path) -> Agreement:
    """Make sure that an intact graph, or the finding that there is none, is kept in `cache`.

    The first time takes some ten seconds and imports torch; a damaged graph is made again.

    Raises
    ------
    ModelError
        `cache` cannot be written.
    """
    place = _place(folder, cache)
    try:
        if not _intact(place):
            with _one_at_a_time(cache):
                if not _intact(place):
                    _build(folder, place)
    except OSError as error:
        raise ModelError(
            f"{cache}: the encoder cannot be kept here: {error.strerror or error};"
            " free some space or set [embedding] cache to a folder that can be written"
        ) from None
    agreement = known_agreement(folder, cache)
    if agreement is None:
        raise ValueError(f"{place}: no manifest although it was just written")
    return agreement


def open_graph(folder: ModelFolder, cache: Path) -> Callable[[Piece], Vectors]:
    """Return the function from a piece of text to its vector, shape (dims,).

    It may be called from several threads; `prepare_graph` must have found the graph good.
    """
    return _open(_place(folder, cache) / _GRAPH)


def _place(folder: ModelFolder, cache: Path) -> Path:
    return cache / f"{folder.digest[:16]}-onnx-int8-{RECIPE}"


def _manifest(place: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((place / _MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return found


def _intact(place: Path) -> bool:
    manifest = _manifest(place)
    if manifest is None:
        return False
    for name, expected in manifest["sha256"].items():
        if not (place / name).is_file() or file_hash(place / name) != expected:
            log.warning("%s: not the file that was written here; made again", place / name)
            return False
    return True


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    """Let one process build; the lock goes with the process, however it ends."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: ModelFolder, place: Path) -> None:
    """Build beside the final place and move there in one step."""
    draft = place.with_name(f".{place.name}")
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
    draft.mkdir()
    log.info("%s: preparing the 8-bit encoder; needed once", folder.name)
    agreement = _export(folder, draft / _GRAPH)
    if not agreement.good:
        (draft / _GRAPH).unlink(missing_ok=True)
    hashes = {_GRAPH: file_hash(draft / _GRAPH)} if agreement.good else {}
    manifest = {"model": folder.name, "agreement": asdict(agreement), "sha256": hashes}
    (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for path in (*draft.iterdir(), draft):
        _sync(path)
    failpoint("encoder.written")
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)
    _sync(place.parent)
    failpoint("encoder.published")


def _export(folder: ModelFolder, graph: Path) -> Agreement:
    from onnxruntime.capi import onnxruntime_pybind11_state as ort

    from models.encoding.onnx_export import PROBES, export_int8
    from models.encoding.torch_model import exact_vectors

    tokenizer = load_tokenizer(folder.tokenizer)
    pieces = [cut_text(probe, tokenizer, folder.max_tokens)[0] for probe in PROBES]
    refusals = (ort.Fail, ort.InvalidArgument, ort.InvalidGraph, ort.RuntimeException)
    try:
        exact = export_int8(folder, graph, pieces[0].ids)
        expected = exact_vectors(exact, [piece.text for piece in pieces])
        run = _open(graph)
        cosines = (np.stack([run(piece) for piece in pieces]) * expected).sum(axis=1)
    except (RuntimeError, TypeError, ValueError, *refusals) as error:
        return Agreement(0.0, 0.0, problem=" ".join(str(error).split())[:200])
    return Agreement(mean=float(cosines.mean()), least=float(cosines.min()))


def _open(graph: Path) -> Callable[[Piece], Vectors]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the caller's threads each take a text of their own
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(piece: Piece) -> Vectors:
        ids = np.array([piece.ids], dtype=np.int64)
        return np.asarray(session.run(None, {"input_ids": ids})[0][0], dtype=np.float32)

    return run


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
