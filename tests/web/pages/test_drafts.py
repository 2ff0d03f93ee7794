"""A draft in the browser's way: staging, removing, publishing, conflicts, previews."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.domain import Draft
from groundswell.domain.staged import digest_of
from groundswell.report import DraftPreview, IdeaReport, PreviewedIdea, RankSpan
from groundswell.store import Store, open_store
from reports import preview_json
from tests.web.pages.filling import NOON, Shown, config_in, fill
from tests.web.people import NOON as NOW
from tests.web.people import PASSWORDS, add_user, browser, sign_in
from web.app import create_app

OWN = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    """A store of the test's own, with two reviewers and a viewer."""
    shown = fill(config_in(tmp_path), report)
    for name, role in (("ann", "reviewer"), ("bob", "reviewer"), ("eve", "viewer")):
        add_user(shown.config, name, role)  # type: ignore[arg-type]
    return shown


def signed_in(own: Shown, name: str = "ann") -> TestClient:
    client = browser(own.config)
    sign_in(client, name)
    return client


@pytest.fixture
def ann(own: Shown) -> TestClient:
    return signed_in(own)


def post(client: TestClient, path: str, **fields: str | list[str]) -> tuple[int, str]:
    answer = client.post(path, data=fields, follow_redirects=True)
    return answer.status_code, answer.text


def reject(client: TestClient, target: str = "need-1", reason: str = "too dear") -> None:
    fields = {"kind": "reject", "version": "0", "reason": reason}
    assert post(client, f"/draft/add/{target}", **fields)[0] == 200


def digest(client: TestClient) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', client.get("/draft").text)
    assert found is not None
    return found[1]


def test_what_is_staged_is_on_its_page_in_the_draft_and_counted_for_its_owner_alone(
    own: Shown, ann: TestClient
) -> None:
    assert "Nothing staged" in ann.get("/draft").text
    assert ">Draft" not in ann.get("/ideas").text.split("</header>")[0]
    reject(ann)
    assert "In your draft" in ann.get("/ideas/need-1").text
    assert "Nobody has decided yet" in ann.get("/ideas/need-1").text
    page = ann.get("/draft").text
    assert "<b>reject</b>" in page and "too dear" in page
    assert own.report.ideas[0].title in page
    assert '<span class="count">1</span>' in ann.get("/needs").text
    bob = signed_in(own, "bob")
    assert "Nothing staged" in bob.get("/draft").text
    assert "In your draft" not in bob.get("/ideas/need-1").text
    assert 'class="count"' not in bob.get("/needs").text


@pytest.mark.parametrize(
    ("target", "fields", "told"),
    [
        ("need-1", {"kind": "reject"}, "reject without a reason"),
        ("need-1", {"kind": "set_effort", "effort_days": "many"}, "expected a number"),
        ("need-1", {"kind": "rename", "label": "x"}, "cannot rename an idea"),
    ],
)
def test_what_cannot_be_decided_cannot_be_staged(
    ann: TestClient, target: str, fields: dict[str, str], told: str
) -> None:
    status, text = post(ann, f"/draft/add/{target}", version="0", **fields)
    assert (status, told in text) == (400, True)
    assert "Nothing staged" in ann.get("/draft").text


def test_every_form_of_a_decision_can_be_staged_instead(ann: TestClient) -> None:
    for address in ("/ideas/need-1", "/needs/1"):
        page = ann.get(address).text
        forms = re.findall(r'<form method="post" action="/decide/.*?</form>', page, re.DOTALL)
        assert len(forms) >= 3
        assert all('formaction="/draft/add/' in form for form in forms)


def test_shapes_of_needs_are_staged_and_two_splits_become_two_needs(
    own: Shown, ann: TestClient
) -> None:
    first, second = own.statement_ids[:2]
    for one in (first, second):
        page = ann.get("/needs/1/shape").text
        place = re.findall(r'formaction="(/draft/add/theme-1[0-9]{6})"', page)[0]
        fields = {"kind": "split", "version": "0", "seen": "0", "split_from": "theme-1"}
        assert post(ann, place, goes=[one], shown=[first, second], **fields)[0] == 200
    post(ann, "/draft/add/theme-2", kind="merge", merged_into="theme-1", version="0")
    move = {"kind": "move", "into": "theme-2", "seen": "0", "goes": first}
    post(ann, "/draft/add/theme-1", **move)
    page = ann.get("/draft").text
    assert page.count("<b>split</b>") == 2 and "1 statement: " in page and first not in page
    label = own.report.themes[0].label
    assert own.report.themes[0].theme_id == 1
    assert page.count(f"merged into: <bdi>{label}</bdi>") == 1
    assert page.count(f"split from: <bdi>{label}</bdi>") == 2
    assert not re.search(r">[^<]*\btheme-\d+\b", page.split("<main")[1].split("</main>")[0])
    assert post(ann, "/draft/publish", seen=digest(ann))[0] == 200
    with open_store(own.config.store.database) as store:
        made = [(one.kind, one.target) for one in store.decisions.log()]
    assert made == [
        *(("split", "theme-1000001"), ("split", "theme-1000002")),
        *(("merge", "theme-2"), ("move", "theme-2")),
    ]


def test_marked_ideas_are_staged_together_or_not_at_all(own: Shown, ann: TestClient) -> None:
    both = [idea.candidate_id for idea in own.report.ideas[:2]]
    status, page = post(ann, "/draft/add", ideas=both, seen="0", kind="accept", reason="yes")
    assert (status, page.count("<b>accept</b>")) == (200, 2)
    assert post(ann, "/draft/add", seen="0", kind="accept")[0] == 400


def test_publishing_makes_all_of_it_and_each_can_be_undone(own: Shown, ann: TestClient) -> None:
    reject(ann)
    fields = {"kind": "pin", "pinned": "yes", "version": "0"}
    post(ann, "/draft/add/theme-1", **fields)
    status, log = post(ann, "/draft/publish", seen=digest(ann))
    assert status == 200
    assert [f"/undo/{n}" in log for n in (1, 2, 3)] == [True, True, False]
    with open_store(own.config.store.database) as store:
        assert [(one.kind, one.reviewer) for one in store.decisions.log()] == [
            *(("reject", "ann"), ("pin", "ann")),
        ]
    assert "Nothing staged" in ann.get("/draft").text


def test_a_draft_is_published_as_it_was_shown_or_not_at_all(ann: TestClient, own: Shown) -> None:
    reject(ann)
    seen = digest(ann)
    reject(ann, "need-2")
    status, text = post(ann, "/draft/publish", seen=seen)
    assert (status, "was changed since it was shown" in text) == (400, True)
    assert 'href="/draft"' in text
    with open_store(own.config.store.database) as store:
        assert store.decisions.log() == []


def test_a_conflict_names_each_decision_in_the_way_and_loses_nothing(
    own: Shown, ann: TestClient
) -> None:
    for target in ("need-1", "need-2", "need-3"):
        reject(ann, target)
    bob = signed_in(own, "bob")
    for target in ("need-1", "need-3"):
        post(bob, f"/decide/{target}", kind="accept", version="0", reason=f"for {target}")
    assert ann.get("/draft").text.count("somebody decided since") == 2
    status, text = post(ann, "/draft/publish", seen=digest(ann))
    assert status == 409
    assert "for need-1" in text and "for need-3" in text and "for need-2" not in text
    assert "the other one would fit" in text
    with open_store(own.config.store.database) as store:
        assert len(store.decisions.log()) == 2
        assert store.drafts.count("ann") == 3
    kept = re.findall(r'name="keep" value="([0-9:]+)"', text)[0]
    post(ann, "/draft/keep", keep=kept)
    post(ann, "/draft/remove", position="3")
    assert post(ann, "/draft/publish", seen=digest(ann))[0] == 200
    with open_store(own.config.store.database) as store:
        assert [one.target for one in store.decisions.log()[2:]] == ["need-1", "need-2"]


def test_decisions_are_taken_out_one_by_one_and_all_together(ann: TestClient) -> None:
    for target in ("need-1", "need-2", "need-3"):
        reject(ann, target)
    _, page = post(ann, "/draft/remove", position="2")
    assert page.count("<b>reject</b>") == 2
    assert "Nothing staged" in post(ann, "/draft/remove", position="all")[1]
    assert post(ann, "/draft/remove", position="x")[0] == 400


def test_a_viewer_has_no_draft(own: Shown) -> None:
    eve = signed_in(own, "eve")
    assert eve.get("/draft").status_code == 403
    assert post(eve, "/draft/add/need-1", kind="accept", version="0")[0] == 403
    assert "Add to draft" not in eve.get("/ideas/need-1").text


def test_another_site_cannot_stage_or_publish(ann: TestClient) -> None:
    hostile = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for path in ("/draft/add/need-1", "/draft/publish", "/draft/preview", "/draft/remove"):
        assert ann.post(path, data={}, headers=hostile).status_code == 403


def test_what_reviewers_write_stays_text(ann: TestClient) -> None:
    reject(ann, reason=HOSTILE)
    for path in ("/draft", "/ideas/need-1"):
        text = ann.get(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text


def test_a_preview_is_asked_for_once_and_wakes_the_worker(own: Shown) -> None:
    woken: list[int] = []
    app = create_app(
        own.config, passwords=PASSWORDS, wake=lambda: woken.append(1), clock=lambda: NOW
    )
    client = browser(own.config, app=app)
    sign_in(client)
    assert post(client, "/draft/preview")[0] == 400  # nothing is staged
    reject(client)
    assert "makes the next report with this draft in it" in client.get("/draft").text
    _, page = post(client, "/draft/preview")
    assert "Waiting for its turn" in page and "data-open" in page
    post(client, "/draft/preview")
    with open_store(own.config.store.database) as store:
        assert [job.kind for job in store.jobs.newest(9)] == ["preview"]
    assert len(woken) == 2
    _, page = post(client, "/jobs/1/cancel")
    assert "Waiting for its turn" not in page


def keep_preview(store: Store, run_id: int, title: str = "Export") -> None:
    moves = (
        PreviewedIdea("need-1", title, RankSpan(1, 1, 3), RankSpan(4, 2, 6), "effort went up"),
        PreviewedIdea("need-2", "Gone", RankSpan(2, 2, 3), None, "no longer shown"),
        PreviewedIdea("need-3", "Came", None, RankSpan(1, 1, 1), "new"),
    )
    steady = PreviewedIdea(
        "need-4", "Stays", RankSpan(5, 5, 6), RankSpan(5, 5, 7), "", ("new", "rejected")
    )
    found = DraftPreview(
        digest_of(store.drafts.of("ann")), run_id, moves, (steady,), 2, ("A need ended.",), 9
    )
    with store.lease("jobs") as lease:
        store.drafts.save_preview(lease, "ann", preview_json(found), NOON)


def test_a_preview_shows_moves_with_intervals_and_says_when_it_is_out_of_date(
    own: Shown, ann: TestClient
) -> None:
    reject(ann)
    with open_store(own.config.store.database) as store:
        keep_preview(store, own.report.run.run_id, HOSTILE)
    page = ann.get("/draft").text
    assert "1 → 4" in page and "was 2" in page and "new at 1" in page
    spans = page.replace("\N{EN DASH}", "-")
    assert "1-3 → 2-6" in spans and "5-6 → 5-7" in spans
    assert "new → rejected" in page and "3 keep their place" in page
    assert "A need ended." in page and "effort went up" in page
    assert "<script>alert" not in page
    assert "out of date" not in page
    reject(ann, "need-2")
    assert "The draft has changed since" in ann.get("/draft").text
    with open_store(own.config.store.database) as store:
        keep_preview(store, own.report.run.run_id - 1)
    assert "There is a newer report" in ann.get("/draft").text


def test_a_preview_that_failed_says_why(own: Shown, ann: TestClient) -> None:
    reject(ann)
    post(ann, "/draft/preview")
    with open_store(own.config.store.database) as store, store.lease("jobs") as lease:
        store.jobs.take(lease, NOON)
        assert "Its worker" not in ann.get("/draft").text
        store.jobs.finish(lease, 1, "failed", at=NOON, message="need-1: bob came first")
    page = ann.get("/draft").text
    assert "The preview could not be made" in page and "bob came first" in page


def test_a_draft_about_what_left_the_report_is_still_shown(own: Shown, ann: TestClient) -> None:
    with open_store(own.config.store.database) as store:
        store.drafts.add_all([(Draft("accept", "item-gone/1", "ann", NOON), 0)])
    assert "item-gone/1" in ann.get("/draft").text
