import re
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from httpx import ConnectError, get
from starlette.testclient import TestClient

from groundswell.config import Config, StoreConfig
from groundswell.errors import ConfigError
from groundswell.report import Changes, IdeaReport, ReportTotals, RunStamp
from groundswell.store import open_store
from reports import render, to_json
from tests.web.people import browser
from web.app import _listen, serve
from web.guard.headers import ALWAYS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(store=StoreConfig(path=tmp_path / "groundswell.db"))


@pytest.fixture
def client(config: Config) -> TestClient:
    return browser(config)


def protected(headers: Mapping[str, str]) -> bool:
    policy = headers.get("content-security-policy", "")
    return policy.startswith("default-src 'none'; ") and all(
        headers.get(name) == value for name, value in ALWAYS.items()
    )


def report(run_id: int, title: str) -> IdeaReport:
    return IdeaReport(
        run=RunStamp(run_id, NOON, None),
        title=title,
        as_of=NOON,
        currency="EUR",
        versions=(),
        strategy="balanced",
        weights=(),
        evidence_level="L0: feedback",
        unlocks_next="",
        notes=(),
        totals=ReportTotals(0, 0, 0, 0, 0, 0, date(2026, 1, 1), date(2026, 3, 1), 0.0, ()),
        ideas=(),
        themes=(),
    )


def finish_a_run(config: Config, folder: Path, *, title: str = "What to build") -> bytes:
    """Do what a run does at its end; return the page it wrote."""
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        run = store.ledger.begin_run(
            lease, kind="refresh", started_at=NOON, config_hash="", versions={}
        )
        found = report(run.run_id, title)
        page = render(found, Changes(None, None, 0, (), ()))["report.html"]
        folder.mkdir(exist_ok=True)
        (folder / "report.html").write_bytes(page)
        files = [("report.html", sha256(page).hexdigest(), len(page))]
        store.ideas.save_report(lease, run.run_id, as_of=NOON, document=to_json(found))
        store.ideas.save_files(lease, run.run_id, str(folder), files)
        store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=NOON)
    return page


def test_before_the_first_run_the_page_says_what_to_type(client: TestClient) -> None:
    answer = client.get("/report.html")
    assert answer.status_code == 404
    assert "groundswell run" in answer.text
    assert client.get("/ideas.json").status_code == 404
    assert client.get("/healthz").json() == {"status": "ok", "last_run": None}


def test_the_newest_report_is_shown_as_it_was_written(
    config: Config, client: TestClient, tmp_path: Path
) -> None:
    finish_a_run(config, tmp_path / "report", title="Older")
    page = finish_a_run(config, tmp_path / "report", title="Newer")
    assert client.get("/report.html").content == page
    assert client.get("/ideas.json").json()["title"] == "Newer"
    assert client.get("/healthz").json() == {"status": "ok", "last_run": "ok"}


def test_figures_are_there_for_whoever_may_read(
    config: Config, client: TestClient, tmp_path: Path
) -> None:
    assert "\ngroundswell_report_timestamp_seconds " not in client.get("/metrics").text
    finish_a_run(config, tmp_path / "report", title="Zyxophone")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    (told,) = re.findall(r"^groundswell_report_timestamp_seconds (.+)$", answer.text, re.M)
    assert float(told) == NOON.timestamp()
    assert "Zyxophone" not in answer.text


def test_a_title_cannot_bring_a_script(config: Config, client: TestClient, tmp_path: Path) -> None:
    finish_a_run(config, tmp_path / "report", title=SCRIPT)
    answer = client.get("/report.html")
    assert "alert(1)" in answer.text
    assert "<script" not in answer.text.lower()


@pytest.mark.parametrize("change", ["altered", "gone"])
def test_a_page_that_is_not_what_the_run_wrote_is_not_shown(
    config: Config, client: TestClient, tmp_path: Path, change: str
) -> None:
    finish_a_run(config, tmp_path / "report")
    page = tmp_path / "report" / "report.html"
    page.unlink() if change == "gone" else page.write_text(SCRIPT)
    answer = client.get("/report.html")
    assert answer.status_code == 404
    assert "groundswell report" in answer.text
    assert SCRIPT not in answer.text


@pytest.mark.parametrize("runs", [0, 1])
def test_the_policy_lets_exactly_our_own_style_sheet_in(
    config: Config, client: TestClient, tmp_path: Path, runs: int
) -> None:
    for _ in range(runs):
        finish_a_run(config, tmp_path / "report")
    answer = client.get("/report.html")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    (styles,) = [part for part in policy if part.startswith("style-src ")]
    assert re.fullmatch(rf"style-src 'nonce-[\w-]+' 'sha256-{re.escape(digest)}'", styles)


def test_a_broken_store_is_told_in_one_line(config: Config, client: TestClient) -> None:
    config.store.path.write_bytes(b"this is not a database, whatever its name says" * 100)
    answer = client.get("/report.html")
    assert answer.status_code == 503
    assert str(config.store.path) in answer.text
    assert answer.text.count("\n") == 1
    assert protected(answer.headers)


def test_a_connection_sends_at_once() -> None:
    with _listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_told_in_one_line(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"^port {port} on 127.0.0.1: .*--port$"):
            serve(config, "127.0.0.1", port)


def test_the_pages_are_served_until_interrupted(config: Config, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = (
        "from pathlib import Path; from groundswell.config import Config, StoreConfig;"
        "from web.app import serve;"
        f"serve(Config(store=StoreConfig(path=Path({str(config.store.path)!r}))), port={port})"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as server:
        try:
            assert answer_of(f"http://127.0.0.1:{port}/healthz") == 200
        finally:
            server.terminate()
        assert server.stderr is not None
        assert server.stderr.read() == b""


def answer_of(address: str) -> int:
    for _ in range(300):
        try:
            return get(address).status_code
        except ConnectError:
            time.sleep(0.1)
    pytest.fail(f"{address} did not answer in 30 s")
