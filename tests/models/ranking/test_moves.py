from dataclasses import replace
from datetime import UTC, datetime

from groundswell.domain import ThemeChange
from groundswell.report import (
    CriterionPart,
    Effort,
    Estimate,
    IdeaReport,
    RankedIdea,
    ReportTotals,
    RunStamp,
)
from models.ranking.moves import compare_reports

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NO_ESTIMATE = Estimate(None, None, None, "")

BORN = ThemeChange("born", (3,), (), (("now", 9.0),), "“Export” is new (9 statements).")


def _part(criterion: str, value: float, contribution: float) -> CriterionPart:
    raw = Estimate(value, value, value, "voices per 90 days")
    return CriterionPart(criterion, raw, 1.0, 0.2, contribution, 0.0, 1.0, ())


def _idea(name: str, rank: int, reach: float, contribution: float) -> RankedIdea:
    parts = (_part("reach", reach, contribution), _part("trend", 1.0, 0.0))
    return RankedIdea(
        rank=rank,
        rank_low=rank,
        rank_high=rank,
        p_top10=1.0,
        tier=1,
        candidate_id=name,
        title=name.upper(),
        need="",
        status="new",
        status_reason="",
        score=50.0,
        priority=contribution,
        parts=parts,
        voices=7.0,
        mentions=9,
        effective_voices=7.0,
        trend=NO_ESTIMATE,
        revenue=NO_ESTIMATE,
        effort=Effort(8.0, 9.0, 1.0, 20.0, "prior", ()),
        monthly_voices=(),
        segments=(),
        channels=(),
        askers=(),
        quotes=(),
        counter_quotes=(),
        signals=(),
        badges=(),
        what_would_change=(),
        theme_ids=(),
        item_ids=(),
    )


def _report(run: int, *ideas: RankedIdea) -> IdeaReport:
    totals = ReportTotals(0, 0, 0, 0, 0, 0, None, None, 0.0, ())
    stamp = RunStamp(run, NOW, None)
    blank = IdeaReport(stamp, "", NOW, "EUR", (), "balanced", (), "", "", (), totals, (), ())
    return replace(blank, ideas=ideas)


def test_the_first_report_has_nothing_to_compare() -> None:
    changes = compare_reports(None, _report(1), new_records=5, theme_changes=[BORN])
    assert (changes.since_run, changes.moves) == (None, ())
    assert (changes.new_records, changes.themes) == (5, (BORN,))


def test_equal_reports_have_no_moves() -> None:
    report = _report(1, _idea("a", 1, 5.0, 0.5))
    assert compare_reports(report, report, new_records=0, theme_changes=[]).moves == ()


def test_a_move_is_explained_by_the_contribution_that_changed_most() -> None:
    before = _report(1, _idea("a", 1, 5.0, 0.5), _idea("b", 2, 2.0, 0.1))
    now = _report(2, _idea("b", 1, 9.0, 0.7), _idea("a", 2, 5.0, 0.5))
    rose, passed = compare_reports(before, now, new_records=0, theme_changes=[]).moves
    by_id = {move.candidate_id: move for move in (rose, passed)}
    assert by_id["b"].reason == "reach went from 2.0 to 9.0 voices per 90 days (+0.60 of +0.60)"
    assert by_id["a"].reason == 'its own evidence hardly changed; "B" rose past it'


def test_an_idea_that_others_fell_behind_says_so() -> None:
    before = _report(1, _idea("a", 1, 5.0, 0.5), _idea("b", 2, 2.0, 0.3))
    now = _report(2, _idea("b", 1, 2.0, 0.3), _idea("a", 2, 1.0, 0.1))
    moves = compare_reports(before, now, new_records=0, theme_changes=[]).moves
    reasons = {move.candidate_id: move.reason for move in moves}
    assert reasons["b"] == 'its own evidence hardly changed; "A" fell behind it'
    assert reasons["a"].startswith("reach went from 5.0 to 1.0")


def test_new_and_gone_ideas_are_told_and_the_top_comes_first() -> None:
    before = _report(1, _idea("a", 1, 5.0, 0.5), _idea("z", 3, 1.0, 0.0), _idea("b", 2, 2.0, 0.1))
    now = _report(2, _idea("n", 1, 9.0, 0.9), _idea("a", 2, 5.0, 0.5), _idea("b", 3, 2.0, 0.1))
    moves = compare_reports(before, now, new_records=3, theme_changes=[]).moves
    assert [(m.candidate_id, m.rank_before, m.rank_now) for m in moves] == [
        ("n", None, 1),
        ("a", 1, 2),
        ("b", 2, 3),
        ("z", 3, None),
    ]
    assert (
        moves[0].reason == "new: 7 voices; most for it speaks reach, 9.0 voices per 90 days (+0.90)"
    )
    assert moves[3].reason == "no longer among the ideas shown"
