"""Which version one goes back to, and what speaks against putting one in use."""

from dataclasses import replace

import pytest

from groundswell.domain import GateResult, ModelVersion
from groundswell.domain.versions import (
    ASSIGNMENTS,
    GROWN_FROM,
    against,
    one_before,
    version_named,
)

KEPT = {ASSIGNMENTS: "0" * 64}
FRESH = GateResult("fresh", True, "all were known")


def version(number: int, state: str = "retired", **more: object) -> ModelVersion:
    made = ModelVersion("themes", number, "hashing", "f", number, {}, files=KEPT)
    return replace(made, state=state, **more)  # type: ignore[arg-type]


def test_a_name_is_a_kind_and_a_number() -> None:
    assert version_named("themes-7") == ("themes", 7)
    assert version_named("effort-12") == ("effort", 12)


@pytest.mark.parametrize(
    "name", ["", "themes", "themes-", "themes-x", "weather-1", "themes-²", "themes-1234567890"]
)
def test_what_is_no_name_of_a_version_is_none(name: str) -> None:
    assert version_named(name) is None


def test_one_goes_back_to_the_last_that_was_in_use() -> None:
    every = [
        *(version(1), version(2), version(3, "refused"), version(4, "champion"), version(5)),
        *(version(6, "challenger"), version(9, kind="effort")),
    ]
    found = one_before(every, "themes")
    assert found is not None and found.version == 2


def test_one_goes_back_to_what_an_earlier_fit_had_grown_to() -> None:
    grown = version(3, settings={GROWN_FROM: 1})
    since = version(4, settings={GROWN_FROM: 2})
    assert one_before([version(1), version(2, "champion"), grown], "themes") == grown
    every = [version(1), version(2), grown, replace(since, state="champion")]
    assert one_before(every, "themes") == grown, "not to where it has grown since"
    every = [version(1), version(2), replace(grown, state="champion")]
    found = one_before(every, "themes")
    assert found is not None and found.version == 1


def test_one_goes_back_to_none_without_its_statements_places_or_a_champion() -> None:
    assert one_before([version(1, files={}), version(2, "champion")], "themes") is None
    assert one_before([version(1), version(2)], "themes") is None
    effort = [version(1, kind="effort", files={}), version(2, "champion", kind="effort")]
    found = one_before(effort, "effort")
    assert found is not None and found.version == 1


def test_whether_a_version_is_fresh_is_asked_now_and_not_of_what_was_in_use() -> None:
    stale = GateResult("fresh", False, "it was compared with version 1")
    then = (("whole", True, "fits"), ("fresh", False, "then"), ("churn", False, "moves"))
    waiting = version(3, "challenger", gates=then)
    assert [gate.name for gate in against(waiting, FRESH)] == ["churn"]
    assert [gate.told for gate in against(waiting, stale)] == ["moves", stale.told]
    assert [gate.name for gate in against(replace(waiting, state="retired"), stale)] == ["churn"]
