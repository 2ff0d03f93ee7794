"""Users, sessions and tokens, the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundswell.accounts import ApiToken, Session, User, user_name
from groundswell.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = User("ann", "reviewer", "hash", False, NOON)
BOB = User("bob", "viewer", "hash", False, NOON)


def session(name: str, of: str = "ann", hours: int = 0) -> Session:
    return Session(name, of, NOON + timedelta(hours=hours), NOON + timedelta(hours=hours))


def test_users_are_kept_once(store: Store) -> None:
    assert not store.accounts.any_users()
    assert store.accounts.add_user(BOB)
    assert store.accounts.add_user(ANN)
    assert not store.accounts.add_user(User("ann", "admin", "other", False, NOON))
    assert store.accounts.users() == [ANN, BOB]
    assert store.accounts.user("zoe") is None


def test_only_who_is_there_can_be_changed(store: Store) -> None:
    store.accounts.add_user(ANN)
    assert store.accounts.set_role("ann", "admin")
    assert store.accounts.set_disabled("ann", True)
    assert store.accounts.set_password("ann", "new")
    assert store.accounts.user("ann") == User("ann", "admin", "new", True, NOON)
    assert store.accounts.any_users()  # or disabling the last one would open the app to all
    assert not store.accounts.set_role("zoe", "admin")
    assert not store.accounts.set_disabled("zoe", True)
    assert not store.accounts.set_password("zoe", "new")


def test_a_session_is_found_until_it_ends(store: Store) -> None:
    store.accounts.add_user(ANN)
    store.accounts.begin_session(session("a"), "hash")
    assert store.accounts.session("a") == (session("a"), ANN)
    store.accounts.begin_session(session("b"), "hash", instead_of="a")
    assert store.accounts.session("a") is None
    store.accounts.see_session("b", NOON + timedelta(hours=1))
    found = store.accounts.session("b")
    assert found is not None
    assert found[0].seen_at == NOON + timedelta(hours=1)
    store.accounts.end_session("b")
    assert store.accounts.session("b") is None


@pytest.mark.parametrize(
    ("begun", "seen", "left"), [(0, 0, ["a", "b"]), (1, 0, ["b"]), (0, 1, ["b"]), (9, 9, [])]
)
def test_sessions_that_began_or_were_seen_too_early_go(
    store: Store, begun: int, seen: int, left: list[str]
) -> None:
    store.accounts.add_user(ANN)
    store.accounts.begin_session(session("a"), "hash")
    store.accounts.begin_session(session("b", hours=1), "hash")
    store.accounts.clear_sessions(
        begun_before=NOON + timedelta(hours=begun), seen_before=NOON + timedelta(hours=seen)
    )
    assert [name for name in ("a", "b") if store.accounts.session(name)] == left


@pytest.mark.parametrize("change", ["password", "disabled", "unknown"])
def test_no_session_begins_with_what_no_longer_lets_in(store: Store, change: str) -> None:
    if change != "unknown":
        store.accounts.add_user(ANN)
        store.accounts.begin_session(session("old"), "hash")
    if change == "password":
        store.accounts.set_password("ann", "new")
    elif change == "disabled":
        store.accounts.set_disabled("ann", True)
    assert not store.accounts.begin_session(session("a"), "hash", instead_of="old")
    assert store.accounts.session("a") is None


def test_a_new_hash_of_the_old_password_never_replaces_a_new_password(store: Store) -> None:
    store.accounts.add_user(ANN)
    store.accounts.rehash(ANN, "hash of the same")
    assert store.accounts.user("ann") == replace(ANN, password_hash="hash of the same")
    store.accounts.set_password("ann", "new")
    store.accounts.rehash(ANN, "hash of the same")
    assert store.accounts.user("ann") == replace(ANN, password_hash="new")


@pytest.mark.parametrize("change", ["password", "disabled", "end_sessions"])
def test_what_locks_a_user_out_ends_their_sessions_alone(store: Store, change: str) -> None:
    for user in (ANN, BOB):
        store.accounts.add_user(user)
    for name in ("a", "b"):
        store.accounts.begin_session(session(name), "hash")
    store.accounts.begin_session(session("c", of="bob"), "hash")
    if change == "password":
        store.accounts.set_password("ann", "new")
    elif change == "disabled":
        store.accounts.set_disabled("ann", True)
        store.accounts.set_disabled("ann", False)
    else:
        store.accounts.end_sessions("ann")
    assert [name for name in "abc" if store.accounts.session(name)] == ["c"]


def test_tokens_are_found_by_hash_and_listed_by_user(store: Store) -> None:
    store.accounts.add_user(ANN)
    token = ApiToken("id", "hash", "ann", "label", ("read", "plan"), NOON, NOON)
    store.accounts.add_token(token)
    assert store.accounts.token("hash") == (token, ANN)
    assert store.accounts.token("id") is None
    assert store.accounts.tokens(["ann"]) == store.accounts.tokens() == [token]
    assert store.accounts.tokens(["bob"]) == []
    store.accounts.use_token("id", NOON)
    assert store.accounts.tokens()[0].used_at == NOON
    store.accounts.set_disabled("ann", True)
    assert store.accounts.token("hash") is None


def test_accounts_are_no_data(store: Store) -> None:
    before = store.image()
    store.accounts.add_user(ANN)
    store.accounts.begin_session(session("a"), "hash")
    assert store.image() == before


@pytest.mark.parametrize("text", ["Ann", " ann ", "a", "ann.b-c_d@example.com", "7of9", "a" * 64])
def test_a_name_has_one_spelling(text: str) -> None:
    name = user_name(text)
    assert name == name.lower().strip() == user_name(name)


@pytest.mark.parametrize(
    "text", ["", " ", "a" * 65, "an n", "änn", "-ann", "ann\n x", "a/b", "\u0430nn"]
)
def test_a_name_that_is_easily_confused_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a name"):
        user_name(text)
