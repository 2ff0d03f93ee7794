"""Headers, hosts, bodies, static files: what holds for every answer."""

import re
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from groundswell.config import Config
from tests.web.guard.test_routes import PLANTED
from tests.web.people import HTML, Clock, add_user, browser, settings, sign_in
from web.app import create_app
from web.guard import Context, Refused, Route, read_static
from web.guard.bodies import MOST_BYTES, MOST_FIELDS, read_body
from web.guard.crowd import Crowd
from web.guard.headers import ALWAYS, Headers
from web.pages import ROUTES

FORM = {"content-type": "application/x-www-form-urlencoded"}


def say_fields(_request: Request, context: Context) -> Response:
    return PlainTextResponse(repr(context.form.multi_items()) + repr(len(context.body)))


def use_nonce(_request: Request, context: Context) -> Response:
    return HTMLResponse(f'<style nonce="{context.nonce}">p{{color:red}}</style>')


def divide(_request: Request, _context: Context) -> Response:
    raise ZeroDivisionError("secret")


def loosen(_request: Request, _context: Context) -> Response:
    return PlainTextResponse("", headers=dict.fromkeys(ALWAYS, "loose"))


PAGES = (
    *ROUTES,
    *PLANTED,
    Route("/fields", ("POST",), "read", say_fields),
    Route("/nonce", ("GET",), "read", use_nonce),
    Route("/broken", ("GET",), "read", divide),
    Route("/loose", ("GET",), "read", loosen),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return settings(tmp_path)


@pytest.fixture
def client(config: Config) -> TestClient:
    return browser(config, pages=PAGES)


def protected(headers: Mapping[str, str]) -> bool:
    policy = headers.get("content-security-policy", "").split("; ")
    styles = [part for part in policy if part.startswith(("style-src", "script-src"))]
    return (
        all(headers.get(name) == value for name, value in ALWAYS.items())
        and headers["cache-control"] == "no-store"
        and {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        and len(styles) == 2
        and all("'nonce-" in part and "unsafe" not in part and "*" not in part for part in styles)
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nonce", {}, 200),
        ("GET", "/", {}, 200),
        ("GET", "/loose", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/broken", {}, 500),
        ("POST", "/healthz", {}, 405),
        ("POST", "/fields", {"origin": "https://evil.example"}, 403),
        ("POST", "/fields", {"content-length": str(MOST_BYTES + 1)}, 413),
        ("GET", "/login", {}, 303),
        ("GET", "/", {"authorization": "Bearer x"}, 403),
        ("GET", "/", {"host": "attacker.example"}, 400),
        ("GET", "/read/" + "a" * 3000, {}, 414),
        ("POST", "/fields", {"content-type": "text/plain", "content-length": "1"}, 415),
        ("POST", "/decide", {}, 400),
        ("POST", "/undo/1", {}, 400),
        ("GET", "/ideas/nowhere", {}, 404),
        ("GET", "/export/ideas.exe", {}, 404),
        ("GET", "/static/nowhere", {}, 404),
        ("GET", "/report.html", {}, 404),
        ("TRACE", "/", {}, 405),
    ],
)
def test_every_answer_has_the_headers(
    client: TestClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, path, headers=headers, content=b"x" if status == 415 else None)
    assert answer.status_code == status
    assert protected(answer.headers)
    assert "strict-transport-security" not in answer.headers
    assert "secret" not in answer.text


def test_so_have_those_that_no_page_gives(config: Config) -> None:
    crowded = TestClient(Headers(Crowd(create_app(config), 0, 9)), "http://127.0.0.1")
    answer = crowded.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert protected(answer.headers)
    Path(config.store.database).write_bytes(b"no database at all, only words" * 99)
    answer = browser(config).get("/")
    assert answer.status_code == 503
    assert protected(answer.headers)


def test_a_place_is_free_again_whatever_became_of_the_request() -> None:
    async def fails(_scope: Scope, _receive: object, _send: object) -> None:
        raise ZeroDivisionError

    crowd = TestClient(Headers(Crowd(fails, 1, 9)), "http://127.0.0.1")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            crowd.get("/")


def test_the_nonce_is_another_one_each_time(client: TestClient) -> None:
    nonces = set()
    for _ in range(3):
        answer = client.get("/nonce")
        (nonce,) = re.findall(r'nonce="(.+?)"', answer.text)
        assert f"style-src 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        nonces.add(nonce)
    assert len(nonces) == 3
    assert min(map(len, nonces)) >= 22  # 128 bits


def test_the_forms_have_no_script_and_every_style_has_the_nonce(config: Config) -> None:
    add_user(config)
    client = browser(config)
    pages = [client.get("/login")]
    sign_in(client)
    pages.append(client.get("/account"))
    for page in pages:
        assert page.status_code == 200
        assert "<script" not in page.text
        assert not re.search(r"\sstyle=|<style>", page.text)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8765", 200),
        ("review.example.com", 400),
        ("attacker.example", 400),
        ("127.0.0.1.attacker.example", 400),
        ("localhost.attacker.example:8765", 400),
        ("attacker.example@127.0.0.1", 400),
        ("127.0.0.1:8765:80", 400),
        ("", 400),
    ],
)
def test_a_name_that_somebody_pointed_at_us_is_refused(
    client: TestClient, host: str, status: int
) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_a_configured_name_is_answered_and_then_needs_a_login(tmp_path: Path) -> None:
    client = browser(settings(tmp_path, hosts=["review.example.com"]))
    for host in ("review.example.com", "127.0.0.1:8765"):
        answer = client.get("/", headers=HTML | {"host": host})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
    assert client.get("/", headers={"host": "www.review.example.com"}).status_code == 400


def test_a_form_is_read_in_order_with_blank_fields(client: TestClient) -> None:
    answer = client.post("/fields", content="b=2&a=&b=%C3%A4+x", headers=FORM)
    assert answer.text == "[('b', '2'), ('a', ''), ('b', 'ä x')]17"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-8", 200),
        (b'{"a": 1}', "application/json", 200),
        (b"", "", 200),
        (b"a=1", "text/plain", 415),
        (b"a=1", "", 415),
        (b"--x", "multipart/form-data; boundary=x", 415),
        (b"x" * MOST_BYTES, "application/json", 200),
        (b"x" * (MOST_BYTES + 1), "application/json", 413),
        (b"a=%FF", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a="] * MOST_FIELDS), "application/x-www-form-urlencoded", 200),
        (b"&".join([b"a="] * (MOST_FIELDS + 1)), "application/x-www-form-urlencoded", 400),
    ],
    ids=range(13),
)
def test_a_body_is_bounded_and_of_a_known_kind(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    answer = client.post("/fields", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert protected(answer.headers)


def test_a_body_that_does_not_say_its_length_is_cut_off(client: TestClient) -> None:
    chunks = (b"x" * 65_536 for _ in range(5))
    assert MOST_BYTES < 5 * 65_536
    answer = client.post("/fields", content=chunks, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 5000, "1, 1"])
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    headers = {b"content-length": length.encode(), b"content-type": b"application/json"}
    answer = client.post("/fields", content=iter([b"{}"]), headers=headers)
    assert answer.status_code == 413


def test_a_body_that_never_ends_is_given_up() -> None:
    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def read() -> bytes:
        request = Request({"type": "http", "method": "POST", "headers": []}, receive)
        return await read_body(request, seconds=0.01)

    with pytest.raises(Refused, match=r"longer than 0\.01 s") as refused:
        anyio.run(read)
    assert refused.value.status == 408


def test_static_files_come_from_a_table_and_nothing_else(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "hidden.css").write_text("p{}")
    (folder / "app.css").write_text("p{color:red}")
    (folder / "app.js").write_text("1")
    (tmp_path / "key.css").write_text("secret")
    found = read_static(folder)
    client = browser(config, pages=found.routes)
    assert set(found.urls) == {"app.css", "app.js"}
    answer = client.get(found.urls["app.css"])
    assert answer.text == "p{color:red}"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert all(answer.headers[name] == value for name, value in ALWAYS.items())
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "immutable" in answer.headers["cache-control"]
    stem = found.urls["app.css"].removesuffix("app.css")
    for path in ("../../key.css", "..%2f..%2fkey.css", "inner/hidden.css", "app.css/", "app.css\0"):
        answer = client.get(stem + path.replace("\0", "%00"))
        assert answer.status_code in (400, 404)


def test_a_static_file_needs_a_login_as_everything_does(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "app.css").write_text("p{}")
    found = read_static(folder)
    add_user(config)
    assert browser(config, pages=found.routes).get(found.urls["app.css"]).status_code == 403


def test_a_file_of_an_unknown_kind_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "data.pickle").write_bytes(b"")
    with pytest.raises(ValueError, match=r"\.pickle is not served"):
        read_static(tmp_path)


def test_a_change_is_put_off_when_there_were_too_many(config: Config) -> None:
    clock = Clock()
    client = browser(config, clock, pages=PAGES)
    assert {client.post("/fields").status_code for _ in range(240)} == {200}
    answer = client.post("/fields")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert protected(answer.headers)
    assert client.get("/nonce").status_code == 200
    clock.wait(seconds=0.25)  # 240 in 60 s is one in 0.25 s
    assert [client.post("/fields").status_code for _ in range(2)] == [200, 429]


HOSTILE = [
    "/../config.toml",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//evil.example/",
    "/\\evil.example",
    "/%00",
    "/read/%00",
    "/read/%ff%fe",
    "/read/%0a",
    "/read/" + "a" * 8000,
    "/read/%ED%A0%80",
    "/" + "a/" * 2000,
    "/read/%3Cscript%3E",
    "/read/{thing}",
    "/read/%25252e",
    "/read/;x=1",
    "/read/\u202etxt",
    "/read/x?" + "a=1&" * 2000,
    "/read/x?a=%ff%00",
    "/login?next=//evil.example",
    "/login?next=%0d%0aset-cookie:x=1",
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("users", [False, True])
def test_a_hostile_address_never_breaks_it(config: Config, path: str, users: bool) -> None:
    if users:
        add_user(config)
    answer = browser(config, pages=PAGES).get(path, headers=HTML)
    assert answer.status_code < 500
    assert protected(answer.headers)
    assert "evil" not in answer.headers.get("location", "").partition("?")[0]
    assert "set-cookie" not in answer.headers


header_names = st.sampled_from(
    (
        *("host", "origin", "sec-fetch-site", "cookie", "authorization", "content-type"),
        *("content-length", "x-forwarded-for", "x-forwarded-proto", "range", "accept"),
    )
)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    config = settings(tmp_path_factory.mktemp("app"))
    add_user(config)
    client = browser(config, pages=PAGES)
    sign_in(client)
    return client


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "X"]),
    start=st.sampled_from(["/", "/read/", "/login", "/account/tokens/", "/fields", "//", ""]),
    path=anything,
    query=anything,
    headers=st.dictionaries(header_names, latin, max_size=4),
    body=st.binary(max_size=40),
)
def test_no_request_whatever_ends_in_a_fault_of_ours(
    lasting: TestClient,
    method: str,
    start: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
) -> None:
    encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    scope_path = (start + path) or "/"
    answer = raw(lasting, method, scope_path, query, encoded, body)
    assert answer[0] < 500
    assert all(answer[1].get(name.lower()) == value for name, value in ALWAYS.items())


def raw(
    client: TestClient,
    method: str,
    path: str,
    query: str,
    headers: dict[bytes, bytes],
    body: bytes,
) -> tuple[int, dict[str, str]]:
    """Send what no client library would, straight to the application."""
    sent: list[Message] = []
    own = {
        b"host": b"127.0.0.1:8765",
        b"cookie": f"groundswell={client.cookies['groundswell']}".encode(),
        b"sec-fetch-site": b"same-origin",
    }
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "replace"),
        "headers": list((own | headers).items()),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8765),
        "root_path": "",
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(client.app, scope, receive, send)
    headers_sent = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers_sent
