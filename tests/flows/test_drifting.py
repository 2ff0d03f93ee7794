"""Drift is told of, calls for a retraining, and what was held back is not made again and again."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import steps
from flows.cli import app
from flows.context import Asked
from flows.doctor import examine
from flows.promotion import roll_back
from flows.ranking import load_report
from groundswell.config import Config, load_config
from groundswell.domain import Draft, DriftAlarm, ModelVersion
from groundswell.store import open_store
from tests.flows.retrained import NEEDS, NOW, champion, installation, newest, write_rows

STRANGE = ("zur rechnung fehlt heute die anlage", "das passwort wurde leider vergessen")
FIRST = 500


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    installation(folder, FIRST)
    return folder


@pytest.fixture
def config(first: Path, tmp_path: Path) -> Config:
    shutil.copytree(first, tmp_path / "here")
    return load_config(tmp_path / "here" / "config.toml")


def settings(config: Config, more: str) -> Config:
    """Return the installation under settings that were changed by a person."""
    path = config.store.path.parent.parent / "config.toml"
    path.write_text(path.read_text().replace("[themes]\n", f"[models]\n{more}\n[themes]\n"))
    return load_config(path)


def come(config: Config, count: int, needs: tuple[str, ...] = NEEDS) -> None:
    """Add statements to those of the first run, and run."""
    folder = config.store.path.parent.parent
    write_rows(folder, FIRST)
    old = (folder / "survey.csv").read_text()
    write_rows(folder, FIRST + count, needs)
    new = (folder / "survey.csv").read_text().splitlines(keepends=True)[1 + FIRST :]
    (folder / "survey.csv").write_text(old + "".join(new))
    refresh(config)


def refresh(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")


def alarms(config: Config) -> list[DriftAlarm]:
    with open_store(config.store.database) as store:
        return list(store.ledger.drift())


def versions(config: Config) -> list[ModelVersion]:
    with open_store(config.store.database) as store:
        return store.versions.all("themes")


def notes(config: Config) -> str:
    with open_store(config.store.database) as store:
        return "\n".join(load_report(store).notes)


def decide(config: Config, count: int) -> None:
    with open_store(config.store.database) as store:
        for n in range(count):
            changes = {"label": f"On the train {n}"}
            store.decisions.record(Draft("rename", "theme-0", "Ana", NOW, changes))


def refuse(config: Config) -> None:
    """Say of the newest challenger, which waits, that a gate holds it back."""
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        waiting = store.versions.all("themes")[-1]
        gates = (*waiting.gates[:-1], ("churn", False, "80% of 300 statements change"))
        store.versions.keep(lease, replace(waiting, gates=gates, state="refused"))


def test_a_version_keeps_what_new_statements_are_compared_with(config: Config) -> None:
    version = champion(config)
    assert version is not None
    compared = version.settings["compared"]
    assert compared["statements"] == FIRST
    assert compared["left_out"] < 0.1
    assert 0.3 < compared["cosine"] < 1.0
    assert sum(compared["kinds"].values()) == pytest.approx(1.0, abs=1e-4)
    assert "words.safetensors" in version.files


def test_more_of_the_same_is_no_drift(config: Config) -> None:
    come(config, 100)
    assert alarms(config) == []
    assert len(versions(config)) == 1


def test_drift_has_the_themes_fitted_anew_and_is_over_with_it(config: Config) -> None:
    come(config, 100, STRANGE)
    made = newest(config)
    assert made.state == "champion"
    assert "new statements" in made.why
    assert alarms(config) == []
    assert f"{made.name} ({made.why}) passed every gate and is in use" in notes(config)


def test_drift_that_no_fit_in_use_meets_is_told_everywhere(config: Config) -> None:
    waiting = settings(config, 'promote = "person"')
    come(waiting, 100, STRANGE)
    told = alarms(waiting)
    assert "words" in {alarm.kind for alarm in told}
    name = newest(waiting).name
    assert all(f"'groundswell models show {name}'" in alarm.remedy for alarm in told)
    path = str(waiting.store.path.parent.parent / "config.toml")
    status = CliRunner().invoke(app, ["status", "--config", path]).stdout
    checks = {check.found: check for check in examine(Path(path)) if check.name == "drift"}
    for alarm in told:
        assert f"{alarm}." in notes(waiting)
        assert f"Drift: {alarm.found}" in " ".join(status.split())
        assert checks[alarm.found].state == "warn"
        assert checks[alarm.found].remedy == alarm.remedy
    assert f"{name} ({newest(waiting).why}) passed every gate and waits" in notes(waiting)


def test_many_decisions_have_the_themes_fitted_anew(config: Config) -> None:
    some = settings(config, "retrain_decisions = 3")
    decide(some, 3)
    refresh(some)
    assert len(versions(some)) == 1
    decide(some, 1)
    refresh(some)
    assert newest(some).why == "4 decisions on needs since the last fit"
    refresh(some)
    assert len(versions(some)) == 2, "they were heeded"


def test_decisions_do_not_where_the_setting_is_none(config: Config) -> None:
    never = settings(config, "retrain_decisions = 0")
    decide(never, 60)
    refresh(never)
    assert len(versions(never)) == 1


def test_what_was_held_back_is_made_again_only_when_there_is_something_new(
    config: Config,
) -> None:
    waiting = settings(config, 'promote = "person"\nretrain_decisions = 3')
    come(waiting, 110)  # a fifth of 500 is 100
    refuse(waiting)
    come(waiting, 230)  # a fifth more than 610 is 732
    assert [one.version for one in versions(waiting)] == [1, 2]
    come(waiting, 240)
    assert [one.version for one in versions(waiting)] == [1, 2, 3]
    refuse(waiting)
    decide(waiting, 4)
    refresh(waiting)
    assert newest(waiting).version == 4
    refuse(waiting)
    refresh(waiting)
    assert newest(waiting).version == 4


def test_a_person_has_it_made_again_at_any_time(config: Config) -> None:
    waiting = settings(config, 'promote = "person"')
    come(waiting, 110)
    refuse(waiting)
    steps.run(steps.RETRAIN, waiting, kind="retrain", asked=Asked())
    assert newest(waiting).version == 3


def test_what_was_gone_back_from_is_not_made_again_by_the_next_run(config: Config) -> None:
    come(config, 110)
    assert newest(config).state == "champion"
    roll_back(config, "themes", by="Ana", why="the old one was better")
    refresh(config)
    assert [one.state for one in versions(config)] == ["champion", "retired"]


def test_a_report_says_which_gate_held_a_challenger_back(config: Config) -> None:
    strict = settings(config, "churn_statements = 0.0\nchurn_ideas = 0.0")
    come(strict, 100, STRANGE)
    made = newest(strict)
    assert made.state == "refused"
    gates = ", ".join(gate.name for gate in made.failed)
    line = f"{made.name} ({made.why}) was held back by the gate {gates}"
    assert line in notes(strict)
