"""What is remembered of one person, the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundswell.personal import LastSeen, SavedView
from groundswell.store import Store
from groundswell.store.personal import MOST_VIEWS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RETAIL = SavedView("v1", "ann", "Retail", "segment=retail", False, NOON)


def names(store: Store, reviewer: str) -> list[str]:
    return [view.name for view in store.personal.views(reviewer)]


def test_each_has_their_own_last_seen_report(store: Store) -> None:
    assert store.personal.last_seen("ann") is None
    store.personal.mark_seen("ann", LastSeen(3, NOON))
    store.personal.mark_seen("bob", LastSeen(4, NOON))
    store.personal.mark_seen("ann", LastSeen(5, NOON + timedelta(days=1)))
    assert store.personal.last_seen("ann") == LastSeen(5, NOON + timedelta(days=1))
    assert store.personal.last_seen("bob") == LastSeen(4, NOON)


def test_a_view_is_its_owners_until_it_is_shared(store: Store) -> None:
    assert store.personal.add_view(RETAIL)
    assert store.personal.add_view(replace(RETAIL, view_id="v2", owner="bob", name="Bobs"))
    assert (names(store, "ann"), names(store, "bob")) == (["Retail"], ["Bobs"])
    assert store.personal.share_view("ann", "v1", True)
    assert names(store, "bob") == ["Bobs", "Retail"]
    assert store.personal.share_view("ann", "v1", False)
    assert names(store, "bob") == ["Bobs"]


def test_own_views_stand_first_by_name_in_any_case(store: Store) -> None:
    for n, (owner, name) in enumerate([("bob", "A"), ("ann", "zebra"), ("ann", "Apple")]):
        view = replace(RETAIL, view_id=f"v{n}", owner=owner, name=name, shared=True)
        assert store.personal.add_view(view)
    assert names(store, "ann") == ["Apple", "zebra", "A"]


def test_a_name_is_taken_once_by_each(store: Store) -> None:
    assert store.personal.add_view(RETAIL)
    assert not store.personal.add_view(replace(RETAIL, view_id="v2", query="q=x"))
    assert store.personal.add_view(replace(RETAIL, view_id="v3", owner="bob"))
    assert store.personal.add_view(replace(RETAIL, view_id="v4", name="Other"))
    assert not store.personal.rename_view("ann", "v4", "Retail")
    assert store.personal.rename_view("ann", "v4", "Other")
    assert store.personal.rename_view("ann", "v4", "Third")
    assert names(store, "ann") == ["Retail", "Third"]


def test_nobody_changes_the_view_of_another(store: Store) -> None:
    store.personal.add_view(replace(RETAIL, shared=True))
    assert not store.personal.rename_view("bob", "v1", "Mine")
    assert not store.personal.share_view("bob", "v1", False)
    assert not store.personal.delete_view("bob", "v1")
    assert store.personal.views("bob") == [replace(RETAIL, shared=True)]


def test_there_are_only_so_many_of_one_person(store: Store) -> None:
    for n in range(MOST_VIEWS):
        assert store.personal.add_view(replace(RETAIL, view_id=f"v{n}", name=str(n)))
    assert not store.personal.add_view(replace(RETAIL, view_id="more", name="more"))
    assert store.personal.add_view(replace(RETAIL, view_id="other", owner="bob"))


@pytest.mark.parametrize("end", ["deleted", "no longer shared", "taken back"])
def test_a_default_view_holds_until_it_is_not_there_any_more(store: Store, end: str) -> None:
    shared = replace(RETAIL, shared=True)
    store.personal.add_view(shared)
    assert store.personal.default_view("bob") is None
    store.personal.set_default_view("bob", "v1")
    assert store.personal.default_view("bob") == shared
    assert store.personal.default_view("ann") is None
    if end == "deleted":
        assert store.personal.delete_view("ann", "v1")
    elif end == "no longer shared":
        store.personal.share_view("ann", "v1", False)
    else:
        store.personal.set_default_view("bob", None)
    assert store.personal.default_view("bob") is None


def test_it_is_no_part_of_the_image(store: Store) -> None:
    before = store.image()
    store.personal.add_view(RETAIL)
    store.personal.mark_seen("ann", LastSeen(3, NOON))
    store.personal.set_default_view("ann", "v1")
    assert store.image() == before
