"""Kinds of arrays."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Vectors = NDArray[np.float32]
"""Unit vectors, one row per text, shape (n, dims)."""
