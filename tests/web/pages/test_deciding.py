"""Deciding in the browser's way: forms, conflicts, undo and the log."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import Shown, config_in, fill

OWN = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
IDEA = "/ideas/need-1"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    """A store of the test's own, since decisions stay."""
    return fill(config_in(tmp_path), report)


@pytest.fixture
def client(own: Shown) -> TestClient:
    client: TestClient = own.client
    return client


def post(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data=fields, headers=OWN)
    return answer.status_code, answer.text


def test_an_idea_is_accepted_and_its_page_says_by_whom(client: TestClient) -> None:
    assert "Nobody has decided yet" in client.get(IDEA).text
    status, text = post(client, "/decide/need-1", kind="accept", version="0", reason="asked a lot")
    assert status == 200
    assert "Nobody has decided yet" not in text
    assert re.search(r"accepted</span>.*asked a lot", text, re.DOTALL)
    assert "asked a lot" in client.get("/log").text
    assert "accepted</span>" in client.get("/ideas").text


def test_who_decides_on_what_is_out_of_date_sees_both_and_loses_nothing(
    client: TestClient, own: Shown
) -> None:
    post(client, "/decide/need-1", kind="accept", version="0")
    status, text = post(client, "/decide/need-1", kind="reject", version="0", reason="too dear")
    assert status == 409
    assert "accepted" in text
    assert "too dear" in text
    version = re.findall(r'name="version" value="([0-9]+)"', text)
    status, text = post(
        client, "/decide/need-1", kind="reject", version=version[0], reason="too dear"
    )
    assert status == 200
    with open_store(own.config.store.database) as store:
        assert [one.kind for one in store.decisions.log()] == ["accept", "reject"]
        assert store.decisions.verify() is None


def test_an_undo_puts_back_what_was(client: TestClient, own: Shown) -> None:
    post(client, "/decide/need-1", kind="edit", version="0", title="A better title", brief="")
    post(client, "/undo/1")
    with open_store(own.config.store.database) as store:
        assert store.decisions.ideas()["need-1"].title is None
    assert "undone" in client.get("/log").text
    assert post(client, "/undo/1")[0] == 400


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "reject", "version": "0"}, "without a reason"),
        ({"kind": "defer", "version": "0", "until": "soon"}, "expected a day such as"),
        ({"kind": "set_effort", "version": "0", "effort_days": "a few"}, "expected a number"),
        ({"kind": "set_fit", "version": "0", "fit": "7"}, "fit"),
        ({"kind": "rename", "version": "0", "label": "x"}, "cannot rename an idea"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_one_line(
    client: TestClient, fields: dict[str, str], told: str
) -> None:
    status, text = post(client, "/decide/need-1", **fields)
    assert status == 400
    assert told in text
    assert "Nothing was changed" in text


@pytest.mark.parametrize(
    "fields", [{"kind": "explode", "version": "0"}, {"kind": "accept", "version": "x"}, {}]
)
def test_a_form_that_is_none_of_ours_is_refused(client: TestClient, fields: dict[str, str]) -> None:
    assert post(client, "/decide/need-1", **fields)[0] == 400


def test_another_site_cannot_decide(client: TestClient, own: Shown) -> None:
    hostile = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answer = client.post("/decide/need-1", data={"kind": "accept", "version": "0"}, headers=hostile)
    assert answer.status_code == 403
    with open_store(own.config.store.database) as store:
        assert store.decisions.log() == []


def test_a_need_is_renamed_and_pinned(client: TestClient, own: Shown) -> None:
    assert (
        post(client, "/decide/theme-1", kind="rename", version="0", label="Work offline")[0] == 200
    )
    post(client, "/decide/theme-1", kind="pin", version="1", pinned="yes")
    with open_store(own.config.store.database) as store:
        verdict = store.decisions.themes()[1]
    assert (verdict.label, verdict.pinned) == ("Work offline", True)
    assert "Pinned" in client.get("/needs/1").text


HOSTILE = "<script>alert(1)</script>\u202e=1+1"


def test_what_reviewers_write_stays_text(client: TestClient) -> None:
    post(client, "/decide/need-1", kind="comment", version="0", reason=HOSTILE)
    post(client, "/decide/need-1", kind="edit", version="0", title=HOSTILE[:40], brief=HOSTILE)
    post(client, "/decide/need-1", kind="accept", version="0", reason=HOSTILE)
    for path in (IDEA, "/log", "/log?target=need-1"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text


def test_marked_ideas_are_decided_about_together_or_not_at_all(
    client: TestClient, own: Shown
) -> None:
    first, second = (idea.candidate_id for idea in own.report.ideas[:2])
    marked = {"ideas": [first, second], "seen": "0", "reason": "not now", "kind": "reject"}
    assert client.post("/decide", data=marked, headers=OWN).status_code == 200
    with open_store(own.config.store.database) as store:
        assert [one.target for one in store.decisions.log()] == [first, second]
    assert "somebody decided since" in client.post("/decide", data=marked, headers=OWN).text
    without_day = marked | {"seen": "2", "kind": "defer"}
    assert client.post("/decide", data=without_day, headers=OWN).status_code == 400
    with open_store(own.config.store.database) as store:
        assert len(store.decisions.log()) == 2
    assert "no idea is marked" in client.post("/decide", data={"seen": "2"}, headers=OWN).text
