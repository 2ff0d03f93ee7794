import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import steps
from flows.ranking import load_report
from groundswell.config import Config, load_config
from groundswell.domain import NOISE
from groundswell.errors import BusyError, GroundswellError, IngestError, ModelError
from groundswell.store import StepResult, open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEEDS = (
    "offline mode for trains without network",
    "invoice export to a spreadsheet fails",
    "dark theme for tired eyes at night",
)


def _rows(numbers: range, needs: tuple[str, ...] = NEEDS) -> list[str]:
    return [
        f"{n},{needs[n % len(needs)]} case {n},{(NOW - timedelta(days=2 * n)).date()},{1 + n % 3}"
        for n in numbers
    ]


def _write(folder: Path, rows: list[str]) -> None:
    text = "\n".join(["id,text,created_at,rating", *rows]) + "\n"
    (folder / "survey.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    _write(tmp_path, _rows(range(45)))
    path = tmp_path / "config.toml"
    path.write_text(
        "[embedding]\nmodel = 'hashing'\n"
        "[themes]\nmin_statements = 5\n\n"
        "[ranking]\ndraws = 100\n"
        "[[sources]]\nname = 'survey'\npath = 'survey.csv'\n",
        encoding="utf-8",
    )
    return load_config(path)


def _labels(config: Config) -> dict[str, int]:
    with open_store(config.store.database) as store:
        mentions = store.feedback.mentions().sort_values("membership")
        records = store.feedback.records(mentions["record_id"].tolist())
    return {
        records[record].source_id: int(theme)
        for record, theme in zip(mentions["record_id"], mentions["theme_id"], strict=True)
    }


def test_a_run_writes_every_file_and_books_that_balance(config: Config) -> None:
    outcome = steps.run(steps.REFRESH, config, kind="refresh")
    names = {path.name for path in config.report.folder.iterdir()}
    assert names == {
        "report.html",
        "ideas.csv",
        "ideas.xlsx",
        "ideas.json",
        "changes.md",
        "changes.json",
    }
    for result in outcome.counts.values():
        assert result.items_in == result.items_out + result.rejected
    with open_store(config.store.database) as store:
        assert store.ledger.runs(1)[0].state == "ok"
        assert len(load_report(store).themes) == 3


def test_new_rows_of_known_needs_are_placed_without_a_refit(config: Config, tmp_path: Path) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")
    before = _labels(config)
    _write(tmp_path, _rows(range(50)))
    steps.run(steps.REFRESH, config, kind="refresh")
    after = _labels(config)
    assert {key: after[key] for key in before} == before
    for new in range(45, 50):
        assert after[str(new)] == before[str(new - 6)]
    with open_store(config.store.database) as store:
        model = store.versions.champion("themes")
    assert model is not None
    assert model.version == 1


def test_many_new_rows_bring_a_refit_that_keeps_the_ids(config: Config, tmp_path: Path) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")
    before = _labels(config)
    fourth = (*NEEDS, "calendar sync with the office planner")
    _write(tmp_path, [*_rows(range(45)), *_rows(range(100, 145), fourth)])
    steps.run(steps.REFRESH, config, kind="refresh")
    after = _labels(config)
    assert {key: after[key] for key in before} == before
    new = {after[str(n)] for n in range(103, 145, 4)}
    assert len(new) == 1
    assert new.isdisjoint({*before.values(), NOISE})


def test_retrain_fits_anew_and_same_data_keep_every_id(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")
    before = _labels(config)
    steps.run(steps.RETRAIN, config, kind="retrain")
    assert _labels(config) == before
    with open_store(config.store.database) as store:
        model = store.versions.champion("themes")
    assert model is not None
    assert model.version == 2


def test_evidence_after_the_asked_moment_is_not_used(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh", as_of=NOW - timedelta(days=30, hours=-12))
    written = json.loads((config.report.folder / "ideas.json").read_text(encoding="utf-8"))
    assert written["totals"]["records"] == 30  # numbers 15 to 44 are at least 30 days old
    assert written["totals"]["last_record"] == "2026-05-02"


def test_row_order_changes_nothing(config: Config, tmp_path: Path) -> None:
    steps.run(steps.REFRESH, config, kind="refresh", clock=lambda: NOW)
    first = json.loads((config.report.folder / "ideas.json").read_text(encoding="utf-8"))
    other = tmp_path / "other"
    other.mkdir()
    _write(other, _rows(range(45))[::-1])
    (other / "config.toml").write_bytes((tmp_path / "config.toml").read_bytes())
    turned = load_config(other / "config.toml")
    steps.run(steps.REFRESH, turned, kind="refresh", clock=lambda: NOW)
    second = json.loads((turned.report.folder / "ideas.json").read_text(encoding="utf-8"))
    for report in (first, second):
        for shown in [*report["ideas"], *report["themes"]]:
            for quote in [*shown["quotes"], *shown["counter_quotes"]]:
                quote.pop("place")  # the line in the file
    assert first == second


def test_a_failed_run_is_entered_with_its_reason_and_the_next_is_free(
    config: Config, tmp_path: Path
) -> None:
    (tmp_path / "survey.csv").unlink()
    with pytest.raises(IngestError, match=r"survey\.csv"):
        steps.run(steps.REFRESH, config, kind="refresh")
    with open_store(config.store.database) as store:
        run = store.ledger.runs(1)[0]
    assert run.state == "failed"
    assert "survey.csv" in run.message
    _write(tmp_path, _rows(range(45)))
    assert steps.run(steps.REFRESH, config, kind="refresh").run_id == run.run_id + 1


def test_an_interrupted_run_is_carried_on_only_by_one_that_was_asked_the_same(
    config: Config,
) -> None:
    def interrupted(step: steps.Step, context: steps.RunContext) -> StepResult:
        if step is steps.rank_ideas:
            raise KeyboardInterrupt
        return step(context)

    for as_of in (NOW - timedelta(days=30), None):
        with pytest.raises(KeyboardInterrupt):
            steps.run(steps.REFRESH, config, kind="refresh", as_of=as_of, run_step=interrupted)
    assert steps.run(steps.REFRESH, config, kind="refresh").run_id == 2
    with open_store(config.store.database) as store:
        assert [run.state for run in store.ledger.runs()] == ["ok", "crashed"]


def test_a_second_run_at_the_same_time_is_refused(config: Config) -> None:
    with (
        open_store(config.store.database) as store,
        store.lease("pipeline"),
        pytest.raises(BusyError),
    ):
        steps.run(steps.REFRESH, config, kind="refresh")


def test_nothing_to_rank_is_said_in_one_line(config: Config, tmp_path: Path) -> None:
    _write(tmp_path, ["1,fine words here,yesterday,1"])
    with pytest.raises(GroundswellError, match="no feedback was read"):
        steps.run(steps.REFRESH, config, kind="refresh")


def test_a_changed_theme_file_is_refused(config: Config, tmp_path: Path) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")
    (path,) = Path(config.models.registry).glob("themes-model-*.safetensors")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    _write(tmp_path, _rows(range(48)))
    with pytest.raises(ModelError, match=r"themes-model-\w+\.safetensors: was changed"):
        steps.run(steps.REFRESH, config, kind="refresh")


def test_a_mended_mapping_reads_the_file_again(config: Config, tmp_path: Path) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")
    (tmp_path / "config.toml").write_text(text + "channel = 'review'\n", encoding="utf-8")
    again = steps.run(steps.REFRESH, load_config(tmp_path / "config.toml"), kind="refresh")
    assert again.counts["ingest_sources"].items_in == 45
