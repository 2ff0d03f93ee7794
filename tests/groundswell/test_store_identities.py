"""By what a provider knows a user, the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

from groundswell.accounts import Identity, User
from groundswell.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = User("ann", "reviewer", "hash", False, NOON)
EVA = User("eva", "viewer", "", False, NOON)
HOME, AWAY = "https://id.example.com", "https://other.example.com"
OF_EVA = Identity(HOME, "s1", "eva", True, NOON)


def test_a_newcomer_is_found_by_issuer_and_subject_alone(store: Store) -> None:
    assert store.identities.find(HOME, "s1") is None
    assert store.identities.add_newcomer(EVA, OF_EVA)
    assert store.identities.find(HOME, "s1") == (OF_EVA, EVA)
    assert store.identities.find(AWAY, "s1") is None
    assert store.identities.find(HOME, "s2") is None
    assert store.identities.of("eva") == [OF_EVA]


def test_a_newcomer_never_takes_a_name_that_is_there(store: Store) -> None:
    store.accounts.add_user(ANN)
    assert not store.identities.add_newcomer(
        replace(EVA, name="ann"), replace(OF_EVA, user_name="ann")
    )
    assert store.identities.find(HOME, "s1") is None
    assert store.accounts.users() == [ANN]


def test_an_identity_is_tied_to_one_user(store: Store) -> None:
    store.accounts.add_user(ANN)
    mine = Identity(HOME, "s1", "ann", False, NOON)
    assert not store.identities.tie(replace(mine, user_name="zoe"))
    assert store.identities.add_newcomer(EVA, OF_EVA)
    assert store.identities.tie(mine)
    assert store.identities.find(HOME, "s1") == (mine, ANN)
    assert store.identities.untie("ann") == 1
    assert store.identities.find(HOME, "s1") is None


def test_somebody_locked_out_is_found_as_such(store: Store) -> None:
    store.identities.add_newcomer(EVA, OF_EVA)
    store.accounts.set_disabled("eva", True)
    found = store.identities.find(HOME, "s1")
    assert found is not None and found[1].disabled


def test_it_is_no_part_of_the_image(store: Store) -> None:
    before = store.image()
    store.identities.add_newcomer(EVA, OF_EVA)
    assert store.image() == before
