"""What was named a moment ago is not named again, and nothing is taken for it that differs."""

from collections.abc import Iterator

import numpy as np
import pytest

from groundswell.domain import IntArray, Vectors
from models.encoding.embedding import HashingEncoder, embed
from models.naming import remembered
from models.naming.names import ThemeWords, find_words, name_themes

TEXTS = [
    *("Let me swap shifts", "I want to swap shifts", "Why can nobody swap shifts?"),
    *("The PDF rota is blank", "Printing the PDF rota fails", "My PDF rota is empty"),
]
LABELS: IntArray = np.array([0, 0, 0, 1, 1, 1])
AREAS: IntArray = np.array([0, 0])


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was really read."""
    seen: list[object] = []

    def counted(texts: list[str], vectors: Vectors, labels: IntArray, count: int) -> ThemeWords:
        seen.append(texts)
        return find_words(texts, vectors, labels, count)

    monkeypatch.setattr(remembered, "find_words", counted)
    remembered._known.clear()
    yield seen
    remembered._known.clear()


def vectors_of(texts: list[str]) -> Vectors:
    return embed(texts, HashingEncoder())


def test_the_same_texts_are_read_once(read: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    first = remembered.name_once(TEXTS, vectors, LABELS, AREAS)
    assert remembered.name_once(TEXTS, vectors_of(TEXTS), LABELS, AREAS) == first
    assert len(read) == 1


def test_other_areas_and_taken_names_count_though_nothing_is_read(read: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    for areas, taken in ((AREAS, ()), (AREAS, ("Swap shifts",)), (np.array([0, 1]), ("Rota",))):
        named = remembered.name_once(TEXTS, vectors, LABELS, areas, taken=taken)
        assert named == name_themes(TEXTS, vectors, LABELS, areas, taken=taken)
    assert len(read) == 1


def test_whatever_else_differs_is_read(read: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    asked = [
        (TEXTS, vectors, LABELS),
        ([*TEXTS[1:], TEXTS[0]], vectors, LABELS),
        (TEXTS, vectors[::-1], LABELS),
        (TEXTS, vectors, LABELS[::-1].copy()),
    ]
    for texts, rows, labels in asked:
        named = remembered.name_once(texts, rows, labels, AREAS)
        assert named == name_themes(texts, rows, labels, AREAS)
    assert len(read) == 4


def test_only_the_last_are_kept(read: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    for turn in range(remembered.KEPT + 1):
        remembered.name_once(TEXTS, np.roll(vectors, turn, axis=0), LABELS, AREAS)
    assert len(remembered._known) == remembered.KEPT
    remembered.name_once(TEXTS, vectors, LABELS, AREAS)
    assert len(read) == remembered.KEPT + 2
