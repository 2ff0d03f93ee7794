"""A fitted clustering as a value: arrays and numbers, written and read without executing any."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, IntArray, Vectors
from groundswell.errors import ModelError
from models.themes.taught import Taught, arrays_of

_TAUGHT = "taught_"
"""Names of the arrays of `Taught` in a file begin so; a file without any is none the worse."""


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """A fitted clustering: arrays and numbers only."""

    references: NDArray[np.float16]
    """Unit vectors of the distinct texts that vote on others, shape (n, dims)."""
    labels: IntArray
    """Permanent theme id of each reference, `NOISE` if none, shape (n,)."""
    variants: IntArray
    """Permanent id of each reference's variant within its theme, `NOISE` if none, shape (n,)."""
    theme_ids: IntArray
    """Shape (k,), ascending."""
    centroids: Vectors
    """Shape (k, dims), unit rows."""
    rarity: NDArray[np.float32]
    """How rare each bucket of words is, see `models.themes.wording`; empty: words were not used."""
    word_columns: NDArray[np.int32]
    """Buckets of the references' words, one reference after the other."""
    word_weights: NDArray[np.float32]
    """Aligned with `word_columns`."""
    word_starts: NDArray[np.int64]
    """Where each reference's words begin, shape (n + 1,)."""
    floor: float
    """Cosine to the own centroid under which a statement is NOISE."""
    resolution: float
    worth: float
    """Nats per tie that the partition is worth on unseen halves, after its cost."""
    voters: int
    """Nearest references that vote on a statement."""
    taught: Taught | None = None
    """What people's sorting taught; None: nothing that was surely better."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where statements belong, one entry per statement and theme, by statement."""

    rows: IntArray
    """Row of the statement."""
    theme_ids: IntArray
    memberships: NDArray[np.float64]
    """0 to 1; a statement's memberships sum to at most 1. A NOISE entry has 1."""
    variant_ids: IntArray
    """Variant of the statement within the theme, `NOISE` where it has none."""

    def moved(self, rows: int) -> "Placement":
        """Return the placement of the same statements that many rows further down."""
        return replace(self, rows=self.rows + rows)

    def some(self, entries: NDArray[np.bool_]) -> "Placement":
        """Return the chosen entries."""
        return Placement(
            self.rows[entries],
            self.theme_ids[entries],
            self.memberships[entries],
            self.variant_ids[entries],
        )

    def primary(self, count: int) -> IntArray:
        """Return each statement's strongest theme, shape (count,)."""
        best = np.full(count, NOISE, dtype=np.int64)
        order = np.lexsort((-self.theme_ids, self.memberships))
        best[self.rows[order]] = self.theme_ids[order]
        return best


def renamed(
    model: ThemeModel, theme_ids: Mapping[int, int], variant_ids: Mapping[int, int]
) -> ThemeModel:
    """Return the model with its ids replaced, themes in ascending order of the new ids."""
    new = np.array([theme_ids[int(old)] for old in model.theme_ids], dtype=np.int64)
    order = np.argsort(new)
    return replace(
        model,
        labels=_looked_up(model.labels, theme_ids),
        variants=_looked_up(model.variants, variant_ids),
        theme_ids=new[order],
        centroids=model.centroids[order],
    )


def to_bytes(model: ThemeModel) -> bytes:
    """Write a model as safetensors: arrays and numbers, nothing that could be executed."""
    from safetensors.numpy import save

    names = [field.name for field in fields(model) if field.name != "taught"]
    parts = {name: getattr(model, name) for name in names}
    arrays = {name: part for name, part in parts.items() if isinstance(part, np.ndarray)}
    numbers = {name: part for name, part in parts.items() if name not in arrays}
    arrays |= {_TAUGHT + name: part for name, part in arrays_of(model.taught).items()}
    return save(arrays, metadata={"numbers": json.dumps(numbers)})


def from_bytes(data: bytes) -> ThemeModel:
    """Read what `to_bytes` wrote.

    Raises
    ------
    ModelError
        The bytes are not such a model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        numbers = json.loads(header["__metadata__"]["numbers"])
        parts: dict[str, Any] = {**load(data), **numbers}
        learnt = [name for name in parts if name.startswith(_TAUGHT)]
        taught = {name.removeprefix(_TAUGHT): parts.pop(name) for name in learnt}
        return ThemeModel(**parts, taught=Taught(**taught) if taught else None)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"theme model: not readable ({error}); fit it again with 'groundswell retrain'"
        ) from None


def _looked_up(labels: IntArray, ids: Mapping[int, int]) -> IntArray:
    lookup = {NOISE: NOISE, **ids}
    return np.array([lookup[int(label)] for label in labels], dtype=np.int64)
