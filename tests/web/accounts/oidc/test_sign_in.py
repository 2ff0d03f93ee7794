"""Signing in with a provider: who gets in, and everything that keeps somebody out."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.accounts import Identity, User
from groundswell.config import Config
from groundswell.store import open_store
from groundswell.web_config import OidcConfig
from tests.web.accounts.oidc.local_provider import (
    CLIENT,
    EC,
    RSA,
    SECRET,
    STRANGER,
    LocalProvider,
    serving,
)
from tests.web.people import HTML, NOON, Clock, add_user, browser, settings, sign_in
from web.accounts.secrets import COOKIE

BEGIN = "/login/provider"
ANN: dict[str, Any] = {"email": "ann@example.com", "email_verified": True, "groups": ["product"]}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalProvider]:
    monkeypatch.setenv("GROUNDSWELL_OIDC_SECRET", SECRET)
    with serving(LocalProvider(clock)) as local:
        yield local


def with_provider(folder: Path, provider: LocalProvider, **more: Any) -> Config:
    """Return settings in which newcomers of the group product are reviewers."""
    told = {"newcomers": True, "roles": {"product": "reviewer", "boss": "admin"}, **more}
    oidc = OidcConfig(issuer=provider.issuer, client_id=CLIENT, name="Acme ID", **told)
    return settings(folder, oidc=oidc)


@pytest.fixture
def config(tmp_path: Path, provider: LocalProvider) -> Config:
    return with_provider(tmp_path, provider)


@pytest.fixture
def client(config: Config, clock: Clock) -> TestClient:
    return browser(config, clock)


def begun(client: TestClient, wanted: str = "/ideas") -> str:
    """Begin to sign in; return where the provider's page is."""
    answer = client.get(BEGIN, params={"next": wanted})
    assert answer.status_code == 303
    return answer.headers["location"]


def come_back(client: TestClient, address: str) -> Response:
    """Follow the provider's way back, as a browser does that comes from another site."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", headers={"sec-fetch-site": "cross-site"})


def enter(
    client: TestClient, provider: LocalProvider, subject: str = "s1", **claims: Any
) -> Response:
    told = {**ANN, **claims}
    return come_back(client, provider.sign_in(begun(client), subject, **told))


def users(config: Config) -> dict[str, str]:
    with open_store(config.store.database) as store:
        return {user.name: user.role for user in store.accounts.users()}


def refused(answer: Response, status: int, words: str) -> None:
    assert answer.status_code == status
    assert words in answer.text
    assert COOKIE not in answer.cookies


def test_somebody_signs_in_and_is_who_the_provider_says(
    client: TestClient, provider: LocalProvider, config: Config
) -> None:
    answer = enter(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ideas")
    assert users(config) == {"ann@example.com": "reviewer"}
    assert "ann@example.com" in client.get("/account").text
    assert "You sign in with Acme ID." in client.get("/account").text
    with open_store(config.store.database) as store:
        found = store.identities.find(provider.issuer, "s1")
    assert found is not None
    assert found[0] == Identity(provider.issuer, "s1", "ann@example.com", True, NOON)


def test_what_is_asked_is_bound_to_this_browser_and_this_attempt(client: TestClient) -> None:
    one, two = (parse_qs(urlsplit(begun(client)).query) for _ in range(2))
    assert one["response_type"] == ["code"] and one["client_id"] == [CLIENT]
    assert one["scope"] == ["openid email profile"]
    assert one["redirect_uri"] == ["http://127.0.0.1:8765/login/provider/return"]
    assert one["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name][0]) >= 43 and one[name] != two[name]


def test_the_login_page_offers_the_provider_and_leads_on(client: TestClient) -> None:
    page = client.get("/login?next=/ideas%3Fq%3Dx", headers=HTML).text
    assert "Sign in with Acme ID" in page
    assert 'href="/login/provider?next=/ideas%3Fq%3Dx"' in page
    assert 'name="password"' in page


def test_with_a_provider_nobody_is_let_in_unseen(client: TestClient) -> None:
    assert client.get("/ideas").status_code == 403


def test_the_second_time_it_is_the_same_user_whatever_their_address(
    client: TestClient, provider: LocalProvider, config: Config
) -> None:
    enter(client, provider)
    enter(client, provider, email="married@example.com")
    assert list(users(config)) == ["ann@example.com"]


def test_two_tabs_can_sign_in_at_once(client: TestClient, provider: LocalProvider) -> None:
    one, two = begun(client), begun(client, "/needs")
    assert come_back(client, provider.sign_in(two, **ANN)).headers["location"] == "/needs"
    assert come_back(client, provider.sign_in(one, **ANN)).headers["location"] == "/ideas"


def test_a_session_is_a_new_one_and_ends_like_any(
    client: TestClient, provider: LocalProvider, clock: Clock
) -> None:
    enter(client, provider)
    first = client.cookies[COOKIE]
    enter(client, provider)
    assert client.cookies[COOKIE] != first
    old = {"cookie": f"{COOKIE}={first}"}
    assert client.get("/account", headers=old).status_code == 403
    clock.wait(hours=13)
    assert client.get("/account").status_code == 403


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else_afterwards(
    client: TestClient, provider: LocalProvider, wanted: str
) -> None:
    address = provider.sign_in(begun(client, wanted), **ANN)
    assert come_back(client, address).headers["location"] == "/"


def test_a_state_of_another_is_refused(client: TestClient, provider: LocalProvider) -> None:
    address = provider.sign_in(begun(client), **ANN)
    state = parse_qs(urlsplit(address).query)["state"][0]
    for wrong in ("", "x", state[:-1], state + "x"):
        changed = address.replace(state, wrong)
        refused(come_back(client, changed), 403, "not begun in this browser")
    assert "/token" not in provider.asked


def test_the_way_back_is_of_no_use_in_another_browser(
    client: TestClient, provider: LocalProvider, config: Config, clock: Clock
) -> None:
    address = provider.sign_in(begun(client), **ANN)
    other = browser(config, app=client.app)
    refused(come_back(other, address), 403, "not begun in this browser")
    begun(other)  # it has a cookie of its own now
    refused(come_back(other, address), 403, "not begun in this browser")


def test_a_code_is_taken_once(client: TestClient, provider: LocalProvider) -> None:
    address = provider.sign_in(begun(client), **ANN)
    assert come_back(client, address).status_code == 303
    refused(come_back(client, address), 403, "not begun in this browser")


def test_a_code_that_was_used_before_is_refused(
    client: TestClient, provider: LocalProvider
) -> None:
    used = provider.sign_in(begun(client), **ANN)
    assert come_back(client, used).status_code == 303
    code = parse_qs(urlsplit(used).query)["code"][0]
    fresh = provider.sign_in(begun(client), **ANN)
    mixed = fresh.replace(parse_qs(urlsplit(fresh).query)["code"][0], code)
    refused(come_back(client, mixed), 502, "does not take its own code")


def test_a_code_of_another_attempt_is_refused(client: TestClient, provider: LocalProvider) -> None:
    one, two = provider.sign_in(begun(client), **ANN), provider.sign_in(begun(client), **ANN)
    code, other = (parse_qs(urlsplit(address).query)["code"][0] for address in (one, two))
    refused(come_back(client, one.replace(code, other)), 502, "does not take its own code")


def test_after_ten_minutes_one_begins_again(
    client: TestClient, provider: LocalProvider, clock: Clock
) -> None:
    address = provider.sign_in(begun(client), **ANN)
    clock.wait(minutes=10)
    refused(come_back(client, address), 403, "begin again")


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another-app"}, "aud"),
        ({"aud": [CLIENT, "another-app"]}, "azp"),
        ({"aud": None}, "aud"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": int(NOON.timestamp()) - 61}, "expired"),
        ({"exp": None}, "exp"),
        ({"nbf": int(NOON.timestamp()) + 3600}, "not"),
        ({"at_hash": "bm90IHRoZSBoYXNo"}, "at_hash"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "s" * 256}, "subject"),
    ],
)
def test_a_token_that_says_the_wrong_thing_is_not_believed(
    client: TestClient, provider: LocalProvider, config: Config, claims: Any, words: str
) -> None:
    provider.claims = claims
    answer = enter(client, provider)
    refused(answer, 502, "Acme ID sent an ID token")
    problem = answer.text.split('id="problem">')[1].split("</p>")[0]
    assert words in problem
    assert users(config) == {}


def part(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256"])
def test_a_token_without_the_providers_signature_is_not_believed(
    client: TestClient, provider: LocalProvider, config: Config, alg: str
) -> None:
    address = begun(client)
    now = int(NOON.timestamp())
    claims = {"iss": provider.issuer, "aud": CLIENT, "sub": "s1", "iat": now, "exp": now + 60}
    claims["nonce"] = parse_qs(urlsplit(address).query)["nonce"][0]
    text = f"{part({'alg': alg, 'kid': 'rsa-1'})}.{part(claims | ANN)}"
    provider.token = f"{text}." if alg == "none" else f"{text}.{part({'no': 'signature'})}"
    if alg == "HS256":  # signed with the public key, as if that were a shared secret
        from hashlib import sha256
        from hmac import digest

        signed = digest(RSA.as_pem(private=False), text.encode(), sha256)
        provider.token = f"{text}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"
    refused(come_back(client, provider.sign_in(address, **ANN)), 502, "not to be believed")
    assert users(config) == {}


def test_another_ones_key_under_the_same_name_is_not_believed(
    client: TestClient, provider: LocalProvider
) -> None:
    provider.key = STRANGER
    refused(enter(client, provider), 502, "not to be believed")


def test_keys_on_curves_are_believed_too(client: TestClient, provider: LocalProvider) -> None:
    provider.key, provider.alg, provider.keys = EC, "ES256", [RSA, EC]
    assert enter(client, provider).status_code == 303


def test_new_keys_are_asked_for_when_they_are_needed(
    client: TestClient, provider: LocalProvider, clock: Clock
) -> None:
    assert enter(client, provider).status_code == 303
    assert enter(client, provider).status_code == 303
    assert provider.asked.count("/keys") == 1  # they are kept
    clock.wait(minutes=5)
    provider.key, provider.alg, provider.keys = EC, "ES256", [EC]
    assert enter(client, provider).status_code == 303
    assert provider.asked.count("/keys") == 2
    provider.key, provider.alg = RSA, "RS256"  # the old key was taken out of use
    refused(enter(client, provider), 502, "not to be believed")
    refused(enter(client, provider), 502, "not to be believed")
    assert provider.asked.count("/keys") == 2  # not for every bad token


def test_what_it_says_of_itself_is_asked_once_an_hour(
    client: TestClient, provider: LocalProvider, clock: Clock
) -> None:
    place = "/.well-known/openid-configuration"
    begun(client)
    begun(client)
    assert provider.asked.count(place) == 1
    clock.wait(hours=1)
    begun(client)
    assert provider.asked.count(place) == 2


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_contradicts_itself_leads_nowhere(
    client: TestClient, provider: LocalProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    refused(client.get(BEGIN), 502, "Acme ID")


def test_an_answer_of_another_issuer_is_refused(
    client: TestClient, provider: LocalProvider
) -> None:
    address = provider.sign_in(begun(client), **ANN)
    evil = f"{address}&iss={quote('https://evil.example')}"
    refused(come_back(client, evil), 502, "another one did")
    address = provider.sign_in(begun(client), **ANN)
    assert come_back(client, f"{address}&iss={quote(provider.issuer)}").status_code == 303


@pytest.mark.parametrize(
    ("error", "shown"), [("access_denied", "(access_denied)"), ("<b>x</b>", "(no reason)")]
)
def test_what_the_provider_refuses_is_told(
    client: TestClient, provider: LocalProvider, error: str, shown: str
) -> None:
    state = parse_qs(urlsplit(begun(client)).query)["state"][0]
    answer = client.get(f"{BEGIN}/return", params={"state": state, "error": error})
    refused(answer, 502, f"did not sign you in {shown}")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_provider_in_trouble_is_told_in_one_line_and_passwords_go_on(
    client: TestClient, provider: LocalProvider, config: Config, status: int
) -> None:
    add_user(config)
    provider.status = status
    refused(client.get(BEGIN), 502, f"Acme ID answers with status {status}.")
    assert sign_in(client).status_code == 303
    assert "/elsewhere" not in provider.asked  # redirects are not followed


def test_a_provider_that_is_down_or_slow_is_told_in_time(
    tmp_path: Path, provider: LocalProvider, clock: Clock
) -> None:
    config = with_provider(tmp_path, provider, timeout_seconds=0.3)
    provider.seconds = 1.0
    client = browser(config, clock)
    refused(client.get(BEGIN), 502, "cannot be asked: no whole reply in time")
    asked = len(provider.asked)
    refused(client.get(BEGIN), 502, "cannot be asked")  # at once, without asking again
    assert len(provider.asked) == asked
    provider.seconds = 0.0
    clock.wait(seconds=5)
    assert client.get(BEGIN).status_code == 303


def test_a_provider_that_is_gone_is_told(tmp_path: Path, clock: Clock) -> None:
    with serving(LocalProvider(clock)) as gone:
        config = with_provider(tmp_path, gone)
    add_user(config)
    client = browser(config, clock)
    refused(client.get(BEGIN), 502, "Acme ID cannot be asked: the connection failed")
    assert sign_in(client).status_code == 303


def test_a_wrong_secret_of_the_client_is_told(
    client: TestClient, provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSWELL_OIDC_SECRET", "wrong")
    refused(enter(client, provider), 502, "does not take its own code")


def test_whom_nobody_here_knows_stays_out(
    tmp_path: Path, provider: LocalProvider, clock: Clock
) -> None:
    config = with_provider(tmp_path, provider, newcomers=False)
    client = browser(config, clock)
    refused(enter(client, provider), 403, "groundswell users tie NAME ID")
    assert users(config) == {}


def test_one_who_was_tied_by_hand_keeps_their_role(
    tmp_path: Path, provider: LocalProvider, clock: Clock
) -> None:
    config = with_provider(tmp_path, provider, newcomers=False)
    add_user(config, "ann", "planner")
    with open_store(config.store.database) as store:
        assert store.identities.tie(Identity(provider.issuer, "s1", "ann", False, NOON))
    client = browser(config, clock)
    assert enter(client, provider, groups=["boss"], email_verified=False).status_code == 303
    assert "planner" in client.get("/account").text
    assert users(config) == {"ann": "planner"}
    assert client.post("/logout").headers["location"] == "/login?left"
    assert sign_in(client).status_code == 303  # the password still lets in


def test_the_same_address_or_name_does_not_make_somebody_a_user(
    tmp_path: Path, provider: LocalProvider, clock: Clock
) -> None:
    config = with_provider(tmp_path, provider)
    add_user(config, "ann@example.com", "admin")
    client = browser(config, clock)
    assert enter(client, provider).status_code == 303
    assert users(config) == {"ann@example.com": "admin", "ann@example.com-2": "reviewer"}
    assert "ann@example.com-2" in client.get("/account").text


def test_one_who_is_locked_out_stays_out(
    client: TestClient, provider: LocalProvider, config: Config
) -> None:
    enter(client, provider)
    with open_store(config.store.database) as store:
        store.accounts.set_disabled("ann@example.com", True)
    assert client.get("/account").status_code == 403
    refused(enter(client, provider), 403, "disabled")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["product"]}, "reviewer"),
        ({"groups": ["product", "boss", "else"]}, "admin"),
        ({"groups": "boss"}, "admin"),
        ({"groups": ["else", 7, None]}, None),
        ({"groups": None}, None),
    ],
)
def test_the_highest_role_of_the_groups_counts(
    client: TestClient, provider: LocalProvider, config: Config, claims: Any, role: str | None
) -> None:
    answer = enter(client, provider, **claims)
    if role is None:
        refused(answer, 403, "none of your groups at Acme ID has a role here")
    assert list(users(config).values()) == ([role] if role else [])


def test_a_role_follows_the_groups_at_each_sign_in(
    client: TestClient, provider: LocalProvider, config: Config
) -> None:
    enter(client, provider, groups=["boss"])
    assert users(config) == {"ann@example.com": "admin"}
    enter(client, provider)
    assert users(config) == {"ann@example.com": "reviewer"}
    other = browser(config, app=client.app)
    refused(enter(other, provider, groups=[]), 403, "none of your groups")
    assert client.get("/account").status_code == 403  # signed out everywhere


@pytest.mark.parametrize(
    ("email", "verified", "let_in"),
    [
        ("ann@example.com", True, True),
        ("ann@EXAMPLE.com", True, True),
        ("ann@example.com", False, False),
        ("ann@example.com", "true", False),
        ("ann@example.com", None, False),
        ("ann@evil-example.com", True, False),
        ("ann@example.com.evil", True, False),
        ("example.com@evil.org", True, False),
        (None, True, False),
    ],
)
def test_only_verified_addresses_of_the_domains_come_in(
    tmp_path: Path, provider: LocalProvider, clock: Clock, email: Any, verified: Any, let_in: bool
) -> None:
    told = {"roles": {}, "default_role": "viewer", "domains": ["example.com"]}
    client = browser(with_provider(tmp_path, provider, **told), clock)
    answer = enter(client, provider, email=email, email_verified=verified)
    assert (answer.status_code == 303) is let_in


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email_verified": False, "preferred_username": "Ann Lee"}, "ann-lee"),
        ({"email": "ann+x@example.com"}, "ann-x@example.com"),
        ({"email": None}, "person-e8bc163c"),
    ],
)
def test_a_newcomer_gets_a_name_that_can_be_kept(
    client: TestClient, provider: LocalProvider, config: Config, claims: Any, name: str
) -> None:
    enter(client, provider, **claims)
    assert list(users(config)) == [name]


def test_who_came_with_the_provider_has_no_password(
    client: TestClient, provider: LocalProvider, config: Config
) -> None:
    enter(client, provider)
    assert "Current password" not in client.get("/account").text
    for password in ("", "x" * 12):
        assert sign_in(client, "ann@example.com", password).status_code == 403


def test_one_signs_out_here_and_of_the_provider(
    client: TestClient, provider: LocalProvider
) -> None:
    enter(client, provider)
    assert client.post("/logout").headers["location"] == "/login?left"
    assert "Sign out of Acme ID, too" in client.get("/login?left").text
    place = urlsplit(client.get("/login/provider/out").headers["location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{provider.issuer}/out"
    assert parse_qs(place.query) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["http://127.0.0.1:8765/login"],
    }
    assert client.get("/account").status_code == 403


def test_the_cookie_of_an_attempt_is_out_of_reach_of_scripts(client: TestClient) -> None:
    told = client.get(BEGIN).headers["set-cookie"].lower()
    assert "httponly" in told and "samesite=lax" in told and "max-age=600" in told


def test_signing_in_is_counted(client: TestClient) -> None:
    answers = [client.get(BEGIN).status_code for _ in range(61)]
    assert answers == [303] * 60 + [429]


def test_without_a_provider_there_is_no_such_address(tmp_path: Path) -> None:
    config = settings(tmp_path)
    add_user(config)
    client = browser(config)
    assert "Sign in with" not in client.get("/login").text
    for address in (BEGIN, f"{BEGIN}/return", f"{BEGIN}/out"):
        assert client.get(address).status_code == 403


def test_a_user_without_a_password_never_matches_one(config: Config) -> None:
    from tests.web.people import PASSWORDS

    assert not PASSWORDS.matches(User("eve", "viewer", "", False, NOON), "")
