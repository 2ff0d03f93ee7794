"""The log of decisions in the store: nothing is lost, and what stands follows from it."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from groundswell.domain import Draft, IdeaVerdict, Verdict, replay
from groundswell.errors import ConflictError, DecisionError, StoreError
from groundswell.store import Lease, Store, open_store
from groundswell.store.database import Database

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACCEPT = Draft("accept", "need-1", "Ana", NOON)
REJECT = Draft("reject", "need-1", "Ben", NOON + timedelta(hours=1), reason="too costly")
RENAME = Draft("rename", "theme-7", "Cy", NOON + timedelta(hours=2), {"label": "Trains"})
TITLES = ("one", "two")


def test_what_is_recorded_is_read_back(store: Store) -> None:
    made = [store.decisions.record(draft) for draft in (ACCEPT, REJECT, RENAME)]
    assert store.decisions.log() == made
    assert store.decisions.log(after=1, limit=1) == [made[1]]
    assert store.decisions.log(target="need-1") == made[:2]
    assert store.decisions.newest(2) == made[1:]
    assert store.decisions.verdicts() == replay(made)
    assert store.decisions.ideas()["need-1"].status == "rejected"
    assert store.decisions.themes()[7].label == "Trains"
    assert store.decisions.verify() is None


def test_of_an_earlier_moment_only_what_was_decided_by_then_counts(store: Store) -> None:
    for draft in (ACCEPT, REJECT, RENAME):
        store.decisions.record(draft)
    assert store.decisions.ideas(NOON - timedelta(seconds=1)) == {}
    assert store.decisions.ideas(NOON)["need-1"].status == "accepted"
    assert store.decisions.ideas(REJECT.at)["need-1"].status == "rejected"
    assert store.decisions.themes(REJECT.at) == {}


def test_a_reviewer_decides_while_a_run_holds_the_lease(store: Store, lease: Lease) -> None:
    assert lease.resource == "pipeline"
    assert store.decisions.record(ACCEPT).number == 1


def test_a_reviewer_waits_for_the_batch_that_is_being_written(database: str) -> None:
    with open_store(database) as store, ThreadPoolExecutor(1) as pool:
        raw = Database(database)
        with raw.unchecked_write() as connection:
            connection.execute(text("DELETE FROM lease"))
            waiting = pool.submit(store.decisions.record, ACCEPT)
        assert waiting.result().number == 1
        raw.engine.dispose()


def test_a_hurried_writer_is_as_patient_afterwards(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "groundswell.db")) as store:
        raw = Database(store.place)
        with raw.unchecked_write(urgent=True) as connection:
            assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 10_000
        raw.engine.dispose()


def test_several_decisions_are_kept_together_or_not_at_all(store: Store) -> None:
    other = Draft("accept", "need-2", "Ana", NOON)
    with pytest.raises(ConflictError):
        store.decisions.record_all([(other, 0), (ACCEPT, 5)])
    assert store.decisions.log() == []
    assert [one.number for one in store.decisions.record_all([(other, 0), (ACCEPT, 0)])] == [1, 2]


def test_what_is_not_there_cannot_be_undone(store: Store) -> None:
    with pytest.raises(DecisionError, match="decision 3: there is none"):
        store.decisions.undo(3, reviewer="Ana", at=NOON)


def test_of_two_reviewers_with_the_same_page_exactly_one_wins(database: str) -> None:
    with open_store(database) as first, open_store(database) as second:

        def decide(desk: tuple[Store, str]) -> str:
            draft = Draft("edit", "need-1", desk[1], NOON, {"title": desk[1]})
            try:
                desk[0].decisions.record(draft, 0)
            except ConflictError as error:
                assert isinstance(error.now, IdeaVerdict)
                return f"after {error.now.title}"
            return desk[1]

        with ThreadPoolExecutor(2) as pool:
            told = set(pool.map(decide, [(first, "Ana"), (second, "Ben")]))
        assert told in ({"Ana", "after Ana"}, {"Ben", "after Ben"})
        assert len(first.decisions.log()) == 1


def test_two_writers_lose_nothing_and_leave_no_gap(database: str) -> None:
    with open_store(database) as first, open_store(database) as second:

        def comment(store: Store) -> None:
            for n in range(15):
                store.decisions.record(Draft("comment", f"need-{n}", "Ana", NOON, reason="hm"))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(comment, [first, second]))
        assert [one.number for one in first.decisions.log()] == list(range(1, 31))
        assert first.decisions.verify() is None
        assert first.decisions.verdicts() == second.decisions.verdicts()


@pytest.mark.parametrize("change", ["UPDATE decision SET target = 'x'", "DELETE FROM decision"])
def test_the_database_refuses_to_change_the_log(database: str, change: str) -> None:
    with open_store(database) as store:
        store.decisions.record(ACCEPT)
        raw = Database(database)
        with (
            pytest.raises((DBAPIError, ValueError), match="only added"),
            raw.unchecked_write() as connection,
        ):
            connection.execute(text(change))
        raw.engine.dispose()
        assert store.decisions.verify() is None


def test_a_log_whose_end_was_cut_off_is_found_by_what_reports_know(tmp_path: Path) -> None:
    database = str(tmp_path / "groundswell.db")
    with open_store(database) as store:
        for draft in (ACCEPT, REJECT, RENAME):
            store.decisions.record(draft)
        known = store.decisions.verdicts()
        alter(database, "DELETE FROM decision WHERE number = 3")
        assert store.decisions.verify() is None
        assert store.decisions.verify([(known.number, known.hash)]) == 3
        assert store.decisions.verdicts().number == 2  # what was kept in memory is not believed


def test_a_store_with_another_log_of_the_same_length_is_read_anew(tmp_path: Path) -> None:
    database = str(tmp_path / "groundswell.db")
    with open_store(database) as store:
        store.decisions.record(ACCEPT)
        assert store.decisions.ideas()["need-1"].status == "accepted"
        alter(database, "DELETE FROM decision")
        store.decisions.record(Draft("reopen", "need-2", "Ana", NOON))
        assert list(store.decisions.ideas()) == ["need-2"]


@pytest.mark.parametrize(
    "change", ["document = 'no'", "document = '{}'", "previous_hash = 'x'", "document = '[]'"]
)
def test_a_log_that_was_tampered_with_is_refused_in_one_line(tmp_path: Path, change: str) -> None:
    database = str(tmp_path / "groundswell.db")
    with open_store(database) as store:
        store.decisions.record(ACCEPT)
        alter(database, f"UPDATE decision SET {change}")
        with pytest.raises(StoreError, match=r"changed by another hand, 'groundswell log --verify"):
            store.decisions.verdicts()


def alter(database: str, change: str, *values: Any) -> None:
    """Change the log as somebody would who can write the file."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for verb in ("UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER IF EXISTS decision_no_{verb}")
        connection.execute(change, values)


@pytest.fixture(scope="module")
def tampered(lasting_database: str) -> Iterator[Store]:
    with open_store(lasting_database) as store:
        for draft in (ACCEPT, REJECT, RENAME):
            store.decisions.record(draft)
        yield store


@settings(deadline=None)
@given(
    number=st.integers(1, 3),
    column=st.sampled_from(["target", "at", "document", "previous_hash", "hash"]),
    place=st.integers(0, 10**6),
    flip=st.integers(1, 255),
)
def test_any_single_changed_byte_is_found(
    tampered: Store, number: int, column: str, place: int, flip: int
) -> None:
    here = f"WHERE number = {number}"
    with closing(sqlite3.connect(tampered.place)) as connection:
        (was,) = connection.execute(f"SELECT {column} FROM decision {here}").fetchone()
    data = bytearray(was.encode())
    data[place % len(data)] ^= flip
    change = f"UPDATE decision SET {column} = CAST(? AS TEXT) {here}"
    alter(tampered.place, change, bytes(data))
    found = tampered.decisions.verify()
    alter(tampered.place, change, was.encode())
    assert found == number
    assert tampered.decisions.verify() is None


class Reviewing(RuleBasedStateMachine):
    """Reviewers decide and undo in any order; a plain list of what stands says what must be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.opened = open_store(str(Path(self.folder.name, "groundswell.db")))
        self.store = self.opened.__enter__()
        self.at = NOON

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()

    def draft(self, kind: Any, target: str, changes: dict[str, Any], reason: str = "") -> Draft:
        self.at += timedelta(minutes=1)
        return Draft(kind, target, "Ana", self.at, changes, reason)

    def now(self, target: str) -> Verdict:
        return self.store.decisions.verdicts().of(target)

    @rule(
        about=st.sampled_from(["need-1", "item-A"]),
        decided=st.one_of(
            st.sampled_from(["accept", "reject", "reopen"]).map(lambda kind: (kind, {})),
            st.sampled_from(TITLES).map(lambda title: ("edit", {"title": title})),
            st.sampled_from([None, 2.5]).map(lambda days: ("set_effort", {"effort_days": days})),
        ),
    )
    def decide_on_an_idea(self, about: str, decided: tuple[str, dict[str, Any]]) -> None:
        kind, changes = decided
        seen = self.now(about)
        made = self.store.decisions.record(self.draft(kind, about, changes, "why"), seen.version)
        after = self.now(about)
        assert after.version == made.number
        assert {name: by.number for name, by in after.signed.items() if name in made.after} == (
            dict.fromkeys(made.after, made.number)
        )

    @rule(label=st.sampled_from([None, *TITLES]), pinned=st.booleans())
    def decide_on_a_theme(self, label: str | None, pinned: bool) -> None:
        rename = self.draft("rename", "theme-3", {"label": label})
        pin = self.draft("pin", "theme-3", {"pinned": pinned})
        self.store.decisions.record_all([(rename, None), (pin, None)])
        found = self.store.decisions.themes()[3]
        assert (found.label, found.pinned) == (label, pinned)

    @precondition(lambda self: self.store.decisions.log())
    @rule(data=st.data())
    def undo_and_undo_that(self, data: st.DataObject) -> None:
        log = self.store.decisions.log()
        chosen = data.draw(st.sampled_from(log))
        before = self.now(chosen.target)
        self.at += timedelta(minutes=1)
        try:
            undo = self.store.decisions.undo(chosen.number, reviewer="Ben", at=self.at)
        except ConflictError as error:
            assert error.decision is not None
            assert error.decision.number > chosen.number
            assert self.store.decisions.log() == log
            return
        if data.draw(st.booleans()):
            self.store.decisions.undo(undo.number, reviewer="Ben", at=self.at)
            now = self.now(chosen.target)
            assert (now.signed, now.version) == (before.signed, undo.number + 1)

    @precondition(lambda self: self.store.decisions.log(target="need-1"))
    @rule(back=st.integers(1, 3))
    def a_stale_page_changes_nothing(self, back: int) -> None:
        log, now = self.store.decisions.log(), self.now("need-1")
        with pytest.raises(ConflictError) as caught:
            self.store.decisions.record(
                self.draft("reject", "need-1", {}, "no"), now.version - back
            )
        assert caught.value.now == now
        assert self.store.decisions.log() == log

    @invariant()
    def what_is_kept_is_what_replaying_from_nothing_gives(self) -> None:
        log = self.store.decisions.log()
        assert replay(log) == self.store.decisions.verdicts()
        assert self.store.decisions.verdicts(as_of=self.at) == replay(log)
        assert [one.number for one in log] == list(range(1, len(log) + 1))
        assert self.store.decisions.verify() is None

    @invariant()
    def a_field_is_what_the_last_standing_decision_says(self) -> None:
        log, verdicts = self.store.decisions.log(), self.store.decisions.verdicts()
        stands: dict[int, bool] = {}
        for one in reversed(log):
            undos = [undo.number for undo in log if undo.undoes == one.number]
            stands[one.number] = not any(stands[number] for number in undos)
        expected: dict[tuple[str, str], Any] = {}
        for one in log:
            if one.undoes is None and stands[one.number]:
                expected |= {(one.target, name): value for name, value in one.after.items()}
        for (target, name), value in expected.items():
            found = getattr(verdicts.of(target), name)
            assert found == value


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
