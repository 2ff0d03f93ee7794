"""Correcting the kind of a statement, and what an idea is the same as, in the browser's way."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.domain import Draft
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import NOON, Shown, config_in, fill
from tests.web.pages.test_deciding import post
from tests.web.people import add_user, browser, sign_in

IDEA = "/ideas/need-1"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    """A store of the test's own, since decisions stay."""
    return fill(config_in(tmp_path), report)


@pytest.fixture
def client(own: Shown) -> TestClient:
    client: TestClient = own.client
    return client


def section(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>\n<section', text, re.DOTALL)
    assert found is not None
    return found[0]


def test_the_matches_of_an_idea_tell_how_sure_they_are_and_who_said_what(
    client: TestClient,
) -> None:
    found = section(client.get(IDEA).text, "matches")
    assert "90 % sure" in found
    assert "item-RF-40" in found and "item-RF-41" in found
    # The report knew of a word that no decision stands for any more.
    assert "As computed from the next run on" in found


def test_an_idea_is_said_to_be_the_same_and_not_the_same(client: TestClient, own: Shown) -> None:
    fields = {"kind": "link", "version": "0", "other": "item-RF-40", "same": "yes"}
    status, text = post(client, "/decide/need-1", **fields)
    assert status == 200
    assert re.search(r"<b>The same</b>, says .*?, from the next run on", section(text, "matches"))
    post(client, "/decide/need-1", **fields | {"version": "1", "same": "no"})
    post(client, "/decide/need-1", **fields | {"version": "2", "other": "deal-X", "same": "yes"})
    with open_store(own.config.store.database) as store:
        assert store.decisions.ideas()["need-1"].links == {"item-RF-40": False, "deal-X": True}
    text = client.get(IDEA).text
    assert "<b>Not the same</b>" in section(text, "matches") and "deal-X" in section(
        text, "matches"
    )
    post(client, "/decide/need-1", **fields | {"version": "3", "same": ""})
    post(client, "/undo/3")
    with open_store(own.config.store.database) as store:
        assert store.decisions.ideas()["need-1"].links == {}
    log = client.get("/log").text
    assert "item-RF-40 “Thing number 0”: not the same → as computed" in log


def test_two_who_say_at_once_see_each_other(client: TestClient) -> None:
    fields = {"kind": "link", "version": "0", "other": "item-RF-40"}
    post(client, "/decide/need-1", **fields, same="yes")
    status, text = post(client, "/decide/need-1", **fields, same="no")
    assert status == 409
    assert "the same" in text and "not the same" in text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "link", "other": "thing", "same": "yes"}, "nothing to compare an idea with"),
        ({"kind": "link", "other": "", "same": "yes"}, "nothing to compare an idea with"),
        ({"kind": "link", "other": "item-1", "same": "maybe"}, "expected same to be yes"),
        ({"kind": "set_kind", "says": "praise"}, "cannot set_kind an idea"),
    ],
)
def test_what_cannot_be_said_is_refused(
    client: TestClient, fields: dict[str, str], told: str
) -> None:
    status, text = post(client, "/decide/need-1", version="0", **fields)
    assert (status, told in text) == (400, True)


def test_the_kind_of_a_quote_is_corrected_where_it_stands(client: TestClient, own: Shown) -> None:
    quote = own.report.ideas[0].quotes[0]
    fields = {"kind": "set_kind", "version": "0", "says": "praise", "from": "need-1"}
    place = f"/decide/statement-{quote.statement_id}"
    answer = client.post(
        place, data=fields, headers={"origin": "http://127.0.0.1"}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{IDEA}#said")
    said = section(client.get(IDEA).text, "said")
    assert re.search(r">praise</span> <small>says .*?, from the next run on", said)
    with open_store(own.config.store.database) as store:
        assert store.decisions.verdicts().statements[quote.statement_id].kind == "praise"
    status, text = post(client, place, **fields | {"says": "question"})
    assert (status, "Somebody decided first" in text) == (409, True)
    assert post(client, place, **fields | {"version": "1", "says": "rant"})[0] == 400
    assert post(client, place, **fields | {"version": "1", "says": ""})[0] == 200


@pytest.mark.parametrize("place", ["https://evil.example", "//evil.example", "/log", "need-x", ""])
def test_a_form_leads_to_no_other_place_than_the_page_it_was_on(
    client: TestClient, own: Shown, place: str
) -> None:
    statement = own.statement_ids[0]
    answer = client.post(
        f"/decide/statement-{statement}",
        data={"kind": "set_kind", "version": "0", "says": "praise", "from": place},
        headers={"origin": "http://127.0.0.1"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == f"/statements/{statement}#decide"


def test_a_statement_leads_to_its_record_where_its_kind_stands(
    client: TestClient, own: Shown
) -> None:
    statement = own.statement_ids[0]
    with open_store(own.config.store.database) as store:
        store.decisions.record(
            Draft("set_kind", f"statement-{statement}", "Ann", NOON, {"kind": "request"})
        )
    answer = client.get(f"/statements/{statement}")
    assert answer.url.path == f"/records/{own.record_ids[0]}"
    assert re.search(r">request</span> <small>says <bdi>Ann \(2026-03-01\)", answer.text)
    assert client.get("/statements/none").status_code == 404
    log = client.get("/log").text
    assert f'href="/statements/{statement}"' in log and "The PDF export cuts my invoices." in log
    told = client.get(f"/api/v1/records/{own.record_ids[0]}").json()["statements"]
    assert [(one["kind"], one["said_by"], one["version"]) for one in told] == [
        ("request", "Ann (2026-03-01)", 1),
        ("", "", 0),
    ]


def test_corrections_are_staged_and_published_together(client: TestClient, own: Shown) -> None:
    statement = own.statement_ids[0]
    kind = {"kind": "set_kind", "version": "0", "says": "question"}
    assert post(client, f"/draft/add/statement-{statement}", **kind)[0] == 200
    link = {"kind": "link", "version": "0", "other": "item-RF-40", "same": "no"}
    assert post(client, "/draft/add/need-1", **link)[0] == 200
    text = client.get("/draft").text
    assert "The PDF export cuts my invoices." in text
    assert "item-RF-40 “Thing number 0”: <bdi>not the same</bdi>" in text
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', text)[0]
    assert post(client, "/draft/publish", seen=seen)[0] == 200
    with open_store(own.config.store.database) as store:
        assert store.decisions.verdicts().statements[statement].kind == "question"
        assert store.decisions.ideas()["need-1"].links == {"item-RF-40": False}


def test_who_may_only_read_sees_kinds_and_matches_and_no_form(own: Shown) -> None:
    add_user(own.config, "vic", "viewer")
    viewer = browser(own.config)
    sign_in(viewer, "vic")
    text = viewer.get(IDEA).text
    assert 'class="chip kind"' in text and "90 % sure" in text
    assert 'value="link"' not in text and 'value="set_kind"' not in text
