"""Values of what people's sorting taught: arrays that lie in the file of a fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, IntArray


@dataclass(frozen=True, slots=True)
class Taught:
    """Where statements like those that people sorted belong, as of one fit."""

    metric: NDArray[np.float32]
    """See `models.themes.metric`, shape (dims, dims); float32 holds its steps exactly."""
    texts: NDArray[np.uint64]
    """Key of each distinct text of the fit, ascending, shape (n,)."""
    origins: IntArray
    """Theme that each was shown in by decisions alone, `NOISE` for none, shape (n,)."""
    places: IntArray
    """Theme that those like it are shown in, mostly the same, shape (n,)."""
    shares: NDArray[np.float32]
    """Share of the vote for that place, 0 to 1; 0 where nothing changes. Shape (n,)."""
    voters: IntArray
    """Place in `texts` of each reference of the fit, shape (m,)."""
    joined: IntArray
    """Themes that were merged then, and the theme that held their statements, shape (k, 2)."""

    def standing(self, alive: frozenset[int], homes: Mapping[int, int]) -> dict[int, int]:
        """Return the themes of then that still are what they were, and what holds each now.

        Parameters
        ----------
        alive
            Themes found, and themes that people made.
        homes
            Theme that is not shown to the one that holds its statements now; `NOISE`: none does.
        """
        known = {*self.origins.tolist(), *self.places.tolist()} - {NOISE}
        now = {theme: homes.get(theme, theme) for theme in alive}
        parted = {
            home for theme, home in self.joined.tolist() if now.get(theme) != now.get(home, NOISE)
        }
        return {theme: now[theme] for theme in sorted((known & alive) - parted)}


def keys_of(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """Return a number for each hash of a text, by which it is known in `Taught`."""
    digests = (blake2b(one.encode(), digest_size=8).digest() for one in hashes)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def arrays_of(taught: Taught | None) -> dict[str, NDArray[np.generic]]:
    """Return the arrays by name; none where nothing was taught."""
    if taught is None:
        return {}
    return {name: getattr(taught, name) for name in Taught.__slots__}
