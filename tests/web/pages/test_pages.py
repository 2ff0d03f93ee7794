"""Every page answers, and says what the store holds."""

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from groundswell.report import IdeaReport
from reports import figures
from tests.web.pages.filling import Shown, addresses, config_in, fill
from web.app import create_app
from web.pages import ROUTES
from web.pages.needs import MOST_OF_AREA

COMMAND = re.compile(r"<code>groundswell \w+</code>")


def rows_of(text: str) -> list[str]:
    """Return the ids of the ideas of a table, in order."""
    return [unescape(one) for one in re.findall(r'name="ideas" value="([^"]*)"', text)]


def csv_of(shown: Shown, query: str) -> list[dict[str, str]]:
    body = shown.client.get(f"/export/ideas.csv?{query}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_every_kind_of_page_answers_and_is_no_larger_than_half_a_megabyte(shown: Shown) -> None:
    for address in addresses(shown):
        assert len(shown.text(address)) <= 500_000


def test_every_address_is_asked_for_in_these_tests(shown: Shown) -> None:
    asked = {address.split("?")[0].split("/")[1] for address in addresses(shown)}
    assert {route.path.split("/")[1] for route in ROUTES} - asked == {
        *("export", "static", "report.html", "plan.html", "ideas.json", "healthz", "metrics"),
        *("decide", "undo", "seen", "views", "jobs"),
    }


def test_an_empty_store_says_what_to_do_on_every_page(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    client = TestClient(create_app(config_in(tmp_path)), "http://127.0.0.1")
    for address in ("/", "/ideas", "/compare", "/needs", "/plan", "/runs", "/about"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert COMMAND.search(answer.text), address
    assert "No row was refused" in client.get("/quarantine").text
    assert "Search what customers wrote" in client.get("/search").text
    assert "Nobody said that" in client.get("/search?q=export").text
    for address in ("/ideas/need-1", "/needs/1", "/records/x", "/export/ideas.csv"):
        assert client.get(address).status_code == 404


def test_what_is_not_there_is_not_found_and_says_where_to_go_on(shown: Shown) -> None:
    odd = ("/ideas/none", "/needs/77777", "/needs/x", "/needs/-1", "/needs/99999999999999999999")
    for address in (*odd, "/records/none", "/quarantine/9-9", "/export/ideas.exe"):
        answer = shown.client.get(address)
        assert answer.status_code == 404
        assert "To the inbox" in answer.text


def test_the_inbox_tells_what_moved_and_why(shown: Shown, report: IdeaReport) -> None:
    text = shown.text("/")
    first, second, last = report.ideas[0], report.ideas[1], report.ideas[-1]
    assert "2 → 1" in text and "1 → 2" in text  # the first two changed places
    assert f"new at {last.rank}" in text  # the run before did not have it
    assert "New and rising needs" in text and "since 2026-05-18" in text
    assert "Provisional needs" in text
    assert first.candidate_id in text and second.candidate_id in text


def test_ideas_stand_by_rank_unless_told_otherwise(shown: Shown, report: IdeaReport) -> None:
    ranked = [idea.candidate_id for idea in report.ideas]
    assert rows_of(shown.text("/ideas")) == ranked
    assert rows_of(shown.text("/ideas?sort=-rank")) == ranked[::-1]


@pytest.mark.parametrize("falling", [False, True])
def test_what_is_not_known_stands_last_in_either_direction(
    shown: Shown, report: IdeaReport, falling: bool
) -> None:
    known = [idea for idea in report.ideas if idea.revenue.value is not None]
    known.sort(key=lambda idea: idea.revenue.value or 0.0, reverse=falling)
    unknown = [idea for idea in report.ideas if idea.revenue.value is None]
    assert unknown
    expected = [idea.candidate_id for idea in (*known, *unknown)]
    assert rows_of(shown.text(f"/ideas?sort={'-' if falling else ''}revenue")) == expected


def test_a_strategy_orders_by_its_own_rank(shown: Shown, report: IdeaReport) -> None:
    by = sorted(report.ideas, key=lambda idea: dict(idea.ranks_by_strategy)["growth"])
    assert rows_of(shown.text("/ideas?strategy=growth")) == [idea.candidate_id for idea in by]


def test_filters_leave_exactly_what_they_say(shown: Shown, report: IdeaReport) -> None:
    segment = report.ideas[0].segments[0][0]
    cases = {
        f"segment={segment}": [i for i in report.ideas if segment in dict(i.segments)],
        "channel=survey": [i for i in report.ideas if "survey" in dict(i.channels)],
        "channel=pigeon": [],
        "status=shipped": [i for i in report.ideas if i.status == "shipped"],
        "theme=3": [i for i in report.ideas if 3 in i.theme_ids],
        "badge=thin+evidence": [i for i in report.ideas if "thin evidence" in i.badges],
        "q=EXPORT": [i for i in report.ideas if "export" in (i.title + i.need).casefold()],
    }
    assert any(cases.values())
    for query, expected in cases.items():
        assert rows_of(shown.text(f"/ideas?{query}")) == [i.candidate_id for i in expected], query


def test_an_export_holds_what_the_view_shows(shown: Shown) -> None:
    query = "sort=-voices&columns=voices,score&channel=survey"
    rows = csv_of(shown, query)
    assert [row["idea id"] for row in rows] == rows_of(shown.text(f"/ideas?{query}"))
    assert list(rows[0]) == [
        *("rank", "rank low (80%)", "rank high (80%)", "idea", "idea id"),
        *("voices", "voices by month", "score (0-100)"),
    ]
    values = json.loads(shown.client.get(f"/export/ideas.json?{query}").content)
    assert [idea["idea id"] for idea in values["ideas"]] == [row["idea id"] for row in rows]
    assert values["view"] == {"channel": "survey", "sort": "-voices", "columns": "voices,score"}
    book = load_workbook(io.BytesIO(shown.client.get(f"/export/ideas.xlsx?{query}").content))
    cells = list(book["Ideas"].iter_rows(values_only=True))
    assert [row[4] for row in cells[1:]] == [row["idea id"] for row in rows]


def test_a_link_of_the_page_shows_the_same_view_again(shown: Shown) -> None:
    text = shown.text("/ideas?q=e&sort=-voices&columns=score&compare=need-1,need-2&strategy=growth")
    link = re.search(r'href="(/export/ideas\.csv\?[^"]*)"', text)
    assert link is not None
    query = unescape(link[1]).split("?")[1]
    again = shown.text(f"/ideas?{query}")
    assert rows_of(again) == rows_of(text)
    # two ideas, one column, and the switch of the keyboard map
    assert again.count(" checked") == text.count(" checked") == 2 + 1 + 1


def test_pages_of_fifty_make_up_the_whole_list(report: IdeaReport, tmp_path: Path) -> None:
    many = [
        replace(report.ideas[0], rank=n, candidate_id=f"need-{n}", rank_high=n)
        for n in range(1, 121)
    ]
    shown = fill(config_in(tmp_path), replace(report, ideas=tuple(many)))
    pages = [rows_of(shown.text(f"/ideas?page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [*pages[0], *pages[1], *pages[2]] == [f"need-{n}" for n in range(1, 121)]
    assert rows_of(shown.text("/ideas?page=99")) == pages[2]
    assert len(csv_of(shown, "page=2")) == 120


def test_an_idea_shows_its_evidence_and_where_it_can_be_checked(
    shown: Shown, report: IdeaReport
) -> None:
    idea = report.ideas[0]
    text = shown.text(f"/ideas/{idea.candidate_id}")
    assert f"/records/{idea.quotes[0].record_id}?statement={idea.quotes[0].statement_id}" in text
    assert figures.signed(idea.priority) in text
    assert idea.signals[0].headline.split('"')[0].strip() in text
    assert all(unescape(text).count(asker.name or asker.account_id) for asker in idea.askers)
    assert text.count("<tr><th scope") >= len(idea.parts)


def test_an_id_with_a_slash_or_a_dot_has_a_page(report: IdeaReport, tmp_path: Path) -> None:
    from web.pages.rendering import address_of

    ids = ("item-acme/app#12", "..", "item-100%?a=b&c")
    ideas = [replace(report.ideas[n], candidate_id=one) for n, one in enumerate(ids)]
    shown = fill(config_in(tmp_path), replace(report, ideas=tuple(ideas), themes=()))
    for idea in ideas:
        assert figures.rank_interval(idea) in shown.text(address_of("ideas", idea.candidate_id))


def test_two_ideas_stand_side_by_side_with_what_sets_them_apart(
    shown: Shown, report: IdeaReport
) -> None:
    one, other = report.ideas[:2]
    text = shown.text(f"/compare?ideas={one.candidate_id},{other.candidate_id}")
    assert figures.signed(one.priority - other.priority) in text
    assert "the data alone do not settle the order" in text
    first, last = report.ideas[0], report.ideas[-1]
    apart = shown.text(f"/compare?ideas={last.candidate_id}&ideas={first.candidate_id}")
    assert ("comes first" in apart) is (first.rank_high < last.rank_low)
    assert "is not in the report" in shown.text(f"/compare?ideas={one.candidate_id},gone")


def test_needs_are_listed_by_area_and_can_be_narrowed(shown: Shown, report: IdeaReport) -> None:
    text = shown.text("/needs")
    assert len(set(re.findall(r'href="/needs/(\d+)"', text))) == len(report.themes)
    rising = shown.text("/needs?state=rising")
    assert set(re.findall(r'href="/needs/(\d+)"', rising)) == {
        str(need.theme_id) for need in report.themes if need.rises
    }


def test_a_wide_area_shows_its_most_voiced_needs_and_leads_to_all(
    report: IdeaReport, tmp_path: Path
) -> None:
    needs = [
        replace(report.themes[0], theme_id=n, label=f"need {n}", area="Wide", voices=100 - n)
        for n in range(MOST_OF_AREA + 5)
    ]
    shown = fill(config_in(tmp_path), replace(report, themes=tuple(needs)))

    def listed(address: str) -> list[int]:
        found = re.findall(r'<li data-row>.*?href="/needs/(\d+)"', shown.text(address))
        return [int(number) for number in found]

    assert listed("/needs") == list(range(MOST_OF_AREA))
    assert f"All {len(needs)} needs of" in shown.text("/needs")
    assert listed("/needs?area=Wide") == list(range(len(needs)))


def test_a_need_tells_its_history_and_a_retired_one_its_heirs(shown: Shown) -> None:
    text = shown.text("/needs/1")
    assert text.count("Grown: the first need.") == 2  # told in both runs
    retired = shown.text("/needs/900")
    assert "retired" in retired and 'href="/needs/1"' in retired and "80 %" in retired


def test_a_record_shows_all_of_its_text_with_the_statement_marked(shown: Shown) -> None:
    text = shown.text(f"/records/{shown.record_ids[0]}?statement={shown.statement_ids[1]}")
    assert '<mark class="marked" id="marked">Please export to a spreadsheet, too.</mark>' in text
    assert "<mark>The PDF export cuts my invoices.</mark>" in text
    assert "Tern &amp; Sons" in text and "tickets.csv:2" in text


def test_runs_show_their_books(shown: Shown) -> None:
    text = shown.text("/runs")
    assert "rank_ideas" in text and "Next run: " in text
    assert 'href="/runs?run=1"' in text


def test_the_static_files_are_ours_and_no_others(shown: Shown) -> None:
    page = shown.text("/")
    for link in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert shown.client.get(link).status_code == 200
    for name in ("..%2Fapp.py", "layout.html", "review.css.bak"):
        assert shown.client.get(f"/static/{name}").status_code == 404
