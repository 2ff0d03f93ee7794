"""Names of themes: customers' own phrases, each theme's different, in any order of the texts."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import NOISE, IntArray, Vectors
from models.encoding.embedding import HashingEncoder, embed
from models.naming.names import LABEL_CHARACTERS, ThemeName, content_of, name_areas, name_themes
from tests.pace import assert_in_proportion

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
CRASHES = [
    "The app crashes when I open the rota",
    "Why does the app crash on every start?",
    "Since the update the app crashes all day",
    "App crashes, please fix",
]
PAY = [
    "My overtime is not paid",
    "Overtime is not paid to me",
    "Why isn't my overtime paid?",
    "Overtime has not been paid since May",
]


def vectors_of(texts: list[str]) -> Vectors:
    return embed(texts, HashingEncoder())


def name(*themes: list[str], areas: list[int] | None = None) -> list[ThemeName]:
    texts = [text for theme in themes for text in theme]
    labels = np.repeat(np.arange(len(themes)), [len(theme) for theme in themes])
    siblings = np.array(areas if areas is not None else [0] * len(themes), dtype=np.int64)
    return name_themes(texts, vectors_of(texts), labels.astype(np.int64), siblings)


def labels_of(*themes: list[str]) -> list[str]:
    return [found.label for found in name(*themes)]


def test_a_name_is_a_phrase_that_tells_a_theme_from_the_others() -> None:
    found = labels_of(SWAPS, EXPORTS, CRASHES)
    assert found == ["Swap shifts", "iPad shows an empty PDF rota", "App crashes"]


def test_a_negation_stays_in_the_name() -> None:
    assert labels_of(PAY, SWAPS)[0] == "Overtime is not paid"


def test_siblings_never_have_the_same_content_words() -> None:
    # Both would be called by their open and their closed doors; only one may.
    one = ["Door is open", "The door is open again", "My door is open"]
    other = ["Door isn't open", "The door isn't open again", "Open door"]
    found = name(one, other, SWAPS)
    assert len({content_of(one.label) for one in found}) == 3
    assert "door" in found[0].label.lower()


def test_negations_do_not_make_content_words_differ() -> None:
    assert content_of("Card doesn't work") == content_of("The cards work") != content_of("Card")


def test_themes_of_different_areas_may_share_words_but_not_the_name() -> None:
    found = name(SWAPS, SWAPS, areas=[0, 1])
    assert found[0].label == "Swap shifts"
    assert found[1].label not in ("Swap shifts", "Unnamed")


def test_a_name_that_others_bear_is_not_given_again() -> None:
    texts = [*SWAPS, *EXPORTS]
    labels = np.repeat([0, 1], 4).astype(np.int64)
    siblings = np.zeros(2, dtype=np.int64)
    found = name_themes(texts, vectors_of(texts), labels, siblings, taken=["swap SHIFTS"])
    assert found[0].label.casefold() != "swap shifts"
    assert "PDF rota" in found[1].label


def test_themes_that_say_the_same_still_get_different_names() -> None:
    found = labels_of(SWAPS, SWAPS, SWAPS)
    assert len({label.casefold() for label in found}) == 3


def test_the_evidence_is_the_name_and_its_words_with_the_texts_that_have_them() -> None:
    texts = ["swap my shifts", "swapping a shift", "shift plan", "a shift in May", "shifts, again"]
    labels = np.zeros(5, dtype=np.int64)
    found = name_themes(texts, vectors_of(texts), labels, np.zeros(1, dtype=np.int64))[0]
    assert found.label == "Swap my shifts"
    # both words: texts 0 and 1; "swap": 0 and 1; "shift": all five
    assert [(w.phrase, w.statements) for w in found.evidence] == [
        ("Swap my shifts", 2),
        ("Swap", 2),
        ("shifts", 5),
    ]
    assert set(found.evidence[0].rows) == {0, 1}
    assert len(found.evidence[2].rows) == 3


def test_the_evidence_of_a_large_theme_counts_texts_that_were_not_looked_at() -> None:
    texts = [f"swap shifts number{row}" for row in range(1200)]
    labels = np.zeros(1200, dtype=np.int64)
    found = name_themes(texts, vectors_of(texts), labels, np.zeros(1, dtype=np.int64))[0]
    assert found.evidence[0].statements == 1200


def test_where_no_phrase_holds_the_keywords_are_the_name() -> None:
    # 20 words, each in 5 of 100 texts: less than a tenth have a word of any phrase
    things = "rota tablet badge shift badge2 door lamp desk chair plan team note list form page"
    words = [*things.split(), "clock", "alarm", "phone", "mail", "map"]
    texts = [f"{words[n % 20]} item{n}" for n in range(100)]
    found = name(texts, SWAPS)
    assert found[0].fallback
    assert not found[1].fallback
    first, last = found[0].label.split(" and ")
    assert {*first.lower().split(", "), last} == set(found[0].keywords[:3])


def test_a_bare_verdict_is_no_name() -> None:
    found = labels_of(
        ["Great app", "Great app!", "great app :)", "swap shifts, great app"], CRASHES
    )
    assert "great" not in found[0].lower()


def test_areas_are_called_by_their_keywords() -> None:
    texts = [*SWAPS, *EXPORTS, *PAY]
    found = name_areas(texts, np.repeat([0, 0, 1], 4).astype(np.int64), 2)
    assert "PDF rota" in found[0].label
    assert "overtime" in found[1].label.lower()
    assert all(one.keywords for one in found)


def test_without_a_word_that_names_something_the_first_words_of_a_text_are_the_name() -> None:
    assert labels_of(["why is it so?"], ["<email>"]) == ["Why is it so?", "Unnamed"]


def test_words_are_written_as_customers_mostly_write_them() -> None:
    texts = ["print it on my iPad", "print it on an iPad", "print it on my ipad", "IPAD"]
    assert labels_of(texts, SWAPS)[0] in ("iPad", "Print it on my iPad")


@pytest.mark.parametrize(
    "texts",
    [
        ["Die App stürzt beim Start ab", "Die App stürzt ab", "App stürzt immer ab"],
        ["L'application ne marche pas", "Mon application ne marche pas du tout"],
        ["No puedo exportar la nómina", "No puedo exportar mi nómina"],
        ["Ik kan mijn rooster niet openen", "Het rooster openen lukt niet"],
    ],
    ids=["German", "French", "Spanish", "Dutch"],
)
def test_names_in_other_languages_say_something(texts: list[str]) -> None:
    found = labels_of(texts, SWAPS)[0]
    words = {"stürzt", "marche", "exportar", "rooster", "nómina", "application"}
    assert words & set(found.lower().replace("'", " ").split())


def test_texts_without_spaces_are_named_and_cut() -> None:
    label = labels_of(["導" * 200], ["应用打不开", "应用打不开了"])
    assert 0 < len(label[0]) <= LABEL_CHARACTERS
    assert label[1].startswith("应用打不开")


def test_a_theme_without_texts_has_a_name_too() -> None:
    texts = vectors_of(SWAPS)
    found = name_themes(SWAPS, texts, np.zeros(4, dtype=np.int64), np.zeros(2, dtype=np.int64))
    assert found[1] == ThemeName("Unnamed", (), (), fallback=True)
    nothing = np.empty(0, dtype=np.int64)
    assert name_themes([], texts[:0], nothing, nothing) == []


def test_statements_of_no_theme_change_no_name() -> None:
    texts = [*SWAPS, *EXPORTS, "swap swap swap", "colours everywhere"]
    labels = np.array([0] * 4 + [1] * 4 + [NOISE] * 2)
    found = name_themes(texts, vectors_of(texts), labels, np.zeros(2, dtype=np.int64))
    assert found == name(SWAPS, EXPORTS)


def test_repeating_a_text_counts_once() -> None:
    repeated = name(SWAPS + [SWAPS[3]] * 40, EXPORTS)
    assert [one.label for one in repeated] == labels_of(SWAPS, EXPORTS)
    counts = [word.statements for word in repeated[0].evidence]
    assert counts == [word.statements for word in name(SWAPS, EXPORTS)[0].evidence]


def test_every_text_needs_a_label_and_a_vector() -> None:
    siblings = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="2 texts, 2 vectors, 1 labels"):
        name_themes(["a", "b"], vectors_of(["a", "b"]), np.zeros(1, dtype=np.int64), siblings)
    with pytest.raises(ValueError, match="2 texts with 1 labels"):
        name_areas(["a", "b"], np.zeros(1, dtype=np.int64), 1)


WORDS = st.sampled_from(
    (
        *("shift", "swap", "the", "of", "export", "PDF", "iPad", "I", "don't", "24", "<email>"),
        *("naïve", "Überstunden", ".", ",", "l'heure", "can't", "why", "not", "nicht", "how"),
    )
)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(NOISE, 4)), min_size=1, max_size=40), st.randoms())
def test_names_are_short_different_and_independent_of_the_order(
    said: list[tuple[str, int]], random: Random
) -> None:
    areas = np.array([0, 0, 1, 1, 1])

    def named(pairs: list[tuple[str, int]]) -> list[tuple[str, tuple[str, ...], tuple[int, ...]]]:
        labels: IntArray = np.array([label for _, label in pairs], dtype=np.int64)
        texts = [text for text, _ in pairs]
        found = name_themes(texts, vectors_of(texts), labels, areas)
        return [
            (one.label, one.keywords, tuple(word.statements for word in one.evidence))
            for one in found
        ]

    found = named(said)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert named(shuffled) == found
    names = [label for label, _, _ in found]
    assert len({label.casefold() for label in names}) == 5
    for siblings in (names[:2], names[2:]):
        contents = [content_of(label) for label in siblings if content_of(label)]
        assert len(set(contents)) == len(contents)
    assert all(0 < len(label) <= LABEL_CHARACTERS for label in names)
    assert not any("[" in label or "email" in label for label in names)


def test_many_texts_are_named_in_time_in_proportion() -> None:
    draws = np.random.default_rng(1)
    words = np.array([f"word{number}" for number in range(5000)])
    labels = np.arange(8_000, dtype=np.int64) % 150
    chosen = (draws.integers(0, 400, size=(8_000, 10)) + labels[:, None] * 30) % 5000
    texts = [" ".join(row) for row in words[chosen].tolist()]
    vectors = draws.normal(size=(8_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def name(size: int) -> list[ThemeName]:
        return name_themes(texts[:size], vectors[:size], labels[:size], np.arange(150) // 10)

    assert_in_proportion(name, 8_000)
    assert len({one.label for one in name(8_000)}) == 150
