from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.linking.matching import Texts
from models.linking.statuses import Found, FoundKind, find_twins, settle

REFUSED = Found("rejected", "B-7", "Fax", 0.86, "86 % sure", date(2026, 1, 10), 4.0)
OPEN = Found("open", "B-1", "Dark theme", 0.9, "90 % sure", date(2026, 1, 1))

chances = st.floats(0.0, 1.0)
kinds = st.sampled_from(["done", "release", "rejected", "open", "candidate"])
things = st.builds(
    Found, kinds, st.sampled_from("ABCDE"), st.just("t"), chances, st.just("why"), st.none(),
    st.none() | st.floats(0.0, 50.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("open", "extends"),
        ("done", "shipped"),
        ("release", "shipped"),
        ("rejected", "rejected"),
        ("candidate", "duplicate"),
    ],
)
def test_the_most_probable_gives_the_status(kind: FoundKind, status: str) -> None:
    standing = settle([replace(OPEN, probability=0.6), replace(OPEN, kind=kind, probability=0.8)])
    assert standing.status == status
    assert standing.probability == 0.8


def test_the_reason_names_it_and_how_many_more_there_are() -> None:
    standing = settle([OPEN, replace(OPEN, ref="B-2", probability=0.7)])
    assert standing.reason == 'open: B-1 "Dark theme" (90 % sure); 1 more like it'
    done = settle([replace(OPEN, kind="done")])
    assert done.reason == 'finished 2026-01-01: B-1 "Dark theme" (90 % sure)'


def test_what_is_not_likely_leaves_a_candidate_new_and_is_told() -> None:
    near = settle([replace(OPEN, probability=0.4)])
    assert (near.status, near.probability) == ("new", 0.6)
    assert near.reason == 'nearest, but not sure enough: open: B-1 "Dark theme" (90 % sure)'
    assert settle([replace(OPEN, probability=0.1)]).reason == ""
    assert settle([]).probability == 1.0


def test_a_rejected_idea_comes_back_with_twice_its_voices_and_says_so() -> None:
    back = settle([REFUSED], voices=8.0)
    assert (back.status, back.returned) == ("new", True)
    assert back.reason == (
        'rejected 2026-01-10: B-7 "Fax" (86 % sure);'
        " back because the voices grew from 4 to 8, 2 times or more"
    )
    away = settle([REFUSED], voices=7.0)
    assert (away.status, away.returned) == ("rejected", False)
    assert away.reason.endswith("; 4 voices then, 7 now; it comes back from 8")
    assert settle([REFUSED], voices=7.0, return_factor=1.5).returned


def test_an_idea_that_comes_back_may_meet_open_work() -> None:
    back = settle([REFUSED, replace(OPEN, probability=0.7)], voices=20.0)
    assert (back.status, back.probability, back.returned) == ("extends", 0.7, True)
    assert back.reason.endswith('; open: B-1 "Dark theme" (90 % sure)')


@pytest.mark.parametrize("voices", [None, 100.0])
def test_without_knowing_who_asked_then_it_stays_rejected(voices: float | None) -> None:
    then = 4.0 if voices is None else None
    standing = settle([replace(REFUSED, voices_then=then)], voices=voices)
    assert standing.status == "rejected"
    assert "is not known, so it stays rejected" in standing.reason


def test_one_voice_after_none_is_no_growth() -> None:
    assert not settle([replace(REFUSED, voices_then=0.0)], voices=1.0).returned
    assert settle([replace(REFUSED, voices_then=0.0)], voices=2.0).returned


@given(st.lists(things, max_size=6), st.none() | st.floats(0.0, 100.0), chances)
def test_the_order_of_what_was_found_does_not_matter(
    found: list[Found], voices: float | None, likely: float
) -> None:
    standing = settle(found, voices=voices, likely=likely)
    assert standing.status == settle(found[::-1], voices=voices, likely=likely).status
    assert 0.0 <= standing.probability <= 1.0


@given(st.lists(things, max_size=6), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_more_voices_never_bring_a_rejection(
    found: list[Found], voices: float, more: float
) -> None:
    if settle(found, voices=voices).status != "rejected":
        assert settle(found, voices=voices + more).status != "rejected"


def test_the_weaker_of_two_that_say_the_same_is_the_double() -> None:
    texts = ["dark mode", "swap shifts", "dark mode please", "export rota"]
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 0, 2]]
    twins = find_twins(Texts(texts, vectors), np.array([3.0, 9.0, 8.0, 1.0]))
    assert [twin and twin[0] for twin in twins] == [2, None, None, None]
    assert twins[0] is not None
    assert twins[0][1] >= 0.5
    assert 'both say "dark", "mode"' in twins[0][2]


def test_without_candidates_there_are_no_doubles() -> None:
    assert find_twins(Texts([], np.empty((0, 4), np.float32)), np.empty(0)) == []
