"""Copies and empty words are kept, and left out of the themes."""

from dataclasses import replace

import pytest

from groundswell.domain import Annotation, Copy, FeedbackRecord, Statement, ThemeAssignment
from groundswell.store import BATCH, Lease, Store
from tests.groundswell.samples import RECORD, accepted, opened, split

RECORDS = [replace(RECORD, source_id=str(n), text=f"text {n}") for n in range(3)]
FIRST, SECOND, THIRD = (record.record_id for record in RECORDS)


def statement_of(record: FeedbackRecord) -> Statement:
    return Statement(record.record_id, 0, len(record.text), record.text)


@pytest.fixture
def filled(store: Store, lease: Lease, run_id: int) -> Store:
    store.feedback.add_rows(lease, opened(store, lease, run_id), accepted(*RECORDS), last=True)
    split(store, lease)
    for record in RECORDS:
        place = ThemeAssignment(statement_of(record).statement_id, 0, 1.0)
        store.themes.add_assignments(lease, [place])
    return store


class TestCopies:
    def test_a_copy_is_left_out_and_comes_back_when_it_is_none(
        self, filled: Store, lease: Lease
    ) -> None:
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.9)])
        assert set(filled.feedback.statements()["record_id"]) == {FIRST, THIRD}
        assert set(filled.feedback.mentions()["record_id"]) == {FIRST, THIRD}
        assert len(filled.themes.unassigned_statements()) == 0
        assert len(filled.feedback.texts_without_vector("m1")) == 2
        counts = filled.feedback.counts()
        assert (counts.records, counts.statements, counts.copies) == (3, 2, 1)
        filled.feedback.save_copies(lease, [Copy(THIRD, FIRST, 0.9)])
        assert set(filled.feedback.mentions()["record_id"]) == {FIRST}
        back = filled.themes.unassigned_statements()["statement_id"]
        assert list(back) == [statement_of(RECORDS[1]).statement_id]
        assert filled.feedback.counts().copies == 1

    def test_only_what_differs_is_written(
        self, filled: Store, lease: Lease, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.9)])
        written: list[str] = []
        monkeypatch.setattr("groundswell.store.copies.failpoint", written.append)
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.9)])
        assert written == []
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.8)])
        assert len(written) == 1

    def test_a_copy_whose_words_change_is_none_until_it_is_looked_at_again(
        self, filled: Store, lease: Lease, run_id: int
    ) -> None:
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.9), Copy(THIRD, FIRST, 0.9)])
        changed = [replace(RECORDS[1], text="other"), replace(RECORDS[2], votes=4)]
        package = opened(filled, lease, run_id, "2")
        filled.feedback.add_rows(lease, package, accepted(*changed), last=True)
        split(filled, lease)
        assert set(filled.feedback.statements()["record_id"]) == {FIRST, SECOND}

    @pytest.mark.parametrize(
        ("copies", "says"),
        [
            ([Copy(SECOND, FIRST, 1.0), Copy(SECOND, THIRD, 1.0)], "named twice"),
            ([Copy(SECOND, FIRST, 1.0), Copy(THIRD, SECOND, 1.0)], "copies themselves"),
            ([Copy(SECOND, SECOND, 1.0)], "copies themselves"),
            ([Copy("unknown", FIRST, 1.0)], "not known"),
            ([Copy(SECOND, "unknown", 1.0)], "not known"),
        ],
    )
    def test_what_cannot_be_is_our_own_mistake(
        self, filled: Store, lease: Lease, copies: list[Copy], says: str
    ) -> None:
        with pytest.raises(ValueError, match=says):
            filled.feedback.save_copies(lease, copies)
        assert filled.feedback.counts().copies == 0

    def test_every_record_is_a_candidate(self, filled: Store, lease: Lease) -> None:
        filled.feedback.save_copies(lease, [Copy(SECOND, FIRST, 0.9)])
        table = filled.feedback.copy_candidates()
        assert list(table.columns) == ["record_id", "text", "author", "account_id", "created_at"]
        assert list(table["record_id"]) == sorted((FIRST, SECOND, THIRD))
        assert str(table["created_at"].dtype) == "datetime64[us, UTC]"
        assert table["created_at"][0] == RECORD.created_at


def annotated(record: FeedbackRecord, *, informative: bool) -> Annotation:
    key = statement_of(record).text_hash
    return Annotation(key, "problem", 0.9, -0.5, 0.75, informative)


class TestAnnotations:
    def test_annotations_come_back_as_they_were(self, store: Store, lease: Lease) -> None:
        known = [
            Annotation(f"{n:04}", "request", 0.5, 0.25, 0.0, n % 2 == 0) for n in range(BATCH + 2)
        ]
        hashes = [annotation.text_hash for annotation in known]
        store.annotations.add(lease, "k1", known)
        assert store.annotations.missing("k1", ["x", *hashes, "x"]) == ["x"]
        assert store.annotations.missing("k2", hashes[:2]) == hashes[:2]
        assert store.annotations.load("k1", [*hashes, "x"]) == dict(zip(hashes, known, strict=True))
        assert store.annotations.load("k2", hashes) == {}

    @pytest.mark.parametrize(
        "wrong",
        [
            Annotation("h", "other", 1.5, 0.0, 0.0, True),
            Annotation("h", "other", 1.0, -1.5, 0.0, True),
            Annotation("h", "other", 1.0, 0.0, 1.5, True),
        ],
    )
    def test_a_figure_out_of_its_range_is_our_own_mistake(
        self, store: Store, lease: Lease, wrong: Annotation
    ) -> None:
        with pytest.raises(ValueError, match="annotation_ranges"):
            store.annotations.add(lease, "k1", [wrong])

    def test_an_annotation_takes_the_place_of_the_one_before(
        self, store: Store, lease: Lease
    ) -> None:
        was = [Annotation(name, "other", 0.5, 0.25, 0.0, True) for name in ("a", "b")]
        store.annotations.add(lease, "k1", was)
        now = Annotation("a", "problem", 1.0, -0.5, 0.75, True)
        store.annotations.replace(lease, "k1", [now])
        assert store.annotations.load("k1", ["a", "b"]) == {"a": now, "b": was[1]}
        assert store.annotations.load("k2", ["a", "b"]) == {}

    def test_empty_words_are_counted_but_in_no_theme(self, filled: Store, lease: Lease) -> None:
        empty, full, _ = RECORDS
        known = [annotated(empty, informative=False), annotated(full, informative=True)]
        filled.annotations.add(lease, "k1", known)
        said = filled.feedback.statements("k1").set_index("record_id")
        assert said["informative"].to_dict() == {FIRST: False, SECOND: True, THIRD: True}
        assert said["kind"].to_dict() == {FIRST: "problem", SECOND: "problem", THIRD: "other"}
        assert tuple(said.loc[SECOND, ["polarity", "severity"]]) == (-0.5, 0.75)
        assert said.loc[THIRD, ["polarity", "severity"]].isna().all()
        for table in (filled.feedback.statements, filled.feedback.mentions):
            assert set(table("k1")["record_id"]) == {FIRST, SECOND, THIRD}
            assert set(table("k1", informative_only=True)["record_id"]) == {SECOND, THIRD}
            assert "informative" not in table().columns
            with pytest.raises(ValueError, match="name one"):
                table(informative_only=True)
        assert filled.feedback.counts("k1").uninformative == 1
        assert filled.feedback.counts("k2").uninformative == 0
        assert filled.feedback.counts().uninformative == 0

    def test_empty_words_do_not_wait_for_a_theme(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(*RECORDS), last=True)
        split(store, lease)
        store.annotations.add(lease, "k1", [annotated(RECORDS[0], informative=False)])
        waiting = set(store.themes.unassigned_statements("k1")["statement_id"])
        assert waiting == {statement_of(record).statement_id for record in RECORDS[1:]}
        assert len(store.themes.unassigned_statements()) == 3

    def test_tables_of_nothing_have_the_same_columns(self, store: Store) -> None:
        table = store.feedback.mentions("k1", informative_only=True)
        assert len(table) == 0
        assert str(table["informative"].dtype) == "bool"
        assert str(table["severity"].dtype) == "float64"


def test_who_is_not_known_is_none_also_where_others_are_known(
    store: Store, lease: Lease, run_id: int
) -> None:
    named = replace(RECORDS[0], author="ann", account_id="ACME")
    silent = replace(RECORDS[1], author=None, account_id=None)
    package = opened(store, lease, run_id)
    store.feedback.add_rows(lease, package, accepted(named, silent), last=True)
    table = store.feedback.copy_candidates().set_index("record_id")
    row = table.loc[named.record_id]
    assert (row["author"], row["account_id"]) == ("ann", "ACME")
    assert table["author"].tolist().count(None) == 1
    assert table["account_id"].tolist().count(None) == 1
