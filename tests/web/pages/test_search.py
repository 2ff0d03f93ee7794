"""Search as a reader sees it: as written, by meaning, and like this."""

import re
from pathlib import Path

import pytest

from groundswell.report import IdeaReport
from groundswell.store import SearchFilter, open_store
from tests.web.pages.filling import Shown, config_in, fill
from web import meanings


def hits(page: str) -> list[str]:
    """Return the statements of a page in their order, without the marks in them."""
    found = re.findall(r'<a class="hit"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [re.sub("<[^>]+>", "", one) for one in found]


def test_meaning_finds_what_no_statement_says_in_these_words(shown: Shown) -> None:
    exact = shown.text("/search?q=export+invoices+spreadsheet")
    assert "Nobody said that in these words" in exact
    nearest = hits(exact)  # shown at once
    assert set(nearest[:2]) == {
        "The PDF export cuts my invoices.",
        "Please export to a spreadsheet, too.",
    }
    assert hits(shown.text("/search?q=export+invoices+spreadsheet&by=meaning")) == nearest


def test_both_kinds_lead_to_each_other_and_keep_what_was_asked(shown: Shown) -> None:
    exact, meant = shown.text("/search?q=export"), shown.text("/search?q=export&by=meaning")
    assert '<a href="/search?q=export&amp;by=meaning" data-other>By meaning</a>' in exact
    assert '<a href="/search?q=export" data-other>As written</a>' in meant
    assert '<input type="hidden" name="by" value="meaning">' in meant
    assert len(hits(meant)) > len(hits(exact)) > 0  # all are near or far, few hold the word


def test_words_nobody_said_are_told(shown: Shown) -> None:
    page = shown.text("/search?q=zebra+export&by=meaning")
    assert re.search("Nobody said <i><bdi>zebra</bdi></i>; the other words", page)
    assert hits(page)
    assert hits(shown.text("/search?q=zebra&by=meaning")) == []


def test_like_this_finds_others_and_never_itself(shown: Shown) -> None:
    page = shown.text(f"/search?like={shown.statement_ids[0]}")
    assert "<b>Like</b> <bdi>The PDF export cuts my invoices.</bdi>" in page
    assert len(hits(page)) == len(shown.statement_ids) - 1
    assert "The PDF export cuts my invoices." not in hits(page)
    assert "No other statement" in shown.text("/search?like=theme-1")  # which holds all of them


def test_filters_narrow_what_is_near(shown: Shown) -> None:
    page = shown.text("/search?q=export&by=meaning&channel=survey")
    assert sorted(hits(page)) == [
        "Please export to a spreadsheet, too.",
        "The PDF export cuts my invoices.",
    ]
    assert hits(shown.text("/search?q=export&by=meaning&since=2027-01-01")) == []


@pytest.mark.parametrize("like", ["zqzqz", "theme-777", "theme-x"])
def test_what_is_not_there_has_no_likes(shown: Shown, like: str) -> None:
    assert shown.client.get(f"/search?like={like}").status_code == 404


def test_without_vectors_a_page_says_what_is_missing(report: IdeaReport, tmp_path: Path) -> None:
    shown = fill(config_in(tmp_path), report, vectors=False)
    assert "No meanings yet" in shown.text("/search?q=export&by=meaning")
    assert "No meanings yet" in shown.text("/search?like=theme-1")
    assert hits(shown.text("/search?q=export"))


def test_a_statement_that_is_gone_since_is_left_out(report: IdeaReport, tmp_path: Path) -> None:
    shown = fill(config_in(tmp_path), report)
    before = hits(shown.text("/search?q=export&by=meaning"))
    with open_store(shown.config.store.database) as store, store.lease("pipeline") as lease:
        gone = store.lookups.search(["sheet"], SearchFilter(), limit=1).hits[0]
        store.feedback.add_statements(lease, [gone.record_id], [])
    after = hits(shown.text("/search?q=export&by=meaning"))
    assert 0 < len(after) < len(before)
    assert gone.text not in after


def test_what_was_read_is_kept_until_the_next_run(shown: Shown) -> None:
    with open_store(shown.config.store.database) as store:
        database = shown.config.store.database
        assert meanings.heard(store, database) is meanings.heard(store, database)


def test_of_many_statements_another_process_learns_and_finds_the_same(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = hits(shown.text("/search?q=export&by=meaning"))
    monkeypatch.setattr(meanings, "AT_ONCE", 0)
    monkeypatch.setattr(meanings, "_heard", {})
    monkeypatch.setattr(meanings, "_learning", {})
    text = shown.text("/search?q=export&by=meaning")
    assert "One moment" in text
    assert "with_query" not in text
    for waiting in meanings._learning.values():
        waiting.join(60)
    assert hits(shown.text("/search?q=export&by=meaning")) == at_once


def test_where_nothing_can_be_learnt_no_second_process_tries(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "AT_ONCE", 0)
    monkeypatch.setattr(meanings, "_heard", {})
    monkeypatch.setattr(meanings, "_learning", {})
    monkeypatch.setattr(meanings, "learned_beside", lambda *_: None)
    database = shown.config.store.database
    with open_store(database) as store:
        assert meanings.heard(store, database) == "learning"
        (first,) = meanings._learning.values()
        first.join(60)
        assert [meanings.heard(store, database) for _ in range(3)] == ["nothing"] * 3
        assert list(meanings._learning.values()) == [first]
