from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.text.language import MAX_LANGUAGE_CHARS, detect_language
from tests.pace import assert_in_proportion

FEEDBACK = [
    line.split("\t")
    for line in Path(__file__)
    .with_name("feedback_by_language.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]
UNSPACED = ("ja", "th", "zh")


def words(text: str) -> int:
    return len(text.split())


def test_english_of_four_words_is_known_in_99_of_100_texts() -> None:
    english = [text for language, text in FEEDBACK if language == "en" and words(text) >= 4]
    right = [detect_language(text) for text in english].count("en")
    assert len(english) > 100
    assert right >= 0.99 * len(english)


def test_other_languages_of_five_words_are_known_in_95_of_100_texts() -> None:
    others = [
        (language, text)
        for language, text in FEEDBACK
        if language != "en" and (words(text) >= 5 or language in UNSPACED)
    ]
    right = sum(detect_language(text) == language for language, text in others)
    assert len(others) > 400
    assert right >= 0.95 * len(others)


def test_a_wrong_language_is_rarer_than_one_in_100_texts() -> None:
    named = [(language, detect_language(text)) for language, text in FEEDBACK]
    wrong = [(truth, guess) for truth, guess in named if guess not in (None, truth)]
    assert len(wrong) <= 0.01 * len(FEEDBACK)
    assert not any(truth == "en" for truth, _ in wrong)


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n", "ok", "OK!!!", "👍", "5/5", "v2.3.1", "123 456 789", "+++ --- ###", "super"),
        *("PDF CSV XLSX", "iPhone 14 Pro Max iOS 17.2", "https://example.com/help?page=3"),
        *("ERR_CONNECTION_RESET 0x80070005", "jkhgf asdkjh qwpeoi", "<email> <phone>"),
        *("ana@example.com, 555-0101", "C:\\Users\\ana\\export.csv"),
    ],
)
def test_what_has_no_language_gets_none(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Der Export geht leider nicht mehr. The export does not work any longer.",
        "The export does not work any longer. Der Export geht leider nicht mehr.",
        "L'export ne marche plus depuis hier soir. Please fix it as soon as you can.",
    ],
)
def test_halves_in_two_languages_get_none(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The export button fails", "en"),
        ("The Müller account cannot be opened, says our Zürich office", "en"),
        ("I clicked on 'Paramètres' and nothing happened", "en"),
        ("Seit dem Update crasht das Dashboard beim Login mit Single Sign-on", "de"),
        ("OutlookやTeamsとの連携がない", "ja"),
        ("iOS17にアップデートしたらアプリが落ちる", "ja"),
    ],
)
def test_names_and_product_words_do_not_mislead(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_only_the_beginning_is_looked_at() -> None:
    english = "The export button fails on every page of the report. " * 20
    assert len(english) > MAX_LANGUAGE_CHARS
    assert detect_language(english + "Der Export geht nicht. " * 1_000) == "en"


def test_threads_get_the_same_answers() -> None:
    texts = [text for _, text in FEEDBACK]
    alone = [detect_language(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect_language, texts)) == alone


@pytest.mark.parametrize("pump", ["a", "a ", "1", "a1 ", "<", "-", "é", "日", "\u0301", "\ud800"])
def test_long_texts_take_no_longer(pump: str) -> None:
    detect_language("load the model first")
    assert_in_proportion(lambda size: detect_language(pump * size), 48_000)
