"""The inbox: what waits for a decision, and what is different since its reader last looked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundswell.domain import Draft, DriftAlarm
from groundswell.domain.drift import as_detail
from groundswell.personal import LastSeen
from groundswell.report import IdeaReport
from groundswell.store import StepResult, Store, open_store
from reports import to_json
from tests.web.pages.filling import NOON, config_in
from tests.web.people import Clock, add_token, add_user, browser, sign_in
from web.pages.since import day_in_words, since

DAY = timedelta(days=1)
RUNS = [(3, NOON), (2, NOON - 3 * DAY), (1, NOON - 40 * DAY)]


class Inbox:
    """A store with reports of as many runs as a test makes, and browsers over it."""

    def __init__(self, folder: Path, report: IdeaReport) -> None:
        self.config = config_in(folder)
        self.report = report
        self.clock = Clock()

    def run(self, days_ago: float, **changes: Any) -> None:
        """Keep the report of a run that began so many days before now."""
        began = NOON - days_ago * DAY
        with open_store(self.config.store.database) as store, store.lease("pipeline") as lease:
            run = store.ledger.begin_run(
                lease, kind="refresh", started_at=began, config_hash="", versions={}
            )
            stamp = replace(self.report.run, run_id=run.run_id, started_at=began)
            shown = replace(self.report, run=stamp, **changes)
            store.ideas.save_report(lease, run.run_id, as_of=began, document=to_json(shown))
            store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=began)

    def decide(self, kind: str, target: str, reviewer: str = "ann", **more: Any) -> None:
        with open_store(self.config.store.database) as store:
            store.decisions.record(Draft(kind, target, reviewer, NOON, **more))  # type: ignore[arg-type]

    def browser(self) -> TestClient:
        return browser(self.config, self.clock)


@pytest.fixture
def inbox(report: IdeaReport, tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, report)


@pytest.fixture
def store(inbox: Inbox) -> Iterator[Store]:
    with open_store(inbox.config.store.database) as opened:
        yield opened


def headings(text: str) -> list[str]:
    return re.findall(r'<h2 id="group-\d+">(.*?) <span', text)


def swapped(report: IdeaReport) -> dict[str, Any]:
    first, second, *rest = report.ideas
    return {"ideas": (replace(second, rank=1), replace(first, rank=2), *rest)}


@pytest.mark.parametrize(
    ("asked", "seen", "run_id", "choice", "later"),
    [
        ("", None, 2, "run", 1),  # nobody looked yet: the run before
        ("", 1, 1, "seen", 2),
        ("", 3, 3, "seen", 0),
        ("", 9, 2, "run", 1),  # that report is not there any more
        ("run", 1, 2, "run", 1),
        ("7", 3, 1, "7", 2),  # the newest that had begun seven days ago
        ("30", None, 1, "30", 2),
        ("365", 1, 1, "seen", 2),  # no such choice
    ],
)
def test_what_is_compared_with(
    asked: str, seen: int | None, run_id: int, choice: str, later: int
) -> None:
    found = since(asked, RUNS, LastSeen(seen, NOON) if seen else None, NOON)
    assert (found.run_id, found.choice, found.runs) == (run_id, choice, later)


def test_days_ago_reach_no_further_than_the_first_report() -> None:
    found = since("30", RUNS[:2], None, NOON)
    assert (found.run_id, found.at) == (2, NOON - 3 * DAY)
    assert since("30", RUNS[:1], None, NOON).run_id is None
    assert since("", [], None, NOON).run_id is None


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "yesterday"), (2, "on Friday"), (6, "on Monday"), (7, "on 2026-02-22")],
)
def test_a_day_is_told_as_people_say_it(days: int, words: str) -> None:
    assert day_in_words(NOON - days * DAY, NOON) == words  # NOON is a Sunday


def test_it_tells_what_is_different_since_its_reader_looked(inbox: Inbox) -> None:
    inbox.run(20, **swapped(inbox.report))
    client = inbox.browser()
    assert "The first report" in client.get("/").text
    assert client.post("/seen", data={"run": "1"}).status_code == 303
    inbox.run(3)
    inbox.run(0)
    inbox.clock.wait(days=2)
    text = client.get("/").text
    assert "Since you looked on Sunday, 2 runs ago" in text
    assert "2 → 1" in text  # between the last two runs nothing moved
    assert "Ideas that moved" not in client.get("/?since=run").text


def test_marked_as_seen_it_is_up_to_date(inbox: Inbox) -> None:
    inbox.run(3, **swapped(inbox.report))
    inbox.run(0)
    client = inbox.browser()
    assert "Mark as seen" in client.get("/").text
    client.post("/seen", data={"run": "2"})
    text = client.get("/").text
    assert "You are up to date" in text and "No run since you looked today." in text
    assert "Mark as seen" not in text and "Seen today" in text
    assert "2 → 1" in client.get("/?since=run").text


@pytest.mark.parametrize("run", ["", "9", "x", "1 OR 1"])
def test_only_a_report_that_is_there_can_be_seen(inbox: Inbox, run: str) -> None:
    inbox.run(0)
    assert inbox.browser().post("/seen", data={"run": run}).status_code == 400


def test_each_has_seen_for_themselves_and_a_viewer_may(inbox: Inbox, store: Store) -> None:
    inbox.run(0)
    add_user(inbox.config, "ann", "viewer")
    add_user(inbox.config, "bob", "viewer")
    client = inbox.browser()
    sign_in(client)
    assert client.post("/seen", data={"run": "1"}).status_code == 303
    assert store.personal.last_seen("ann") == LastSeen(1, NOON)
    assert store.personal.last_seen("bob") is None


def test_a_token_does_not_look_in_its_users_place(inbox: Inbox, store: Store) -> None:
    inbox.run(0)
    add_user(inbox.config)
    answer = inbox.browser().post(
        "/seen", data={"run": "1"}, headers=add_token(inbox.config, "ann", "read", "review")
    )
    assert answer.status_code == 403
    assert store.personal.last_seen("ann") is None


def test_what_was_there_before_is_told_once(inbox: Inbox) -> None:
    client = inbox.browser()
    inbox.run(3)
    text = client.get("/").text
    for heading in ("New and rising needs", "Provisional needs", "Weak evidence near the top"):
        assert heading in headings(text)
    inbox.run(0)
    assert headings(client.get("/").text) == []


def test_an_idea_is_back_that_was_rejected_in_the_report_compared_with(inbox: Inbox) -> None:
    first = inbox.report.ideas[0]
    rejected = replace(first, status="rejected")
    inbox.run(3, ideas=(rejected, *inbox.report.ideas[1:]))
    told = replace(first, status="new", status_reason="voices grew from 4 to 9")
    inbox.run(0, ideas=(told, *inbox.report.ideas[1:]))
    text = inbox.browser().get("/").text
    assert "Back after a rejection, or perhaps solved" in headings(text)
    assert "voices grew from 4 to 9" in text


def test_disagreement_is_told_with_who_says_what_until_it_is_settled(inbox: Inbox) -> None:
    inbox.run(0)
    name = inbox.report.ideas[2].candidate_id
    inbox.decide("accept", name)
    client = inbox.browser()
    assert "Reviewers disagree" not in client.get("/").text
    inbox.decide("reject", name, "bob", reason="Not our market.")
    text = client.get("/").text
    assert headings(text)[0] == "Reviewers disagree"
    assert "bob: rejected · ann: accepted" in text
    assert f'href="/ideas/{name}#decide"' in text
    inbox.decide("accept", name, "bob")
    assert "Reviewers disagree" not in client.get("/").text


def test_disagreement_on_a_kind_and_on_a_match_leads_to_where_it_is_settled(inbox: Inbox) -> None:
    inbox.run(0)
    name = inbox.report.ideas[2].candidate_id
    quote = inbox.report.ideas[2].quotes[0]
    words = {True: "praise", False: "problem"}
    for who, same in (("ann", True), ("bob", False)):
        inbox.decide("link", name, who, changes={"same:item-X": same})
        inbox.decide(
            "set_kind", f"statement-{quote.statement_id}", who, changes={"kind": words[same]}
        )
    text = inbox.browser().get("/").text
    assert "item-X: bob: not the same · ann: the same" in text
    assert "the kind: bob: problem · ann: praise" in text
    assert f'href="/statements/{quote.statement_id}"' in text
    page = inbox.browser().get(f"/ideas/{name}").text
    assert "Reviewers disagree on <bdi>item-X</bdi>" in page
    assert "says <b>not the same</b>" in page


@pytest.mark.parametrize(("until", "due"), [("2026-03-01", True), ("2026-03-02", False)])
def test_a_deferred_idea_is_told_from_its_day_on(inbox: Inbox, until: str, due: bool) -> None:
    inbox.run(0)
    with open_store(inbox.config.store.database) as store:
        earlier = NOON - 9 * DAY
        name = inbox.report.ideas[0].candidate_id
        store.decisions.record(Draft("defer", name, "ann", earlier, changes={"until": until}))
    assert ("Deferred until now" in headings(inbox.browser().get("/").text)) is due


def test_a_decision_that_lost_its_idea_leads_to_the_log(inbox: Inbox) -> None:
    inbox.run(0)
    inbox.decide("accept", "need-7777")
    text = inbox.browser().get("/").text
    assert "Decisions to look at again" in headings(text)
    assert 'href="/log?target=need-7777"' in text


def test_drift_that_no_fit_in_use_meets_stands_there(inbox: Inbox) -> None:
    alarm = DriftAlarm("left out", "14% of 400 new statements belong to no theme", "fit <again>")
    inbox.run(1)
    assert "no longer meet" not in inbox.browser().get("/").text
    with open_store(inbox.config.store.database) as store, store.lease("pipeline") as lease:
        result = StepResult("update_themes", 0, 0, 0, 0.0, as_detail((alarm,)))
        store.ledger.step_done(lease, 1, result)
    page = inbox.browser().get("/").text
    assert "Needs that no longer meet what is said" in page
    assert alarm.found in page
    assert "fit &lt;again&gt;" in page
