"""The whole way through the app: decide, retrain, read the report, use it, see it, go back."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from groundswell.config import Config
from groundswell.store import open_store
from tests.flows.retrained import installation
from tests.flows.test_jobs import free_port

PATIENCE = 240
"""Seconds until the test gives up on a job."""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return installation(tmp_path)


@pytest.fixture
def app(config: Config) -> Iterator[httpx.Client]:
    """The app as `groundswell serve` starts it, with its worker."""
    port = free_port()
    settings = config.store.path.parent.parent / "config.toml"
    words = ["serve", "--port", str(port), "--config", str(settings)]
    code = "import sys; from flows.cli import main; sys.argv[1:] = %r; main()"
    serving = subprocess.Popen([sys.executable, "-c", code % words])
    headers = {"sec-fetch-site": "same-origin"}
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, headers=headers, follow_redirects=True) as client:
            until(lambda: answers(client))
            yield client
    finally:
        serving.send_signal(signal.SIGINT)
        assert serving.wait(PATIENCE) == 0


def until(found: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < limit
        time.sleep(0.2)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.ConnectError:
        return False


def press(app: httpx.Client, place: str, action: str, **fields: str) -> str:
    """Send the form of a page that has this action, as a browser does, with other fields."""
    page = app.get(place).text
    form = re.search(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, f"{place} has no form for {action}"
    inputs = [
        dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall("<input[^>]*>", form[1])
    ]
    hidden = {one["name"]: one["value"] for one in inputs if one.get("type") == "hidden"}
    answer = app.post(action, data={**hidden, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def done(config: Config) -> bool:
    with open_store(config.store.database) as store:
        (job,) = store.jobs.newest(1)
    assert job.state != "failed", job.message
    return job.state == "done"


def in_use(config: Config) -> str:
    with open_store(config.store.database) as store:
        champion = store.versions.champion("themes")
    assert champion is not None
    return champion.name


def test_a_challenger_is_made_read_put_in_use_and_gone_back_from(
    config: Config, app: httpx.Client
) -> None:
    before = app.get("/ideas.json").content
    title = "Trains without a network"
    press(app, "/needs/0", "/decide/theme-0", kind="rename", label=title)

    page = press(app, "/models", "/models/retrain", then="wait", reason="the workshop on needs")
    assert "Retraining, what passes waits" in page and "the workshop on needs" in page
    until(lambda: done(config))
    assert in_use(config) == "themes-1"
    assert 'href="/models/themes-2#use"' in app.get("/").text

    page = app.get("/models/themes-2").text
    for words in ("waits for a person", "golden set", "Measured on both", "up to number 1"):
        assert words in page
    assert app.get("/models/themes-2.json").json()["why"] == "the workshop on needs"
    press(app, "/models/themes-2", "/models/themes-2/promote", reason="fits better")
    until(lambda: done(config))
    assert in_use(config) == "themes-2"
    assert re.search("put in use by <bdi>[^<]+</bdi>: <q[^>]*>fits better", app.get("/models").text)
    assert "themes-2" in dict(app.get("/ideas.json").json()["versions"])["models"].split()

    press(app, "/models", "/models/themes/rollback", reason="the old one was better")
    until(lambda: done(config))
    assert in_use(config) == "themes-1"
    shown = app.get("/ideas.json").json()
    assert "themes-1" in dict(shown["versions"])["models"].split()
    assert shown["run"]["run_id"] == 2  # the retraining's own, which themes-1 made
    assert app.get("/ideas.json").content != before
    page = app.get("/runs").text
    assert "run 4 went back to themes-1, so its report is not shown any more" in page
    assert "Back to themes-1, run 4" in page
