"""What words mean is learnt from whole texts, and found again."""

import numpy as np
import pytest

from groundswell.domain import FloatArray
from models.nearest import meaning
from models.nearest.meaning import (
    learn_meanings,
    meaning_of,
    meaning_of_texts,
    nearest_texts,
    words_in,
)

MEANT = {
    "invoice": (1.0, 0.0, 0.0, 0.2),
    "bill": (0.9, 0.1, 0.0, 0.2),
    "crash": (0.0, 1.0, 0.0, 0.2),
    "freeze": (0.1, 0.9, 0.0, 0.2),
    "dark": (0.0, 0.0, 1.0, 0.2),
    "the": (0.0, 0.0, 0.0, 0.2),
}
TEXTS = ("the invoice", "the bill", "invoice bill", "the crash", "freeze", "crash freeze", "dark")


def vectors(texts: tuple[str, ...] = TEXTS) -> FloatArray:
    """Return what an encoder would that adds up the meanings of words."""
    summed = np.array([np.sum([MEANT[word] for word in text.split()], axis=0) for text in texts])
    return np.asarray(summed / np.linalg.norm(summed, axis=1, keepdims=True))


def test_a_text_in_other_words_is_found_by_what_it_means() -> None:
    known = learn_meanings(TEXTS, vectors())
    vector, unknown = meaning_of("Bill", known)
    assert vector is not None and unknown == []
    nearest = [TEXTS[place] for place in nearest_texts(vector, known, 3)]
    assert sorted(nearest) == ["invoice bill", "the bill", "the invoice"]


def test_words_nobody_said_are_told_and_the_others_looked_for() -> None:
    known = learn_meanings(TEXTS, vectors())
    alone, _ = meaning_of("crash", known)
    vector, unknown = meaning_of("zebra CRASH zebra", known)
    assert unknown == ["zebra"]
    np.testing.assert_array_equal(vector, alone)
    assert meaning_of("zebra", known) == (None, ["zebra"])
    assert meaning_of("?!", known) == (None, [])


def test_the_least_squares_are_those_of_a_direct_solution() -> None:
    known = learn_meanings(TEXTS, vectors())
    words = list(known.words)
    held = np.array([[word in text.split() for word in words] for text in TEXTS], dtype=float)
    weights = held * np.log1p(len(TEXTS) / held.sum(axis=0))
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    wanted = vectors() - vectors().mean(axis=0)
    normal = weights.T @ weights + meaning.PENALTY * np.eye(len(words))
    expected = np.linalg.solve(normal, weights.T @ wanted)
    np.testing.assert_allclose(known.word_vectors, expected, atol=1e-3)  # the lattice's steps


def test_a_word_of_texts_that_were_not_learnt_from_is_known_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meaning, "LEARN_FROM", 2)
    known = learn_meanings(TEXTS, vectors())  # from the first and the last alone
    vector, unknown = meaning_of("freeze", known)
    assert vector is not None and unknown == []
    assert TEXTS[nearest_texts(vector, known, 1)[0]] in ("freeze", "crash freeze", "the crash")


def test_only_those_asked_for_are_looked_at_and_equals_keep_their_order() -> None:
    twice = (*TEXTS, *TEXTS)
    known = learn_meanings(twice, vectors(twice))
    vector = meaning_of_texts(np.array([4]), known)
    assert nearest_texts(vector, known, 2).tolist() == [4, 11]
    assert nearest_texts(vector, known, 1).tolist() == [4]
    among = np.array([0, 6, 11])
    assert nearest_texts(vector, known, 9, among).tolist()[0] == 11
    assert sorted(nearest_texts(vector, known, 9, among).tolist()) == [0, 6, 11]
    assert nearest_texts(vector, known, 9, among[:0]).tolist() == []


def test_words_are_told_apart_in_any_writing() -> None:
    assert words_in("Don’t export, DON'T!") == ("don't", "export")  # noqa: RUF001
    assert words_in("Größe_2 größe مرحبا") == ("grösse", "2", "مرحبا")
