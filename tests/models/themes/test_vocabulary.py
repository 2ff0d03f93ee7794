"""Words of a fit, and how many of a statement's it never saw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import ModelError
from models.themes.vocabulary import (
    from_bytes,
    read_words,
    to_bytes,
    unseen_shares,
)

SAID = ["the export fails", "the Export is slow", "dark theme"]


def test_the_share_counts_each_word_of_a_statement_once() -> None:
    known = read_words(SAID)[0]
    new = ["export fails, export fails", "the robot robot sings", "", "Theme!"]
    # known: both of two; one of three; none there; one of one
    np.testing.assert_allclose(unseen_shares(new, known), [0.0, 2 / 3, 0.0, 0.0])


def test_a_word_that_no_other_statement_has_would_not_have_been_seen() -> None:
    # fails; is, slow; dark, theme
    np.testing.assert_allclose(read_words(SAID)[1], [1 / 3, 2 / 4, 1.0])


@given(st.lists(st.text("abc ", max_size=8), min_size=2, max_size=6))
def test_it_is_what_a_fit_of_all_others_finds(texts: list[str]) -> None:
    for row, share in enumerate(read_words(texts)[1]):
        others = read_words(texts[:row] + texts[row + 1 :])[0]
        assert unseen_shares([texts[row]], others)[0] == pytest.approx(share)


def test_words_are_kept_as_numbers() -> None:
    known = read_words(SAID)[0]
    data = to_bytes(known)
    np.testing.assert_array_equal(from_bytes(data), known)
    assert b"export" not in data
    with pytest.raises(ModelError, match="words of the themes: not readable"):
        from_bytes(data[:20])
