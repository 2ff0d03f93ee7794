"""What stands in quarantine, where a reading goes on, and how a source is read anew."""

from groundswell.domain import QuarantinedRow, ReadRow
from groundswell.store import Lease, Store
from tests.groundswell.samples import FULL_RECORD, RECORD, accepted, fates, opened

BAD = QuarantinedRow(7, 10, 20, "bad_date", "created_at is 'soon'", "7,soon")
WORSE = QuarantinedRow(8, 20, 30, "missing_text", "text is empty", "8,")


def read(
    store: Store,
    lease: Lease,
    run_id: int,
    sha256: str,
    *rows: ReadRow,
    path: str = "a.csv",
    whole: bool = True,
    last: bool = True,
) -> tuple[int, int, int]:
    package = opened(store, lease, run_id, sha256, path=path, whole=whole)
    return fates(store.feedback.add_rows(lease, package, rows, last=last))


def lines(store: Store) -> list[int]:
    return [entry.row.line for entry in store.feedback.quarantined(9)]


class TestQuarantine:
    def test_a_complete_new_reading_of_a_file_settles_the_one_before(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", BAD, WORSE)
        read(store, lease, run_id, "1", BAD, path="b.csv")
        read(store, lease, run_id, "2", last=False)
        assert lines(store) == [7, 7, 8]  # the new reading has not come to its end
        read(store, lease, run_id, "2", WORSE)
        assert lines(store) == [8, 7]  # what is still wrong, and another file
        assert store.feedback.counts().quarantined == 2

    def test_a_reading_from_a_cursor_settles_nothing(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", BAD)
        read(store, lease, run_id, "2", *accepted(RECORD), whole=False)
        assert lines(store) == [7]

    def test_an_entry_is_found_by_its_id_even_when_settled(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", *accepted(RECORD), BAD)
        (entry,) = store.feedback.quarantined(9)
        assert entry.entry_id == "1-1"
        read(store, lease, run_id, "2")
        assert store.feedback.quarantined(9) == []
        assert store.feedback.quarantine_entry("1-1") == entry
        for unknown in ("1-0", "9-1", "", "x", "1-", "-1", "1-99999999999999999999"):
            assert store.feedback.quarantine_entry(unknown) is None

    def test_entries_are_counted_by_file_and_reason(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", BAD, WORSE, BAD)
        read(store, lease, run_id, "1", WORSE, path="b.csv")
        assert store.feedback.quarantine_counts() == [
            ("tickets", "a.csv", "bad_date", 2),
            ("tickets", "a.csv", "missing_text", 1),
            ("tickets", "b.csv", "missing_text", 1),
        ]

    def test_no_more_than_4_kb_of_a_row_is_kept(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        raw = "x" + "é" * 5000  # the 4096th byte is in the middle of a letter
        read(store, lease, run_id, "1", QuarantinedRow(2, 0, 10_001, "row_too_long", "long", raw))
        (entry,) = store.feedback.quarantined(9)
        assert entry.row.raw == "x" + "é" * 2047


class TestCursors:
    def test_a_cursor_is_kept_with_its_rows(self, store: Store, lease: Lease, run_id: int) -> None:
        assert store.feedback.cursor("tickets", "tickets.csv") == ""
        package = opened(store, lease, run_id, whole=False)
        package = store.feedback.add_rows(
            lease, package, accepted(RECORD), last=False, cursor="page 2"
        )
        assert store.feedback.cursor("tickets", "tickets.csv") == "page 2"
        package = store.feedback.add_rows(lease, package, [], last=False)
        assert store.feedback.cursor("tickets", "tickets.csv") == "page 2"
        store.feedback.add_rows(lease, package, [], last=True, cursor="c", place="/replies")
        assert store.feedback.cursor("tickets", "/replies") == "c"
        store.feedback.forget_cursor(lease, "other")
        assert store.feedback.cursor("tickets", "/replies") == "c"
        store.feedback.forget_cursor(lease, "tickets")
        assert store.feedback.cursor("tickets", "/replies") == ""
        assert store.feedback.cursor("tickets", "tickets.csv") == ""


class TestReopening:
    def test_a_reopened_source_is_read_anew_and_keeps_what_it_had(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        rows = [*accepted(RECORD), BAD]
        store.feedback.add_rows(lease, package, rows, last=True, cursor="c")
        assert store.feedback.reopen_source(lease, "other") == 0
        assert store.feedback.source_complete("tickets", "tickets.csv", "1")
        assert store.feedback.reopen_source(lease, "tickets") == 1
        assert not store.feedback.source_complete("tickets", "tickets.csv", "1")
        assert store.feedback.cursor("tickets", "tickets.csv") == ""
        assert store.feedback.counts().records == 1
        assert lines(store) == [7]  # until the file was read again
        again = opened(store, lease, run_id)
        assert (again.package_id, again.rows_done) == (package.package_id + 1, 0)
        mended = accepted(RECORD, FULL_RECORD)
        assert fates(store.feedback.add_rows(lease, again, mended, last=True)) == (1, 1, 0)
        assert lines(store) == []
        assert store.feedback.source_complete("tickets", "tickets.csv", "1")
