"""Erasing people from a store: what goes, what stays, and that they do not come back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from groundswell.domain import (
    AcceptedRow,
    Account,
    Annotation,
    Copy,
    Deal,
    Draft,
    ModelVersion,
    NeedTheme,
    QuarantinedRow,
    ReadRow,
    Statement,
    ThemeAssignment,
)
from groundswell.domain.blanking import BLANK, FORGOTTEN
from groundswell.domain.drafts import membership
from groundswell.domain.erasure import Erasure, Subject, spell_erasure, tombstones_in
from groundswell.store import Lease, Store, reapply_erasures, tables
from groundswell.store.database import Database
from groundswell.store.decision_table import decision, unguarded
from tests.groundswell.samples import RECORD, START, accepted, opened, split

ZOE, ACE, ANN = "author-" + "a" * 20, "account-" + "b" * 20, "author-" + "c" * 20
LONG = "the marmalade tunnel floods our quartzite desk"
RECORDS = [
    replace(RECORD, source_id="1", text=f"{LONG} each night", author=ZOE, account_id=ACE),
    replace(RECORD, source_id="2", text="said by both of us twice", author=ZOE),
    replace(RECORD, source_id="3", text="said by both of us twice", author=ANN),
    replace(RECORD, source_id="4", text="dark mode please", author=ANN),
]
FIRST, SECOND, THIRD, FOURTH = (record.record_id for record in RECORDS)
REFUSED = QuarantinedRow(9, None, None, "bad_date", "created_at is 'soon'", f"9\tsoon\t{ZOE}")
OTHERS = QuarantinedRow(10, None, None, "bad_date", "created_at is 'soon'", f"9\tsoon\t{ANN}")
SALT, KEY = "5a" * 16, b"by chance"


@pytest.fixture
def filled(store: Store, lease: Lease, run_id: int) -> Store:
    rows: list[ReadRow] = [*accepted(*RECORDS), REFUSED, OTHERS]
    store.feedback.add_rows(lease, opened(store, lease, run_id), rows, last=True)
    firms = accepted(Account(ACE, "Ace Dispatch", 900.0), Account("account-" + "d" * 20, "Bee"))
    store.feedback.add_rows(
        lease, opened(store, lease, run_id, kind="accounts", path="accounts.csv"), firms, last=True
    )
    sold = accepted(
        Deal("D1", ACE, "lost", 5.0, None, None, ("no tunnel",)),
        Deal("D2", None, "won", None, None, None),
    )
    package = opened(store, lease, run_id, kind="deals", path="deals.csv")
    store.feedback.add_rows(lease, package, sold, last=True)
    split(store, lease)
    store.feedback.save_copies(lease, [Copy(THIRD, SECOND, 1.0)])
    learn(store, lease, run_id)
    return store


def learn(store: Store, lease: Lease, run_id: int) -> None:
    said = store.feedback.statements()
    hashes = sorted(set(said["text_hash"]))
    store.vectors.add(lease, "m", hashes, np.ones((len(hashes), 2), np.float32))
    store.annotations.add(lease, "m", [Annotation(h, "other", 1.0, 0.0, 0.0, True) for h in hashes])
    store.themes.save_fit(
        lease,
        run_id,
        ModelVersion("themes", 4, "m", "f", run_id, {}, files={"model.bin": "0" * 64}),
        [NeedTheme(0, LONG, ("marmalade",), (said["statement_id"][0],), 3, 0.9, x=0.5, y=0.25)],
        [ThemeAssignment(one, 0, 1.0) for one in said["statement_id"]],
        {},
    )
    store.ideas.save_report(lease, run_id, as_of=START, document=LONG, reference=("k", "{}"))
    store.ideas.save_files(lease, run_id, "/reports", [("report.html", "0", 1)])


def statement_of(number: int) -> str:
    record = RECORDS[number]
    return Statement(record.record_id, 0, len(record.text), record.text).statement_id


def erase(store: Store, lease: Lease, *subjects: Subject) -> Erasure | None:
    return store.erasures.erase(
        lease, subjects or (Subject("author", ZOE),), at=START, by="Ana", salt=SALT, key=KEY
    )


def everything(store: Store, database: str) -> str:
    raw = Database(database)
    with raw.read() as connection:
        rows = [
            str(connection.execute(table.select()).all())
            for table in tables.metadata.tables.values()
        ]
    raw.engine.dispose()
    return "\n".join(rows)


def test_nothing_of_them_is_left_and_others_stay(
    filled: Store, lease: Lease, database: str
) -> None:
    made = erase(filled, lease, Subject("author", ZOE), Subject("account", ACE))
    assert made is not None
    assert (made.state, made.anew, made.files) == ("files", True, ("/reports/report.html",))
    assert made.counts["records"] == 2
    assert (made.counts["accounts"], made.counts["deals"]) == (1, 1)
    assert made.counts["quarantined rows"] == 1
    left = everything(filled, database)
    for gone in (ZOE, ACE, "marmalade", "Ace Dispatch", "no tunnel", FIRST, statement_of(0)):
        assert gone not in left
    assert set(filled.feedback.records([FIRST, SECOND, THIRD, FOURTH])) == {THIRD, FOURTH}
    assert [one.row.raw for one in filled.feedback.quarantined(9)] == [OTHERS.raw]
    assert [one.name for one in filled.market.accounts()] == ["Bee"]
    assert [one.deal_id for one in filled.market.deals()] == ["D2"]


def test_a_copy_by_somebody_else_lives_on_for_itself(filled: Store, lease: Lease) -> None:
    made = erase(filled, lease)
    assert made is not None
    assert made.counts["copies that stand for themselves"] == 1
    assert filled.feedback.counts().copies == 0
    assert [one.record_id for one in filled.feedback.unsplit_records()] == [THIRD]


def test_vectors_go_unless_somebody_else_says_the_same(filled: Store, lease: Lease) -> None:
    assert filled.vectors.count("m") == 3
    erase(filled, lease)
    assert filled.vectors.count("m") == 2
    assert not filled.vectors.missing("m", [Statement(THIRD, 0, 24, RECORDS[2].text).text_hash])


def test_of_themes_their_numbers_and_the_places_of_others_stay(filled: Store, lease: Lease) -> None:
    erase(filled, lease)
    (theme,) = filled.themes.themes()
    assert (theme.theme_id, theme.label, theme.keywords, theme.x) == (0, "", (), 0.0)
    assert filled.versions.champion("themes") is None
    assert filled.versions.next_number("themes") == 5
    assert filled.ideas.report() is None
    assert set(filled.shapes.found_assignments()["statement_id"]) >= {statement_of(3)}


def test_every_row_still_has_one_fate(filled: Store, lease: Lease) -> None:
    erase(filled, lease)
    package = filled.feedback.packages()[0]
    assert (package.accepted, package.quarantined, package.erased) == (2, 1, 3)
    assert package.rows_done == 6


def test_their_rows_are_refused_from_then_on(filled: Store, lease: Lease, run_id: int) -> None:
    erase(filled, lease, Subject("author", ZOE), Subject("account", ACE))
    again: list[ReadRow] = [
        *accepted(
            *RECORDS, Account(ACE, "Ace Dispatch"), Deal("D9", ACE, "open", None, None, None)
        ),
        REFUSED,
        OTHERS,
    ]
    package = opened(filled, lease, run_id, "2")
    package = filled.feedback.add_rows(lease, package, again, last=True)
    assert (package.accepted, package.duplicate, package.quarantined) == (0, 2, 1)
    assert package.erased == 5
    assert set(filled.feedback.records([FIRST, SECOND])) == set()


def test_somebody_who_is_not_there_is_refused_all_the_same_and_nothing_else_happens(
    filled: Store, lease: Lease, run_id: int
) -> None:
    nobody = Subject("author", "author-" + "e" * 20)
    made = erase(filled, lease, nobody)
    assert made is not None
    assert (made.anew, made.counts) == (False, {})
    assert filled.versions.champion("themes") is not None
    assert erase(filled, lease, nobody) is None
    row = AcceptedRow(2, replace(RECORD, source_id="8", author=nobody.pseudonym))
    package = opened(filled, lease, run_id, "2")
    assert filled.feedback.add_rows(lease, package, [row], last=True).erased == 1


def test_rows_of_no_form_go_where_they_hold_the_id_as_a_word(
    store: Store, lease: Lease, run_id: int
) -> None:
    raws = ["1;Zoe-7;x", "1;zoe-77;x", "zoe-7", "prezoe-7;x"]
    rows = [
        QuarantinedRow(n, None, None, "field_count", "2 fields", raw) for n, raw in enumerate(raws)
    ]
    store.feedback.add_rows(lease, opened(store, lease, run_id), rows, last=True)
    erase(store, lease, Subject("author", ZOE, ("zoe-7",)))
    assert [one.row.raw for one in store.feedback.quarantined(9)] == ["1;zoe-77;x", "prezoe-7;x"]


class TestWhatReviewersWrote:
    @pytest.fixture
    def decided(self, filled: Store) -> Store:
        for draft in (
            Draft("set_kind", f"statement-{statement_of(0)}", "Ben", START, {"kind": "praise"}),
            Draft("move", "theme-0", "Ben", START, {membership(statement_of(0)): True}),
            Draft("reject", "need-0", "Ben", START, {}, f"They say: {LONG}!"),
            Draft(
                "accept", "need-1", "Ben", START, {}, "dark mode please, said by both of us twice"
            ),
            Draft("comment", "need-1", "Ben", START, {}, "ask Ace Dispatch"),
        ):
            filled.decisions.record(draft)
        filled.drafts.add_all([(Draft("accept", "need-2", "Ben", START, {}, LONG), None)])
        return filled

    def test_quotes_and_names_are_blanked_and_what_others_say_too_is_not(
        self, decided: Store, lease: Lease
    ) -> None:
        made = erase(decided, lease, Subject("author", ZOE), Subject("account", ACE))
        assert made is not None
        assert (made.counts["blanked decisions"], made.counts["blanked drafts"]) == (4, 1)
        reasons = [one.reason for one in decided.decisions.log()]
        assert reasons == ["", "", BLANK, "dark mode please, said by both of us twice", BLANK]
        assert decided.drafts.of("Ben")[0].draft.reason == BLANK

    def test_the_log_verifies_says_which_were_blanked_and_replays(
        self, decided: Store, lease: Lease
    ) -> None:
        heads = [(one.number, one.hash) for one in decided.decisions.log()]
        before = decided.decisions.verdicts()  # kept in memory
        assert before.ideas["need-0"].reason
        erase(decided, lease, Subject("author", ZOE), Subject("account", ACE))
        assert decided.decisions.verify(heads) is None
        assert decided.decisions.blanked() == [1, 2, 3, 5]
        after = decided.decisions.verdicts()
        assert (after.ideas["need-0"].status, after.ideas["need-0"].reason) == ("rejected", BLANK)
        (other,) = after.statements
        assert other.startswith(FORGOTTEN)
        assert list(after.themes[0].holds) == [other]
        undone = decided.decisions.undo(3, reviewer="Ana", at=START)
        assert decided.decisions.verify([(undone.number, undone.hash)]) is None

    def test_a_blanked_decision_that_is_changed_is_found(
        self, decided: Store, lease: Lease, database: str
    ) -> None:
        erase(decided, lease)
        raw = Database(database)
        with raw.unchecked_write() as connection:
            off, on = unguarded(sqlite=raw.is_sqlite)
            connection.exec_driver_sql(off)
            told = connection.scalar(
                decision.select()
                .with_only_columns(decision.c.document)
                .where(decision.c.number == 3)
            )
            changed = str(told).replace("Ben", "Eve")
            connection.execute(
                update(decision).where(decision.c.number == 3).values(document=changed)
            )
            connection.exec_driver_sql(on)
        raw.engine.dispose()
        assert decided.decisions.verify() == 3

    def test_the_guard_is_back_afterwards(
        self, decided: Store, lease: Lease, database: str
    ) -> None:
        erase(decided, lease)
        raw = Database(database)
        with pytest.raises(Exception, match="only added"), raw.unchecked_write() as connection:
            connection.execute(update(decision).values(target="x"))
        raw.engine.dispose()


class TestReceipts:
    def test_a_receipt_names_nobody_and_gives_back_its_tombstones(
        self, filled: Store, lease: Lease
    ) -> None:
        made = erase(filled, lease)
        assert made is not None
        receipt = spell_erasure(made)
        assert ZOE not in str(receipt)
        assert tombstones_in(receipt) == made.tombstones
        assert ("input", "tickets: tickets.csv") in {one[:2] for one in made.left}

    @pytest.mark.parametrize(
        "receipt",
        [{}, {"subjects": [{"kind": "firm", "salt": "00", "digest": "00"}]}, {"subjects": [1]}],
    )
    def test_what_is_no_receipt_is_said_to_be_none(self, receipt: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="no receipt"):
            tombstones_in(receipt)

    def test_a_store_that_was_put_back_is_erased_again(
        self, filled: Store, lease: Lease, run_id: int
    ) -> None:
        made = erase(filled, lease)
        assert made is not None
        known = made.tombstones
        raw = filled.erasures  # as a backup of before: nobody was erased, and they are all there
        del raw
        forget_erasures(filled, lease)
        package = opened(filled, lease, run_id, "9")
        filled.feedback.add_rows(lease, package, accepted(*RECORDS), last=True)
        assert FIRST in filled.feedback.records([FIRST])
        again = reapply_erasures(filled, lease, known, at=START, key=KEY)
        assert again is not None
        assert again.counts["records"] == 2
        assert again.tombstones == known
        assert FIRST not in filled.feedback.records([FIRST])
        assert reapply_erasures(filled, lease, known, at=START, key=KEY) is None


def forget_erasures(store: Store, lease: Lease) -> None:
    with store.erasures._database.write("test", lease) as connection:
        connection.execute(tables.erasure_tables.erasure.delete())


class TestAge:
    def test_what_is_older_than_its_source_keeps_goes_and_is_refused(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        old, new = RECORD, replace(RECORD, source_id="2", created_at=START + timedelta(days=9))
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(old, new), last=True)
        limit = START + timedelta(days=3)
        store.erasures.expire(lease, {"elsewhere": limit}, at=START)
        assert store.erasures.all() == []
        store.erasures.expire(lease, {"tickets": limit}, at=START)
        store.erasures.expire(lease, {"tickets": limit}, at=START)
        (made,) = store.erasures.all()
        assert (made.requested_by, made.counts["records"], made.tombstones) == ("keep_days", 1, ())
        assert set(store.feedback.records([old.record_id, new.record_id])) == {new.record_id}
        package = opened(store, lease, run_id, "2")
        package = store.feedback.add_rows(
            lease, package, accepted(old, new), last=True, keep_after=limit
        )
        assert (package.duplicate, package.erased) == (1, 1)

    def test_its_quotes_go_from_earlier_reports_and_all_else_of_them_stays(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        store.feedback.add_rows(lease, opened(store, lease, run_id), accepted(RECORD), last=True)
        mine, other = (
            f'{{"record_id": "{RECORD.record_id}", "text": "a"}}',
            '{"record_id": "x", "text": "b"}',
        )
        document = f'{{"quote": "a", "quotes": [{mine}, {other}], "rank": 1}}'
        store.ideas.save_report(lease, run_id, as_of=START, document=document)
        store.erasures.expire(lease, {"tickets": START + timedelta(days=1)}, at=START)
        report = store.ideas.report(run_id) or ""
        assert RECORD.record_id not in report
        assert '"quote": "b"' in report
        assert '"rank": 1' in report


def test_compacting_takes_the_bytes_out_of_the_file(
    filled: Store, lease: Lease, database: str
) -> None:
    erase(filled, lease)
    filled.erasures.compact()
    if "://" not in database:
        assert b"marmalade" not in Path(database).read_bytes()
    assert len(filled.feedback.records([THIRD, FOURTH])) == 2
