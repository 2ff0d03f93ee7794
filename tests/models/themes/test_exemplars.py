"""Quotes: central statements of readable length, from different people, texts and channels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import NOISE, Vectors
from models.themes.exemplars import CONSIDERED, central_first, choose_quotes


def rows_at(*degrees: float) -> Vectors:
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_most_central_statement_comes_first_in_its_theme() -> None:
    vectors, centroids = rows_at(20, 5, 95, 80, 45), rows_at(0, 90)
    labels = np.array([0, 0, 1, 1, NOISE])
    ordered = central_first(vectors, labels, centroids, np.full(5, 10))
    # distances 20 and 5 degrees to the first, 5 and 10 to the second
    assert [rows.tolist() for rows in ordered] == [[1, 0], [2, 3]]


def test_statements_of_a_readable_length_come_before_others() -> None:
    vectors, labels = rows_at(1, 2, 3, 4), np.zeros(4, dtype=np.int64)
    lengths = np.array([5, 6, 61, 60])
    assert central_first(vectors, labels, rows_at(0), lengths)[0].tolist() == [1, 3, 0, 2]


def test_a_theme_without_statements_has_no_central_one() -> None:
    nothing = np.empty(0, dtype=np.int64)
    ordered = central_first(rows_at(), nothing, rows_at(0), nothing)
    assert [rows.tolist() for rows in ordered] == [[]]


def test_one_person_is_quoted_once() -> None:
    texts = ["a", "b", "c", "d"]
    assert choose_quotes([0, 1, 2, 3], texts, ["ann", "ann", "bob", "ann"], [""] * 4, 3) == [0, 2]


def test_unknown_people_are_taken_for_different_ones() -> None:
    assert choose_quotes([2, 0, 1], ["a", "b", "c"], [None] * 3, [""] * 3, 3) == [2, 0, 1]


def test_the_same_text_is_quoted_once_whatever_its_case_and_spaces() -> None:
    texts = ["Tabs  vanish", "tabs vanish", "tabs vanish!"]
    assert choose_quotes([0, 1, 2], texts, [None] * 3, [""] * 3, 3) == [0, 2]


def test_the_next_quote_is_from_the_channel_least_heard() -> None:
    texts, channels = list("abcde"), ["review", "review", "ticket", "review", "ticket"]
    # review first; then the best ticket; then, one each, the best of all that are left
    assert choose_quotes(range(5), texts, [None] * 5, channels, 4) == [0, 2, 1, 4]


def test_people_who_were_quoted_elsewhere_are_not_quoted_again() -> None:
    assert choose_quotes([0, 1], ["a", "b"], ["ann", "bob"], [""] * 2, 2, heard=["ann"]) == [1]
    assert choose_quotes([0], ["a"], [None], [""], 2, heard=[None]) == [0]


def test_only_the_best_statements_are_considered() -> None:
    count = CONSIDERED + 1
    channels = ["review"] * CONSIDERED + ["ticket"]
    chosen = choose_quotes(range(count), list(map(str, range(count))), [None] * count, channels, 2)
    assert chosen == [0, 1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.sampled_from(["x", "y", None]), st.sampled_from("pq")
        ),
        max_size=12,
    ),
    st.integers(0, 5),
)
def test_quotes_differ_and_no_more_could_be_had(
    said: list[tuple[str, str | None, str]], wanted: int
) -> None:
    texts, voices, channels = ([one[part] for one in said] for part in range(3))
    chosen = choose_quotes(range(len(said)), texts, voices, channels, wanted)  # type: ignore[arg-type]
    assert len({texts[row] for row in chosen}) == len(chosen) <= wanted
    known = [voices[row] for row in chosen if voices[row] is not None]
    assert len(set(known)) == len(known)
    left = [
        row
        for row in range(len(said))
        if texts[row] not in {texts[r] for r in chosen} and voices[row] not in known
    ]
    assert len(chosen) == wanted or not left
