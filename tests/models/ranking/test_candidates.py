from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from groundswell.domain import Vectors, WorkItem
from models.ranking.candidates import candidate_vectors, propose_candidates


def _between(axes: Any, share: float) -> Vectors:
    """Return a unit vector with cosine `share` to the first axis."""
    vector = share * axes(16)[0] + np.sqrt(1 - share**2) * axes(16)[9]
    return np.asarray([vector], np.float32)


def test_an_item_similar_to_a_need_joins_it_on_one_line(axes: Any, make_themes: Any) -> None:
    item = WorkItem("ABC-7", "Work without a connection")
    found = propose_candidates(
        make_themes(["offline"]), axes(1), [item], _between(axes, 0.8), link_probability=0.5
    )
    assert [c.candidate_id for c in found] == ["need-0"]
    assert found[0].status == "extends"
    assert found[0].title == "offline"
    assert found[0].item_ids == ("ABC-7",)
    assert 'ABC-7 "Work without a connection" (91 % sure' in found[0].reason


@pytest.mark.parametrize(("status", "expected"), [("done", "shipped"), ("rejected", "rejected")])
def test_the_closest_item_gives_the_status(
    axes: Any, make_themes: Any, status: Any, expected: str
) -> None:
    near = WorkItem("A-1", "Offline", status=status, finished=date(2026, 1, 9))
    far = WorkItem("A-2", "Offline too")
    vectors = np.vstack([_between(axes, 0.9), _between(axes, 0.8)])
    found = propose_candidates(
        make_themes(["offline"]), axes(1), [near, far], vectors, link_probability=0.5
    )
    assert found[0].status == expected
    assert found[0].item_ids == ("A-1", "A-2")
    assert "1 more" in found[0].reason


def test_only_open_items_without_a_need_stand_alone(axes: Any, make_themes: Any) -> None:
    items = [
        WorkItem("A-1", "Dark mode"),
        WorkItem("A-2", "Old thing", status="done", actual_days=3.0),
    ]
    found = propose_candidates(
        make_themes(["offline"]), axes(1), items, axes(3)[1:], link_probability=0.5
    )
    assert [c.candidate_id for c in found] == ["need-0", "item-A-1"]
    assert found[1].coverage == ()


def test_retired_needs_are_not_proposed(axes: Any, make_themes: Any) -> None:
    themes = make_themes(["offline", "export"])
    themes[0] = replace(themes[0], state="retired")
    found = propose_candidates(themes, axes(2), [], axes(0), link_probability=0.5)
    assert [c.candidate_id for c in found] == ["need-1"]


def test_order_of_the_inputs_does_not_matter(axes: Any, make_themes: Any) -> None:
    themes = make_themes(["a", "b", "c"])
    items = [WorkItem(f"I-{n}", f"item {n}") for n in range(3)]
    item_vectors = np.vstack([_between(axes, 0.7), _between(axes, 0.8), axes(5)[4:]])
    straight = propose_candidates(themes, axes(3), items, item_vectors, link_probability=0.5)
    turned = propose_candidates(
        themes[::-1], axes(3)[::-1], items[::-1], item_vectors[::-1], link_probability=0.5
    )
    assert straight == turned


def test_vectors_that_are_not_aligned_are_refused(axes: Any, make_themes: Any) -> None:
    with pytest.raises(ValueError, match="theme vectors: 1 ids for 2 rows"):
        propose_candidates(make_themes(["a"]), axes(2), [], axes(0), link_probability=0.5)


def test_a_candidate_takes_its_themes_vector_else_its_items(axes: Any, make_themes: Any) -> None:
    items = [WorkItem("I-1", "alone")]
    themes = make_themes(["a"])
    found = propose_candidates(themes, axes(1), items, axes(3)[2:], link_probability=0.5)
    vectors = candidate_vectors(found, themes, axes(1), items, axes(3)[2:])
    np.testing.assert_array_equal(vectors, axes(3)[[0, 2]])


def test_an_item_that_was_handed_over_joins_its_need_whatever_its_words(
    axes: Any, make_themes: Any
) -> None:
    handed = WorkItem("RF-1", "Renamed by the team", status="done", finished=date(2026, 1, 9))
    alike = WorkItem("RF-2", "Offline")
    vectors = np.vstack([axes(5)[4:], _between(axes, 0.9)])
    found = propose_candidates(
        make_themes(["offline", "export"]),
        axes(2),
        [handed, alike],
        vectors,
        link_probability=0.5,
        handed={"RF-1": "need-0", "RF-2": "need-77"},
    )
    assert found[0].status == "shipped"
    assert found[0].item_ids == ("RF-1", "RF-2")  # need-77 is gone, so its words decide
    assert found[0].reason == (
        'finished 2026-01-09: RF-1 "Renamed by the team" (handed over); 1 more like it'
    )
    assert found[1].item_ids == ()
