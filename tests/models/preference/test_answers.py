"""From the log to answers: what was asked, and what follows from decisions."""

from datetime import timedelta

import numpy as np

from groundswell.domain import standing_preferences
from models.preference.answers import Answers, gather, report_seen
from tests.models.preference.answering import NOON, READY, Log, seen

CRITERIA = ("reach", "effort")
SHOWN = {
    1: seen(need_1=(2, [0.0, 0.0]), need_2=(1, [9.0, 9.0])),
    2: seen(need_1=(1, [2.0, -1.0]), need_2=(4, [0.5, 0.0]), need_3=(9, [-1.0, 1.0])),
}


def answers_of(log: Log) -> Answers:
    verdicts = log.verdicts
    return gather(CRITERIA, standing_preferences(verdicts), verdicts.ideas, SHOWN, READY)


def test_an_answer_is_what_the_report_of_its_run_showed() -> None:
    log = Log()
    log.prefer("need-1", "need-2")
    log.prefer("need-3", "need-1", "Ben", side="right", tie=True)
    found = answers_of(log)
    np.testing.assert_allclose(found.difference, [[1.5, -1.0], [-3.0, 2.0]])
    assert (found.won.tolist(), found.side.tolist()) == ([1.0, 0.5], [1.0, -1.0])
    assert [found.reviewers[row] for row in found.reviewer] == ["Ana", "Ben"]
    assert found.places.tolist() == [0.0, 0.0]


def test_an_answer_that_was_taken_back_or_whose_report_is_gone_is_none() -> None:
    log = Log()
    log.prefer("need-1", "need-2")
    log.add("undo", "need-1", undoes=1)
    log.prefer("need-1", "need-3", run=7)
    log.prefer("need-1", "need-9")
    assert len(answers_of(log)) == 0


def test_accepted_comes_before_rejected_of_the_same_reviewer_and_report() -> None:
    log = Log()
    log.add("accept", "need-1")
    log.add("reject", "need-2", reason="no")
    log.add("reject", "need-3", reason="no", at=NOON + timedelta(days=3))
    found = answers_of(log)
    np.testing.assert_allclose(found.difference, [[1.5, -1.0], [3.0, -2.0]])
    assert found.places.tolist() == [3.0, 8.0]  # rank 1 above 4 and above 9
    assert found.weight.tolist() == [0.5, 0.5]  # one acceptance is one answer
    assert found.age_days.tolist() == [3.0, 0.0]
    assert found.side.tolist() == [0.0, 0.0]


def test_decisions_of_two_people_or_of_two_reports_are_no_pair() -> None:
    log = Log()
    log.add("reject", "need-2", "Ana", reason="no", at=READY[0][0])  # on the report of run 1
    log.add("accept", "need-1", "Ana")
    log.add("reject", "need-3", "Ben", reason="no")
    assert len(answers_of(log)) == 0


def test_a_decision_counts_as_it_stands() -> None:
    log = Log()
    log.add("accept", "need-1")
    log.add("reject", "need-2", reason="no")
    log.add("reopen", "need-2")
    assert len(answers_of(log)) == 0
    log.add("undo", "need-2", undoes=3)
    assert len(answers_of(log)) == 1


def test_the_report_that_was_seen_is_the_newest_that_was_ready() -> None:
    assert report_seen(READY[0][0] - timedelta(seconds=1), READY) is None
    assert report_seen(READY[0][0], READY) == 1
    assert report_seen(NOON, READY) == 2
