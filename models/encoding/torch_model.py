"""Run an encoder exactly, in 32-bit floats, through sentence-transformers and torch."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from groundswell.domain import Vectors
from models.encoding.model_folder import ModelFolder
from models.encoding.text_pieces import Piece


def open_exact(folder: ModelFolder) -> Callable[[Piece], Vectors]:
    """Return the function from a piece of text to its vector, shape (dims,).

    Torch is set to one thread for the whole process: with more, the order of its sums, and so
    the last digits of a vector, would depend on the machine.
    """
    import torch

    torch.set_num_threads(1)
    exact = load_exact(folder)

    def run(piece: Piece) -> Vectors:
        return np.asarray(exact_vectors(exact, (piece.text,))[0], dtype=np.float32)

    return run


def load_exact(folder: ModelFolder, *, attention: str | None = None) -> Any:
    """Load the model into sentence-transformers; the import costs seconds.

    `attention` is the implementation transformers shall use, for example ``eager``.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    choices = {"use_safetensors": True} | ({"attn_implementation": attention} if attention else {})
    return SentenceTransformer(
        str(folder.path),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs=choices,
    ).eval()


def exact_vectors(exact: Any, texts: Sequence[str]) -> Vectors:
    """Return the unit vectors of `texts`, shape (n_texts, dims)."""
    vectors = exact.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)
