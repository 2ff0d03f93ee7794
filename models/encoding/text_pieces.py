"""Cut texts into pieces an encoder can read whole.

An encoder reads a fixed number of tokens and would drop the rest without a word, so a longer
text is cut at word boundaries; its vector is the mean of its pieces', weighted by their tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from groundswell.domain import Vectors
from groundswell.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or a part of one, that fits into the encoder."""

    text: str
    ids: Sequence[int]
    """Token ids, special tokens included."""
    weight: int
    """Tokens of its own, at least 1."""


def load_tokenizer(path: Path) -> "Tokenizer":
    """Read a tokenizer.json without its padding and truncation: lengths are decided here."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not a tokenizer ({error}); fetch the model again") from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def cut_text(text: str, tokenizer: "Tokenizer", max_tokens: int) -> list[Piece]:
    """Cut `text` into pieces of at most `max_tokens` tokens, special tokens included.

    Cuts fall between words; inside a word only where it alone is too long.
    """
    whole = tokenizer.encode(text)
    if len(whole.ids) <= max_tokens:
        return [_piece(text, whole, max_tokens)]
    spans = _word_spans(whole)
    room = max_tokens - tokenizer.num_special_tokens_to_add(False)
    parts = []
    first = 0
    while first < len(spans):
        last = _cut_before(spans, first, first + room)
        end = spans[last][0] if last < len(spans) else len(text)
        part = text[spans[first][0] : end]
        parts.append(_piece(part, tokenizer.encode(part), max_tokens))
        first = last
    return parts


def pool_pieces(vectors: Vectors, pieces: Sequence[Piece]) -> Vectors:
    """Return the unit vector of a text from those of its pieces, shape (n_pieces, dims)."""
    if len(pieces) == 1:
        pooled = vectors[0]
    else:
        weights = np.array([piece.weight for piece in pieces], dtype=np.float32)
        pooled = np.asarray((vectors * weights[:, None]).sum(axis=0))
    return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32)


def _piece(text: str, encoding: "Encoding", max_tokens: int) -> Piece:
    # A word cut in two can grow by a token; the encoder's limit holds all the same.
    ids = encoding.ids[: max_tokens - 1] + encoding.ids[-1:]
    own = len(encoding.ids) - sum(encoding.special_tokens_mask)
    return Piece(text, ids if len(encoding.ids) > max_tokens else encoding.ids, max(own, 1))


def _word_spans(encoding: "Encoding") -> list[tuple[int, int]]:
    marked = zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
    return [span for span, special in marked if not special]


def _cut_before(spans: Sequence[tuple[int, int]], first: int, limit: int) -> int:
    """Return the last token after `first`, at most `limit`, that begins a word."""
    if limit >= len(spans):
        return len(spans)
    for token in range(limit, first, -1):
        if spans[token][0] > spans[token - 1][1]:
            return token
    return limit
