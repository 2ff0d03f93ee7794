"""Likeness in words beside likeness in meaning."""

import numpy as np
import pytest

from models.themes.wording import WORDS_WEIGHT, Wording, blend, read_wording

TEXTS = [
    "the card was declined",
    "my card was declined again",
    "transfer to a friend",
    "a transfer is missing",
    "unheard",
]


def test_texts_with_the_same_words_are_alike_whatever_their_case_and_marks() -> None:
    said = read_wording(["Card declined!", "card, declined", "card was late", "was declined"])
    likeness = (said.rows @ said.rows.T).toarray()
    assert likeness[0, 1] == pytest.approx(1.0)
    assert 0.0 < likeness[0, 2] < 1.0


def test_what_one_text_has_alone_makes_it_like_no_other() -> None:
    said = read_wording(TEXTS)
    assert said.rows[[4]].nnz == 0
    likeness = (said.rows @ said.rows.T).toarray()
    assert likeness[0, 1] > 0.5
    assert likeness[0, 2] == 0.0


def test_rare_words_weigh_more() -> None:
    texts = ["the app crashed", "the app is slow", "the app is fine", "it crashed"]
    likeness = (read_wording(texts).rows @ read_wording(texts).rows.T).toarray()
    # "crashed" is in two texts, "the" and "app" and "the app" in three each.
    assert likeness[0, 3] > 0.0
    rarity = read_wording(texts).rarity
    found = np.unique(rarity[rarity > 0])
    assert len(found) == 2
    assert found.max() == pytest.approx(np.log(5 / 3) + 1)


def test_new_texts_are_described_as_the_old_ones_were() -> None:
    old = read_wording(TEXTS)
    new = read_wording([TEXTS[1], "declined"], old.rarity)
    assert np.array_equal(new.rows[[0]].toarray(), old.rows[[1]].toarray())
    assert (new.rows @ old.rows.T).toarray()[1, 2] == 0.0


def test_chinese_and_japanese_share_words_without_blanks_between() -> None:
    said = read_wording(["打不开网页", "网页打不开了", "很好用"])
    likeness = (said.rows @ said.rows.T).toarray()
    assert likeness[0, 1] > 0.3
    assert likeness[0, 2] == 0.0


def test_candidates_are_put_in_the_order_of_both_views() -> None:
    said = read_wording(TEXTS)
    indices = np.array([[2, 3, 1]])
    similarities = np.array([[0.50, 0.45, 0.40]], dtype=np.float32)
    words = float((said.rows[[0]] @ said.rows[[1]].T).toarray()[0, 0])
    found, blended = blend(indices, similarities, _row(said, 0), said, 2)
    assert found.tolist() == [[1, 2]]
    expected = (0.40 + WORDS_WEIGHT * words) / (1 + WORDS_WEIGHT)
    assert blended[0].tolist() == pytest.approx([expected, 0.50 / (1 + WORDS_WEIGHT)], abs=1e-6)


def test_equal_candidates_stay_in_the_order_of_meaning() -> None:
    said = read_wording(TEXTS)
    same = np.full((1, 2), 0.3, dtype=np.float32)
    found, _ = blend(np.array([[3, 2]]), same, _row(said, 4), said, 2)
    assert found.tolist() == [[3, 2]]


def test_no_texts_are_no_reason_to_fail() -> None:
    assert read_wording([]).rows.shape[0] == 0


def _row(said: Wording, row: int) -> Wording:
    return Wording(said.rows[[row]], said.rarity)
