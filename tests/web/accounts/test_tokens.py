from datetime import timedelta
from pathlib import Path

import pytest

from groundswell.accounts import PERMISSIONS, Permission
from groundswell.config import Config
from groundswell.store import open_store
from tests.web.guard.test_routes import PLANTED
from tests.web.people import NOON, Clock, add_token, add_user, browser, settings, sign_in


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = settings(tmp_path)
    add_user(config, "ann", "planner")
    return config


@pytest.mark.parametrize(
    "scopes",
    [("read",), ("read", "review"), ("read", "plan"), PERMISSIONS],
)
def test_a_token_may_what_both_its_scopes_and_its_user_may(
    config: Config, scopes: tuple[Permission, ...]
) -> None:
    token = add_token(config, "ann", *scopes)
    client = browser(config, pages=PLANTED)
    del client.headers["sec-fetch-site"]
    allowed = {
        permission
        for permission in PERMISSIONS
        if client.post(f"/{permission}/x", headers=token).status_code == 200
    }
    assert allowed == set(scopes) - {"admin"}  # which a planner lacks


def test_a_token_ends_on_its_day(config: Config) -> None:
    token, clock = add_token(config, "ann", "read", days=30), Clock()
    client = browser(config, clock)
    clock.wait(days=30, seconds=-1)
    assert client.get("/healthz", headers=token).status_code == 200
    clock.wait(seconds=1)
    assert client.get("/healthz", headers=token).status_code == 403


def test_prometheus_reads_the_figures_with_a_token_and_nobody_without_one(config: Config) -> None:
    token = add_token(config, "ann", "read")
    client = browser(config, Clock())
    assert client.get("/metrics", headers=token).status_code == 200
    assert client.get("/metrics").status_code == 403


def test_when_a_token_was_last_used_is_known_to_five_minutes(config: Config) -> None:
    token, clock = add_token(config, "ann", "read"), Clock()
    client = browser(config, clock)
    seen = []
    for minutes in (0, 4, 1):
        clock.wait(minutes=minutes)
        client.get("/healthz", headers=token)
        with open_store(config.store.database) as store:
            (kept,) = store.accounts.tokens()
        seen.append(kept.used_at)
    assert seen == [NOON, NOON, NOON + timedelta(minutes=5)]


def test_a_revoked_token_is_nobody(config: Config) -> None:
    token = add_token(config, "ann", "read")
    with open_store(config.store.database) as store:
        (kept,) = store.accounts.tokens()
        assert store.accounts.revoke_token(kept.token_id)
        assert not store.accounts.revoke_token(kept.token_id)
    assert browser(config).get("/healthz", headers=token).status_code == 403


def test_a_token_may_not_manage_the_account_it_acts_for(config: Config) -> None:
    token = add_token(config, "ann", *PERMISSIONS)
    client = browser(config)
    for path in ("/logout", "/account/password", "/account/tokens/x/revoke"):
        answer = client.post(path, headers=token)
        assert (answer.status_code, "with a browser" in answer.text) == (403, True)


def test_one_revokes_the_own_tokens_and_no_others(config: Config) -> None:
    add_user(config, "bob", "admin")
    add_token(config, "ann", "read")
    add_token(config, "bob", "read")
    with open_store(config.store.database) as store:
        ids = {token.user_name: token.token_id for token in store.accounts.tokens()}
    client = browser(config)
    sign_in(client, "bob")
    page = client.get("/account").text
    assert ids["bob"] in page
    assert ids["ann"] not in page
    assert client.post(f"/account/tokens/{ids['ann']}/revoke").status_code == 404
    assert client.post(f"/account/tokens/{ids['bob']}/revoke").status_code == 303
    with open_store(config.store.database) as store:
        assert [token.user_name for token in store.accounts.tokens()] == ["ann"]
