"""Ideas become issues, once each, and what becomes of the issues is read back."""

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from flows.handover import HandedOver, preview_ideas, send_ideas, write_ideas
from flows.tracker_places import place_of
from groundswell.config import Config, SourceConfig
from groundswell.domain import AcceptedRow, Tracker, WorkItem, marks_in
from groundswell.errors import ConfigError, GroundswellError, IngestError, UnreachableError
from groundswell.handover_config import HandoverConfig
from groundswell.store import open_store
from ingest import Privacy, read_source
from models.ranking.handed_over import handed_items
from tests.flows.handing_over import START, config_of, fill, idea, report_of
from tests.flows.test_cli import SETTINGS as PIPELINE
from tests.flows.test_cli import export, read, type_in
from tests.ingest.apis.fake_apis import Answered, Call
from tests.ingest.apis.fault_server import NOW, Api, Server, serve, serving
from tests.ingest.apis.reading import client
from tests.ingest.trackers.fake_trackers import ENVIRON, FAKES, TOKEN, Github, Jira, Linear

TRACKERS: tuple[Tracker, ...] = ("jira", "linear", "github")
PRIVACY = Privacy(b"0" * 32)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@dataclass(slots=True)
class Desk:
    """One tracker, what it remembers, and a store that hands ideas over to it."""

    tracker: Tracker
    config: Config
    fake: Any
    api: Api

    def send(self, *names: str, **more: Any) -> list[HandedOver]:
        def clock() -> datetime:
            return datetime.fromtimestamp(self.api.clock.now(), UTC)

        reached = client(self.api, ENVIRON)
        return send_ideas(self.config, names, self.tracker, clock=clock, client=reached, **more)

    @property
    def issues(self) -> list[dict[str, Any]]:
        issues: list[dict[str, Any]] = self.fake.memory.issues
        return issues


Open = Callable[..., Desk]


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Open:
    def opened(tracker: Tracker, fake: Any = None, **more: Any) -> Desk:
        fake = fake or FAKES[tracker]()
        api = serve(server, fake, [])
        config = config_of(tmp_path, api.base, **more)
        fill(config.store.database, report_of(idea(1), idea(2), idea(3)))
        return Desk(tracker, config, fake, api)

    return opened


@pytest.mark.parametrize("tracker", TRACKERS)
def test_an_idea_is_sent_once_however_often_it_is_asked_for(desk: Open, tracker: Tracker) -> None:
    at = desk(tracker)
    first = at.send("need-1", "2", "need-1")
    assert [(one.candidate_id, one.outcome) for one in first] == [
        ("need-1", "sent"),
        ("need-2", "sent"),
    ]
    again = at.send("need-1", "need-3")
    assert [one.outcome for one in again] == ["known", "sent"]
    assert len(at.issues) == 3
    assert first[0].where in again[0].where.replace("as ", "")


@pytest.mark.parametrize("tracker", TRACKERS)
def test_an_issue_made_by_an_attempt_that_broke_off_is_found_and_not_made_twice(
    desk: Open, tracker: Tracker
) -> None:
    at = desk(tracker)
    broken = _loses_the_answer(at.fake)
    at.api.fake = broken
    with pytest.raises(UnreachableError, match="nobody can tell whether it was done; run again"):
        at.send("need-1")
    assert len(at.issues) == 1  # made, but nobody was told
    at.api.fake = at.fake
    (found,) = at.send("need-1")
    assert (found.outcome, len(at.issues)) == ("found", 1)
    (known,) = at.send("need-1")
    assert (known.outcome, len(at.issues)) == ("known", 1)


def _loses_the_answer(fake: Any) -> Callable[..., Answered]:
    """Return a tracker that makes issues and answers 502, as a proxy does that gave up waiting."""

    def lossy(world: Any, call: Call) -> Answered:
        before = len(fake.memory.issues)
        answered: Answered = fake(world, call)
        return Answered(b"", status=502) if len(fake.memory.issues) > before else answered

    return lossy


@pytest.mark.parametrize("tracker", TRACKERS)
def test_an_attempt_that_made_nothing_is_made_again(desk: Open, tracker: Tracker) -> None:
    at = desk(tracker)

    def down(world: Any, call: Call) -> Answered:
        made = call.body is not None and ("mutation" in str(call.body) or tracker != "linear")
        return Answered(b"", status=500) if made else at.fake(world, call)

    at.api.fake = down
    with pytest.raises(UnreachableError):
        at.send("need-1")
    at.api.fake = at.fake
    (sent,) = at.send("need-1")
    assert (sent.outcome, len(at.issues)) == ("sent", 1)


def test_jira_is_given_time_to_see_a_new_issue_before_it_is_looked_for(desk: Open) -> None:
    at = desk("jira")
    at.api.fake = _loses_the_answer(at.fake)
    with pytest.raises(UnreachableError):
        at.send("need-1")
    at.api.fake = at.fake
    (found,) = at.send("need-1")
    assert found.outcome == "found"
    assert max(at.api.clock.slept) > 45  # the fake's search is so late


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_tracker_that_asks_to_wait_is_asked_again_then(desk: Open, tracker: Tracker) -> None:
    at = desk(tracker)
    refused: list[Call] = []

    def busy(world: Any, call: Call) -> Answered:
        made = "mutation" in str(call.body) if tracker == "linear" else call.body is not None
        if made and not refused:
            refused.append(call)
            return Answered(b"{}", {"Retry-After": "7"}, 429)
        answered: Answered = at.fake(world, call)
        return answered

    at.api.fake = busy
    (sent,) = at.send("need-1")
    assert (sent.outcome, len(at.issues), len(refused)) == ("sent", 1, 1)
    assert 7.0 in at.api.clock.slept


def test_linear_puts_a_query_off_in_its_own_way(desk: Open) -> None:
    at = desk("linear", Linear(busy=1))
    (sent,) = at.send("need-1")
    assert (sent.outcome, len(at.issues)) == ("sent", 1)


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_wrong_token_is_one_line_that_names_its_variable(desk: Open, tracker: Tracker) -> None:
    at = desk(tracker)
    wrong = dict.fromkeys(ENVIRON, "nobody:wrong-token-77")
    with pytest.raises(IngestError) as told:
        send_ideas(at.config, ["need-1"], tracker, client=client(at.api, wrong))
    line = str(told.value)
    assert "\n" not in line
    assert "wrong-token" not in line
    assert f"check the secret in {tracker.upper()}_TOKEN" in line
    with pytest.raises(IngestError, match=rf"\[{tracker}\].*{tracker.upper()}_TOKEN is not set"):
        send_ideas(at.config, ["need-1"], tracker, client=client(at.api, {"OTHER": "x"}))
    assert at.issues == []


@pytest.mark.parametrize("tracker", TRACKERS)
def test_the_token_goes_to_the_tracker_and_nowhere_else(
    desk: Open, tracker: Tracker, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level("DEBUG")
    at = desk(tracker)
    at.send("need-1")
    assert TOKEN not in caplog.text
    assert TOKEN not in json.dumps(at.issues)
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or TOKEN.encode() not in file.read_bytes()


@pytest.mark.parametrize("tracker", TRACKERS)
def test_an_address_inside_the_own_network_is_reached_only_if_it_is_named(
    desk: Open, tracker: Tracker
) -> None:
    at = desk(tracker)
    section = getattr(at.config, tracker).model_copy(update={"allow_hosts": ()})
    closed = at.config.model_copy(update={tracker: section})
    with pytest.raises(IngestError, match="only https is used"):
        send_ideas(closed, ["need-1"], tracker, client=client(at.api, ENVIRON))
    assert at.api.calls == []


def test_nothing_is_sent_to_where_a_tracker_redirects(desk: Open) -> None:
    at = desk("jira")

    def moved(_world: Any, _call: Call) -> Answered:
        return Answered(b"", {"Location": "http://127.0.0.1:1/rest/api/3/issue"}, 307)

    at.api.fake = moved
    with pytest.raises(IngestError, match="answered 307; write the address that it leads to"):
        at.send("need-1")


def test_a_public_repository_gets_no_accounts(desk: Open) -> None:
    at = desk("github", Github(private=False))
    with pytest.raises(IngestError, match=r"octo/app is public.*set accounts = false"):
        at.send("need-1")
    open_to_all = at.config.model_copy(update={"handover": HandoverConfig(accounts=False)})
    at.config = open_to_all
    at.send("need-1")
    assert "Fernwork" not in at.issues[0]["body"]
    assert "Revenue" not in at.issues[0]["body"]


def test_linear_says_which_label_or_team_is_missing(desk: Open) -> None:
    at = desk("linear", Linear(labels={}))
    with pytest.raises(IngestError, match="team ENG has no label groundswell; make it there"):
        at.send("need-1")
    linear = at.config.linear.model_copy(update={"team": "OPS"})
    at.config = at.config.model_copy(update={"linear": linear})
    with pytest.raises(IngestError, match="there is no team OPS"):
        at.send("need-1")


def test_a_project_that_is_not_there_is_one_line(desk: Open) -> None:
    at = desk("jira", jira={"project": "XX"})
    with pytest.raises(IngestError, match="answered 400; check url, project, issue_type"):
        at.send("need-1")


def test_jira_data_center_is_sent_wiki_markup(desk: Open) -> None:
    at = desk("jira", Jira(auth="Bearer", version="2"), jira={"auth": "bearer", "api_version": 2})
    at.send("need-1")
    assert at.issues[0]["description"].startswith("h3. The need")
    (known,) = at.send("need-1")
    assert known.outcome == "known"


@pytest.mark.parametrize(
    ("tracker", "section", "message"),
    [
        ("jira", {"url": ""}, r"\[jira\] url is empty"),
        ("jira", {"project": ""}, r"\[jira\] project is empty; set it, such as project"),
        ("linear", {"team": ""}, r"\[linear\] team is empty"),
        ("github", {"repository": ""}, r"\[github\] repository is empty"),
        ("github", {"token_variable": ""}, r"\[github\] token_variable is empty"),
    ],
)
def test_settings_that_do_not_say_where_are_one_line(
    tmp_path: Path, tracker: Tracker, section: dict[str, str], message: str
) -> None:
    config = config_of(tmp_path)
    changed = getattr(config, tracker).model_copy(update=section)
    with pytest.raises(ConfigError, match=message):
        send_ideas(config.model_copy(update={tracker: changed}), ["need-1"], tracker)


def test_an_item_of_the_backlog_is_in_the_tracker_already(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    item = idea(1, candidate_id="item-RF-3", theme_ids=(), item_ids=("RF-3",))
    fill(config.store.database, report_of(item))
    with pytest.raises(ConfigError, match="it is RF-3 of the backlog, so a tracker has it"):
        write_ideas(config, ["1"], "jira")


def test_what_the_backlog_has_already_is_told(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    met = idea(1, status="extends", status_reason='open: RF-3 "Copy" (similarity 0.81)')
    fill(config.store.database, report_of(met))
    (written,) = write_ideas(config, ["1"], "jira", path=tmp_path / "jira.csv")
    told = 'beware, the backlog has it: extends open: RF-3 "Copy" (similarity 0.81)'
    assert written.where == f"{tmp_path / 'jira.csv'}; {told}"


def test_no_report_and_no_such_idea_are_one_line(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    with pytest.raises(GroundswellError, match="no store yet"):
        write_ideas(config, ["1"], "jira")
    fill(config.store.database, report_of(idea(1)))
    with pytest.raises(ConfigError, match="idea need-9: not in the report"):
        write_ideas(config, ["need-9"], "jira")


def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    fill(config.store.database, report_of(idea(1)))
    (shown,) = preview_ideas(config, ["need-1"], "jira")
    assert shown.startswith("# Copy a rota 1\n\n## The need")
    with open_store(config.store.database) as store:
        assert store.handovers.all() == []
    assert not config.handover.folder.exists()


def test_a_file_written_again_is_the_same_and_a_sent_idea_is_left_out(desk: Open) -> None:
    at = desk("jira")
    at.send("need-2")
    path = at.config.store.path.with_name("issues.csv")

    def write(year: int, *, again: bool = False) -> list[HandedOver]:
        def clock() -> datetime:
            return START.replace(year=year)

        names = ["need-1", "need-2"]
        return write_ideas(at.config, names, "jira", path=path, again=again, clock=clock)

    assert [one.outcome for one in write(2026)] == ["written", "known"]
    data = path.read_bytes()
    write(2027)
    assert path.read_bytes() == data
    write(2027, again=True)
    assert len(_rows(path)) == 2
    (known,) = at.send("need-1")
    assert (known.outcome, len(at.issues)) == ("known", 1)
    assert "to a file; its import is not known of yet" in known.where


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8"), newline="")))


def _exported(folder: Path, tracker: Tracker, config: Config) -> tuple[Path, str]:
    """Write the tracker's export after the file was imported and the work was done."""
    if tracker == "jira":
        row = _rows(config.handover.folder / "jira.csv")[0]
        head = ["Summary", "Issue key", "Issue Type", "Status", "Resolved", "Description"]
        cells = [row["Summary"], "RF-9", "Story", "Done", "05/Mar/26 4:10 PM", row["Description"]]
        return _table(folder / "export.csv", [*head, "Time Spent"], [*cells, "28800"]), "jira"
    if tracker == "linear":
        row = _rows(config.handover.folder / "linear.csv")[0]
        head = ["ID", "Team", "Title", "Cycle Number", "Completed", "Canceled", "Status"]
        cells = ["ENG-9", "Linnet", row["Title"], "", "2026-03-05T16:10:00.000Z", "", "Done"]
        cells.append(row["Description"])
        return _table(folder / "export.csv", [*head, "Description"], cells), "linear"
    issue = json.loads((config.handover.folder / "github" / "need-1.json").read_text())
    url = "https://github.com/octo/app/issues/9"
    shown = {"state": "CLOSED", "stateReason": "COMPLETED", "closedAt": "2026-03-05T16:10:00Z"}
    path = folder / "export.json"
    told = {"number": 9, "title": issue["title"], "body": issue["body"], "url": url}
    path.write_text(json.dumps([{**told, **shown}]))
    return path, "github_backlog"


def _table(path: Path, head: list[str], cells: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, cells])
    return path


@pytest.mark.parametrize("tracker", TRACKERS)
def test_an_export_of_what_was_imported_says_which_idea_was_done(
    tmp_path: Path, tracker: Tracker
) -> None:
    folder = HandoverConfig(folder=tmp_path / "handover")
    config = config_of(tmp_path).model_copy(update={"handover": folder})
    fill(config.store.database, report_of(idea(1)))
    write_ideas(config, ["need-1"], tracker, clock=lambda: START)
    path, preset = _exported(tmp_path, tracker, config)
    source = SourceConfig(name="tracker", path=path, preset=preset)
    (row,) = read_source(source, PRIVACY)
    assert isinstance(row, AcceptedRow)
    assert isinstance(row.value, WorkItem)
    item = row.value
    with open_store(config.store.database) as store:
        handed = handed_items([item], store.handovers.all())
    assert handed == {item.item_id: "need-1"}
    assert item.status == "done"
    assert str(item.finished) == "2026-03-05"
    assert item.estimate_days is None  # ours never comes back as the team's


def test_an_item_whose_text_was_changed_is_known_by_its_name_or_address(desk: Open) -> None:
    at = desk("github")
    at.send("need-1")
    url = at.issues[0]["html_url"]
    with open_store(at.config.store.database) as store:
        handovers = store.handovers.all()
    assert handed_items([WorkItem(url, "Renamed", "rewritten", url=url)], handovers) == {
        url: "need-1"
    }
    assert handed_items([WorkItem("RF-1", "Other")], handovers) == {}


def test_a_mark_of_another_store_says_nothing(desk: Open) -> None:
    at = desk("github")
    at.send("need-1")
    (mark,) = marks_in(at.issues[0]["body"])
    with open_store(at.config.store.database) as store:
        (handover,) = store.handovers.all()
    assert handover.mark == mark
    stranger = replace(handover, mark="groundswell/need-1/aaaaaaaa", key="", url="")
    item = WorkItem("RF-1", "Copy", f"Groundswell idea: {mark}")
    assert handed_items([item], [handover]) == {"RF-1": "need-1"}
    assert handed_items([item], [stranger]) == {}


def test_the_moment_of_a_hand_over_is_kept(desk: Open) -> None:
    at = desk("github")
    at.send("need-1")
    with open_store(at.config.store.database) as store:
        (handover,) = store.handovers.all()
    # GitHub is asked once a second: first what the repository is, a second later for the issue.
    assert handover.sent_at == datetime.fromtimestamp(NOW + 1, UTC)
    assert (handover.key, handover.way) == ("#1", "api")


SETTINGS = """
[store]
path = "groundswell.db"
[handover]
folder = "out"
"""

BACKLOG = """
[[sources]]
name = "jira"
preset = "jira"
path = "jira.csv"
"""


def test_the_command_writes_a_file_and_says_where(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(SETTINGS)
    fill(str(tmp_path / "groundswell.db"), report_of(idea(1), idea(2)))
    typed = type_in(config, "handover", "need-1", "--to", "jira", "--dry-run")
    assert (typed.status, typed.out.splitlines()[0]) == (0, "# Copy a rota 1")
    assert not (tmp_path / "out").exists()
    typed = type_in(config, "handover", "need-1", "2", "--to", "jira")
    assert (typed.status, typed.err) == (0, "")
    assert typed.out.splitlines()[:2] == [
        "need-1 Copy a rota 1",
        f"  written: {tmp_path / 'out' / 'jira.csv'}",
    ]
    typed = type_in(config, "handover", "need-1", "--to", "jira", "--send")
    assert (typed.status, typed.err) == (
        2,
        'groundswell: [jira] url is empty; set it, such as url = "https://example.atlassian.net"\n',
    )
    assert type_in(config, "handover", "1", "--to", "jira", "--send", "--file", "x").status == 2
    assert type_in(config, "handover", "1", "--to", "trello").status == 2


PAGE = (Path(__file__).parents[2] / "docs" / "handover.md").read_text(encoding="utf-8")


def test_the_settings_on_the_page_say_where_each_tracker_is() -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    config = Config.model_validate(tomllib.loads(block))
    assert [place_of(config, tracker).home for tracker in TRACKERS] == ["RF", "ENG", "octo/app"]


def test_the_page_names_the_columns_that_are_written(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    fill(config.store.database, report_of(idea(1)))
    files: tuple[Tracker, ...] = ("jira", "linear")
    for tracker in files:
        path = tmp_path / f"{tracker}.csv"
        write_ideas(config, ["1"], tracker, path=path)
        heading = f"## {tracker.capitalize()}"
        section = PAGE.split(heading)[1].split("## ")[0]
        columns = section.split("Columns: ")[1].split(". ")[0]
        named = re.findall(r"`([A-Z][\w ]+)`", columns)
        assert named == list(dict.fromkeys(_rows(path)[0]))


def test_the_commands_on_the_page_can_be_typed(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(SETTINGS)
    fill(str(tmp_path / "groundswell.db"), report_of(*(idea(n) for n in (12, 2, 3))))
    lines = re.findall(r"^groundswell (handover .+?)(?:  +#.*)?$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        status = type_in(config, *line.split()).status
        assert status == (2 if "--send" in line else 0)  # no team and no token here


def test_what_was_handed_over_is_known_for_certain_in_the_next_run(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(PIPELINE)
    (tmp_path / "survey.csv").write_text(export(40))
    assert type_in(config, "run").status == 0
    first = read(config, "ideas")[0]
    assert (first["status"], first["item_ids"]) == ("new", [])
    name = first["candidate_id"]
    assert type_in(config, "handover", name, "--to", "jira").status == 0
    (row,) = _rows(tmp_path / "data" / "handover" / "jira.csv")
    head = ["Summary", "Issue key", "Issue Type", "Status", "Description"]
    # The team has given it another title.
    _table(tmp_path / "jira.csv", head, ["Sprint 9", "RF-9", "Story", "Open", row["Description"]])
    config.write_text(PIPELINE + BACKLOG)
    assert type_in(config, "run").status == 0
    (now,) = [one for one in read(config, "ideas") if one["candidate_id"] == name]
    assert (now["status"], now["item_ids"]) == ("extends", ["RF-9"])
    assert now["status_reason"] == 'open: RF-9 "Sprint 9" (handed over)'


@pytest.mark.parametrize(
    "told",
    [{"labels": ("two words",)}, {"labels": ("a,b",)}, {"link": "javascript:alert(1)"}],
)
def test_settings_that_would_break_an_issue_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HandoverConfig(**told)
