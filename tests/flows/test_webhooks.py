"""Webhooks are told what happened, at least once, under one id, whatever the receiver does."""

import base64
import hashlib
import hmac
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import webhooks
from flows.cli import app
from flows.webhooks import deliver_due, told_afterwards, told_meanwhile, try_out
from groundswell.config import Config
from groundswell.domain import Delivery, Event, RiseAlert
from groundswell.errors import ConfigError
from groundswell.store import Store, open_store
from ingest import webhooks as sending
from ingest.apis.pull import Client
from ingest.webhooks import Outcome, sign, target_of
from tests.flows.telling import (
    KEY,
    Receiver,
    config_with,
    decide,
    echo,
    hook,
    receiving,
    reset,
    stall,
    status,
)
from tests.groundswell.samples import START
from tests.web.pages.filling import by_hand, fill

CLIENT = Client(environ={"HOOK_KEY": KEY})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def deliver(config: Config, clock: Clock | None = None) -> int:
    return deliver_due(config, client=CLIENT, clock=clock or Clock(), chance=lambda: 0.5)


def kept(config: Config) -> list[Delivery]:
    with open_store(config.store.database) as store:
        return store.outbox.newest()


def test_a_message_is_signed_as_standard_webhooks_says() -> None:
    # The worked example of https://github.com/standard-webhooks/standard-webhooks
    key = base64.b64decode(KEY.removeprefix("whsec_"))
    found = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_decision_is_told_once_with_ids_title_and_link(
    tmp_path: Path, receiver: Receiver
) -> None:
    config = config_with(tmp_path, hook(receiver), hosts=("review.example.com",), https=True)
    decide(config, reason="ada@example.com wants it")
    assert (deliver(config), deliver(config)) == (1, 0)
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert told["type"] == "decision.made"
    assert told["data"] == {
        "number": 1,
        "at": told["data"]["at"],
        "reviewer": "ann",
        "kind": "accept",
        "target": "need-1",
        "undoes": None,
        "title": "need-1",
        "link": "https://review.example.com/ideas/need-1",
    }
    assert b"ada@" not in body
    signed = ".".join((headers["webhook-id"], headers["webhook-timestamp"], body.decode()))
    key = base64.b64decode(KEY.removeprefix("whsec_"))
    digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["content-type"] == "application/json"
    (one,) = kept(config)
    assert (one.state, one.tries, one.found) == ("sent", 1, "answered 204")


def test_the_documented_check_knows_ours_from_others(tmp_path: Path, receiver: Receiver) -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (documented,) = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    given: dict[str, Any] = {}
    exec(compile(script, "webhooks.md", "exec"), given)
    is_ours = given["is_ours"]
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    deliver(config)
    ((headers, body),) = receiver.got
    assert is_ours(headers, body, KEY)
    assert not is_ours(headers, body + b" ", KEY)
    assert not is_ours(headers, body, sending.new_key())
    assert not is_ours(headers | {"webhook-id": "msg_0"}, body, KEY)
    old = str(int(headers["webhook-timestamp"]) - 3600)
    assert not is_ours(headers | {"webhook-timestamp": old}, body, KEY)
    assert not is_ours(headers, body, KEY, tolerance=-1)
    told, shown = json.loads(body), json.loads(documented)
    assert (list(told), list(told["data"])) == (list(shown), list(shown["data"]))


FAULTS = {
    "500": status(500),
    "404": status(404),
    "redirect": status(307, Location="http://127.0.0.1:1/"),
    "reset": reset,
    "echo": echo,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_arrive_is_sent_again_under_the_same_id(
    tmp_path: Path, receiver: Receiver, fault: str
) -> None:
    config, clock = config_with(tmp_path, hook(receiver)), Clock()
    decide(config)
    receiver.answers = [FAULTS[fault]] * 3
    for expected in (5, 10, 20):
        assert deliver(config, clock) == 0
        assert deliver(config, clock) == 0  # not before its time
        (one,) = kept(config)
        assert one.state == "waiting"
        assert one.next_at == clock.now + timedelta(seconds=expected)
        clock.now = one.next_at
    assert deliver(config, clock) == 1
    assert len(receiver.got) == 4
    assert len(set(receiver.ids)) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert kept(config)[0].tries == 4


def test_a_receiver_that_stalls_is_left_in_time(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "REQUEST_SECONDS", 0.3)
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    receiver.answers = [stall]
    begun = datetime.now(UTC)
    assert deliver(config) == 0
    assert datetime.now(UTC) - begun < timedelta(seconds=1.2)
    assert kept(config)[0].found == "no whole reply in time"


def test_nobody_listens(tmp_path: Path, receiver: Receiver) -> None:
    config = config_with(
        tmp_path, hook(receiver, url="http://127.0.0.1:1/x", allow_hosts=("127.0.0.1:1",))
    )
    decide(config)
    decide(config, "need-2")
    assert deliver(config) == 0
    assert sorted(one.tries for one in kept(config)) == [0, 1]  # the second waits for the next look


def test_a_receiver_is_waited_for_as_long_as_it_asks(tmp_path: Path, receiver: Receiver) -> None:
    config, clock = config_with(tmp_path, hook(receiver)), Clock()
    decide(config)
    receiver.answers = [status(429, Retry_After="600"), status(503, Retry_After="9999999")]
    deliver(config, clock)
    assert kept(config)[0].next_at == clock.now + timedelta(seconds=600)
    begun = clock.now
    clock.now = begun + timedelta(seconds=600)
    deliver(config, clock)
    assert kept(config)[0].next_at == begun + timedelta(days=1)  # the last try


def test_after_a_day_it_is_given_up_and_shown(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    config, clock = config_with(tmp_path, hook(receiver)), Clock()
    decide(config)
    receiver.answers = [status(500)] * 100
    begun = clock.now
    while (one := (deliver(config, clock), kept(config)[0])[1]).next_at is not None:
        clock.now = one.next_at
    assert one.state == "given up"
    assert clock.now - begun == timedelta(days=1)
    assert 20 < one.tries == len(receiver.got) < 40
    assert deliver(config, clock) == 0
    assert "given up" in caplog.text
    path = tmp_path / "config.toml"
    path.write_text(f'[store]\npath = "{config.store.path}"\n')
    shown = CliRunner().invoke(app, ["webhooks", "--config", str(path)])
    assert "given up" in shown.output
    (told,) = json.loads(
        CliRunner().invoke(app, ["webhooks", "--json", "--config", str(path)]).output
    )
    assert (told["state"], told["found"]) == ("given up", "answered 500")


def test_a_receiver_that_wants_no_more_is_believed(tmp_path: Path, receiver: Receiver) -> None:
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    receiver.answers = [status(410)]
    deliver(config)
    assert kept(config)[0].state == "given up"


def test_one_webhook_in_trouble_keeps_no_other_waiting(tmp_path: Path, receiver: Receiver) -> None:
    away = hook(receiver, "away", url="https://nowhere.invalid/")
    config = config_with(tmp_path, away, hook(receiver, "here"))
    for n in range(3):
        decide(config, f"need-{n}")
    names = {"127.0.0.1": ("127.0.0.1",)}
    client = Client(environ={"HOOK_KEY": KEY}, resolve=lambda host, _port: names.get(host, ()))
    assert deliver_due(config, client=client) == 3
    waiting = [one.tries for one in kept(config) if one.webhook == "away"]
    assert sorted(waiting) == [0, 0, 1]
    assert [one["data"]["number"] for one in receiver.bodies] == [1, 2, 3]


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"])
def test_a_name_that_stands_for_the_own_network_is_not_reached(
    tmp_path: Path, receiver: Receiver, address: str
) -> None:
    config = config_with(tmp_path, hook(receiver, url="https://public.example/", allow_hosts=()))
    decide(config)
    client = Client(environ={"HOOK_KEY": KEY}, resolve=lambda _host, _port: (address,))
    assert deliver_due(config, client=client) == 0
    assert "not on the open Internet" in kept(config)[0].found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"allow_hosts": ()}, "only https is used"),
        ({"url": "ftp://x/"}, "url"),
        ({"secret_variable": ""}, "secret_variable names no variable"),
        ({"url": ""}, "either url or url_variable"),
        ({"url_variable": "HOOK_URL"}, "either url or url_variable"),
        ({"events": ()}, "events"),
        ({"events": ("decision.unmade",)}, "events"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_line(
    receiver: Receiver, given: dict[str, Any], told: str
) -> None:
    with (
        pytest.raises(ValueError, match=told)
        if given != {"allow_hosts": ()}
        else pytest.raises(ConfigError, match=told)
    ):
        target_of(hook(receiver, **given), {"HOOK_KEY": KEY})


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_c2hvcnQ=", "hunter2", "whsec_!!!"])
def test_a_key_that_is_none_is_told_of_without_showing_it(
    tmp_path: Path, receiver: Receiver, key: str
) -> None:
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    deliver_due(config, client=Client(environ={"HOOK_KEY": key}))
    (one,) = kept(config)
    assert one.state == "waiting"
    assert "HOOK_KEY" in one.found
    assert not key.removeprefix("whsec_") or key not in one.found


def test_secrets_reach_neither_store_nor_log_nor_error(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = f"http://127.0.0.1:{receiver.port}/services/T00CANARY"
    secret = hook(receiver, url="", url_variable="HOOK_URL")
    config = config_with(tmp_path, secret)
    environ = {"HOOK_KEY": KEY, "HOOK_URL": address}
    client = Client(environ=environ)
    decide(config)
    receiver.answers = [echo, reset, status(302, Location="/T00CANARY"), status(500), echo]
    clock = Clock()
    for _ in range(4):
        deliver_due(config, client=client, clock=clock)
        clock.now += timedelta(hours=1)
    assert len(receiver.got) == 4
    with pytest.raises(ConfigError) as raised:
        try_out(config, "roadmap", client=client)
    told = caplog.text + str(raised.value) + repr(target_of(secret, environ)) + str(kept(config))
    told += config.store.path.read_bytes().decode("latin-1")
    for canary in ("T00CANARY", KEY, KEY.removeprefix("whsec_")):
        assert canary not in told


def test_slack_reads_titles_as_text_and_nothing_as_a_call(
    tmp_path: Path, receiver: Receiver
) -> None:
    slack = hook(receiver, "chat", form="slack", secret_variable="")
    config = config_with(tmp_path, slack)
    decide(config, "item-<!channel>&|x")
    assert deliver(config) == 1
    (headers, _), (body,) = receiver.got[0], receiver.bodies
    assert set(body) == {"text"}
    assert "webhook-signature" not in headers
    assert "<!" not in body["text"]
    assert body["text"] == (
        "ann: accept <http://127.0.0.1:8765/ideas/item-%3C%21channel%3E%26%7Cx"
        "|item-&lt;!channel&gt;&amp;¦x> (decision 1)"
    )


def test_a_report_with_moves_a_rise_and_a_failed_run_are_told(
    tmp_path: Path, receiver: Receiver
) -> None:
    ideas = [by_hand.idea(n, words, len(by_hand.IDEAS)) for n, words in enumerate(by_hand.IDEAS, 1)]
    config = config_with(tmp_path, hook(receiver))
    shown = fill(config, by_hand.build(tuple(ideas)))
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        alert = RiseAlert(1, "need", date(2026, 3, 1), voices=12, ratio=2.5)
        store.themes.save_alerts(lease, [alert])
        run = _begin(store, lease)
        store.ledger.finish_run(lease, run, state="failed", finished_at=START, message="a@b.c: odd")
    assert deliver(config) == 3
    report, rise, failure = receiver.bodies
    titles = {idea.candidate_id: idea.title for idea in shown.report.ideas}
    assert report["type"] == "report.ready"
    assert all(titles[move["idea"]] == move["title"] for move in report["data"]["moves"])
    assert {(m["rank_before"], m["rank_now"]) for m in report["data"]["moves"]} >= {(2, 1), (1, 2)}
    assert (rise["data"]["need"], rise["data"]["title"]) == (1, "need 1")
    assert (rise["data"]["voices"], rise["data"]["ratio"]) == (12, 2.5)
    assert (failure["data"]["run"], failure["data"]["state"]) == (run, "failed")
    assert "a@b.c" not in str(receiver.got)
    states = [one.state for one in kept(config)]
    assert sorted(states) == ["nothing to tell", "sent", "sent", "sent"]  # the first report


def test_what_few_customers_voice_is_told_of_by_its_id(tmp_path: Path, receiver: Receiver) -> None:
    ideas = [by_hand.idea(n, words, len(by_hand.IDEAS)) for n, words in enumerate(by_hand.IDEAS, 1)]
    few = tuple(replace(idea, voices=4.0) for idea in ideas)
    config = config_with(tmp_path, hook(receiver))
    fill(config, by_hand.build(few))
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        store.themes.save_alerts(
            lease, [RiseAlert(1, "need", date(2026, 3, 1), None, None, 4, 2.5)]
        )
    assert deliver(config) == 2
    report, rise = receiver.bodies
    assert all(move["title"] == move["idea"] for move in report["data"]["moves"])
    assert rise["data"]["title"] == "theme-1"


def _begin(store: Store, lease: Any) -> int:
    return store.ledger.begin_run(
        lease, kind="refresh", started_at=START, config_hash="", versions={}
    ).run_id


def test_killed_between_sending_and_keeping_it_is_sent_again_under_the_same_id(
    tmp_path: Path, receiver: Receiver
) -> None:
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    path = tmp_path / "config.toml"
    entry = config.webhooks[0]
    path.write_text(
        f'[store]\npath = "{config.store.path}"\n[[webhooks]]\nname = "roadmap"\n'
        f'url = "{entry.url}"\nsecret_variable = "HOOK_KEY"\n'
        f'allow_hosts = ["{entry.allow_hosts[0]}"]\n'
    )
    script = (
        "from groundswell.config import load_config; from flows.webhooks import deliver_due;"
        f"print(deliver_due(load_config({str(path)!r})))"
    )
    names = tmp_path / "points"
    environ = {**os.environ, "HOOK_KEY": KEY, "GROUNDSWELL_FAILPOINT_LOG": str(names)}
    with open_store(config.store.database) as store, store.lease("webhooks") as lease:
        store.outbox.gather(lease, "roadmap", entry.events)  # it is on its way already
    child(script, environ | {"GROUNDSWELL_FAILPOINT": "999"})
    assert receiver.ids
    place = names.read_text().split().index("webhooks.sent") + 1
    with open_store(config.store.database) as store, store.lease("webhooks") as lease:
        (done,) = store.outbox.newest()
        store.outbox.save(lease, replace(done, state="waiting", tries=0))
    receiver.got.clear()
    killed = child(script, environ | {"GROUNDSWELL_FAILPOINT": str(place)})
    assert killed.returncode == -signal.SIGKILL
    assert (len(receiver.got), kept(config)[0].state) == (1, "waiting")
    assert child(script, environ).stdout == "1\n"
    assert len(receiver.got) == 2
    assert len(set(receiver.ids)) == 1
    assert kept(config)[0].state == "sent"


def child(script: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, timeout=300
    )


def test_one_process_at_a_time_tells(tmp_path: Path, receiver: Receiver) -> None:
    config = config_with(tmp_path, hook(receiver))
    decide(config)
    with open_store(config.store.database) as store, store.lease("webhooks"):
        assert deliver(config) == 0
    assert receiver.got == []
    assert deliver(config) == 1


def test_without_webhooks_no_store_is_opened(tmp_path: Path) -> None:
    assert deliver_due(config_with(tmp_path)) == 0
    assert not (tmp_path / "groundswell.db").exists()


def test_a_run_that_fails_is_told_of_when_it_ends(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_KEY", KEY)
    config = config_with(tmp_path, hook(receiver))
    with pytest.raises(RuntimeError), told_afterwards(config):
        with open_store(config.store.database) as store, store.lease("pipeline") as lease:
            store.ledger.finish_run(lease, _begin(store, lease), state="failed", finished_at=START)
        raise RuntimeError
    assert [one["type"] for one in receiver.bodies] == ["run.failed"]


def test_while_the_app_is_open_what_is_decided_is_told_soon(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_KEY", KEY)
    monkeypatch.setattr(webhooks, "POLL_SECONDS", 0.05)
    config = config_with(tmp_path, hook(receiver))
    with told_meanwhile(config):
        decide(config)
        for _ in range(200):
            if receiver.got and kept(config)[0].state == "sent":
                break
            time.sleep(0.05)
    assert [one["data"]["number"] for one in receiver.bodies] == [1]


def test_waits_grow_and_spread() -> None:
    now = START
    told = Delivery("a", Event("run.failed", "1"), now)
    waits = []
    for _ in range(14):
        told = webhooks.after_failing(told, Outcome(500, "answered 500"), now, lambda: 0.5)
        assert told.next_at is not None
        waits.append((told.next_at - now).total_seconds())
        now = told.next_at
    assert waits[:5] == [5, 10, 20, 40, 80]
    assert waits[-1] == 3600
    for chance, factor in ((0.0, 0.5), (1.0, 1.5)):
        first = webhooks.after_failing(
            Delivery("a", Event("run.failed", "1"), START),
            Outcome(500, ""),
            START,
            partial(float, chance),
        )
        assert first.next_at == START + timedelta(seconds=5 * factor)


def test_a_trial_says_what_came_of_it(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_KEY", KEY)
    path = tmp_path / "config.toml"
    host = f"127.0.0.1:{receiver.port}"
    path.write_text(
        f'[[webhooks]]\nname = "roadmap"\nurl = "http://{host}/"\nsecret_variable = "HOOK_KEY"\n'
        f'allow_hosts = ["{host}"]\n'
    )
    run = CliRunner().invoke
    assert run(app, ["webhooks", "test", "roadmap", "--config", str(path)]).output == (
        "roadmap: answered 204\n"
    )
    assert receiver.bodies[0]["type"] == "test"
    receiver.answers = [status(500)]
    refused = run(app, ["webhooks", "test", "roadmap", "--config", str(path)])
    assert (refused.exit_code, refused.stderr) == (
        2,
        "groundswell: webhook roadmap: answered 500; nothing was taken\n",
    )
    unknown = run(app, ["webhooks", "test", "other", "--config", str(path)])
    assert "known: roadmap" in unknown.stderr
    printed = run(app, ["webhooks", "secret"]).output.strip()
    assert target_of(hook(receiver), {"HOOK_KEY": printed}).key
