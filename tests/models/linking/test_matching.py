from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import Vectors
from models.linking.matching import SHORTLIST, Texts, match

WORDS = ("rota", "export", "shift", "swap", "offline", "sync", "dark", "mode", "login", "crash")
some_texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), max_size=8)


def embedded(texts: Sequence[str]) -> Texts:
    """Give every text the sum of its words' axes, and a little of one that all share."""
    vectors = np.full((len(texts), len(WORDS) + 1), 0.1)
    for row, text in enumerate(texts):
        for word in text.split():
            vectors[row, WORDS.index(word)] += 1.0
    unit: Vectors = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
    return Texts(texts, unit)


def test_the_doc_about_the_same_thing_comes_first_and_says_why() -> None:
    docs = embedded(["dark mode", "swap shift", "export rota", "login crash", "sync offline"])
    found = match(embedded(["rota export", "login"]), docs)
    assert found.docs[:, 0].tolist() == [2, 3]
    assert found.probability[0, 0] > 0.5 > found.probability[0, 1]
    assert found.reason(0, 0).endswith('% sure: both say "export", "rota"; similarity 1.00')
    assert "no word in common; similarity" in found.reason(0, 1)


def test_in_a_foreign_collection_nothing_is_probable() -> None:
    docs = embedded(["dark mode", "login crash", "sync offline", "dark login", "mode sync"])
    assert match(embedded(["export rota", "swap shift"]), docs).probability.max() < 0.1


def test_when_all_docs_are_alike_none_is_more_probable_than_chance() -> None:
    found = match(embedded(["export rota"]), embedded(["export rota"] * 400))
    few = match(embedded(["export rota"]), embedded(["export rota", *["dark mode"] * 399]))
    assert found.probability[0, 0] < 0.1 < few.probability[0, 0]


def test_docs_beyond_the_shortlist_are_found_where_many_are_asked_for() -> None:
    docs = embedded(["export rota"] * (SHORTLIST + 30))
    asked = embedded(["export rota"])
    assert match(asked, docs, count=3).docs.tolist() == [[0, 1, 2]]
    every = match(asked, docs, count=len(docs.texts)).docs[0]
    assert sorted(every.tolist()) == list(range(SHORTLIST + 30))


@pytest.mark.parametrize(("queries", "docs"), [(0, 3), (2, 0), (0, 0)])
def test_without_queries_or_docs_there_is_nothing(queries: int, docs: int) -> None:
    found = match(embedded(["rota"] * queries), embedded(["rota"] * docs))
    assert found.probability.shape == found.docs.shape == (queries, docs)


def test_texts_need_a_vector_each() -> None:
    with pytest.raises(ValueError, match="vectors of texts"):
        Texts(["rota"], np.empty((0, 4), np.float32))


@settings(max_examples=40, deadline=None)
@given(some_texts, some_texts)
def test_the_order_of_the_texts_does_not_matter(queries: list[str], docs: list[str]) -> None:
    docs = sorted(set(docs))
    by_query = np.array(sorted(range(len(queries)), key=lambda n: (n * 7) % 5), dtype=np.int64)
    by_doc = np.arange(len(docs))[::-1]
    straight = match(embedded(queries), embedded(docs))
    turned = match(embedded([queries[n] for n in by_query]), embedded([docs[n] for n in by_doc]))
    np.testing.assert_array_equal(turned.probability, straight.probability[by_query])
    told = straight.probability[by_query] > 0.0
    distinct = np.array([len(set(row)) == len(row) for row in turned.probability.tolist()])
    if len(docs) and distinct.any():
        rows = told & distinct[:, None]
        there = by_doc[turned.docs]
        np.testing.assert_array_equal(there[rows], straight.docs[by_query][rows])
