"""The operator's model is asked what was to be asked, there and nowhere else, and cannot hurt."""

import gzip
import json
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ingest.apis import Client
from ingest.apis.chat import ANSWER_TOKENS, FAILURES_IN_A_ROW, Answers, Endpoint, ask_endpoint
from tests.ingest.apis.fake_apis import Answered, Call, Item, reply
from tests.ingest.apis.fault_server import Api, Server, _Handler, serve, serving

KEY = "sk-canary-0d9f1c"
QUESTIONS = {
    f"key {n}": (("system", "Name it."), ("user", f'{{"statements": ["wish {n}"]}}'))
    for n in range(5)
}
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: loading authorities takes time


def nobody_resolves(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


def client(**more: Any) -> Client:
    return Client(
        **{"environ": {"NAMING_KEY": KEY}, "resolve": nobody_resolves, "tls": _TLS, **more}
    )


def endpoint(server: Server, **more: Any) -> Endpoint:
    url = f"http://127.0.0.1:{server.server_port}/v1"
    return Endpoint(**{"url": url, "model": "small", "timeout_seconds": 0.5, **more})


def words(text: object) -> Answered:
    return reply({"choices": [{"message": {"role": "assistant", "content": text}}]})


def asked(server: Server, answer: Callable[[Call], Answered], **more: Any) -> tuple[Answers, Api]:
    """Ask all questions of a server that answers so."""

    def fake(world: Sequence[Item], call: Call) -> Answered:
        return answer(call)

    api = serve(server, fake, [])
    return ask_endpoint(endpoint(server, **more), QUESTIONS, client()), api


def test_each_question_is_one_request_without_tools_or_memory(server: Server) -> None:
    answers, api = asked(server, lambda call: words(call.body["messages"][1]["content"]))
    assert answers == Answers(
        {key: messages[1][1] for key, messages in QUESTIONS.items()}, calls=5, warning=""
    )
    assert [call.path for call in api.calls] == ["/v1/chat/completions"] * 5
    assert api.calls[3].body == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "Name it."},
            {"role": "user", "content": '{"statements": ["wish 3"]}'},
        ],
        "temperature": 0,
        "max_tokens": ANSWER_TOKENS,
        "response_format": {"type": "json_object"},
    }
    assert "authorization" not in api.calls[0].headers


def test_nothing_to_ask_connects_to_nothing() -> None:
    assert ask_endpoint(Endpoint("no url at all", "small"), {}, client()) == Answers()


def test_a_query_stays_behind_the_path(server: Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}/openai/?api-version=1"
    _, api = asked(server, lambda call: words("x"), url=url)
    assert api.calls[0].path == "/openai/chat/completions"
    assert api.calls[0].query == {"api-version": "1"}


def test_the_key_comes_from_the_environment_and_goes_into_one_header(server: Server) -> None:
    _, api = asked(server, lambda call: words("x"), key_variable="NAMING_KEY")
    assert api.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in json.dumps(api.calls[0].body)


@pytest.mark.parametrize("environ", [{}, {"NAMING_KEY": " "}, {"NAMING_KEY": "a\nb"}])
def test_without_a_usable_key_nothing_is_asked(server: Server, environ: dict[str, str]) -> None:
    api = serve(server, lambda world, call: words("x"), [])
    there = endpoint(server, key_variable="NAMING_KEY")
    answers = ask_endpoint(there, QUESTIONS, client(environ=environ))
    assert (answers.texts, api.calls) == ({}, [])
    assert "environment variable NAMING_KEY" in answers.warning


def drip(call: Call) -> Answered:
    time.sleep(0.8)
    return words("late")


BAD: dict[str, tuple[Callable[[Call], Answered], str]] = {
    "500": (lambda call: Answered(b"<b>evil</b>", {}, 500), "answered 500; check url and model"),
    "429": (lambda call: Answered(b"evil", {"Retry-After": "9999"}, 429), "answered 429"),
    "401": (lambda call: Answered(b"evil", {}, 401), "answered 401; check the key in NAMING_KEY"),
    "HTML": (lambda call: Answered(b"<html>evil</html>"), "a page of HTML"),
    "no JSON": (lambda call: Answered(b"evil"), "the reply is not whole"),
    "depth": (lambda call: Answered(b"[" * 60_000), "nested too deep"),
    "no choices": (lambda call: reply({"choices": []}), "answered without words"),
    "a list": (lambda call: reply(["evil"]), "answered without words"),
    "tools": (
        lambda call: reply({"choices": [{"message": {"tool_calls": [{"name": "evil"}]}}]}),
        "answered without words",
    ),
    "10 MB": (lambda call: Answered(b'"' + b"evil " * 2_000_000), "over 65,536 bytes"),
    "a bomb": (
        lambda call: Answered(gzip.compress(b"evil " * 2_000_000), {"Content-Encoding": "gzip"}),
        "over 65,536 bytes",
    ),
    "slow": (drip, "no whole reply in time"),
    "the key": (lambda call: words(call.headers["authorization"]), "sent its key back"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_endpoint_in_trouble_is_one_line_and_is_left_alone_soon(
    server: Server, name: str
) -> None:
    answer, said = BAD[name]
    answers, api = asked(server, answer, key_variable="NAMING_KEY", timeout_seconds=0.3)
    assert answers.texts == {}
    assert answers.calls == len(api.calls) == FAILURES_IN_A_ROW
    assert said in answers.warning
    assert "5 of 5 questions got no answer" in answers.warning
    assert f"127.0.0.1:{server.server_port}/v1/chat/completions" in answers.warning
    assert "\n" not in answers.warning
    assert not any(secret in answers.warning for secret in ("evil", KEY, "wish"))


def test_a_server_that_drips_is_left_when_the_time_for_a_question_is_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dripping(handler: _Handler, body: object) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.02)

    monkeypatch.setattr(_Handler, "_handle", dripping)
    begun = time.monotonic()
    answers, _ = asked(server, lambda call: words("x"), timeout_seconds=0.2)
    assert 0.5 < time.monotonic() - begun < 3.0  # three times 0.2, and a busy machine
    assert "no whole reply in time" in answers.warning


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    with serving() as elsewhere:
        trap = serve(elsewhere, lambda world, call: words("trapped"), [])
        answers, _ = asked(server, lambda call: Answered(b"", {"Location": trap.base}, status))
        assert trap.calls == []
    assert f"answered {status}; write the address that it leads to in url" in answers.warning


def test_questions_without_an_answer_take_none_from_the_others(server: Server) -> None:
    def fussy(call: Call) -> Answered:
        wish = call.body["messages"][1]["content"]
        return words("fine") if "2" in wish else Answered(b"", {}, 400)

    answers, api = asked(server, fussy)
    assert list(answers.texts) == ["key 2"]
    assert len(api.calls) == 5  # four failures, never three in a row
    assert "4 of 5 questions got no answer" in answers.warning


def test_calls_and_time_are_bounded(server: Server) -> None:
    answers, api = asked(server, lambda call: words("x"), max_calls=2)
    assert list(answers.texts) == ["key 0", "key 1"]
    assert len(api.calls) == answers.calls == 2
    assert "no calls or no time are left; 3 of 5" in answers.warning

    moments = iter([0.0, *[1.0] * 50])
    clock = client(monotonic=lambda: next(moments))
    answers = ask_endpoint(endpoint(server, total_seconds=0.9), QUESTIONS, clock)
    assert (answers.texts, answers.calls) == ({}, 0)
    assert "no calls or no time are left; 5 of 5" in answers.warning


def test_one_question_never_gets_more_time_than_all_have_left(server: Server) -> None:
    begun = time.monotonic()
    answers, _ = asked(server, drip, timeout_seconds=30, total_seconds=0.3)
    assert time.monotonic() - begun < 3.0
    assert (answers.texts, answers.calls) == ({}, 1)


def test_the_machine_itself_is_reached_by_its_address_without_a_name_service(
    server: Server,
) -> None:
    port = server.server_port
    for host in ("127.0.0.1", "localhost", "LOCALHOST"):
        answers, _ = asked(server, lambda call: words("x"), url=f"http://{host}:{port}/v1")
        assert len(answers.texts) == 5


NOT_OWN = (
    *("0.0.0.0", "169.254.169.254", "[fe80::1]", "[fd00::1%25lo]", "[::ffff:127.0.0.1]"),
    *("100.100.100.200", "168.63.129.16", "224.0.0.1", "8.8.8.8", "inner.example.com"),
    *("127.1", "2130706433", "0x7f.1", "localhost.example.com", "user@127.0.0.1"),
)


@pytest.mark.parametrize("host", NOT_OWN)
def test_without_encryption_only_the_own_network_is_asked(server: Server, host: str) -> None:
    api = serve(server, lambda world, call: words("trapped"), [])
    there = Endpoint(f"http://{host}:{server.server_port}/v1", "small")
    answers = ask_endpoint(there, QUESTIONS, client())
    assert (answers.texts, answers.calls, api.calls) == ({}, 0, [])
    assert answers.warning.startswith("names: [naming] url: ")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(address: str) -> None:
    there = Endpoint("https://model.example.com/v1", "small")
    answers = ask_endpoint(
        there, QUESTIONS, client(resolve=lambda host, port: ["93.184.216.34", address])
    )
    assert answers.texts == {}
    assert "write the address itself if it is meant" in answers.warning
    assert address not in answers.warning


@pytest.mark.parametrize("host", ["169.254.169.254", "100.100.100.200", "[fe80::1]", "0.0.0.0"])
def test_by_https_too_only_public_addresses_and_the_own_network_are_asked(host: str) -> None:
    there = Endpoint(f"https://{host}/v1", "small")
    answers = ask_endpoint(there, QUESTIONS, client(resolve=lambda host, port: [host]))
    assert answers.texts == {}
    assert "not on the open Internet" in answers.warning


def test_a_name_that_nobody_knows_is_one_line() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    there = Endpoint("https://model.example.com/v1", "small")
    answers = ask_endpoint(there, QUESTIONS, client(resolve=unknown))
    assert answers.calls == FAILURES_IN_A_ROW
    assert answers.warning == (
        "names: model.example.com/v1/chat/completions: the name is not known to the network;"
        " 5 of 5 questions got no answer, names made here stay"
    )
