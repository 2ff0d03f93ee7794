"""Which phrases could name a theme, and what makes one better than another."""

import numpy as np
import pytest

from models.encoding.embedding import HashingEncoder, embed
from models.naming import candidates as name_candidates
from models.naming.candidates import NameCandidate, find_candidates
from models.naming.corpus import SAMPLE, NameCorpus, read_corpus


def corpus_of(*themes: list[str]) -> NameCorpus:
    texts = [text for theme in themes for text in theme]
    labels = np.repeat(np.arange(len(themes)), [len(theme) for theme in themes])
    return read_corpus(texts, embed(texts, HashingEncoder()), labels.astype(np.int64), len(themes))


def candidates(*themes: list[str]) -> list[NameCandidate]:
    """Return those of the first theme."""
    return find_candidates(corpus_of(*themes), 0)


def place_of(label: str, found: list[NameCandidate]) -> int:
    return [one.label for one in found].index(label)


def score(found: list[NameCandidate]) -> dict[str, float]:
    return {one.label: one.score for one in found}


def test_of_two_phrases_the_one_that_other_themes_do_not_say_is_better() -> None:
    said = ["print the rota", "print the rota now", "swap the shift", "swap the shift now"]
    found = candidates(said, ["print the rota", "print a rota", "please print the rota"])
    assert place_of("swap the shift", found) < place_of("print the rota", found)
    scores = score(found)
    assert scores["swap the shift"] - scores["print the rota"] > 0.4
    # Without the other theme they say as much of their own.
    alone = score(candidates(said))
    assert abs(alone["swap the shift"] - alone["print the rota"]) < 0.05


def test_of_two_phrases_the_one_whose_words_more_texts_have_is_better() -> None:
    said = ["swap my shift", "print the rota", "print the rota now", "the rota is blank"]
    found = candidates(said, ["badge is lost"])
    assert place_of("print the rota", found) < place_of("swap my shift", found)


def test_where_most_texts_deny_it_a_phrase_that_does_not_is_worse() -> None:
    denied = [f"the rota does not open {ending}" for ending in ("here", "there", "in May", "ever")]
    found = candidates([*denied, "the rota opens"], ["badge is lost"])
    assert place_of("rota does not open", found) < place_of("rota opens", found)
    stems = found[place_of("rota does not open", found)].stems
    assert stems == ("rota", "not", "open")


def test_what_a_denied_phrase_loses_is_the_share_of_texts_that_deny_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # "rota" and "open" stand together in five texts, four of which say no: 0.05 * 4 / 5
    denied = [f"the rota does not open {ending}" for ending in ("here", "there", "in May", "ever")]
    said = [*denied, "the rota opens"]
    lost = score(candidates(said))
    monkeypatch.setattr(name_candidates, "UNSAID_NOT", 0.0)
    assert score(candidates(said))["rota opens"] - lost["rota opens"] == pytest.approx(0.04)
    assert score(candidates(said))["rota does not open"] == lost["rota does not open"]


def test_words_that_few_share_cost_more_in_a_wide_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["print rota", "print rota now", "swap shift", "badge"]
    corpus = corpus_of(said, ["lamp"])
    spread = 1 - float(np.median(corpus.cosines[:4]))
    with_shares = score(find_candidates(corpus, 0))
    monkeypatch.setattr(name_candidates, "SHARED", 0.0)
    monkeypatch.setattr(name_candidates, "WEAKEST", 0.0)
    # both words of "swap shift" in one text of four: mean and lowest logarithm are log(1/4)
    cost = with_shares["swap shift"] - score(find_candidates(corpus, 0))["swap shift"]
    assert cost == pytest.approx(spread * 0.2 * np.log(1 / 4), abs=1e-4)


def test_a_phrase_that_one_text_in_hundreds_supports_is_left_out() -> None:
    # Half of the words of "print the shift" stand in all texts, both in one of 500.
    # The numbers make the other texts less central, so that it is looked at.
    common = [f"swap my shift, a{n}, b{n}, c{n}, d{n}" for n in range(SAMPLE - 1)]
    found = score(candidates(["swap my shift, print the shift", *common], ["badge is lost"]))
    assert "swap my shift" in found
    assert "print the shift" not in found


def test_a_phrase_says_nothing_twice() -> None:
    assert "shift of a shift" not in {
        one.label for one in candidates(["shift of a shift", "swap my shift"])
    }


def test_of_a_large_theme_the_same_texts_are_looked_at_in_any_order() -> None:
    texts = [f"swap my shift number{n} for{n % 7}" for n in range(SAMPLE + 100)]
    straight, reversed_ = corpus_of(texts), corpus_of(texts[::-1])
    assert list(straight.texts) == list(reversed_.texts)
    assert len(straight.texts) == SAMPLE
    assert len(straight.unread[0]) == 100
    assert find_candidates(straight, 0) == find_candidates(reversed_, 0)


def test_a_theme_without_texts_has_no_candidates() -> None:
    assert candidates([], ["swap my shift"]) == []
