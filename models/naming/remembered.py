"""Names of themes whose texts were read a moment ago.

A retraining shows the same themes several times: as they are, on a copy with the challenger in use,
and when it is put in use. Reading their texts is the longest part of it.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256

import numpy as np

from groundswell.domain import IntArray, Vectors, content_id
from models.naming.names import ThemeName, ThemeWords, choose_names, find_words

KEPT = 2
"""Sets of texts of which is kept what was read, those asked for last."""

_known: dict[bytes, ThemeWords] = {}


def name_once(
    texts: Sequence[str],
    vectors: Vectors,
    labels: IntArray,
    areas: IntArray,
    *,
    taken: Collection[str] = (),
) -> list[ThemeName]:
    """Return what `models.naming.names.name_themes` does; texts that were just read are not read.

    Parameters are those of `name_themes`.
    """
    count = len(areas)
    asked = _digest(texts, vectors, labels, count)
    found = _known.pop(asked, None) or find_words(texts, vectors, labels, count)
    _known[asked] = found
    for oldest in list(_known)[:-KEPT]:
        _known.pop(oldest, None)
    return choose_names(found, areas, taken=taken)


def _digest(texts: Sequence[str], vectors: Vectors, labels: IntArray, count: int) -> bytes:
    digest = sha256(str(count).encode())
    for array in (vectors, labels):
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    digest.update(content_id(*texts).encode())
    return digest.digest()
