"""Statements, their vectors and what they mention."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from groundswell.domain import (
    NOISE,
    Statement,
    ThemeAssignment,
)
from groundswell.store import BATCH, Lease, Store
from tests.groundswell.samples import FULL_RECORD, RECORD, accepted, opened, split


class TestStatements:
    def test_a_record_without_statements_is_not_asked_for_again(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(RECORD, FULL_RECORD), last=True)
        limited = store.feedback.unsplit_records(limit=1)
        assert [r.record_id for r in limited] == [min(RECORD.record_id, FULL_RECORD.record_id)]
        store.feedback.add_statements(lease, [RECORD.record_id], [])
        assert store.feedback.unsplit_records() == [FULL_RECORD]
        assert store.feedback.counts().statements == 0

    def test_equal_texts_are_embedded_once(self, store: Store, lease: Lease, run_id: int) -> None:
        records = [replace(RECORD, source_id=f"same-{n}") for n in range(3)]
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(*records, FULL_RECORD), last=True)
        split(store, lease)
        texts = store.feedback.texts_without_vector("m1")
        assert sorted(text for _, text in texts) == sorted([RECORD.text, FULL_RECORD.text])
        assert texts == sorted(texts)
        store.vectors.add(lease, "m1", [texts[0][0]], np.ones((1, 2), np.float32))
        assert store.feedback.texts_without_vector("m1") == texts[1:]
        assert store.feedback.texts_without_vector("m2") == texts

    def test_mentions_hold_a_row_for_each_statement_and_theme(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(RECORD, FULL_RECORD), last=True)
        split(store, lease)
        plain = Statement(RECORD.record_id, 0, len(RECORD.text), RECORD.text)
        full = Statement(FULL_RECORD.record_id, 0, len(FULL_RECORD.text), FULL_RECORD.text)
        places = [
            ThemeAssignment(full.statement_id, 4, 0.5),
            ThemeAssignment(full.statement_id, 2, 0.25, variant_id=7),
            ThemeAssignment(plain.statement_id, NOISE, 0.0),
        ]
        for place in sorted(places, key=lambda p: (p.statement_id, p.theme_id), reverse=True):
            store.themes.add_assignments(lease, [place])
        table = store.feedback.mentions()
        keys = list(zip(table["statement_id"], table["theme_id"], strict=True))
        assert keys == sorted((p.statement_id, p.theme_id) for p in places)
        assert str(table["created_at"].dtype) == "datetime64[us, UTC]"
        assert str(table["theme_id"].dtype) == "int64"
        assert table[table["theme_id"] == 2].iloc[0].to_dict() == {
            "statement_id": full.statement_id,
            "record_id": FULL_RECORD.record_id,
            "theme_id": 2,
            "variant_id": 7.0,
            "membership": 0.25,
            "start": 0,
            "end": len(FULL_RECORD.text),
            "text_hash": full.text_hash,
            "text": FULL_RECORD.text,
            "created_at": FULL_RECORD.created_at,
            "source": "tickets",
            "channel": "ticket",
            "author": "Jo",
            "account_id": "a1",
            "rating": 3.5,
            "nps": 0.0,
            "votes": 12.0,
            "version": "3.2.1",
            "language": "de",
            "path": "tickets.csv",
            "line": 3,
        }
        noise = table[table["theme_id"] == NOISE]
        assert noise[["author", "account_id", "rating", "nps", "version"]].isna().all(axis=None)

    def test_mentions_come_with_the_columns_that_are_wanted(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(RECORD, FULL_RECORD), last=True)
        split(store, lease)
        said = [
            Statement(one.record_id, 0, len(one.text), one.text) for one in (RECORD, FULL_RECORD)
        ]
        placed = [ThemeAssignment(one.statement_id, 2, 0.5) for one in said]
        store.themes.add_assignments(lease, placed)
        wanted = ("kind", "statement_id", "created_at", "nps")
        some = store.feedback.mentions("k1", only=wanted)
        assert tuple(some.columns) == wanted
        pd.testing.assert_frame_equal(some, store.feedback.mentions("k1")[list(wanted)])

    def test_mentions_of_nothing_have_the_same_columns(self, store: Store) -> None:
        table = store.feedback.mentions()
        assert len(table) == 0
        assert str(table["created_at"].dtype) == "datetime64[us, UTC]"
        assert {str(table[name].dtype) for name in ("rating", "nps", "membership")} == {"float64"}

    def test_texts_are_found_by_statement(self, store: Store, lease: Lease, run_id: int) -> None:
        records = [replace(RECORD, source_id=str(n), text=f"text {n}") for n in range(BATCH)]
        store.feedback.add_rows(lease, opened(store, lease, run_id), accepted(*records), last=True)
        split(store, lease)
        ids = list(store.feedback.statements()["statement_id"])
        found = store.feedback.statement_text([*ids, "unknown"])
        assert sorted(found.values()) == sorted(record.text for record in records)


class TestVectors:
    def test_vectors_come_back_as_they_were_rounded(self, store: Store, lease: Lease) -> None:
        rows = np.random.default_rng(7).normal(size=(BATCH + 3, 5)).astype(np.float32)
        hashes = [f"{n:04}" for n in range(len(rows))]
        store.vectors.add(lease, "m1", hashes, rows)
        wanted = [hashes[7], hashes[501], hashes[7]]
        found = store.vectors.load("m1", wanted)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, rows[[7, 501, 7]].astype(np.float16))
        np.testing.assert_array_equal(store.vectors.load("m1", hashes), rows.astype(np.float16))
        assert store.vectors.count("m1") == BATCH + 3
        assert store.vectors.count("m2") == 0
        assert store.vectors.load("m1", []).shape == (0, 0)

    def test_a_text_keeps_its_first_vector(self, store: Store, lease: Lease) -> None:
        store.vectors.add(lease, "m1", ["h"], np.array([[1, 0]], np.float32))
        store.vectors.add(lease, "m1", ["h"], np.array([[0, 1]], np.float32))
        np.testing.assert_array_equal(store.vectors.load("m1", ["h"]), [[1, 0]])

    def test_missing_vectors_are_counted(self, store: Store, lease: Lease) -> None:
        store.vectors.add(lease, "m1", ["a"], np.ones((1, 2), np.float32))
        with pytest.raises(ValueError, match="2 of 3 texts have no vector of m1"):
            store.vectors.load("m1", ["a", "b", "c", "b"])

    @pytest.mark.parametrize("number", [np.nan, np.inf, 1e6])
    def test_a_number_that_float16_cannot_hold_is_our_own_mistake(
        self, store: Store, lease: Lease, number: float
    ) -> None:
        with pytest.raises(ValueError, match="not finite as float16"):
            store.vectors.add(lease, "m1", ["a"], np.array([[number]], np.float32))
