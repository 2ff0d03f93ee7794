"""What customers said, held in memory by its meaning, until the next run has gone well.

The vectors are those that the run stored; no model runs here. They are read when somebody first
asks for a meaning.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Thread
from typing import TYPE_CHECKING, Literal

import numpy as np

from groundswell.domain import IntArray
from web.learning_meanings import Learned, learned_beside, learned_from

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


Missing = Literal["nothing", "learning"]
"""Why there are no meanings: no run left vectors, or the words are being learnt."""

AT_ONCE = 1_000
"""Statements of a fit up to which a request learns the words itself, in a fraction of a second. Of
more, that takes seconds: another process does it, and requests say so meanwhile."""

_Key = tuple[str, int]
_heard: dict[_Key, Heard | Missing] = {}
_learning: dict[_Key, Thread] = {}
_turn = Lock()


def heard(store: "Store", database: str) -> Heard | Missing:
    """Return what was said up to the newest run that went well.

    Parameters
    ----------
    database
        By which another process can open the store.
    """
    run_id = store.lookups.newest_report()
    model = store.versions.champion("themes")
    if run_id is None or model is None:
        return "nothing"
    key = (store.place, run_id)
    with _turn:
        if key in _heard:
            return _heard[key]
        if model.statements <= AT_ONCE:
            return _keep(key, learned_from(store.vectors.said(model.encoder_id)))
        if key not in _learning or not _learning[key].is_alive():
            waiting = Thread(target=_learn, args=(key, database, model.encoder_id), daemon=True)
            _learning.clear()
            _learning[key] = waiting
            waiting.start()
    return "learning"


def _learn(key: _Key, database: str, encoder_id: str) -> None:
    found = learned_beside(database, encoder_id)
    with _turn:
        _keep(key, found)


def _keep(key: _Key, learned: Learned | None) -> Heard | Missing:
    """Keep what was learnt of a run, nothing too: else each question would try again."""
    _heard.clear()
    _heard[key] = Heard(*learned) if learned is not None else "nothing"
    return _heard[key]
