"""What pages look up: words in statements, a record with its place, what became of a need."""

from datetime import date, timedelta

import numpy as np
import pytest

from groundswell.domain import (
    NOISE,
    AcceptedRow,
    Account,
    Copy,
    FeedbackRecord,
    ModelVersion,
    NeedTheme,
    Statement,
    ThemeAssignment,
    ThemeChange,
    content_id,
)
from groundswell.store import Lease, SearchFilter, Store
from tests.groundswell.samples import START, begin

TEXTS = (
    "The export stops.",
    "EXPORT to a sheet, please",
    "Größe der Schrift",
    "100 % of a_b is lost",
    "the export stops!",
)
ANYTHING = SearchFilter()


@pytest.fixture
def statements(store: Store, lease: Lease, run_id: int) -> list[Statement]:
    """Keep a record of one statement for each text, a day apart; the last one is a copy."""
    records = [
        FeedbackRecord(
            "tickets",
            str(n),
            text,
            START + timedelta(days=n),
            channel="review" if n == 1 else "ticket",
            account_id="a1" if n < 2 else None,
        )
        for n, text in enumerate(TEXTS)
    ]
    found = [Statement(r.record_id, 0, len(r.text), r.text) for r in records]
    rows = [AcceptedRow(n + 2, record) for n, record in enumerate(records)]
    for kind, values in (("feedback", rows), ("accounts", [AcceptedRow(1, Account("a1", "Tern"))])):
        package = store.feedback.open_package(
            lease,
            run_id=run_id,
            source=kind,
            kind=kind,
            path=f"/in/{kind}.csv",
            sha256="0" * 64,
            size_bytes=9,
        )
        store.feedback.add_rows(lease, package, values, last=True)
    store.feedback.add_statements(lease, [r.record_id for r in records], found)
    store.feedback.save_copies(lease, [Copy(records[4].record_id, records[0].record_id, 0.9)])
    placed = [ThemeAssignment(found[0].statement_id, 3, 0.9)]
    placed += [ThemeAssignment(found[0].statement_id, 4, 0.2)]
    placed += [ThemeAssignment(found[1].statement_id, NOISE, 1.0)]
    model = ModelVersion("themes", 1, "hashing", "f", run_id, {"statements": 5})
    needs = [NeedTheme(n, f"need {n}", (), (), 1, 0.5) for n in (3, 4)]
    store.themes.save_fit(lease, run_id, model, needs, placed, {})
    return found


def said(store: Store, *words: str, where: SearchFilter = ANYTHING) -> list[str]:
    found = store.lookups.search(words, where, limit=10)
    assert found.total == len(found.hits)
    return [hit.text for hit in found.hits]


def test_a_word_is_found_in_any_case_newest_first(
    store: Store, statements: list[Statement]
) -> None:
    assert said(store, "export") == [TEXTS[1], TEXTS[0]]  # the copy is left out
    assert said(store, "Export", "STOPS") == [TEXTS[0]]
    assert said(store, "expo") == [TEXTS[1], TEXTS[0]]
    assert said(store, "stops to") == []


def test_letters_beyond_ascii_are_found_in_capitals_and_small(
    store: Store, statements: list[Statement]
) -> None:
    assert said(store, "größe") == said(store, "GRÖßE") == [TEXTS[2]]


def test_signs_that_a_pattern_would_take_for_its_own_are_letters(
    store: Store, statements: list[Statement]
) -> None:
    assert said(store, "100 %") == said(store, "a_b") == [TEXTS[3]]
    assert said(store, "a%b") == said(store, "/") == said(store, "\\") == []


def test_filters_narrow_what_is_found(store: Store, statements: list[Statement]) -> None:
    first = date(2024, 6, 1)
    assert said(store, "export", where=SearchFilter(channel="review")) == [TEXTS[1]]
    assert said(store, where=SearchFilter(account_id="a1")) == [TEXTS[1], TEXTS[0]]
    assert said(store, where=SearchFilter(theme_id=4)) == [TEXTS[0]]
    assert said(store, where=SearchFilter(until=first)) == [TEXTS[0]]
    second = first + timedelta(days=1)
    assert said(store, where=SearchFilter(since=second, until=second)) == [TEXTS[1]]
    assert said(store, where=SearchFilter(since=date(2025, 1, 1))) == []


def test_a_page_of_hits_follows_the_one_before(store: Store, statements: list[Statement]) -> None:
    pages = [store.lookups.search((), ANYTHING, limit=3, offset=n) for n in (0, 3)]
    assert [page.total for page in pages] == [4, 4]
    assert [hit.text for page in pages for hit in page.hits] == [*TEXTS[3::-1]]


def test_a_hit_names_the_need_it_belongs_to_most(store: Store, statements: list[Statement]) -> None:
    hits = store.lookups.search(["export"], ANYTHING, limit=9).hits
    assert [hit.theme_id for hit in hits] == [NOISE, 3]


def test_a_record_comes_with_place_account_and_parts(
    store: Store, statements: list[Statement]
) -> None:
    found = store.lookups.record(statements[0].record_id)
    assert found is not None
    assert (found.record.text, found.place, found.copy_of) == (TEXTS[0], "feedback.csv:2", None)
    assert found.account is not None
    assert found.account.name == "Tern"
    assert [(p.start, p.end, p.themes) for p in found.parts] == [
        (0, len(TEXTS[0]), ((3, 0.9), (4, 0.2)))
    ]
    copy = store.lookups.record(statements[4].record_id)
    assert copy is not None
    assert copy.copy_of == statements[0].record_id
    assert store.lookups.record("none") is None


def test_the_newest_report_is_that_of_a_run_that_went_well(store: Store, lease: Lease) -> None:
    assert store.lookups.newest_report() is None
    runs = [begin(store, lease, config_hash=str(n)) for n in range(3)]
    for run_id in runs:
        store.ideas.save_report(lease, run_id, as_of=START, document="{}")
    assert store.lookups.newest_report() is None
    store.ledger.finish_run(lease, runs[0], state="ok", finished_at=START)
    store.ledger.finish_run(lease, runs[2], state="failed", finished_at=START)
    assert store.lookups.newest_report() == runs[0]


def test_the_history_of_a_need_is_what_was_told_of_it(store: Store, lease: Lease) -> None:
    told = [
        ThemeChange("born", (3,), (), (), "Born."),
        ThemeChange("merged", (5,), (3, 4), (), "Merged."),
    ]
    for n, change in enumerate(told):
        run_id = begin(store, lease, config_hash=str(n))
        store.themes.save_changes(lease, run_id, [change], [])
    history = store.lookups.theme_history(3)
    assert [(began, change) for _, began, change in history] == [(START, told[1]), (START, told[0])]
    assert [change for _, _, change in store.lookups.theme_history(5)] == [told[1]]
    assert store.lookups.theme_history(9) == []


def test_what_was_said_comes_once_a_wording_with_its_vector(
    store: Store, lease: Lease, statements: list[Statement]
) -> None:
    texts = [statement.text for statement in statements]
    hashes = [content_id(text) for text in texts[:2]]  # the others have none yet
    store.vectors.add(lease, "m1", hashes, np.eye(2, 3, dtype=np.float32))
    found = store.vectors.said("m1")
    assert found.statement_ids == (statements[1].statement_id, statements[0].statement_id)
    assert [found.texts[place] for place in found.places] == [texts[1], texts[0]]
    np.testing.assert_array_equal(found.vectors[found.places], np.eye(2, 3)[::-1])
    nothing = store.vectors.said("m2")
    assert (nothing.statement_ids, nothing.texts, nothing.vectors.shape) == ((), (), (0, 0))


def test_statements_are_looked_up_in_the_order_asked_for(
    store: Store, statements: list[Statement]
) -> None:
    ids = [statement.statement_id for statement in statements]
    hits = store.lookups.hits([ids[2], "gone", ids[0]])
    assert [hit.statement_id for hit in hits] == [ids[2], ids[0]]
    assert store.lookups.matching(SearchFilter(theme_id=4)) == {ids[0]}
    assert store.lookups.matching(ANYTHING) == set(ids)


def test_statements_are_found_by_their_ids(store: Store, statements: list[Statement]) -> None:
    ids = [one.statement_id for one in statements]
    found = store.lookups.said([*ids, ids[0], "none of ours"])
    assert [one.statement_id for one in found] == sorted(ids)
    assert {(one.text, one.text_hash) for one in found} == {
        (one.text, one.text_hash) for one in statements
    }
