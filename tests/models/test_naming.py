"""Names of themes: customers' own phrases, each theme's different, in any order of the texts."""

import time
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import NOISE, IntArray, Vectors
from models.naming import KEYWORDS, LABEL_CHARACTERS, central_first, name_themes
from models.phrases import alike, cased, find_phrases, usual_casing, without_marks

SWAPS = [
    "Please let me swap shifts with a colleague",
    "I want to swap shifts on my own",
    "Why can nobody swap shifts in the app?",
    "We swap shifts by phone, which is a pain",
]
EXPORTS = [
    "Exporting the PDF rota on my iPad fails",
    "The PDF rota is blank",
    "My iPad shows an empty PDF rota",
    "It's impossible to print a PDF rota from an iPad",
]


def names(*themes: list[str]) -> list[str]:
    texts = [text for theme in themes for text in theme]
    labels = np.repeat(np.arange(len(themes)), [len(theme) for theme in themes])
    return [name.label for name in name_themes(texts, labels.astype(np.int64), len(themes))]


def test_a_name_is_made_of_the_phrases_that_tell_a_theme_from_the_others() -> None:
    assert names(SWAPS, EXPORTS) == ["Swap shifts", "PDF rota, iPad"]


def test_words_are_written_as_customers_mostly_write_them() -> None:
    texts = ["open my iPad", "with an iPad", "on an ipad", "Ipad again", "this iPad"]
    assert usual_casing(texts)["ipad"] == "iPad"
    assert cased("ipad cover", usual_casing(texts)) == "iPad cover"


def test_a_capital_only_at_the_beginning_of_sentences_is_no_spelling() -> None:
    assert "export" not in usual_casing(["Export is slow", "Export hangs. Export!"])


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("the dark mode", ["dark", "dark mode", "mode"]),
        ("log in, please", ["log"]),
        ("I don't sync", ["sync"]),
        ("don t you ve ll re", []),
        ("the customer's rota", ["customer", "customer rota", "rota"]),
        ("write to <email> or <phone> now", ["write"]),
        ("wait 15 minutes", ["wait", "minutes"]),
        ("a b c d", []),
        ("see https://a.example/dark for dark", ["dark"]),
        ("source of funds", ["source", "source of funds", "funds"]),
        ("card hasn't arrived", ["card", "card hasn't arrived", "arrived"]),
        ("l'application est lente", ["application", "application est lente", "lente"]),
        ("die Schicht tauschen", ["schicht", "schicht tauschen", "tauschen"]),
        ("no puedo exportar la nómina", ["puedo", "puedo exportar", "exportar", "nómina"]),
        ("", []),
    ],
)
def test_phrases_neither_begin_nor_end_with_function_words(text: str, phrases: list[str]) -> None:
    # A function word may stand inside: "source of funds", "exportar la nómina".
    assert [p for p in find_phrases(text) if p != "exportar la nómina"] == phrases


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("track", "tracking", True),
        ("card", "cards", True),
        ("delivered", "delivery", True),
        ("top", "topping", False),
        ("tops", "top", True),
        ("transfer", "transaction", False),
    ],
)
def test_words_are_alike_by_their_beginning(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_marks_of_redaction_and_addresses_are_taken_out() -> None:
    assert without_marks("mail <email> or www.a.example now") == "mail or now"


def test_a_word_that_always_stands_in_a_longer_phrase_is_no_keyword_of_its_own() -> None:
    keywords = name_themes(SWAPS + EXPORTS, np.repeat([0, 1], 4).astype(np.int64), 2)[0].keywords
    assert "swap shifts" in keywords
    assert not {"swap", "shifts"} & set(keywords)


def test_themes_that_say_the_same_still_get_different_names() -> None:
    labels = names(SWAPS, SWAPS, SWAPS)
    assert len({label.casefold() for label in labels}) == 3
    assert all(label.startswith("Swap shifts") for label in labels)


def test_names_that_differ_in_order_only_count_as_the_same() -> None:
    one = ["alpha beta", "alpha, beta", "beta! alpha"]
    labels = names(one, list(reversed(one)))
    assert sorted(labels[0].lower().split(", ")) != sorted(labels[1].lower().split(", "))


def test_without_a_telling_phrase_the_first_words_of_a_text_are_the_name() -> None:
    assert names(["why is it so?"], ["<email>"]) == ["Why is it so?", "Unnamed"]


def test_a_text_without_spaces_is_cut() -> None:
    label = names(["導" * 200])[0]
    assert 0 < len(label) <= LABEL_CHARACTERS


def test_a_theme_without_texts_has_a_name_too() -> None:
    found = name_themes(SWAPS, np.zeros(4, dtype=np.int64), 2)
    assert found[1].label
    assert found[1].keywords == ()


def test_statements_of_no_theme_change_no_name() -> None:
    labels = np.array([0] * 4 + [1] * 4 + [NOISE] * 2)
    texts = [*SWAPS, *EXPORTS, "swap swap swap", "colours everywhere"]
    assert [n.label for n in name_themes(texts, labels, 2)] == names(SWAPS, EXPORTS)


def test_repeating_a_text_counts_once() -> None:
    assert names(SWAPS, EXPORTS) == names(SWAPS + [SWAPS[3]] * 40, EXPORTS)


def test_every_text_needs_a_label() -> None:
    with pytest.raises(ValueError, match="2 texts with 1 labels"):
        name_themes(["a", "b"], np.zeros(1, dtype=np.int64), 1)


WORDS = st.sampled_from(
    (
        *("shift", "swap", "the", "of", "export", "PDF", "iPad", "I", "don't", "24", "<email>"),
        *("naïve", "Überstunden", ".", ",", "l'heure"),
    )
)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(NOISE, 4)), min_size=1, max_size=40), st.randoms())
def test_names_are_short_different_and_independent_of_the_order(
    said: list[tuple[str, int]], random: Random
) -> None:
    def named(pairs: list[tuple[str, int]]) -> list[tuple[str, tuple[str, ...]]]:
        labels: IntArray = np.array([label for _, label in pairs], dtype=np.int64)
        found = name_themes([text for text, _ in pairs], labels, 5)
        return [(name.label, name.keywords) for name in found]

    found = named(said)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert named(shuffled) == found
    labels = [label for label, _ in found]
    assert len({label.casefold() for label in labels}) == 5
    assert all(0 < len(label) <= LABEL_CHARACTERS for label in labels)
    assert all(len(keywords) <= KEYWORDS for _, keywords in found)
    assert not any("[" in label or "email" in label for label in labels)


def test_forty_thousand_texts_are_named_in_seconds() -> None:
    draws = np.random.default_rng(1)
    words = np.array([f"word{number}" for number in range(5000)])
    labels = np.arange(40_000) % 150
    chosen = (draws.integers(0, 400, size=(40_000, 12)) + labels[:, None] * 30) % 5000
    texts = [" ".join(row) for row in words[chosen].tolist()]
    began = time.process_time()
    found = name_themes(texts, labels.astype(np.int64), 150)
    assert time.process_time() - began < 10.0  # 5 when nothing else runs
    assert len({name.label for name in found}) == 150


def _rows(*degrees: float) -> Vectors:
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_most_central_statement_comes_first_in_its_theme() -> None:
    vectors, centroids = _rows(20, 5, 95, 80, 45), _rows(0, 90)
    labels = np.array([0, 0, 1, 1, NOISE])
    ordered = central_first(vectors, labels, centroids, np.full(5, 10))
    # distances 20 and 5 degrees to the first, 5 and 10 to the second
    assert [rows.tolist() for rows in ordered] == [[1, 0], [2, 3]]


def test_statements_of_a_readable_length_come_before_others() -> None:
    vectors, labels = _rows(1, 2, 3, 4), np.zeros(4, dtype=np.int64)
    lengths = np.array([5, 6, 61, 60])
    assert central_first(vectors, labels, _rows(0), lengths)[0].tolist() == [1, 3, 0, 2]


def test_a_theme_without_statements_has_no_central_one() -> None:
    nothing = np.empty(0, dtype=np.int64)
    ordered = central_first(_rows(), nothing, _rows(0), nothing)
    assert [rows.tolist() for rows in ordered] == [[]]
