"""The measurement of deciding beside pipelines counts what was lost, on a small case."""

from bench.decide import run


def test_nothing_is_lost_where_reviewers_meet_beside_a_pipeline() -> None:
    found = run(["--reviewers", "2", "--pipelines", "1", "--decisions", "30", "--think-ms", "3"])
    assert (found["lost_or_doubled"], found["replay_differs"], found["records_lost"]) == (0, 0, 0)
    assert isinstance(found["acknowledged"], int)
    assert isinstance(found["conflicts"], int)
    assert found["acknowledged"] + found["conflicts"] == 60
    assert found["conflicts"] > 0
