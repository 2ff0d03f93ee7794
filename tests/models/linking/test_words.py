import numpy as np
import pytest

from models.linking.words import find_words, read_words


def test_names_of_a_program_are_taken_apart_and_kept_whole() -> None:
    assert find_words("onDidChange in launch.json") == [
        *("onDidChange", "on", "Did", "Change"),
        "in",
        *("launch.json", "launch", "json"),
    ]


def test_only_the_beginning_of_a_text_is_read() -> None:
    assert find_words("rota " * 1_000) == ["rota"] * 200


def test_a_rare_word_tells_more_than_a_frequent_one() -> None:
    # four texts: "export" is in all of them, "rota" in two
    words = read_words(["export rota"], ["rota export", "export pdf", "export csv"])
    assert words.rarity["export"] == pytest.approx(np.log(5 / 5))
    assert words.rarity["rota"] == pytest.approx(np.log(5 / 3))
    shared = (words.query_stems @ words.doc_stems.T).toarray()[0]
    np.testing.assert_allclose(shared, [np.log(5 / 3), 0.0, 0.0])


def test_words_are_shared_in_any_form_and_told_rarest_first() -> None:
    words = read_words(
        ["Exporting the rotas"], ["The rota export was slow", "export", "Swap a shift"]
    )
    assert words.shared_words(0, 0, 4) == ["rotas", "Exporting"]
    assert words.shared_words(0, 0, 1) == ["rotas"]
    assert words.shared_words(0, 2, 4) == []


def test_letters_meet_where_words_are_put_together_in_other_ways() -> None:
    words = read_words(["web view"], ["webviews", "shift swap", "web view"])
    alike = words.shared_letters(np.zeros(3, np.int64), np.arange(3))
    assert alike[2] == pytest.approx(1.0)
    assert 0.0 < alike[0] < 1.0
    assert alike[1] == 0.0


def test_texts_without_words_share_nothing() -> None:
    words = read_words(["", "???"], ["", "the"])
    assert words.shared_letters(np.array([0, 1]), np.array([0, 1])).tolist() == [0.0, 0.0]
    assert (words.query_stems @ words.doc_stems.T).toarray().tolist() == [[0.0, 0.0], [0.0, 0.0]]
