"""What a long message offers a classifier of kinds: its meaning, its words and its form.

A ticket may hold a title, prose, a template, code and logs. The vector of the whole drowns the one
sentence that says what is wanted, so title, beginning and prose are embedded apart; headings and
habits of writing are seen by words and runs of letters.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from groundswell.domain import FloatArray, Vectors
from models.encoding.embedding import Encoder, embed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# In characters. Beyond, logs outweigh words, and hostile lengths cost time.
TITLE, BEGINNING, PROSE, WORDS, FORM = 300, 900, 4000, 3000, 20000

WORD_PLACES = 2**17
LETTER_PLACES = 2**17
PRESENCE_PLACES = 2**16
FORM_SIGNS = 14

_WORD = r"(?u)\b\w+\b|\?"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE = re.compile(r"(```|~~~).*?(?:\1|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,600}\)")
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\([^)\s]{0,600}\)")
_URL = re.compile(r"https?://\S+")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>")
_NUMBER = re.compile(r"\b[0-9a-fA-F]{12,}\b|0x[0-9a-fA-F]+")
_LETTERS = 0.6  # a longer line with a smaller share of letters and blanks is a log, not prose
_LOG_LINE = 20  # characters


def readable(text: str) -> str:
    """Return `text` without code, markup, addresses and long numbers; headings and logs stay."""
    cleaned = _FENCE.sub(" code ", _COMMENT.sub(" ", text))
    cleaned = _LINK.sub(r"\1", _IMAGE.sub(" image ", cleaned))
    return _NUMBER.sub(" ", _TAG.sub(" ", _URL.sub(" link ", cleaned)))


def prose(text: str) -> str:
    """Return `text` without code, logs, markup and addresses; as it was if nothing is left."""
    lines = [" ".join(line.split()) for line in readable(text).splitlines()]
    return "\n".join(line for line in lines if line and not _is_log(line)) or text


def meaning(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """Return the vectors of title, beginning and prose side by side, shape (n_texts, 3 dims)."""
    views = (
        [_title(text) for text in texts],
        [text[:BEGINNING] for text in texts],
        [prose(text[:FORM])[:PROSE] for text in texts],
    )
    return np.hstack([embed(view, encoder) for view in views])


def word_counts(texts: Sequence[str]) -> "csr_matrix":
    """Count words, pairs of words and runs of 2 to 5 letters, hashed.

    Returns
    -------
    sparse matrix of shape (n_texts, WORD_PLACES + LETTER_PLACES)
        ``1 + log(count)``.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    begun = [text[:WORDS] for text in texts]
    plain = {"norm": None, "alternate_sign": False}
    words = HashingVectorizer(
        n_features=WORD_PLACES, ngram_range=(1, 2), token_pattern=_WORD, **plain
    )
    letters = HashingVectorizer(
        n_features=LETTER_PLACES, ngram_range=(2, 5), analyzer="char_wb", **plain
    )
    counts = csr_matrix(hstack([words.transform(begun), letters.transform(begun)]))
    counts.data = 1.0 + np.log(counts.data)
    return counts


def words_present(texts: Sequence[str]) -> "csr_matrix":
    """Say which words a text and its title hold, hashed, shape (n_texts, 2 PRESENCE_PLACES)."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import HashingVectorizer

    present = HashingVectorizer(
        n_features=PRESENCE_PLACES,
        token_pattern=_WORD,
        norm=None,
        alternate_sign=False,
        binary=True,
    )
    whole = present.transform([text[:FORM] for text in texts])
    return csr_matrix(hstack([whole, present.transform([_title(text) for text in texts])]))


def form(texts: Sequence[str]) -> FloatArray:
    """Return lengths, shares and marks that tell how a text was written, (n, FORM_SIGNS)."""
    return np.array([_form(text[:FORM]) for text in texts]).reshape(len(texts), FORM_SIGNS)


def _title(text: str) -> str:
    return (text.strip().split("\n", 1)[0] or text)[:TITLE]


def _is_log(line: str) -> bool:
    letters = sum(sign.isalpha() or sign == " " for sign in line)
    return len(line) > _LOG_LINE and letters < _LETTERS * len(line)


def _form(text: str) -> list[float]:
    title = _title(text)
    size = max(len(text), 1)
    marks = ("?", "```", "#", "http", "- [", "!", "<!--")
    return [
        float(np.log1p(len(text))),
        float(np.log1p(len(title))),
        float(np.log1p(text.count("\n"))),
        float("?" in title),
        *(float(text.count(mark)) for mark in marks),
        sum(sign.isupper() for sign in text) / size,
        sum(sign.isdigit() for sign in text) / size,
        sum(not sign.isalnum() and not sign.isspace() for sign in text) / size,
    ]
