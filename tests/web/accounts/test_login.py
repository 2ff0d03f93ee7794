import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.config import Config
from groundswell.store import open_store
from tests.web.people import (
    CHEAP,
    HTML,
    PASSWORD,
    PASSWORDS,
    Clock,
    add_token,
    add_user,
    browser,
    settings,
    sign_in,
)
from web.accounts.pages import WRONG, own_path
from web.accounts.passwords import Passwords
from web.accounts.secrets import hash_of
from web.app import create_app

OTHER = "another long password"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = settings(tmp_path)
    add_user(config)
    return config


@pytest.fixture
def client(config: Config, clock: Clock) -> TestClient:
    return browser(config, clock)


def is_in(client: TestClient) -> bool:
    return client.get("/healthz").status_code == 200


def cookie_of(answer: Response) -> SimpleCookie:
    return SimpleCookie(answer.headers["set-cookie"])


def test_name_and_password_let_in(client: TestClient) -> None:
    assert not is_in(client)
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(client)


def test_a_name_is_the_same_in_capitals_and_between_blanks(client: TestClient) -> None:
    assert sign_in(client, " Ann ").status_code == 303


def test_a_password_is_the_same_however_the_keyboard_spells_it(config: Config) -> None:
    with open_store(config.store.database) as store:
        store.accounts.set_password("ann", PASSWORDS.hash("caf\u00e9 au lait, tr\u00e8s bon"))
    client = browser(config)
    assert sign_in(client, password="cafe\u0301 au lait, tre\u0300s bon").status_code == 303


def test_the_cookie_is_for_no_script_and_no_other_site(client: TestClient) -> None:
    (name,) = cookie = cookie_of(sign_in(client))
    flags = cookie[name]
    assert name == "groundswell"
    assert len(cookie[name].value) == 43  # 256 bits in base64
    assert (flags["httponly"], flags["samesite"], flags["path"]) == (True, "lax", "/")
    assert (flags["secure"], flags["domain"]) == ("", "")
    assert flags["max-age"] == str(168 * 3600)


def test_over_https_the_cookie_is_tied_to_host_and_https(tmp_path: Path) -> None:
    config = settings(tmp_path, https=True, hosts=["review.example.com"])
    add_user(config)
    client = browser(config)
    client.base_url = "https://review.example.com"
    proxied = {"x-forwarded-proto": "https"}
    answer = client.post("/login", data={"name": "ann", "password": PASSWORD}, headers=proxied)
    (name,) = cookie = cookie_of(answer)
    assert name == "__Host-groundswell"
    assert (cookie[name]["secure"], cookie[name]["path"]) == (True, "/")
    assert cookie[name]["domain"] == ""
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert client.get("/healthz", headers=proxied).status_code == 200


def test_only_hashes_are_kept(config: Config, client: TestClient) -> None:
    (session,) = cookie_of(sign_in(client)).values()
    token = add_token(config, "ann", "read")["authorization"].removeprefix("Bearer ")
    bytes_kept = config.store.path.read_bytes()
    assert hash_of(session.value).encode() in bytes_kept
    assert hash_of(token).encode() in bytes_kept
    for secret in (PASSWORD, session.value, token):
        assert secret.encode() not in bytes_kept


@pytest.mark.parametrize("old", ["made up by somebody else", "that of an earlier login"])
def test_a_login_never_goes_on_with_a_session_that_was_there(
    config: Config, client: TestClient, old: str
) -> None:
    planted = "x" * 43
    if old != "made up by somebody else":
        sign_in(client)
        planted = client.cookies["groundswell"]
    client.cookies.clear()
    client.cookies.set("groundswell", planted)
    (session,) = cookie_of(sign_in(client)).values()
    assert session.value != planted
    thief = browser(config)
    thief.cookies.set("groundswell", planted)
    assert not is_in(thief)


def test_a_failed_login_gives_no_cookie_and_ends_none(client: TestClient) -> None:
    sign_in(client)
    answer = sign_in(client, password="wrong")
    assert "set-cookie" not in answer.headers
    assert is_in(client)


@pytest.mark.parametrize(
    ("steps", "still"),
    [
        ([11.9], True),
        ([12.0], False),
        ([11.9] * 14, True),  # 166.6 hours
        ([11.9] * 14 + [1.4], False),  # 168 hours
    ],
)
def test_a_session_ends_when_nothing_is_done_and_in_any_case_after_a_week(
    client: TestClient, clock: Clock, steps: list[float], still: bool
) -> None:
    sign_in(client)
    for hours in steps:
        before = is_in(client)
        clock.wait(hours=hours)
    assert before
    assert is_in(client) == still


def test_sessions_that_ran_out_are_forgotten(
    config: Config, client: TestClient, clock: Clock
) -> None:
    session = hash_of(cookie_of(sign_in(client))["groundswell"].value)
    clock.wait(hours=12.1)
    sign_in(browser(config, clock))
    with open_store(config.store.database) as store:
        assert store.accounts.session(session) is None


def test_signing_out_ends_this_session_and_no_other(config: Config, clock: Clock) -> None:
    here, there = browser(config, clock), browser(config, clock)
    sign_in(here)
    sign_in(there)
    stolen = here.cookies["groundswell"]
    answer = here.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "groundswell" not in here.cookies
    here.cookies.set("groundswell", stolen)
    assert not is_in(here)
    assert is_in(there)


def test_signing_out_everywhere_ends_all_sessions_of_this_user_alone(
    config: Config, clock: Clock
) -> None:
    add_user(config, "bob")
    here, there, bob = (browser(config, clock) for _ in range(3))
    sign_in(here)
    sign_in(there)
    sign_in(bob, "bob")
    here.post("/logout", data={"everywhere": "1"})
    assert [is_in(one) for one in (here, there, bob)] == [False, False, True]


def change(client: TestClient, current: str, new: str, again: str) -> Response:
    return client.post("/account/password", data={"current": current, "new": new, "again": again})


def test_a_new_password_ends_every_other_session(config: Config, clock: Clock) -> None:
    here, there = browser(config, clock), browser(config, clock)
    sign_in(here)
    sign_in(there)
    before = here.cookies["groundswell"]
    assert change(here, PASSWORD, OTHER, OTHER).headers["location"] == "/account?changed"
    assert here.cookies["groundswell"] != before
    assert [is_in(here), is_in(there)] == [True, False]
    assert "was changed" in here.get("/account?changed").text
    assert sign_in(there).status_code == 403
    assert sign_in(there, password=OTHER).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "status", "said"),
    [
        ("wrong", OTHER, OTHER, 403, "The current password is wrong."),
        (PASSWORD, OTHER, OTHER + "x", 422, "typed in two ways"),
        (PASSWORD, "short", "short", 422, "Expected a password of 12 to 1,000 characters."),
        (PASSWORD, "x" * 1001, "x" * 1001, 422, "Expected a password of 12 to 1,000 characters."),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    client: TestClient, current: str, new: str, again: str, status: int, said: str
) -> None:
    sign_in(client)
    answer = change(client, current, new, again)
    assert answer.status_code == status
    assert said in answer.text
    assert sign_in(client).status_code == 303


def test_who_is_disabled_is_out_at_once(config: Config, clock: Clock) -> None:
    client, token = browser(config, clock), add_token(config, "ann", "read")
    sign_in(client)
    with open_store(config.store.database) as store:
        store.accounts.set_disabled("ann", True)
    assert not is_in(client)
    assert client.get("/healthz", headers=token).status_code == 403
    assert sign_in(client).status_code == 403
    with open_store(config.store.database) as store:
        store.accounts.set_disabled("ann", False)
    assert not is_in(client)
    assert sign_in(client).status_code == 303


class Counted(PasswordHasher):
    """Counts its work, which is what an answer's time consists of."""

    def __init__(self) -> None:
        super().__init__(CHEAP.time_cost, CHEAP.memory_cost, CHEAP.parallelism)
        self.worked: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.worked.append("$".join(str(hash).split("$")[:4]))
        return super().verify(hash, password)


def test_no_answer_tells_whether_there_is_such_a_user(config: Config, clock: Clock) -> None:
    add_user(config, "gone")
    with open_store(config.store.database) as store:
        store.accounts.set_disabled("gone", True)
    seen = set()
    for name, password in [
        ("ann", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("gone", "wrong"),
        ("no <name>", PASSWORD),
        ("", ""),
        ("x" * 5000, PASSWORD),
        ("ann", PASSWORD + "x" * 5000),
    ]:
        hasher = Counted()
        app = create_app(config, passwords=Passwords(hasher), clock=clock)
        answer = sign_in(browser(config, app=app), name, password)
        text = re.sub(r'nonce="[^"]*"|name="name" value="[^"]*"', "", answer.text)
        headers = frozenset(set(answer.headers) - {"content-length"})
        seen.add((answer.status_code, text, headers, tuple(hasher.worked)))
    ((status, text, _, worked),) = seen
    assert status == 403
    assert WRONG in text
    assert worked == ("$argon2id$v=19$m=8,t=1,p=1",)


def attempts(client: TestClient, name: str, number: int) -> list[int]:
    return [sign_in(client, name, "wrong").status_code for _ in range(number)]


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_ten_guesses_at_a_name_and_then_one_every_ninety_seconds(
    client: TestClient, clock: Clock, name: str
) -> None:
    assert attempts(client, name, 11) == [403] * 10 + [429]
    answer = sign_in(client, name)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "90")
    clock.wait(seconds=89)
    assert attempts(client, name, 1) == [429]
    clock.wait(seconds=1)
    assert attempts(client, name, 2) == [403, 429]


def test_thirty_guesses_from_an_address_whatever_the_names(client: TestClient) -> None:
    names = [f"name{number}" for number in range(31)]
    statuses = [sign_in(client, name, "wrong").status_code for name in names]
    assert statuses == [403] * 30 + [429]


def test_who_knows_the_password_is_not_counted_against_their_name(client: TestClient) -> None:
    assert [sign_in(client).status_code for _ in range(12)] == [303] * 12


def test_guesses_at_the_current_password_are_counted_too(client: TestClient) -> None:
    sign_in(client)
    statuses = [change(client, "wrong", OTHER, OTHER).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_login(config: Config) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sign_in(browser(config, app=create_app(config, passwords=stronger)))
    with open_store(config.store.database) as store:
        user = store.accounts.user("ann")
    assert user is not None
    assert user.password_hash.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert sign_in(browser(config)).status_code == 303


def test_the_parameters_are_those_of_the_standard() -> None:
    # RFC 9106, section 4, the second recommended option.
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/ideas?x=1", "/ideas?x=1"),
        ("", "/"),
        ("ideas", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\u202eevil", "/"),
    ],
)
def test_after_the_login_one_stays_here(client: TestClient, text: str, path: str) -> None:
    assert own_path(text) == path
    fields = {"name": "ann", "password": PASSWORD, "next": text}
    assert client.post("/login", data=fields).headers["location"] == path


def test_what_was_typed_is_shown_and_never_run(client: TestClient) -> None:
    answer = sign_in(client, '"><script>alert(1)</script>', "wrong")
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert "<script" not in answer.text


def test_who_is_signed_in_is_not_asked_again(client: TestClient) -> None:
    assert client.get("/login?next=/ideas.json").status_code == 200
    sign_in(client)
    assert client.get("/login?next=/ideas.json").headers["location"] == "/ideas.json"


@pytest.mark.parametrize("asked", ["role", "disabled"])
def test_a_change_of_the_role_holds_from_the_next_click(
    config: Config, clock: Clock, asked: str
) -> None:
    client = browser(config, clock)
    sign_in(client)
    assert "<small>reviewer</small>" in client.get("/account").text
    with open_store(config.store.database) as store:
        if asked == "role":
            store.accounts.set_role("ann", "viewer")
        else:
            store.accounts.set_disabled("ann", True)
    answer = client.get("/account", headers=HTML)
    expected: dict[str, Callable[[], bool]] = {
        "role": lambda: "<small>viewer</small>" in answer.text,
        "disabled": lambda: answer.status_code == 303,
    }
    assert expected[asked]()
