"""What customers said, held in memory by its meaning, until the next run has gone well.

The vectors are those that the run stored; no model runs here. They are read when somebody first
asks for a meaning, which takes seconds where there are many.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from groundswell.domain import IntArray

if TYPE_CHECKING:
    from groundswell.store import Store
    from models.nearest.meaning import Meanings


@dataclass(frozen=True)
class Wordings:
    """Some of the texts, each once: where it stands, its newest statement, how many say it."""

    places: IntArray
    newest: IntArray
    counts: IntArray


@dataclass(frozen=True)
class Heard:
    """All statements of a store, newest first, and the meanings of their texts."""

    statement_ids: tuple[str, ...]
    places: IntArray
    """Of each statement's text among the meanings."""
    meanings: "Meanings"

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Return where each statement stands in `statement_ids`."""
        return {key: number for number, key in enumerate(self.statement_ids)}

    @cached_property
    def all_wordings(self) -> Wordings:
        """Return every text."""
        return self._once(np.arange(len(self.places)))

    def wordings(self, statement_ids: Collection[str]) -> Wordings:
        """Return the texts of some of the statements."""
        return self._once(self.among(statement_ids))

    def among(self, statement_ids: Collection[str]) -> IntArray:
        """Return where those of the statements stand that are known here, newest first."""
        known = self.numbers
        return np.array(sorted(known[key] for key in statement_ids if key in known), dtype=np.int64)

    def _once(self, chosen: IntArray) -> Wordings:
        places, first, counts = np.unique(
            self.places[chosen], return_index=True, return_counts=True
        )
        return Wordings(places, chosen[first], counts)


_heard: dict[tuple[str, int], Heard] = {}
_turn = Lock()


def heard(store: "Store") -> Heard | None:
    """Return what was said up to the newest run that went well; None without any vectors."""
    run_id = store.lookups.newest_report()
    model = store.themes.current_model()
    if run_id is None or model is None:
        return None
    key = (store.place, run_id)
    with _turn:  # who waits finds it read
        if key not in _heard:
            found = _read(store, model.encoder_id)
            if found is None:
                return None
            _heard.clear()
            _heard[key] = found
        return _heard[key]


def _read(store: "Store", encoder_id: str) -> Heard | None:
    from models.nearest.meaning import learn_meanings

    said = store.vectors.said(encoder_id)
    if not said.texts:
        return None
    return Heard(said.statement_ids, said.places, learn_meanings(said.texts, said.vectors))
