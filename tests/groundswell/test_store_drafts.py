"""Drafts on both databases: what is staged, what is published, and what is in the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from groundswell.domain import Draft
from groundswell.domain.staged import digest_of, read_draft, spell_draft
from groundswell.errors import ConflictError, DecisionError
from groundswell.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def draft(kind: str = "accept", target: str = "need-1", by: str = "ann", **more: object) -> Draft:
    return Draft(kind, target, by, NOON, **more)  # type: ignore[arg-type]


REJECT = draft("reject", reason="too dear")
EDIT = draft("edit", changes={"title": "Größe »🙂« \\ \"'", "brief": None})


def stage(store: Store, *drafts: Draft, version: int = 0) -> None:
    store.drafts.add_all([(one, version) for one in drafts])


def publish(store: Store, by: str = "ann") -> list[tuple[str, str]]:
    seen = digest_of(store.drafts.of(by))
    made = store.drafts.publish(by, seen=seen, at=LATER)
    return [(one.kind, one.target) for one in made]


@pytest.mark.parametrize(
    "one", [draft(), REJECT, EDIT, draft("set_fit", changes={"fit": 0.1}), draft("undo", undoes=3)]
)
def test_a_draft_comes_back_as_it_was_spelled(one: Draft) -> None:
    assert read_draft(spell_draft(one)) == one


def test_what_is_staged_stands_in_the_order_of_adding_and_counts_for_nobody(store: Store) -> None:
    stage(store, REJECT, EDIT)
    stage(store, draft(target="theme-3", kind="pin", changes={"pinned": True}))
    staged = store.drafts.of("ann")
    assert [one.draft.kind for one in staged] == ["reject", "edit", "pin"]
    assert [one.position for one in staged] == [1, 2, 3]
    assert staged[1].draft == EDIT
    assert (store.drafts.count("ann"), store.drafts.count("bob")) == (3, 0)
    assert store.decisions.log() == []


def test_the_same_wish_is_staged_once(store: Store) -> None:
    stage(store, REJECT)
    stage(store, Draft("reject", "need-1", "ann", LATER, reason="too dear"))
    assert store.drafts.count("ann") == 1
    stage(store, draft("reject", reason="too late"))
    assert store.drafts.count("ann") == 2


def test_what_cannot_be_decided_is_not_staged_and_nothing_beside_it(store: Store) -> None:
    with pytest.raises(DecisionError, match="reject without a reason"):
        stage(store, draft(), draft("reject", "need-2"))
    assert store.drafts.of("ann") == []


def test_publishing_makes_all_decisions_and_empties_the_draft(store: Store) -> None:
    stage(store, REJECT, EDIT, draft("comment", reason="see the call"), draft(target="need-2"))
    stage(store, draft(target="need-9", by="bob"))
    assert publish(store) == [
        *(("reject", "need-1"), ("edit", "need-1"), ("comment", "need-1"), ("accept", "need-2")),
    ]
    assert {one.at for one in store.decisions.log()} == {LATER}
    assert store.decisions.verify() is None
    assert store.drafts.count("ann") == 0
    assert store.drafts.count("bob") == 1
    with pytest.raises(DecisionError, match="the draft is empty"):
        publish(store)


def test_one_conflict_keeps_all_from_being_published_and_the_draft_as_it_was(store: Store) -> None:
    stage(store, draft(target="need-2"), REJECT)
    store.decisions.record(draft(by="bob"))
    before = store.drafts.of("ann")
    with pytest.raises(ConflictError, match="bob came first with accept"):
        publish(store)
    assert store.drafts.of("ann") == before
    assert len(store.decisions.log()) == 1
    store.drafts.confirm("ann", 2, 1)
    assert publish(store) == [("accept", "need-2"), ("reject", "need-1")]


def test_a_comment_does_not_hide_a_conflict_of_what_follows_it(store: Store) -> None:
    stage(store, draft("comment", reason="hm"), REJECT)
    store.decisions.record(draft(by="bob"))
    with pytest.raises(ConflictError):
        publish(store)
    stage(store, draft("edit", changes={"title": "as seen later"}), version=1)
    with pytest.raises(ConflictError):  # the earliest of them was not seen later
        publish(store)


def test_a_draft_that_was_changed_meanwhile_is_not_published_unseen(store: Store) -> None:
    stage(store, REJECT)
    seen = digest_of(store.drafts.of("ann"))
    stage(store, EDIT)
    with pytest.raises(DecisionError, match="was changed since it was shown"):
        store.drafts.publish("ann", seen=seen, at=LATER)
    assert store.decisions.log() == []


def test_of_two_who_publish_one_draft_at_once_one_does(store: Store) -> None:
    stage(store, *(draft(target=f"need-{n}") for n in range(20)))
    seen = digest_of(store.drafts.of("ann"))

    def attempt(_number: int) -> str:
        try:
            return str(len(store.drafts.publish("ann", seen=seen, at=LATER)))
        except DecisionError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(attempt, range(4)))
    assert told == ["20", *["the draft is empty; stage decisions first"] * 3]
    assert len(store.decisions.log()) == 20


def test_staging_at_once_loses_nothing(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: stage(store, draft(target=f"need-{n}")), range(12)))
    staged = store.drafts.of("ann")
    assert [one.position for one in staged] == list(range(1, 13))
    assert {one.draft.target for one in staged} == {f"need-{n}" for n in range(12)}


def test_what_is_removed_is_gone_and_the_rest_keeps_its_place(store: Store) -> None:
    stage(store, REJECT, EDIT, draft(target="need-2"))
    store.drafts.remove("ann", 2)
    store.drafts.remove("bob", 1)
    assert [one.position for one in store.drafts.of("ann")] == [1, 3]
    store.drafts.remove("ann")
    assert store.drafts.of("ann") == []


def test_a_full_draft_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.store.drafts.MOST_STAGED", 2)
    stage(store, REJECT)
    with pytest.raises(DecisionError, match="the draft holds 1 decisions and takes 2"):
        stage(store, EDIT, draft(target="need-2"))
    assert store.drafts.count("ann") == 1


def test_a_preview_is_kept_until_its_draft_is_published(store: Store) -> None:
    stage(store, REJECT)
    with store.lease("jobs") as lease:
        store.drafts.save_preview(lease, "ann", "{}", NOON)
        store.drafts.save_preview(lease, "ann", '{"a":1}', LATER)
    assert store.drafts.preview("ann") == ('{"a":1}', LATER)
    assert store.drafts.preview("bob") is None
    publish(store)
    assert store.drafts.preview("ann") is None
