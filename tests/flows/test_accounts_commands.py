import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from groundswell.store import open_store
from web.accounts.passwords import Passwords
from web.accounts.secrets import hash_of

PASSWORD = "correct horse battery"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[store]\npath = "groundswell.db"\n')
    return path


def run(config: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(config)], input=typed)


def test_a_user_is_added_with_a_password_from_standard_input(config: Path) -> None:
    assert run(config, "users", "list").stdout == "No users: the app is for this machine alone.\n"
    answer = run(config, "users", "add", "Ann", "--role", "planner", typed=f"{PASSWORD}\n")
    assert (answer.exit_code, answer.stdout) == (0, "")
    with open_store(str(config.with_name("groundswell.db"))) as store:
        user = store.accounts.user("ann")
    assert Passwords().matches(user, PASSWORD)
    listed = run(config, "users", "list", "--json").stdout
    assert PASSWORD not in listed
    assert "argon2" not in listed
    (entry,) = json.loads(listed)
    assert (entry["name"], entry["role"], entry["disabled"]) == ("ann", "planner", False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["users", "add", "ann", "--role", "admin"], "user ann: is there already"),
        (["users", "add", "bob", "--role", "admin"], "expected a password of 12 to"),
        (["users", "add", "a b", "--role", "admin"], "user 'a b': expected a name"),
        (["users", "role", "zoe", "admin"], "user zoe: no such user"),
        (["users", "disable", "zoe"], "user zoe: no such user"),
        (["users", "password", "zoe"], "user zoe: no such user"),
        (["users", "tie", "ann", "s1"], "[web.oidc] names no issuer"),
        (["users", "untie", "zoe"], "user zoe: no such user"),
        (["tokens", "add", "zoe"], "user zoe: no such user"),
        (["tokens", "revoke", "zoe"], "token zoe: no such token"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(config: Path, words: list[str], said: str) -> None:
    run(config, "users", "add", "ann", "--role", "admin", typed=f"{PASSWORD}\n")
    typed = "short" if "bob" in words else f"{PASSWORD}\n"
    answer = run(config, *words, typed=typed)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_user_is_disabled_and_enabled_and_changed(config: Path) -> None:
    run(config, "users", "add", "ann", "--role", "viewer", typed=f"{PASSWORD}\n")
    assert run(config, "users", "disable", "ann").exit_code == 0
    assert "disabled" in run(config, "users", "list").stdout
    assert run(config, "users", "enable", "ann").exit_code == 0
    assert "disabled" not in run(config, "users", "list").stdout
    assert run(config, "users", "role", "ann", "admin").exit_code == 0
    assert run(config, "users", "password", "ann", typed="another long password\n").exit_code == 0
    with open_store(str(config.with_name("groundswell.db"))) as store:
        user = store.accounts.user("ann")
    assert user is not None
    assert user.role == "admin"
    assert Passwords().matches(user, "another long password")


def test_a_token_is_printed_once_and_alone(config: Path) -> None:
    run(config, "users", "add", "ann", "--role", "admin", typed=f"{PASSWORD}\n")
    words = ["tokens", "add", "ann", "--scope", "plan", "--label", "nightly", "--days", "30"]
    secret = run(config, *words).stdout
    assert secret.startswith("gsw_")
    assert secret.count("\n") == 1
    with open_store(str(config.with_name("groundswell.db"))) as store:
        (token,) = store.accounts.tokens()
    assert token.token_hash == hash_of(secret.strip())
    assert token.scopes == ("read", "plan")
    assert (token.expires_at - token.created_at).days == 30
    listed = run(config, "tokens", "list", "--json").stdout
    assert token.token_hash not in listed
    assert json.loads(listed)[0]["label"] == "nightly"
    assert run(config, "tokens", "revoke", token.token_id).exit_code == 0
    assert run(config, "tokens", "list").stdout == "No tokens.\n"


def test_an_unknown_scope_is_refused(config: Path) -> None:
    run(config, "users", "add", "ann", "--role", "admin", typed=f"{PASSWORD}\n")
    answer = run(config, "tokens", "add", "ann", "--scope", "everything")
    assert answer.exit_code == 2
    assert run(config, "tokens", "list").stdout == "No tokens.\n"


def test_a_user_is_tied_to_the_provider_and_untied(config: Path) -> None:
    with config.open("a") as file:
        file.write('[web.oidc]\nissuer = "https://id.example.com"\nclient_id = "app"\n')
        file.write("[web]\nhttps = true\n")
    added = run(config, "users", "add", "eva", "--role", "viewer", "--without-password")
    assert added.exit_code == 0
    assert run(config, "users", "tie", "Eva", "s1").exit_code == 0
    assert "user zoe: no such user" in run(config, "users", "tie", "zoe", "s2").stderr
    with open_store(str(config.with_name("groundswell.db"))) as store:
        found = store.identities.find("https://id.example.com", "s1")
        assert found is not None
        assert (found[0].user_name, found[0].managed, found[1].password_hash) == ("eva", False, "")
        assert "tied to 1 id." in run(config, "users", "untie", "eva").stderr
        assert store.identities.find("https://id.example.com", "s1") is None
