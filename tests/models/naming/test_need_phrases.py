"""Phrases that could name a need: whole pieces of a sentence, no negation cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.naming.clauses import NOT, content_stem, cut_clauses, stem
from models.naming.function_words import (
    FUNCTION,
    NEGATION,
    NEGATIVE,
    PARTICLE,
    english_role,
    find_roles,
)
from models.naming.need_phrases import PHRASE_WORDS, QUESTION_WORDS, find_need_phrases


def phrases(text: str) -> list[str]:
    return [" ".join(phrase.words) for phrase in find_need_phrases(text)]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("How do I cancel a transfer?", "cancel a transfer"),
        ("Hello, I would like to cancel a transfer please", "cancel a transfer"),
        ("Can you tell me how to cancel a transfer", "cancel a transfer"),
        ("Is it possible to cancel a transfer", "cancel a transfer"),
        ("My transfer was declined", "transfer was declined"),
        ("Why is my transfer still pending?", "transfer still pending"),
        ("Why was I charged twice?", "charged twice"),
        ("I think the tablet crashes", "tablet crashes"),
        ("What is the limit on transfers", "limit"),
        ("Need help with my rota", "rota"),
        ("The app crashes when opening a tab", "app crashes"),
        ("Please let me log in with my phone", "log in"),
        ("turn the light on", "turn the light on"),
    ],
)
def test_what_leads_to_the_point_is_left_out(text: str, point: str) -> None:
    leading = [" ".join(phrase.words) for phrase in find_need_phrases(text) if phrase.leads]
    assert point in leading
    assert all(phrase.split()[0] == point.split()[0] for phrase in leading)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("When will my badge be delivered?", "When will my badge be delivered"),
        ("please tell me how long does an export take", "how long does an export take"),
        ("Which tablets do you support?", "Which tablets do you support"),
        ("Does the rota work offline", "Does the rota work offline"),
        ("Why isn't my overtime showing up?", "Why isn't my overtime showing up"),
    ],
)
def test_a_question_whose_words_are_turned_round_is_taken_whole(text: str, whole: str) -> None:
    found = list(find_need_phrases(text))
    assert " ".join(found[0].words) == whole
    assert found[0].question


def test_how_long_something_is_asks_nothing() -> None:
    assert not next(find_need_phrases("How long badges stay valid")).question


@pytest.mark.parametrize(
    "text",
    [
        "The app does not work",
        "It doesn't work on my tablet",
        "I can't open the rota at all",
        "Could I not open the rota",
        "There is no dark mode in the app",
        "I never got paid for my shift",
        "Saving the rota is impossible",
        "unable to open the rota",
        "the export failed to start",
        "l'application ne marche pas",
        "ich kann die App nicht öffnen",
        "no puedo abrir la nómina",
        "ik kan niet inloggen op de tablet",
        "I don't know why the rota does not open",
    ],
)
def test_no_phrase_is_cut_off_from_its_negation(text: str) -> None:
    clauses = [[word.lower() for word in clause] for clause in cut_clauses(text)]
    negative = [
        word
        for clause in clauses
        for word, role in zip(clause, find_roles(clause), strict=True)
        if role & NEGATIVE
    ]
    assert negative
    for phrase in find_need_phrases(text):
        words = [word.lower() for word in phrase.words]
        assert set(negative) <= set(words)


def test_why_cant_i_gives_cant() -> None:
    assert "can't open the rota" in phrases("Why can't I open the rota?")


def test_a_phrase_ends_where_a_part_of_the_sentence_ends() -> None:
    assert phrases("I want to cancel a transfer to the wrong account") == [
        "cancel a transfer",
        "cancel a transfer to the wrong account",
        "transfer",
        "transfer to the wrong account",
        "wrong account",
    ]


@pytest.mark.parametrize(
    "text", ["write to <email>", "see https://a.example/dark", "thanks @rota_team", "#dark #mode"]
)
def test_marks_and_addresses_are_in_no_phrase(text: str) -> None:
    assert not any(
        "email" in p or "example" in p or "rota" in p or "mode" in p for p in phrases(text)
    )


def test_a_phrase_ends_before_another_sentence_begins() -> None:
    found = phrases("My payment was declined could you tell me why")
    assert "payment was declined" in found
    assert not any("could" in phrase for phrase in found)
    assert not any("now" in p for p in phrases("Stuck at the gate and now we wait"))
    assert not any("could" in p for p in phrases("payment was declined could you check"))


def test_a_text_of_function_words_has_no_phrase() -> None:
    assert phrases("why is it so, and what can I do about it?") == []
    assert phrases("") == []


def test_a_role_is_told_in_the_language_of_the_text() -> None:
    assert find_roles(["die", "app", "ist", "weg"])[0] & FUNCTION
    assert not find_roles(["did", "my", "phone", "die"])[3] & FUNCTION


VOCABULARY = (
    "the a my I you it can can't will does not no why how long when which to for with in on up of"
    " and but if is was have been please get need rota tablet open crashes paid die nicht pas . ,"
    " <email> 24 swap"
)
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.lists(WORDS, max_size=14))
def test_phrases_neither_begin_nor_end_badly(words: list[str]) -> None:
    for phrase in find_need_phrases(" ".join(words)):
        low = [word.lower() for word in phrase.words]
        longest = QUESTION_WORDS if phrase.question or low[0] in ("how", "which") else PHRASE_WORDS
        assert 0 < len(low) <= longest
        assert low[0] not in ("the", "a", "my", "and", "but", "of", "to", "it")
        last = english_role(low[-1])
        assert not last & FUNCTION or last & PARTICLE or low[-1] in ("in", "on")
        assert not last & NEGATION or low[-1] in ("pas", "nicht")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("track", "tracking", True),
        ("card", "cards", True),
        ("deliver", "delivery", True),
        ("stop", "stopped", True),
        ("copies", "copy", True),
        ("charge", "charging", True),
        ("topping", "tops", True),
        ("transfer", "transaction", False),
        ("need", "nee", False),
        ("thing", "th", False),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str, same: bool) -> None:
    assert (stem(one) == stem(other)) is same


def test_the_content_of_a_word() -> None:
    assert [content_stem(word) for word in ("Cards", "the", "don't", "nicht", "für")] == [
        "card",
        "",
        NOT,
        NOT,
        "",
    ]
