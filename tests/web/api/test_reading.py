from typing import Any
from urllib.parse import quote

import pytest

from groundswell.domain.drafts import FIRST_MADE
from reports import to_json
from tests.web.pages.filling import Shown


def got(shown: Shown, path: str, status: int = 200) -> Any:
    answer = shown.client.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    kind = "application/json" if status == 200 else "application/problem+json"
    assert answer.headers["content-type"] == kind
    return answer.json()


def test_ideas_come_in_pages_by_rank(shown: Shown) -> None:
    first = got(shown, "/ideas?size=2")
    second = got(shown, "/ideas?size=2&page=2")
    ids = [idea.candidate_id for idea in shown.report.ideas]
    assert [one["candidate_id"] for one in first["ideas"] + second["ideas"]] == ids[:4]
    assert (first["total"], first["pages"]) == (len(ids), -(-len(ids) // 2))
    assert got(shown, "/ideas?page=999")["ideas"] == []


def test_a_list_can_be_narrowed_and_sorted_as_the_page_can(shown: Shown) -> None:
    first = shown.report.ideas[0]
    found = got(shown, f"/ideas?q={quote(first.title)}&sort=-voices&strategy=growth")
    assert first.candidate_id in [one["candidate_id"] for one in found["ideas"]]
    assert got(shown, "/ideas?q=nobodysaidthis")["total"] == 0
    voices = [one["voices"] for one in got(shown, "/ideas?sort=-voices")["ideas"]]
    assert voices == sorted(voices, reverse=True)


def test_an_idea_is_told_as_the_published_report_tells_it(shown: Shown) -> None:
    import json

    published = json.loads(to_json(shown.report))["ideas"]
    for idea in published:
        found = got(shown, f"/ideas/{quote(idea['candidate_id'], safe='')}")
        assert found["idea"] == idea
        assert found["verdict"]["version"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/ideas/need-99999",
        "/needs/77777",
        "/needs/x",
        "/records/none",
        "/plan",
        "/compare?ideas=a&ideas=b",
    ],
)
def test_what_is_not_there_is_a_problem_of_404(shown: Shown, path: str) -> None:
    found = got(shown, path, 404)
    assert (found["title"], found["status"]) == ("Not Found", 404)
    assert found["detail"]


def test_two_ideas_stand_side_by_side(shown: Shown) -> None:
    one, other = (idea.candidate_id for idea in shown.report.ideas[:2])
    found = got(shown, f"/compare?ideas={quote(one)}&ideas={quote(other)}")
    assert (found["first"]["candidate_id"], found["second"]["candidate_id"]) == (one, other)
    added = [part["first"]["contribution"] for part in found["criteria"] if part["first"]]
    assert sum(added) == pytest.approx(found["first"]["priority"])
    assert got(shown, f"/compare?ideas={quote(one)}", 422)["errors"]


def test_needs_and_one_of_them_and_a_retired_one(shown: Shown) -> None:
    found = got(shown, "/needs")
    assert found["total"] == len(shown.report.themes)
    theme_id = found["needs"][0]["theme_id"]
    assert got(shown, f"/needs/{theme_id}")["need"]["label"] == found["needs"][0]["label"]
    retired = got(shown, "/needs/900")
    assert retired["need"] is None
    assert retired["heirs"] == [{"theme_id": 1, "share": 0.8}]
    assert {one["state"] for one in got(shown, "/needs?state=certified")["needs"]} <= {"certified"}


def test_a_cut_is_proposed_as_a_decision_takes_it(shown: Shown) -> None:
    found = got(shown, "/needs/1/cut")
    assert (found["target"], found["split_from"]) == (f"theme-{FIRST_MADE}", "theme-1")
    stays, goes = found["stays"], found["goes"]
    assert min(stays["total"], goes["total"]) > 0
    ids = [one["statement_id"] for one in stays["statements"] + goes["statements"]]
    assert sorted(ids) == sorted(set(shown.statement_ids))
    assert got(shown, "/needs/77777/cut", 404)["detail"] == "no such need in the newest report"


def test_what_is_near_in_meaning_to_words_a_statement_or_a_need(shown: Shown) -> None:
    meant = got(shown, "/alike?q=export+invoices+spreadsheet+zebra")
    first = meant["found"][0]["hit"]
    assert "export" in first["text"].lower() or "invoices" in first["text"]
    assert (meant["unknown"], meant["missing"], meant["to"]) == (["zebra"], None, None)
    like = got(shown, f"/alike?like={first['statement_id']}")
    assert like["to"] == first["text"]
    assert first["statement_id"] not in [one["hit"]["statement_id"] for one in like["found"]]
    need = got(shown, f"/alike?like=theme-{first['theme_id']}&channel={first['channel']}")
    assert {one["hit"]["channel"] for one in need["found"]} <= {first["channel"]}


def test_what_is_near_is_asked_of_one_thing_that_is_there(shown: Shown) -> None:
    assert got(shown, "/alike")["found"] == []
    assert "either 'q', words, or 'like'" in got(shown, "/alike?q=a&like=b", 400)["detail"]
    assert "erased or retired" in got(shown, "/alike?like=theme-99999", 404)["detail"]


def test_a_record_with_its_statements_and_a_search_that_finds_it(shown: Shown) -> None:
    record = got(shown, f"/records/{shown.record_ids[0]}")
    assert all(one["text"] in record["text"] for one in record["statements"])
    assert "raw" not in record
    found = got(shown, "/search?q=pdf%20export&size=1")
    assert (found["total"], found["pages"]) == (1, 1)
    assert found["hits"][0]["record_id"] == shown.record_ids[0]


def test_runs_follow_each_other_by_a_cursor(shown: Shown) -> None:
    newest = got(shown, "/runs?limit=1")
    assert newest["runs"][0]["run"]["run_id"] == 2
    assert newest["next"] == 2
    oldest = got(shown, f"/runs?limit=1&before={newest['next']}")
    assert (oldest["runs"][0]["run"]["run_id"], oldest["next"]) == (1, None)
    assert oldest["runs"][0]["steps"][0]["step"] == "rank_ideas"


def test_refused_rows_changes_and_about(shown: Shown) -> None:
    refused = got(shown, "/quarantine")
    assert refused["total"] == sum(one["rows"] for one in refused["counts"]) > 0
    assert got(shown, "/quarantine?source=none")["entries"] == []
    assert got(shown, "/changes")["changes"]["since_run"] == 1
    about = got(shown, "/about")
    assert (about["run"], about["role"], about["may"][0]) == (2, "admin", "read")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/ideas?nonsense=1", "query/nonsense"),
        ("/ideas?page=0", "query/page"),
        ("/ideas?page=1&page=2", "query/page"),
        ("/ideas?sort=-nothing", "query/sort"),
        ("/ideas?columns=rank", "query/columns"),
        ("/search?since=yesterday", "query/since"),
        ("/runs?limit=9999999", "query/limit"),
        ("/needs?state=odd", "query/state"),
        ("/about?verbose=1", "query/verbose"),
    ],
)
def test_a_query_that_is_not_known_is_refused_with_its_place(
    shown: Shown, path: str, place: str
) -> None:
    found = got(shown, path, 422)
    assert [one["place"] for one in found["errors"]] == [place]
    assert place in found["detail"]


def test_an_answer_that_is_known_is_not_sent_again(shown: Shown) -> None:
    first = shown.client.get("/api/v1/ideas")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = shown.client.get("/api/v1/ideas", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = shown.client.get("/api/v1/ideas?size=1", headers={"if-none-match": tag})
    assert other.status_code == 200


def test_the_page_for_programs_names_every_address(shown: Shown) -> None:
    from web.api import ENDPOINTS
    from web.api.openapi import path_of

    text = shown.text("/api")
    assert all(path_of(one) in text for one in ENDPOINTS)
    assert "decisions[].expected_version" in text
    assert 'href="/api"' in shown.text("/about")
