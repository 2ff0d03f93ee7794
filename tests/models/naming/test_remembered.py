"""What was named a moment ago is not named again, and nothing is taken for it that differs."""

from collections.abc import Iterator

import numpy as np
import pytest

from groundswell.domain import IntArray, Vectors
from models.encoding.embedding import HashingEncoder, embed
from models.naming import remembered
from models.naming.names import ThemeName, name_themes

TEXTS = [
    *("Let me swap shifts", "I want to swap shifts", "Why can nobody swap shifts?"),
    *("The PDF rota is blank", "Printing the PDF rota fails", "My PDF rota is empty"),
]
LABELS: IntArray = np.array([0, 0, 0, 1, 1, 1])
AREAS: IntArray = np.array([0, 0])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was really named."""
    named: list[object] = []

    def counted(texts: list[str], *rest: object, **more: object) -> list[ThemeName]:
        named.append(texts)
        return name_themes(texts, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(remembered, "name_themes", counted)
    remembered._known.clear()
    yield named
    remembered._known.clear()


def vectors_of(texts: list[str]) -> Vectors:
    return embed(texts, HashingEncoder())


def test_the_same_question_is_answered_at_once(asked: list[object]) -> None:
    first = remembered.name_once(TEXTS, vectors_of(TEXTS), LABELS, AREAS, taken=("Rota",))
    again = remembered.name_once(TEXTS, vectors_of(TEXTS), LABELS, AREAS, taken={"Rota"})
    assert first == again == name_themes(TEXTS, vectors_of(TEXTS), LABELS, AREAS, taken=("Rota",))
    assert len(asked) == 1


def test_whatever_differs_is_another_question(asked: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    turned = [*TEXTS[1:], TEXTS[0]]
    remembered.name_once(TEXTS, vectors, LABELS, AREAS)
    remembered.name_once(turned, vectors, LABELS, AREAS)
    remembered.name_once(TEXTS, vectors[::-1], LABELS, AREAS)
    remembered.name_once(TEXTS, vectors, LABELS[::-1].copy(), AREAS)
    remembered.name_once(TEXTS, vectors, LABELS, np.array([0, 1]))
    remembered.name_once(TEXTS, vectors, LABELS, AREAS, taken=("Swap shifts",))
    assert len(asked) == 6


def test_only_the_last_questions_are_kept(asked: list[object]) -> None:
    vectors = vectors_of(TEXTS)
    for number in range(remembered.KEPT + 1):
        remembered.name_once(TEXTS, vectors, LABELS, AREAS, taken=(f"Name {number}",))
    assert len(remembered._known) == remembered.KEPT
    remembered.name_once(TEXTS, vectors, LABELS, AREAS, taken=("Name 0",))
    assert len(asked) == remembered.KEPT + 2
