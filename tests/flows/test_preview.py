"""A preview says what publishing and running would really give, and leaves nothing behind."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows import steps
from flows.context import utc_now
from flows.copies import copied, sweep
from flows.preview import preview_draft
from flows.ranking import changes_since_last_run, load_report
from groundswell.config import Config, StoreConfig, load_config
from groundswell.domain import Draft
from groundswell.domain.staged import digest_of
from groundswell.errors import BusyError, ConflictError, DecisionError, GroundswellError
from groundswell.report import Changes, DraftPreview, IdeaReport
from groundswell.store import StepResult, Store, open_store
from tests.flows.test_cli import make
from tests.promises.servers import fresh_postgres, stop_server

__all__ = ["stop_server"]

BEGUN = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    steps.run(steps.REFRESH, load_config(config), kind="refresh", clock=lambda: BEGUN)
    return config.parent


def stage(store: Store) -> None:
    """Stage decisions that move ideas: days, a rejection, a fit, a name."""
    report = load_report(store)
    first, second, third = (idea.candidate_id for idea in report.ideas[:3])
    need = report.ideas[2].theme_ids[0]
    wanted = (
        Draft("set_effort", first, "ann", BEGUN, {"effort_days": 900.0}),
        Draft("reject", second, "ann", BEGUN, reason="Not our market."),
        Draft("set_fit", third, "ann", BEGUN, {"fit": 1.0}),
        Draft("rename", f"theme-{need}", "ann", BEGUN, {"label": "Quiet evenings"}),
        Draft("comment", first, "ann", BEGUN, reason="too dear"),
    )
    store.drafts.add_all([(one, 0) for one in wanted])


def publish_and_run(config: Config) -> tuple[IdeaReport, Changes]:
    """Do what was previewed, and return the report with what changed."""
    with open_store(config.store.database) as store:
        seen = digest_of(store.drafts.of("ann"))
        store.drafts.publish("ann", seen=seen, at=utc_now())
    found: list[Changes] = []

    def note(step: steps.Step, context: steps.RunContext) -> StepResult:
        if step is steps.write_report:
            report = load_report(context.store, context.run.run_id)
            found.append(changes_since_last_run(context, report))
        return step(context)

    outcome = steps.run(steps.REFRESH, config, kind="refresh", run_step=note)
    with open_store(config.store.database) as store:
        return load_report(store, outcome.run_id), found[0]


def agrees(preview: DraftPreview, report: IdeaReport, changes: Changes) -> None:
    moves = [
        (
            one.candidate_id,
            one.title,
            one.before.rank if one.before else None,
            one.after.rank if one.after else None,
            one.reason,
        )
        for one in preview.moves
    ]
    assert moves == [
        (move.candidate_id, move.title, move.rank_before, move.rank_now, move.reason)
        for move in changes.moves
    ]
    spans = {idea.candidate_id: (idea.rank, idea.rank_low, idea.rank_high) for idea in report.ideas}
    for one in (*preview.moves, *preview.steadied):
        if one.after is not None:
            assert (one.after.rank, one.after.low, one.after.high) == spans[one.candidate_id]


def test_a_preview_is_what_publishing_and_a_run_give(config: Config) -> None:
    with open_store(config.store.database) as store:
        stage(store)
        preview = preview_draft(config, store, "ann")
        assert preview.digest == digest_of(store.drafts.of("ann"))
    assert preview.moves
    report, changes = publish_and_run(config)
    agrees(preview, report, changes)
    statuses = {one.candidate_id: one.status for one in (*preview.moves, *preview.steadied)}
    (rejected,) = [idea for idea in report.ideas if idea.status == "rejected"]
    assert statuses[rejected.candidate_id] == ("new", "rejected")


def test_of_the_installation_nothing_is_changed(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    with open_store(config.store.database) as store:
        stage(store)
        before = store.image(), files(folder)
        preview_draft(config, store, "ann")
        assert (store.image(), files(folder)) == before


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "groundswell.db"
    }


def test_a_preview_from_postgresql_is_the_same(config: Config) -> None:
    server = StoreConfig(path=config.store.path, url=SecretStr(fresh_postgres()))
    there = config.model_copy(update={"store": server})
    steps.run(steps.REFRESH, there, kind="refresh", clock=lambda: BEGUN)
    found = []
    for one in (config, there):
        with open_store(one.store.database) as store:
            stage(store)
            found.append(preview_draft(one, store, "ann"))
    assert found[0] == found[1]


def test_a_draft_that_is_in_the_way_of_others_cannot_be_previewed(config: Config) -> None:
    with open_store(config.store.database) as store:
        with pytest.raises(DecisionError, match="the draft of ann is empty"):
            preview_draft(config, store, "ann")
        stage(store)
        target = store.drafts.of("ann")[0].draft.target
        store.decisions.record(Draft("accept", target, "bob", BEGUN))
        with pytest.raises(ConflictError, match="bob came first"):
            preview_draft(config, store, "ann")
        with store.lease("pipeline"), pytest.raises(BusyError):
            preview_draft(config, store, "ann")
    assert left_behind(config) == []


def test_before_the_first_report_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    config = load_config(make(tmp_path))
    with (
        open_store(config.store.database) as store,
        pytest.raises(GroundswellError, match="no report yet"),
    ):
        preview_draft(config, store, "ann")


def test_what_a_killed_worker_left_is_swept_and_nothing_else(config: Config) -> None:
    beside = config.store.path.parent
    with open_store(config.store.database) as store, copied(config, store, "preview") as twin:
        folder = twin.store.path.parent
        shutil.copytree(folder, folder.with_name(f"{folder.name}-left"))
    (beside / "preview-of-another-abc").mkdir()
    assert len(left_behind(config)) == 2
    sweep(config, "preview")
    assert left_behind(config) == ["preview-of-another-abc"]
    assert config.store.path.exists()


def left_behind(config: Config) -> list[str]:
    return [path.name for path in config.store.path.parent.glob("preview-*")]
