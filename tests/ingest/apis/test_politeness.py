"""Waiting when asked to, never for ever, and within the bounds of a pull."""

import gzip
import time
from base64 import b64encode
from collections.abc import Sequence

import pytest

from groundswell.errors import IngestError
from ingest.apis import ApiSource, Client, Limits, read_pages
from tests.ingest.apis.fake_apis import CASES, Answered, Call, Item, items
from tests.ingest.apis.fault_server import NOW, Api, Server, _Handler, serve
from tests.ingest.apis.reading import TOKEN, Store, client

CASE = CASES["rest_link"]


def refusing(status: int, **headers: str) -> "Refusing":
    return Refusing(status, {name.replace("_", "-"): value for name, value in headers.items()})


class Refusing:
    """Refuses the first request and answers the others."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.answer: Answered | None = Answered(b"", headers, status)

    def __call__(self, world: Sequence[Item], call: Call) -> Answered:
        answer, self.answer = self.answer, None
        return answer or CASE.fake(world, call)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "3600"}, 3600),
        ({"Retry_After": "Wed, 02 Jul 2031 20:40:00 GMT"}, None),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(NOW + 45)}, 45),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_is_asked_again_just_then(
    server: Server, status: int, headers: dict[str, str], seconds: int | None
) -> None:
    api = serve(server, refusing(status, **headers), items(3))
    store = Store("id")
    done = store.pull(CASE.source(api.base), client(api))
    if seconds is None:  # years away
        assert not done
        assert "deferred until 2031-07-02 20:40 UTC" in store.errors[0]
        assert api.clock.slept == []
    else:
        assert done
        assert api.clock.slept == [seconds]


@pytest.mark.parametrize("text", ["-30", "0", "soon", "", "1.5", "٣", "Wed, 02 Jul 2001 00:00:00"])
def test_a_wait_that_makes_no_sense_is_a_short_pause(server: Server, text: str) -> None:
    api = serve(server, Refusing(429, {"Retry-After": text.encode().decode("latin-1")}), items(3))
    assert Store("id").pull(CASE.source(api.base), client(api))
    (pause,) = api.clock.slept
    assert 0.5 <= pause <= 1.5  # one second, spread by chance


@pytest.mark.parametrize("text", ["3601", "1000000000", "9" * 400])
def test_beyond_an_hour_the_pull_is_deferred_and_what_was_read_is_kept(
    server: Server, text: str
) -> None:
    def second_refuses(world: Sequence[Item], call: Call) -> Answered:
        if "after" in call.query and refused:
            return Answered(b"", {"Retry-After": text}, 429)
        return CASE.fake(world, call)

    refused = [True]
    api = serve(server, second_refuses, items(23))
    store, source = Store("id"), CASE.source(api.base)
    assert not store.pull(source, client(api))
    assert "deferred" in store.errors[0]
    assert (len(store.rows), api.clock.slept) == (5, [])
    refused.clear()
    assert store.pull(source, client(api))
    assert len(store.rows) == 23


def test_a_spent_quota_of_github_is_a_wait_and_not_a_refusal(server: Server) -> None:
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW + 120)}
    api = serve(server, Refusing(403, spent), items(3))
    assert Store("id").pull(CASE.source(api.base), client(api))
    assert api.clock.slept == [120]


def test_pauses_grow_twofold_and_are_spread_by_chance(server: Server) -> None:
    api = serve(server, CASE.fake, items(23), faults={4: "500", 5: "500", 6: "500"})
    assert Store("id").pull(CASE.source(api.base), client(api, chance=lambda: 0.25))
    assert api.clock.slept == [0.75, 1.5, 3.0]  # 1, 2, 4 seconds, times 0.5 + 0.25


def test_the_pace_of_an_api_is_kept(server: Server) -> None:
    case = CASES["zendesk"]
    api = serve(server, case.fake, items(23))
    assert Store("id").pull(case.source(api.base), client(api))
    assert api.clock.slept == [6.0] * (len(api.calls) - 1)  # ten a minute
    api = serve(server, case.fake, items(23))
    assert Store("id").pull(case.source(api.base, requests_per_minute=30), client(api))
    assert api.clock.slept == [2.0] * (len(api.calls) - 1)


def test_a_pull_ends_when_its_time_is_up_and_goes_on_later(server: Server) -> None:
    case = CASES["zendesk"]
    api = serve(server, case.fake, items(23))
    short = client(api, limits=Limits(pull_seconds=10))
    store, source = Store("id"), case.source(api.base)
    assert not store.pull(source, short)
    assert (len(api.calls), len(store.pages)) == (2, 2)  # at 0 and 6 seconds
    assert store.pull_until_done(source, short) == 2
    assert len(store.rows) == 23


def test_a_pull_has_a_bound_of_bytes(server: Server) -> None:
    api = serve(server, CASE.fake, items(23))
    store = Store("id")
    assert not store.pull(CASE.source(api.base), client(api, limits=Limits(total_bytes=1500)))
    assert 0 < len(store.rows) < 23
    assert "bytes" in store.errors[0]


def test_a_packed_reply_is_unpacked_in_small_pieces_however_well_it_was_packed() -> None:
    from ingest.apis.wire import _unpacked

    whole = b"a" * 5_000_000
    pieces = list(_unpacked([gzip.compress(whole)], "gzip"))
    assert b"".join(pieces) == whole
    assert max(map(len, pieces)) <= 1 << 16


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_drips_is_left_when_the_time_for_one_request_is_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def drip(handler: _Handler, body: object) -> None:
        start = b"HTTP/1.1 200 OK\r\n"
        start += b"X-Slow: " if part == "headers" else b"Content-Length: 90000\r\n\r\n"
        handler.wfile.write(start)
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.02)

    api = serve(server, CASE.fake, [])
    monkeypatch.setattr(_Handler, "_handle", drip)
    real = client(api, limits=Limits(request_seconds=0.2), monotonic=time.monotonic)
    began, store = time.monotonic(), Store("id")
    assert not store.pull(CASE.source(api.base), real)
    assert "no whole reply in time" in store.errors[0]
    assert time.monotonic() - began < 3  # three times 0.2 seconds


def test_a_secret_that_was_renewed_is_read_anew_once(server: Server) -> None:
    environ = {"WISHES_TOKEN": "first-secret-of-two"}

    def expiring(world: Sequence[Item], call: Call) -> Answered:
        if len(api.calls) >= 3:
            environ["WISHES_TOKEN"] = "second-secret-of-two"
            if call.headers["authorization"] == "Bearer first-secret-of-two":
                return Answered(b"", {}, 401)
        return CASE.fake(world, call)

    api = serve(server, expiring, items(23))
    store = Store("id")
    assert store.pull(CASE.source(api.base), client(api, environ)), store.errors
    assert len(store.rows) == 23
    assert len(api.calls) == 5 + 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_secret_that_stays_refused_is_named_and_not_tried_again(
    server: Server, status: int
) -> None:
    api = serve(server, CASE.fake, items(23), faults={2: str(status)})
    store = Store("id")
    assert not store.pull(CASE.source(api.base), client(api))
    assert f"answered {status}; check the secret in WISHES_TOKEN" in store.errors[0]
    assert len(api.calls) == 3
    assert store.pull(CASE.source(api.base), client(api))
    assert len(store.rows) == 23


@pytest.mark.parametrize("secret", ["", "   ", "line\nbreak", "café"])
def test_a_secret_that_is_not_there_is_named(server: Server, secret: str) -> None:
    api = serve(server, CASE.fake, items(3))
    source = CASE.source(api.base)
    with pytest.raises(IngestError, match="WISHES_TOKEN") as caught:
        list(read_pages(source, "", client(api, {"WISHES_TOKEN": secret, "OTHER": "x"})))
    assert secret.strip() == "" or secret not in str(caught.value)
    assert api.calls == []


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ("", "authorization", f"Bearer {TOKEN}"),
        ("bearer", "authorization", f"Bearer {TOKEN}"),
        ("basic", "authorization", "Basic " + b64encode(TOKEN.encode()).decode()),
        ("header:Api-Key", "api-key", TOKEN),
    ],
)
def test_the_secret_is_sent_as_the_api_wants_it(
    server: Server, auth: str, header: str, value: str
) -> None:
    api = serve(server, CASE.fake, items(3))
    assert Store("id").pull(CASE.source(api.base, auth=auth), client(api))
    assert api.calls[0].headers[header] == value


@pytest.mark.parametrize("name", list(CASES))
def test_a_server_that_sends_the_secret_back_does_not_get_it_stored(
    server: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[name]
    told: set[str] = set()

    def telling(world: Sequence[Item], call: Call) -> Answered:
        sent = call.headers.get("authorization") or call.headers["api-key"]
        told.add(sent)
        whole = case.fake(world, call)
        body = whole.body.replace(b"please add", sent.encode()).replace(
            b"export number", TOKEN.encode()
        )
        return Answered(body, {**whole.headers, "X-Sent": sent}, whole.status)

    caplog.set_level("DEBUG")
    api = serve(server, telling, items(23))
    source, store = case.source(api.base), Store(case.id_field)
    here = client(api)
    assert store.pull(source, here)
    api.faults = {len(api.calls): "echo", len(api.calls) + 1: "401"}
    assert not store.pull(source, here)
    seen = repr((store.pages, store.errors, source, here, caplog.text))
    assert len(store.rows) == 23
    assert TOKEN not in seen
    assert all(sent.split()[-1] not in seen for sent in told)
    assert "[secret]" in seen


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"api": "gitlab"}, "choose one of github"),
        ({"api": "discourse", "url": ""}, "has no url"),
        ({"api": "github", "url": ""}, "options.repository is missing"),
        ({"options": {"stile": "page"}}, "no option 'stile'"),
        ({"options": {"style": "pages"}}, "options.style 'pages' is not known"),
        ({"options": {"style": "page", "first_page": "x"}}, "options.first_page is 'x'"),
        ({"auth": "digest"}, "auth 'digest' is not known"),
        ({"auth": "header:A\r\nB"}, "is not known"),
        ({"headers": {"Authorization": "Bearer abc"}}, "use token_env"),
        ({"headers": {"X-Team": "a\r\nb"}}, "cannot be sent"),
        ({"url": "https://me:pass@example.com/"}, "belong in token_env"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anything_is_asked(
    server: Server, change: dict[str, object], words: str
) -> None:
    api = serve(server, CASE.fake, items(3))
    told = {"name": "wishes", "api": "rest", "url": api.base, "allow_hosts": (api.base[7:],)}
    source = ApiSource(**{**told, **change})  # type: ignore[arg-type]
    with pytest.raises(IngestError) as caught:
        list(read_pages(source, "", client(api)))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pass" not in str(caught.value).replace("password", "")
    assert api.calls == []


@pytest.mark.parametrize("cursor", ["x", "[]", "5", '"a"'])
def test_a_cursor_that_is_none_is_told(server: Server, cursor: str) -> None:
    api = serve(server, CASE.fake, items(3))
    with pytest.raises(IngestError, match="cannot be understood"):
        list(read_pages(CASE.source(api.base), cursor, client(api)))


def test_the_clocks_of_a_client_are_real_unless_told() -> None:
    assert abs(Client().now() - time.time()) < 5
    assert Client().limits.wait_seconds == 3600


def test_an_error_names_the_place_without_the_query(server: Server) -> None:
    api: Api = serve(server, CASE.fake, items(3), faults={0: "404"})
    store = Store("id")
    source = CASE.source(api.base, url=api.base + "/v1/wishes?key=hidden", params={"who": "me"})
    assert not store.pull(source, client(api))
    assert store.errors == [
        f"wishes: {api.base[7:]}/v1/wishes: answered 404; check url, params and options"
    ]
    assert (api.calls[0].query["key"], api.calls[0].query["who"]) == ("hidden", "me")
