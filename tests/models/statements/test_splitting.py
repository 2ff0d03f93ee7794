"""Records into statements: exact offsets, nothing lost, one thought each."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statements.splitting import MIN_LETTERS, WHOLE_WORDS, split_statements
from tests.pace import assert_in_proportion

# Pieces of which real messages are made, so that chance finds the odd seams between them.
FRAGMENTS = [
    "The export fails", "Please fix it.", "e.g.", "3.11", "https://a.example/x?y=1.Two", "!!", "😡",
    "太慢了。", "\n", "\n\n", "\r\n", "- ", "\n- dark mode", "\n2) undo", "…", "v. 2", "and then",
    ",", "app.But", "(see above).", "naïve", "x" * 50, "\t", "\u00a0", "«Nein!»", "I. M. Smith",
]  # fmt: skip
messages = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=80).map(" ".join)


WORDY = [fragment for fragment in FRAGMENTS if sum(map(str.isalpha, fragment)) >= MIN_LETTERS]


def letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def texts(message: str) -> list[str]:
    return [statement.text for statement in split_statements("r", message)]


def sentence(words: int, end: str = ".") -> str:
    return "A" + " word" * (words - 1) + end


@given(messages)
def test_offsets_point_at_the_words_of_the_record(message: str) -> None:
    for statement in split_statements("r", message):
        assert message[statement.start : statement.end] == statement.text
        assert statement.text == statement.text.strip()


@given(messages)
def test_statements_follow_each_other_without_overlap(message: str) -> None:
    spans = [(s.start, s.end) for s in split_statements("r", message)]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(st.lists(st.sampled_from(WORDY), max_size=200), st.sampled_from([" ", "\n", " - ", "\n* "]))
def test_no_word_is_lost(words: list[str], between: str) -> None:
    message = between.join(words)  # each word has letters enough, so nothing may be left out
    assert letters("".join(texts(message))) == letters(message)


@given(messages)
def test_splitting_a_statement_again_leaves_it_whole_when_it_is_short(message: str) -> None:
    for statement in texts(message):
        if len(statement.split()) <= WHOLE_WORDS // 2:
            assert len(texts(statement)) == 1


@given(messages)
def test_the_same_text_is_split_the_same_way(message: str) -> None:
    assert split_statements("r", message) == split_statements("r", message)


def test_a_record_of_thirty_words_is_one_statement() -> None:
    message = f"{sentence(15)} {sentence(15)}"
    assert texts(message) == [message]


def test_a_longer_record_is_cut_at_its_sentences() -> None:
    message = f"{sentence(15)} {sentence(16)}"
    assert texts(message) == [sentence(15), sentence(16)]


def test_a_short_sentence_stays_with_the_one_before_it() -> None:
    message = f"{sentence(20)} Please fix. {sentence(20)}"
    assert texts(message) == [f"{sentence(20)} Please fix.", sentence(20)]


def test_short_sentences_are_packed_into_one_thought() -> None:
    # 8 + 8 words are enough (12); the fifth sentence is too short to stand alone
    message = " ".join([sentence(8)] * 5)
    assert [len(text.split()) for text in texts(message)] == [16, 24]


def test_run_on_text_is_cut_at_a_clause() -> None:
    message = "it crashed" + " word" * 28 + " and then it" + " word" * 25
    first, second = texts(message)
    assert second.startswith("and then it")
    assert first == "it crashed" + " word" * 28


def test_a_comma_is_a_better_cut_than_a_clause_word() -> None:
    message = "it crashed" + " word" * 24 + ", which" + " word" * 6 + " and" + " word" * 20
    assert texts(message)[0].endswith(" word,")


def test_run_on_text_without_any_mark_is_cut_into_equal_parts() -> None:
    assert [len(text.split()) for text in texts("word " * 100)] == [33, 33, 34]


@pytest.mark.parametrize(
    "inside",
    ["e.g. this", "version 3.11 now", "https://a.example/b.Cd?e=f.Gh too", "Mr. Smith", "v. 2",
     "me@example.com there", "z. B. das", "costs 3.50 a day", "1,000.00 in all"],
)  # fmt: skip
def test_a_dot_inside_a_sentence_does_not_end_it(inside: str) -> None:
    first = f"A {' '.join(['word'] * 12)} {inside} {' '.join(['word'] * 12)}."
    assert texts(f"{first} {sentence(14)}") == [first, sentence(14)]


@pytest.mark.parametrize("end", [".", "!", "?!", "…", '."', ".)", "।", "؟"])
def test_any_script_can_end_a_sentence(end: str) -> None:
    assert texts(f"{sentence(16, end)} {sentence(16)}") == [sentence(16, end), sentence(16)]


def test_chinese_is_split_without_blanks() -> None:
    one = "同步功能經常失敗希望可以離線使用而且不要每次都重新登入我的帳號。"
    assert texts(one * 2) == [one, one]


def test_sentences_that_meet_without_a_blank_are_told_apart() -> None:
    glued = sentence(16) + sentence(16).replace("A", "But")
    assert texts(glued) == [sentence(16), sentence(16).replace("A", "But")]


def test_a_wrapped_line_is_not_the_end_of_a_sentence() -> None:
    message = "The list" + " word" * 14 + "\nand more" + " word" * 14 + "."
    assert texts(message) == [message]


def test_list_items_stand_alone_and_lose_their_marks() -> None:
    items = ["dark mode for the editor please", "export to sheets and to slides"]
    message = "What we miss most in the new version is this" + " word" * 14 + ":\n"
    message += "\n".join(f"- {item}" for item in items)
    assert texts(message)[1:] == items


def test_a_title_stays_with_the_first_sentence() -> None:
    message = f"Great app, bad sync\n\n{sentence(13)} {sentence(16)}"
    assert texts(message) == [f"Great app, bad sync\n\n{sentence(13)}", sentence(16)]


@pytest.mark.parametrize("message", ["", "  \n ", "👍👍", "ok", "10/10", "- \n- ", "?!"])
def test_what_has_fewer_than_three_letters_is_no_statement(message: str) -> None:
    assert texts(message) == []


@pytest.mark.parametrize(
    "unit", ["x", "!", "-\n", "a. ", "word ", "太", "Ab.Cd", "\n", "@", "1. ", '"', ", and "]
)
def test_time_is_linear_even_for_hostile_text(unit: str) -> None:
    assert_in_proportion(lambda length: split_statements("r", (unit * length)[:length]), 160_000)
