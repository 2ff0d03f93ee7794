"""What pages read is the newest report that went well, and the plan as it lies there now."""

import gc
import os
import weakref
from pathlib import Path

import pytest

import reports
from groundswell.errors import StoreError
from groundswell.report import (
    IdeaReport,
    LeftOutIdea,
    PlanBudget,
    PlannedIdea,
    ReleasePlan,
    TeamLoad,
)
from groundswell.store import open_store
from reports import to_json
from tests.web.pages.filling import NOON, config_in, fill
from web import reading


def plan_of(report: IdeaReport, release: str = "4.9") -> ReleasePlan:
    """Return the first idea planned and the second left out."""
    first, second = report.ideas[:2]
    work = (("Lark", release, 12.0),)
    return ReleasePlan(
        releases=(release,),
        currency="EUR",
        value=1.5,
        value_unit="points",
        value_basis="the expected utility",
        gap=0.0,
        list_value=1.0,
        ideas=(
            PlannedIdea(
                *(first.candidate_id, first.title, 1, "problem", False, release, release),
                *(work, 1.5, 7200.0, 0.93, 0.71),
            ),
        ),
        loads=(TeamLoad("Lark", release, 20.0, 16.0, 12.0, 18.0, 0.04, False),),
        left_out=(LeftOutIdea(second.candidate_id, second.title, 2, "no team for it", None),),
        alternatives=(),
        capacity_prices=(),
        forced_picks=(),
        shares=(),
        budget=PlanBudget(None, 7200.0, 9000.0, None, ((release, 7200.0),)),
        couplings=(),
        shared_ideas=(),
        critical_chain=(),
        critical_days=0.0,
        notes=(),
    )


def test_a_report_is_read_once_until_a_newer_run_went_well(
    report: IdeaReport, tmp_path: Path
) -> None:
    shown = fill(config_in(tmp_path), report)
    with open_store(shown.config.store.database) as store:
        first = reading.newest(store)
        assert first is not None
        assert to_json(first.report) == to_json(shown.report)
        assert reading.newest(store) is first
        with store.lease("pipeline") as lease:
            run = store.ledger.begin_run(
                lease, kind="refresh", started_at=NOON, config_hash="new", versions={}
            )
            store.ideas.save_report(lease, run.run_id, as_of=NOON, document=to_json(shown.report))
            assert reading.newest(store) is first  # that run is not over
            store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=NOON)
        second = reading.newest(store)
    assert second is not None and second is not first
    assert second.changes.since_run == 2
    assert second.changes.moves == ()


def test_the_collector_of_garbage_does_not_look_at_a_report_that_stays(
    report: IdeaReport, tmp_path: Path
) -> None:
    shown = fill(config_in(tmp_path), report)
    with open_store(shown.config.store.database) as store:
        gc.unfreeze()
        found = reading.newest(store)
        assert gc.get_freeze_count() > 0
        assert found is not None
        gone = weakref.ref(found)
        del found
        with store.lease("pipeline") as lease:
            runs = [run for run, _ in store.lookups.good_runs()]
            store.ledger.withdraw(lease, runs, "gone back from")
        assert reading.newest(store) is None
    assert gone() is None


def test_the_plan_is_shown_and_an_idea_says_where_it_stands(
    report: IdeaReport, tmp_path: Path
) -> None:
    shown = fill(config_in(tmp_path), report)
    first, second = (idea.candidate_id for idea in report.ideas[:2])
    assert "<b>Plan</b>" not in shown.text(f"/ideas/{first}")
    folder = shown.config.report.folder
    folder.mkdir()
    (folder / "plan.json").write_text(reports.plan_json(plan_of(report)), encoding="utf-8")
    assert f'href="/ideas/{first}"' in shown.text("/plan")
    assert "ships in 4.9: Lark 12 d" in shown.text(f"/ideas/{first}")
    assert "left out: no team for it" in shown.text(f"/ideas/{second}")


def test_a_plan_that_was_made_anew_is_read_anew(report: IdeaReport, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    for moment, release in enumerate(("4.9", "5.0"), 1):
        path.write_text(reports.plan_json(plan_of(report, release)), encoding="utf-8")
        os.utime(path, (moment, moment))
        found = reading.plan(tmp_path)
        assert found is not None and found.releases == (release,)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match=r"^plan\.json: .* 'groundswell plan' writes a new one$"):
        reading.plan(tmp_path)
