import math
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import WorkItem
from models.effort.finished_work import CLASS_MINIMUM, class_medians, gather_finished

TODAY = date(2026, 6, 1)


def _item(item_id: str, days: float | None = 3.0, **more: Any) -> WorkItem:
    return WorkItem(item_id, item_id, **({"status": "done", "actual_days": days} | more))


def _work(items: list[WorkItem]) -> Any:
    return gather_finished(items, np.zeros((len(items), 2), np.float32), TODAY)


def test_work_without_days_open_or_finished_later_is_not_known() -> None:
    items = [
        _item("open", status="open"),
        _item("rejected", status="rejected"),
        _item("no days", None),
        _item("nothing", 0.0),
        _item("today", finished=TODAY),
        _item("yesterday", finished=date(2026, 5, 31)),
        _item("undated"),
    ]
    assert [item.item_id for item in _work(items).items] == ["undated", "yesterday"]


def test_the_oldest_comes_first_and_ties_go_by_id() -> None:
    january, may = date(2026, 1, 1), date(2026, 5, 1)
    items = [_item("d", finished=may), _item("c", finished=january), _item("b"), _item("a")]
    items.append(_item("e", finished=january))
    assert [item.item_id for item in _work(items).items] == ["a", "b", "c", "e", "d"]
    assert [item.item_id for item in _work(items).newest(2).items] == ["e", "d"]


def test_a_median_is_that_of_the_class_from_five_items_on() -> None:
    bugs = [_item(f"a{n}", 1.0, area="ui", type="bug") for n in range(5)]
    rest = [_item(f"b{n}", days) for n, days in enumerate((2.0, 3.0, 4.0, 5.0))]
    medians = class_medians(_work([*bugs, *rest]))
    of_bugs = medians.of(WorkItem("x", "x", area="ui", type="bug"))
    assert of_bugs == math.log(1.0)
    # Four of another class are too few: the median of 1, 1, 1, 1, 1, 2, 3, 4, 5.
    assert medians.of(WorkItem("x", "x")) == medians.of(None) == math.log(1.0)
    # The ninth knew 1 five times, 2, 3 and 4; of its own class only three.
    assert medians.before[8] == math.log(1.0)
    assert np.isnan(medians.before[0])


@given(st.lists(st.tuples(st.floats(0.1, 99.0), st.sampled_from(["ui", "core"])), min_size=1))
def test_what_was_known_before_an_item_are_the_medians_without_it_and_later_ones(
    rows: list[tuple[float, str]],
) -> None:
    items = [_item(f"{n:03d}", days, area=area) for n, (days, area) in enumerate(rows)]
    medians = class_medians(_work(items))
    for n, item in enumerate(items):
        if n:
            earlier = class_medians(_work(items[:n]))
            assert medians.before[n] == earlier.of(item)
        assert medians.now[n] == medians.of(item)
    days = np.log([days for days, _ in rows])
    np.testing.assert_allclose(medians.overall, np.median(days))
    for area in ("ui", "core"):
        alike = [value for value, (_, kind) in zip(days, rows, strict=True) if kind == area]
        expected = np.median(alike) if len(alike) >= CLASS_MINIMUM else np.median(days)
        np.testing.assert_allclose(medians.of(WorkItem("x", "x", area=area)), expected)
