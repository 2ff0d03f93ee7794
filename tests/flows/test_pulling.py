import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from typer.testing import CliRunner

from flows import steps
from flows.by_hand import announcement
from flows.cli import app
from groundswell.config import load_config
from groundswell.domain import FeedbackRecord
from groundswell.store import Package, open_store

TOKEN = "canary-77ad51c0-secret"
VARIABLE = "WISHES_TOKEN"
PAGE = 2
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{}</feed>"

Wish = dict[str, Any]


def wish(number: int, text: str, changed: str) -> Wish:
    return {"id": number, "text": text, "created_at": "2026-05-01T08:00:00Z", "changed": changed}


def day(number: int) -> str:
    return f"2026-05-{number:02}T09:00:00Z"


@dataclass
class Service:
    """A service with wishes, oldest change first, a page of `PAGE` at a time; and with a feed."""

    wishes: list[Wish] = field(default_factory=list)
    feed: str = ""
    broken_after: int = 10**6
    """So many replies are good; after them it refuses everything and repeats the secret."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The query of each request."""
    port: int = 0

    def answer(self, path: str, secret: str) -> tuple[int, bytes]:
        query = dict(parse_qsl(urlsplit(path).query))
        self.asked.append(query)
        if len(self.asked) > self.broken_after:
            return 403, f"not with {secret}".encode()
        if path.endswith(".atom"):
            return 200, self.feed.encode()
        since = query.get("changed_after", "")
        found = sorted((w for w in self.wishes if w["changed"] >= since), key=_changed)
        first = (int(query["page"]) - 1) * PAGE
        # Some services repeat what they were sent.
        return 200, json.dumps({"data": found[first : first + PAGE], "debug": secret}).encode()


def _changed(wish: Wish) -> tuple[str, int]:
    return wish["changed"], wish["id"]


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = service.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_port
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield service
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Installation:
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def set_up(self, source: str) -> None:
        text = f"[embedding]\nmodel = 'hashing'\n[[sources]]\n{source}\n"
        self.config.write_text(text, encoding="utf-8")

    def ingest(self, *words: str) -> tuple[int, str, str]:
        words = words or ("ingest",)
        result = CliRunner().invoke(app, [*words, "--config", str(self.config)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    def killed(self, failpoint: int) -> bool:
        """Ingest in a process that is killed at a failpoint; tell whether it was."""
        command = "import flows.cli; flows.cli.main()"
        done = subprocess.run(
            [sys.executable, "-c", command, "ingest", "--config", str(self.config)],
            env=os.environ | {"GROUNDSWELL_FAILPOINT": str(failpoint)},
            capture_output=True,
            check=False,
        )
        return done.returncode == -signal.SIGKILL

    def texts(self) -> dict[str, str]:
        return {record.source_id: record.text for record in self.records()}

    def records(self) -> list[FeedbackRecord]:
        with open_store(load_config(self.config).store.database) as store:
            ids = store.feedback.copy_candidates()["record_id"].tolist()
            return list(store.feedback.records(ids).values())

    def packages(self) -> list[Package]:
        with open_store(load_config(self.config).store.database) as store:
            return store.feedback.packages()

    def statements(self) -> list[str]:
        """Cut what is new into statements and return all of them."""
        with steps.opened_run(load_config(self.config), kind="ingest") as context:
            steps.do(steps.embed_new, context)
            return sorted(context.store.feedback.statements()["text"].tolist())

    def image(self) -> bytes:
        with open_store(load_config(self.config).store.database) as store:
            return store.image()

    def everything_written(self) -> bytes:
        """Return the bytes of every file but the settings, the store's log of writes included."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path != self.config]
        assert any(path.suffix == ".db" for path in files)
        return b"".join(path.read_bytes() for path in files)


REST = f"""
name = "wishes"
api = "rest"
url = "http://127.0.0.1:PORT/v1/wishes"
allow_hosts = ["127.0.0.1:PORT"]
token_env = "{VARIABLE}"
overlap_minutes = 30.0
columns = {{ updated_at = "changed" }}
[sources.options]
style = "page"
items = "data"
updated = "changed"
size_param = "per_page"
page_size = "{PAGE}"
since_param = "changed_after"
since_format = "iso"
"""


@pytest.fixture
def service() -> Iterator[Service]:
    first = [
        wish(1, "let me pin a note to the top", day(1)),
        wish(2, "let me sort the list by price", day(2)),
        wish(3, "show the map in dark colours", day(3)),
        wish(4, "send me a mail once a week only", day(4)),
        wish(5, "open large files without waiting", day(5)),
    ]
    with serving(Service(first)) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv(VARIABLE, TOKEN)
    made = Installation(tmp_path)
    made.set_up(REST.replace("PORT", str(service.port)))
    return made


def test_a_second_pull_asks_only_for_what_is_new(here: Installation, service: Service) -> None:
    status, out, err = here.ingest()
    assert (status, err) == (0, "")
    assert " 5 new or changed, " in out
    assert sorted(here.texts()) == ["1", "2", "3", "4", "5"]
    assert "changed_after" not in service.asked[0]
    service.asked.clear()
    service.wishes.append(wish(6, "let me undo the last step", day(6)))
    status, out, _ = here.ingest()
    # The newest change seen is of the 5th, 9:00; the overlap is half an hour. The second page
    # is asked for by the time of the last item of the first, which so comes twice.
    assert (status, out) == (0, "3 rows read: 1 new or changed, 2 known, 0 in quarantine.\n")
    since = [query["changed_after"] for query in service.asked]
    assert since == ["2026-05-05T08:30:00Z", "2026-05-06T08:59:59Z"]
    assert here.texts()["6"] == "let me undo the last step"


def test_an_updated_item_replaces_the_older_one_and_its_statements_follow(
    here: Installation, service: Service
) -> None:
    here.ingest()
    assert "show the map in dark colours" in here.statements()
    service.wishes[2] = wish(3, "show the map in black and white", day(7))
    assert here.ingest()[0] == 0
    with open_store(load_config(here.config).store.database) as store:
        left = store.feedback.statements()["text"].tolist()
    assert "show the map in dark colours" not in left  # not even until the new ones are cut
    assert len(left) == len(here.texts()) - 1
    assert here.texts()["3"] == "show the map in black and white"
    said = here.statements()
    assert len(said) == 5
    assert "show the map in black and white" in said
    assert "show the map in dark colours" not in said


def test_what_came_before_a_failure_is_kept_and_the_next_run_goes_on_from_there(
    here: Installation, service: Service
) -> None:
    service.broken_after = 1
    status, out, err = here.ingest()
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert f"127.0.0.1:{service.port}/v1/wishes" in line
    assert f"answered 403; check the secret in {VARIABLE}" in line
    assert TOKEN not in line
    assert sorted(here.texts()) == ["1", "2"]
    (source,) = json.loads(here.ingest("status", "--json")[1])["sources"]
    assert source["complete"] is False
    service.broken_after = 10**6
    service.asked.clear()
    assert here.ingest()[0] == 0
    assert sorted(here.texts()) == ["1", "2", "3", "4", "5"]
    assert "changed_after" in service.asked[0]  # not from the beginning
    first, second = here.packages()
    assert (first.complete, second.complete) == (False, True)
    for package in (first, second):
        fates = package.accepted + package.duplicate + package.quarantined
        assert package.rows_done == fates


def test_a_first_run_does_not_pretend_to_know_how_much_a_service_holds(
    here: Installation, service: Service
) -> None:
    told = announcement(load_config(here.config))
    assert told == "First run: 1 source, at least 0 records of feedback; about 1 minute or more."
    assert service.asked == []


def test_a_service_that_fails_does_not_keep_a_file_out(
    here: Installation, service: Service
) -> None:
    service.broken_after = 0
    with here.config.open("a", encoding="utf-8") as file:
        file.write("[[sources]]\nname = 'survey'\npath = 'survey.csv'\n")
    survey = "id,text,created_at\ns1,more colours,2026-01-01\n"
    (here.folder / "survey.csv").write_text(survey, encoding="utf-8")
    assert here.ingest()[0] == 2
    assert here.texts() == {"s1": "more colours"}


def test_killed_between_two_pages_it_ends_as_if_nothing_had_happened(
    here: Installation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = here.folder / "points"
    with monkeypatch.context() as environment:
        environment.setenv("GROUNDSWELL_FAILPOINT_LOG", str(points))
        here.ingest()
    expected, asked = here.image(), len(service.asked)
    passed = points.read_text(encoding="utf-8").split()
    pages = [n for n, name in enumerate(passed, 1) if name == "feedback.batch.committed"]
    assert len(pages) == asked + 1  # the last one closes the books
    for file in (here.folder / "data").glob("groundswell.db*"):
        file.unlink()
    service.asked.clear()
    assert here.killed(pages[1])
    assert sorted(here.texts()) == ["1", "2", "3"]
    assert here.ingest()[0] == 0
    assert here.image() == expected
    assert len(service.asked) == asked  # no page was asked for twice


def test_the_secret_is_in_no_file_no_line_of_the_log_and_no_output(
    here: Installation, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.wishes.append(wish(6, f"the page shows Bearer {TOKEN} to all", day(6)))
    service.wishes.append({"id": 7, "created_at": TOKEN, "text": "", "changed": day(7)})
    told = [here.ingest(), here.ingest("quarantine"), here.ingest("quarantine", "--json")]
    service.broken_after = 0
    told += [here.ingest(), here.ingest("status"), here.ingest("status", "--json")]
    assert {status for status, _, _ in told} == {0, 2}
    here.statements()
    assert here.texts()["6"] == "the page shows Bearer [secret] to all"
    assert TOKEN not in "".join(out + err for _, out, err in told)
    assert TOKEN not in caplog.text
    assert TOKEN.encode() not in here.everything_written()


def test_a_secret_that_is_not_set_is_named_by_its_variable(
    here: Installation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    status, _, err = here.ingest()
    assert status == 2
    assert f"wishes: the environment variable {VARIABLE} is not set" in err
    assert service.asked == []


def test_refused_items_are_listed_with_the_service_and_let_in_by_retry(
    here: Installation, service: Service
) -> None:
    service.wishes[0]["text"] = ""
    assert here.ingest()[1].endswith(": 4 new or changed, 4 known, 1 in quarantine.\n")
    (entry,) = json.loads(here.ingest("quarantine", "--json")[1])
    assert entry["path"] == f"rest http://127.0.0.1:{service.port}/v1/wishes"
    assert (entry["row"]["reason"], entry["row"]["line"]) == ("missing_text", 1)
    service.wishes[0]["text"] = "let me pin a note"  # mended there, and not marked as changed
    assert here.ingest()[0] == 0
    assert "1" not in here.texts()
    service.asked.clear()
    assert ": 1 new or changed, " in here.ingest("quarantine", "retry")[1]
    assert "changed_after" not in service.asked[0]
    assert here.texts()["1"] == "let me pin a note"
    assert json.loads(here.ingest("quarantine", "--json")[1]) == []


def test_a_feed_of_releases_gives_market_signals(here: Installation, service: Service) -> None:
    service.feed = ATOM.format(
        "<entry><id>urn:4</id><title>Release 4.0</title><published>2026-04-02T08:00:00Z</published>"
        "<content type='html'>&lt;ul&gt;&lt;li&gt;Works offline on trains&lt;/li&gt;"
        "&lt;li&gt;Exports invoices to a spreadsheet&lt;/li&gt;&lt;/ul&gt;</content></entry>"
    )
    here.set_up(
        "name = 'rival'\napi = 'feed'\nkind = 'changelog'\ncompetitor = 'Oakline'\n"
        f"url = 'http://127.0.0.1:{service.port}/releases.atom'\n"
        f"allow_hosts = ['127.0.0.1:{service.port}']"
    )
    assert here.ingest()[1] == "2 rows read: 2 new or changed, 0 known, 0 in quarantine.\n"
    with open_store(load_config(here.config).store.database) as store:
        signals = store.market.signals()
    assert {signal.text for signal in signals} == {
        "Works offline on trains",
        "Exports invoices to a spreadsheet",
    }
    for release in signals:
        assert (release.kind, release.competitor, release.source) == (
            "competitor",
            "Oakline",
            "rival",
        )
        assert (release.key, release.unit, release.value) == ("Release 4.0", "release", 1.0)
        assert release.observed_at == datetime(2026, 4, 2, 8, tzinfo=UTC)
    assert here.records() == []
