"""What a draft would change, put together from two reports."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from groundswell.domain import ThemeChange
from groundswell.report import (
    DraftPreview,
    Effort,
    Estimate,
    IdeaReport,
    PreviewedIdea,
    RankedIdea,
    RankSpan,
    ReportTotals,
    RunStamp,
)
from models.ranking.moves import compare_reports
from models.ranking.preview import SHOWN_STEADIED, preview_of

UNKNOWN = Estimate(None, None, None, "")
BORN = ThemeChange("born", (3,), (), (), "“Export” is new (9 statements).")


def idea(name: str, rank: int, low: int, high: int, **more: Any) -> RankedIdea:
    values: dict[str, Any] = {
        **dict.fromkeys(("need", "status_reason"), ""),
        **dict.fromkeys(("score", "priority", "p_top10"), 0.0),
        **dict.fromkeys(("voices", "effective_voices"), 7.0),
        **dict.fromkeys(("tier", "mentions"), 1),
        **dict.fromkeys(("trend", "revenue"), UNKNOWN),
        **dict.fromkeys(("parts", "monthly_voices", "segments", "channels", "askers"), ()),
        **dict.fromkeys(("quotes", "counter_quotes", "signals", "badges"), ()),
        **dict.fromkeys(("what_would_change", "theme_ids", "item_ids"), ()),
        "status": "new",
        "effort": Effort(8.0, 9.0, 1.0, 20.0, "prior", ()),
    }
    span = {"rank": rank, "rank_low": low, "rank_high": high}
    return RankedIdea(**values | span | {"candidate_id": name, "title": name.upper()} | more)


def report(run: int, *ideas: RankedIdea) -> IdeaReport:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    totals = ReportTotals(0, 0, 0, 0, 0, 0, None, None, 0.0, ())
    stamp = RunStamp(run, now, None)
    blank = IdeaReport(stamp, "", now, "EUR", (), "balanced", (), "", "", (), totals, (), ())
    return replace(blank, ideas=ideas)


def preview(before: IdeaReport, after: IdeaReport) -> DraftPreview:
    changes = compare_reports(before, after, new_records=0, theme_changes=[BORN])
    return preview_of(before, after, changes, digest="d")


def test_moves_come_with_the_intervals_of_both_reports() -> None:
    before = report(4, idea("a", 1, 1, 2), idea("b", 2, 1, 3), idea("c", 3, 3, 4))
    after = report(5, idea("b", 1, 1, 1), idea("a", 2, 2, 3), idea("d", 3, 3, 5))
    found = preview(before, after)
    spans = {one.candidate_id: (one.before, one.after) for one in found.moves}
    assert spans == {
        "a": (RankSpan(1, 1, 2), RankSpan(2, 2, 3)),
        "b": (RankSpan(2, 1, 3), RankSpan(1, 1, 1)),
        "c": (RankSpan(3, 3, 4), None),
        "d": (None, RankSpan(3, 3, 5)),
    }
    assert all(one.reason for one in found.moves)
    assert (found.since_run, found.ideas, found.digest) == (4, 3, "d")
    assert found.themes == (BORN.sentence,)


def test_what_keeps_its_place_is_told_where_its_interval_or_status_changes() -> None:
    before = report(4, idea("a", 1, 1, 2), idea("b", 2, 1, 3), idea("c", 3, 3, 4))
    after = report(5, idea("a", 1, 1, 2), idea("b", 2, 2, 3), idea("c", 3, 3, 4, status="rejected"))
    found = preview(before, after)
    assert found.moves == ()
    assert found.steadied == (
        PreviewedIdea("b", "B", RankSpan(2, 1, 3), RankSpan(2, 2, 3), ""),
        PreviewedIdea(
            *("c", "C", RankSpan(3, 3, 4), RankSpan(3, 3, 4), "", ("new", "rejected")),
        ),
    )


def test_equal_reports_have_nothing_to_show() -> None:
    one = report(4, idea("a", 1, 1, 2))
    found = preview(one, replace(one, run=replace(one.run, run_id=5)))
    assert (found.moves, found.steadied, found.more) == ((), (), 0)


def test_of_very_many_the_rest_is_counted() -> None:
    count = SHOWN_STEADIED + 3
    before = report(4, *(idea(f"i{n}", n, n, n) for n in range(1, count + 1)))
    after = report(5, *(idea(f"i{n}", n, n, n + 1) for n in range(1, count + 1)))
    found = preview(before, after)
    assert [one.candidate_id for one in found.steadied] == [
        f"i{n}" for n in range(1, SHOWN_STEADIED + 1)
    ]
    assert found.more == 3
