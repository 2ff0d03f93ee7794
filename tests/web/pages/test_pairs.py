"""Pairs in the browser's way: questions, answers, what they teach, and adopting it."""

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.accounts import Role
from groundswell.config import Config
from groundswell.domain import Draft, Preference, standing_preferences
from groundswell.domain.decisions import FieldValue
from groundswell.report import IdeaReport, RankedIdea
from groundswell.store import open_store
from tests.web.pages.filling import NOON, Shown, config_in, fill
from tests.web.people import PASSWORDS, add_token, add_user
from web.app import create_app
from web.pages.rendering import address_of

OWN = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    """A store of the test's own, since decisions stay."""
    return fill(config_in(tmp_path), report)


@pytest.fixture
def client(own: Shown) -> TestClient:
    client: TestClient = own.client
    return client


def form_of(text: str) -> dict[str, str]:
    """Return the hidden fields of the question on a page."""
    asking = text[text.index('class="asking"') :]
    return dict(re.findall(r'type="hidden" name="(left|right|run|done)" value="([^"]*)"', asking))


def say(client: TestClient, path: str, **fields: str) -> tuple[int, str, str]:
    """Send a form; return the status, the text and the address at which it ends."""
    answer = client.post(path, data=fields, headers=OWN)
    return answer.status_code, answer.text, str(answer.url).removeprefix("http://127.0.0.1")


def answered(config: Config) -> list[Preference]:
    with open_store(config.store.database) as store:
        return standing_preferences(store.decisions.verdicts())


def over_it(other: str, run_id: int) -> dict[str, FieldValue]:
    """Return what an answer says for the idea on the left."""
    return {"over": other, "side": "left", "run": run_id, "tie": False}


def teach(config: Config, report: IdeaReport, best: Callable[[RankedIdea], float]) -> int:
    """Have three reviewers put first whatever is best, four times over; return the last number."""
    drafts = []
    for name in ("Ana", "Ben", "Cy"):
        for one, other in list(combinations(report.ideas, 2)) * 4:
            first, second = sorted((one, other), key=best, reverse=True)
            said = over_it(second.candidate_id, report.run.run_id)
            drafts.append(Draft("prefer", first.candidate_id, name, NOON, said))
    with open_store(config.store.database) as store:
        store.decisions.record_all([(draft, None) for draft in drafts])
        return store.decisions.verdicts().number


def effort_least(idea: RankedIdea) -> float:
    z = {part.criterion: part.z for part in idea.parts}
    return -3.0 * z.get("effort", 0.0) - z.get("reach", 0.0)


def test_a_pair_shows_both_ideas_without_rank_and_score(own: Shown) -> None:
    text = own.text("/pairs")
    fields = form_of(text)
    assert fields["left"] != fields["right"]
    for name in (fields["left"], fields["right"]):
        assert f'href="{address_of("ideas", name)}"' in text
    assert "1 of 5" in text
    shown = text[text.index('class="asking"') : text.index("</main>")]
    assert not re.search(r"(?i)class=\"rank\"|\b(rank|tier)\b|<dt>score", shown)


def test_an_answer_is_recorded_with_both_ideas_their_sides_and_the_report(
    own: Shown, client: TestClient
) -> None:
    fields = form_of(client.get("/pairs").text)
    status, text, address = say(client, "/pairs", **fields, answer="right")
    (found,) = answered(own.config)
    assert (status, found.idea, found.other) == (200, fields["right"], fields["left"])
    assert (found.side, found.tie, found.run_id) == ("right", False, own.report.run.run_id)
    assert address == "/pairs?done=1&said=1"
    assert "2 of 5" in text and "Take it back" in text


def test_cannot_say_is_an_answer_and_a_pair_is_asked_once(own: Shown, client: TestClient) -> None:
    seen = set()
    for _ in range(3):
        fields = form_of(client.get("/pairs").text)
        pair = frozenset((fields["left"], fields["right"]))
        assert pair not in seen
        seen.add(pair)
        say(client, "/pairs", **fields, answer="neither")
    assert [one.tie for one in answered(own.config)] == [True, True, True]
    say(client, "/pairs", **fields, answer="left")  # the same form once more
    assert len(answered(own.config)) == 3


def test_a_skipped_pair_is_not_recorded_and_another_one_is_asked(
    own: Shown, client: TestClient
) -> None:
    text = client.get("/pairs").text
    fields = form_of(text)
    (skip,) = re.findall(r'href="(/pairs\?[^"]*)" data-press="s"', text)
    other = form_of(client.get(skip.replace("&amp;", "&")).text)
    assert {other["left"], other["right"]} != {fields["left"], fields["right"]}
    assert answered(own.config) == []


def test_an_answer_is_taken_back_and_the_pair_asked_again(own: Shown, client: TestClient) -> None:
    fields = form_of(client.get("/pairs").text)
    say(client, "/pairs", **fields, answer="left")
    _, text, address = say(client, "/pairs/back", number="1", done="1")
    assert (answered(own.config), address) == ([], "/pairs?done=0")
    assert form_of(text) == fields
    assert say(client, "/pairs/back", number="1", done="1")[0] == 400


def test_after_five_answers_the_page_says_what_was_learnt(own: Shown, client: TestClient) -> None:
    for _ in range(5):
        done = form_of(client.get(f"/pairs?done={len(answered(own.config))}").text)
        status, text, _ = say(client, "/pairs", **done, answer="left")
        assert status == 200
    assert "What was learnt" in text and "Five more pairs" in text
    assert "55 more answers" in text and "too few answers" not in text
    assert 'name="use" value="learned"' not in text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"answer": "both"}, 400),
        ({"run": "1"}, 400),
        ({"run": "x"}, 400),
        ({"left": "need-999"}, 400),
        ({"done": "many"}, 400),
    ],
)
def test_a_form_that_does_not_fit_the_report_is_refused(
    own: Shown, client: TestClient, changed: dict[str, str], status: int
) -> None:
    fields = form_of(client.get("/pairs").text) | {"answer": "left"} | changed
    assert say(client, "/pairs", **fields)[0] == status
    assert answered(own.config) == []


def test_two_ideas_are_not_one(own: Shown, client: TestClient) -> None:
    fields = form_of(client.get("/pairs").text)
    fields["right"] = fields["left"]
    status, text, _ = say(client, "/pairs", **fields, answer="left")
    assert status == 400 and "expected another idea" in text


def test_rejected_ideas_are_not_asked_about(own: Shown, client: TestClient) -> None:
    gone = form_of(client.get("/pairs").text)["left"]
    with open_store(own.config.store.database) as store:
        store.decisions.record(Draft("reject", gone, "Ana", NOON, reason="no"))
    for _ in range(3):
        fields = form_of(client.get("/pairs").text)
        assert gone not in (fields["left"], fields["right"])
        say(client, "/pairs", **fields, answer="left")


def test_learned_weights_are_adopted_given_up_and_undone(own: Shown, client: TestClient) -> None:
    through = teach(own.config, own.report, effort_least)
    text = own.text("/pairs/learnt")
    assert f'name="through" value="{through}"' in text
    fields = {"use": "learned", "through": str(through), "version": "0"}
    status, text, address = say(client, "/pairs/adopt", **fields, reason="they foretell better")
    assert (status, address) == (200, "/pairs/learnt#use")
    assert f"learned up to decision {through}" in text
    assert 'name="use" value="learned"' not in text  # nothing was answered since
    assert say(client, "/pairs/adopt", **fields)[0] == 400  # somebody adopted in between
    _, text, _ = say(client, "/pairs/adopt", use="settings", version=str(through + 1))
    assert "A person decides" in text
    _, text, address = say(client, f"/undo/{through + 2}")
    assert address == "/pairs/learnt#decide" and f"learned up to decision {through}" in text
    assert "they foretell better" in own.text("/log?target=ranking")


def test_weights_that_cannot_be_used_are_not_adopted(own: Shown, client: TestClient) -> None:
    fields = form_of(client.get("/pairs").text)
    say(client, "/pairs", **fields, answer="left")
    for through in ("1", "2", "0"):
        asked = {"use": "learned", "through": through, "version": "0"}
        status, text, _ = say(client, "/pairs/adopt", **asked)
        assert (status, "cannot be used yet" in text) == (400, True)
    assert say(client, "/pairs/adopt", use="mine", version="0")[0] == 400


@pytest.mark.parametrize(
    ("role", "asked", "learnt", "adopts", "undoes"),
    [
        ("viewer", 403, 200, 403, 403),
        ("reviewer", 200, 200, 403, 403),
        ("planner", 200, 200, 200, 200),
    ],
)
def test_who_reviews_answers_and_who_plans_adopts(
    own: Shown, role: Role, asked: int, learnt: int, adopts: int, undoes: int
) -> None:
    through = teach(own.config, own.report, effort_least)
    add_user(own.config, "bob", role)
    token = add_token(own.config, "bob", "read", "review", "plan")
    app = create_app(own.config, passwords=PASSWORDS, clock=lambda: NOON)
    bob = TestClient(app, "http://127.0.0.1", headers=token)
    page = bob.get("/pairs/learnt")
    assert (bob.get("/pairs").status_code, page.status_code) == (asked, learnt)
    assert ('href="/pairs" data-go' in page.text) == (asked == 200)
    assert ("Use the learned weights" in page.text) == (adopts == 200)
    fields = {"use": "learned", "through": str(through), "version": "0"}
    assert bob.post("/pairs/adopt", data=fields).status_code == adopts
    with open_store(own.config.store.database) as store:
        if adopts != 200:
            draft = Draft("adopt", "ranking", "Ana", NOON, {"weights": through})
            store.decisions.record(draft)
    assert bob.post(f"/undo/{through + 1}").status_code == undoes


def test_a_strategy_that_multiplies_asks_nothing(own: Shown) -> None:
    ranking = own.config.ranking.model_copy(update={"strategy": "rice"})
    config = own.config.model_copy(update={"ranking": ranking})
    client = TestClient(create_app(config), "http://127.0.0.1")
    for address in ("/pairs", "/pairs/learnt"):
        assert "The strategy multiplies" in client.get(address).text


def test_without_a_report_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    with open_store(config_in(tmp_path).store.database):
        pass
    client = TestClient(create_app(config_in(tmp_path)), "http://127.0.0.1")
    assert "groundswell run" in client.get("/pairs").text
    assert "groundswell run" in client.get("/pairs/learnt").text


def test_the_idea_page_says_how_likely_it_is_accepted_or_that_nobody_knows(own: Shown) -> None:
    text = own.text("/ideas/need-1")
    assert re.search(r"Likely accepted</dt><dd><span class=\"quiet\">n/a", text)
