"""How well issues found in reviews meet the key terms of a changelog.

The protocol is that of the code published with Gao et al. (2018), "Online app review analysis for
identifying emerging issues", ICSE 2018: the issues of a version are compared with the terms of
its own changelog and of the next one; the first version, and those whose changelog says nothing,
are left out; an issue meets a term if one of its statements has a word of the term. Their word
vectors are not at hand: words are the same if they agree without their endings.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from groundswell.domain import FloatArray, IntArray
from groundswell.errors import IngestError

DRAWS = 200
"""Of the statements chosen by chance."""

ALIKE = 10
"""Statements nearest in length among which one is drawn."""

_ENDINGS = ("ing", "ed", "es", "ly", "er", "s")
_FEWEST_LETTERS = 3
"""That a word keeps when its ending goes."""

Issues = Mapping[str, Sequence[IntArray]]
"""By version its issues, each as places of the statements that put it."""
Terms = Mapping[str, Sequence[str]]
"""By version the terms that its issues are compared with."""


@dataclass(frozen=True, slots=True)
class Score:
    """Issues that meet a term, terms that are met by an issue."""

    issues: int
    terms: int
    right: int
    met: int

    @property
    def precision(self) -> float:
        """Share of the issues that meet a term; 0 without issues."""
        return self.right / self.issues if self.issues else 0.0

    @property
    def recall(self) -> float:
        """Share of the terms that are met."""
        return self.met / self.terms if self.terms else 0.0

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2.0 * self.precision * self.recall / total if total else 0.0


class Meetings:
    """Which statements meet which terms."""

    def __init__(
        self, texts: Sequence[str], versions: Sequence[str], terms: Terms, *, words: int
    ) -> None:
        """Compare each statement with the terms of its version.

        Parameters
        ----------
        texts, versions
            One per statement.
        words
            How many of a term's words a statement needs, or all of a shorter term.
        """
        stems = [_stems(text) for text in texts]
        self._rows = {version: _rows_of(versions, version) for version in terms}
        self._meets = {
            version: np.array(
                [[_meets(stems[row], _stems(term), words) for term in own] for row in rows]
            ).reshape(len(rows), len(own))
            for (version, own), rows in zip(terms.items(), self._rows.values(), strict=True)
        }
        self._length = np.array([len(text.split()) for text in texts], dtype=np.int64)

    def score(self, issues: Issues) -> Score:
        """Judge issues; those of versions without terms are not looked at."""
        judged, terms, right, met = 0, 0, 0, 0
        for version, meets in self._meets.items():
            own = [
                meets[np.searchsorted(self._rows[version], places)].any(axis=0)
                for places in issues.get(version, ())
            ]
            judged, terms = judged + len(own), terms + meets.shape[1]
            right += sum(bool(issue.any()) for issue in own)
            met += int(np.any(own, axis=0).sum()) if own else 0
        return Score(judged, terms, right, met)

    def by_chance(self, issues: Issues, seed: int, *, same_length: bool = False) -> FloatArray:
        """Return `Score.f` of statements drawn from the same version, in groups as large.

        Parameters
        ----------
        same_length
            Draw for each statement one of the ten of its version that are nearest to it in
            length: long statements meet more terms, whatever they say.

        Returns
        -------
        ndarray of shape (DRAWS,)
        """
        draws = np.random.default_rng(seed)
        draw = self._draw_alike if same_length else self._draw
        judged = {version: own for version, own in issues.items() if version in self._rows}
        return np.array(
            [
                self.score({name: draw(name, own, draws) for name, own in judged.items()}).f
                for _ in range(DRAWS)
            ]
        )

    def _draw(
        self, version: str, issues: Sequence[IntArray], draws: np.random.Generator
    ) -> list[IntArray]:
        rows, sizes = self._rows[version], [len(own) for own in issues]
        chosen = draws.permutation(rows)[: sum(sizes)]
        return np.split(chosen, np.cumsum(sizes)[:-1]) if sizes else []

    def _draw_alike(
        self, version: str, issues: Sequence[IntArray], draws: np.random.Generator
    ) -> list[IntArray]:
        rows = self._rows[version]
        lengths = self._length[rows]
        drawn = []
        for own in issues:
            apart = np.abs(lengths - self._length[own][:, None])
            nearest = np.argsort(apart, axis=1, kind="stable")[:, :ALIKE]
            drawn.append(rows[[draws.choice(places) for places in nearest]])
        return drawn


def read_changelog(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the key terms of each version, in the order of the file.

    Raises
    ------
    IngestError
        It is not UTF-8, or a column is missing, or there is no row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(row.get("version"), row.get("terms")) for row in csv.DictReader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: not a CSV file in UTF-8 ({error}); save it as one") from None
    if not rows or any(version is None or terms is None for version, terms in rows):
        raise IngestError(f"{path}: expected rows with a version and terms under these names")
    return {
        str(version): tuple(term.strip() for term in str(terms).split(",") if term.strip())
        for version, terms in rows
    }


def expected_terms(changelog: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return what the issues of each version are compared with: its own terms and the next ones.

    Without the first version and those whose own changelog says nothing.
    """
    versions = list(changelog)
    following = [*versions[1:], None]
    return {
        version: tuple(dict.fromkeys([*changelog[version], *(changelog[after] if after else ())]))
        for version, after in zip(versions[1:], following[1:], strict=True)
        if changelog[version]
    }


def _rows_of(versions: Sequence[str], version: str) -> IntArray:
    return np.flatnonzero(np.array([one == version for one in versions], dtype=np.bool_))


def _meets(statement: frozenset[str], term: frozenset[str], words: int) -> bool:
    return len(statement & term) >= min(words, len(term))


def _stems(text: str) -> frozenset[str]:
    letters = "".join(mark if mark.isalnum() else " " for mark in text.lower().replace("'s", ""))
    return frozenset(map(_stem, letters.split()))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _FEWEST_LETTERS:
            return word.removesuffix(ending)
    return word
