"""A fitted clustering as a value: arrays and numbers, written and read without executing any."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from groundswell.errors import ModelError


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """A fitted clustering: arrays and numbers only."""

    references: NDArray[np.float16]
    """Unit vectors of the distinct texts it was fitted on, shape (n, dims)."""
    labels: IntArray
    """Permanent theme id of each reference, `NOISE` if none, shape (n,)."""
    theme_ids: IntArray
    """Shape (k,), ascending."""
    centroids: Vectors
    """Shape (k, dims), unit rows."""
    floor: float
    """Cosine to the own centroid under which a statement is NOISE."""
    resolution: float
    agreement: float
    """Adjusted mutual information between the fit and fits to resamples, at most 1."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where statements belong, one entry per statement and theme, by statement."""

    rows: IntArray
    """Row of the statement."""
    theme_ids: IntArray
    memberships: FloatArray
    """0 to 1; a statement's memberships sum to at most 1. A NOISE entry has 1."""

    def primary(self, count: int) -> IntArray:
        """Return each statement's strongest theme, shape (count,)."""
        best = np.full(count, NOISE, dtype=np.int64)
        order = np.lexsort((-self.theme_ids, self.memberships))
        best[self.rows[order]] = self.theme_ids[order]
        return best


def renamed(model: ThemeModel, theme_ids: Mapping[int, int]) -> ThemeModel:
    """Return the model with its theme ids replaced, in ascending order of the new ids."""
    new = np.array([theme_ids[int(old)] for old in model.theme_ids], dtype=np.int64)
    order = np.argsort(new)
    lookup = {NOISE: NOISE, **theme_ids}
    labels = np.array([lookup[int(label)] for label in model.labels], dtype=np.int64)
    return ThemeModel(
        model.references,
        labels,
        new[order],
        model.centroids[order],
        model.floor,
        model.resolution,
        model.agreement,
    )


def to_bytes(model: ThemeModel) -> bytes:
    """Write a model as safetensors: arrays and numbers, nothing that could be executed."""
    from safetensors.numpy import save

    numbers = {
        "floor": model.floor,
        "resolution": model.resolution,
        "agreement": model.agreement,
    }
    arrays: dict[str, NDArray[Any]] = {
        "references": model.references,
        "labels": model.labels,
        "theme_ids": model.theme_ids,
        "centroids": model.centroids,
    }
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
        fields: dict[str, Any] = {**load(data), **numbers}
        return ThemeModel(**fields)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"theme model: not readable ({error}); fit it again with 'groundswell retrain'"
        ) from None
