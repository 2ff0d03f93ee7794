"""Names of themes that were named a moment ago.

A retraining shows the same themes several times: as they are, on a copy with the challenger in use,
and when it is put in use. Naming them is the longest part of it.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256

import numpy as np

from groundswell.domain import IntArray, Vectors, content_id
from models.naming.names import ThemeName, name_themes

KEPT = 4
"""Questions whose answers are kept, those asked last."""

_known: dict[bytes, tuple[ThemeName, ...]] = {}


def name_once(
    texts: Sequence[str],
    vectors: Vectors,
    labels: IntArray,
    areas: IntArray,
    *,
    taken: Collection[str] = (),
) -> list[ThemeName]:
    """Return what `models.naming.names.name_themes` does, at once where it was asked just before.

    Parameters are those of `name_themes`; `taken` counts as a set.
    """
    asked = _digest(texts, vectors, labels, areas, taken)
    names = _known.pop(asked, None) or tuple(
        name_themes(texts, vectors, labels, areas, taken=taken)
    )
    _known[asked] = names
    for oldest in list(_known)[:-KEPT]:
        _known.pop(oldest, None)
    return list(names)


def _digest(
    texts: Sequence[str],
    vectors: Vectors,
    labels: IntArray,
    areas: IntArray,
    taken: Collection[str],
) -> bytes:
    digest = sha256()
    for array in (vectors, labels, areas):
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    digest.update(content_id(*texts, *sorted(set(taken))).encode())
    return digest.digest()
