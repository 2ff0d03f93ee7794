"""Only better models go live, and one command goes back."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows import side_by_side, steps
from flows.context import Asked, Reading, RunContext, Step
from flows.promotion import confirm, promote, roll_back
from flows.registry import BUILT_IN, read_report
from flows.retraining import ASKED_FOR, TRAINERS
from flows.statements import annotator_id, encoder_id
from groundswell.config import Config, load_config
from groundswell.domain import Draft, ModelVersion
from groundswell.domain.versions import TRAINED
from groundswell.errors import BusyError, ConfigError, ModelError
from groundswell.store import StepResult, open_store
from tests.flows import retrained
from tests.flows.retrained import NOW, champion, installation, newest, tampered, write_rows

WAITING = Asked(waits=True, why="to look at it first")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    installation(folder)
    return folder


@pytest.fixture
def config(first: Path, tmp_path: Path) -> Config:
    shutil.copytree(first, tmp_path / "here")
    return load_config(tmp_path / "here" / "config.toml")


def retrain(config: Config, take: Any = None, asked: Asked = Asked()) -> None:  # noqa: B008
    steps.run(steps.RETRAIN, config, kind="retrain", run_step=take, asked=asked)


def files(config: Config) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in config.report.folder.iterdir() if p.is_file()}


def shown(config: Config) -> dict[str, int]:
    with open_store(config.store.database) as store:
        table = store.shapes.shown_assignments()
    return dict(zip(table["statement_id"], table["theme_id"].tolist(), strict=True))


def test_what_passes_every_gate_is_put_in_use(config: Config) -> None:
    before = shown(config)
    retrain(config)
    version = newest(config)
    assert (version.version, version.state, version.why) == (2, "champion", ASKED_FOR)
    assert [gate.name for gate in version.judged] == [
        "whole",
        "fresh",
        "golden set",
        "calibration",
        "limits",
        "decisions",
        "churn",
    ]
    assert version.failed == ()
    assert shown(config) == before
    with open_store(config.store.database) as store:
        assert [one.state for one in store.versions.all("themes")] == ["retired", "champion"]


def test_a_version_says_what_it_was_made_of(config: Config) -> None:
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("accept", "need-0", "Ana", NOW))
    retrain(config)
    version = newest(config)
    assert version.snapshot["statements"] == 300
    assert version.snapshot["decisions"] == 1
    assert len(version.snapshot["ids"]) == 32
    assert version.parents == (("themes", 1),)
    report = read_report(config, version)
    assert report is not None
    assert report.passed
    names = [measure.name for measure in report.measures]
    assert "what the newest statements have in common, foretold" in names
    page = (config.report.folder / "models" / "themes-2.html").read_text(encoding="utf-8")
    assert "passed every gate" in page
    assert "nats per tie" in page


SABOTAGES: list[tuple[str, dict[str, Any], str]] = [
    ("shuffled labels", {"tampering": retrained.shuffled}, "golden set"),
    ("a need dropped", {"tampering": retrained.without_a_need}, "golden set"),
    ("needs renumbered", {"tampering": retrained.renumbered}, "churn"),
    ("vectors that are not numbers", {"tampering": retrained.not_finite}, "whole"),
    ("vectors that are too long", {"tampering": retrained.too_long}, "whole"),
    ("a need in the arrays alone", {"tampering": retrained.another_list}, "whole"),
    ("sure of what is wrong", {"tampering": retrained.sure_of_what_is_wrong}, "calibration"),
    ("bloated files", {"tampering": retrained.bloated}, "limits"),
    ("heirs forgotten", {"tampering": retrained.heirs_forgotten}, "decisions"),
    ("stale data", {"snapshot": lambda _: {"statements": 200, "decisions": 0}}, "fresh"),
    ("beside another champion", {"parents": lambda _: (("themes", 9),)}, "fresh"),
    ("another encoder's vectors", {"encoder_id": lambda _: "another"}, "fresh"),
]


@pytest.mark.parametrize(
    ("what", "gate"),
    [pytest.param(what, gate, id=name) for name, what, gate in SABOTAGES],
)
def test_a_sabotaged_challenger_is_refused_by_the_gate_it_belongs_to(
    config: Config, what: dict[str, Any], gate: str
) -> None:
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("rename", "theme-0", "Ana", NOW, {"label": "On the train"}))
    before = shown(config)
    retrain(config, tampered(**what))
    version = newest(config)
    assert version.state == "refused"
    assert gate in [one.name for one in version.failed]
    assert shown(config) == before
    in_use = champion(config)
    assert in_use is not None
    assert in_use.version == 1


def test_what_waits_is_put_in_use_by_a_person_and_gone_back_from(config: Config) -> None:
    retrain(config, asked=WAITING)
    assert newest(config).state == "challenger"
    before = files(config), shown(config)
    outcome = promote(config, "themes-2", by="Ana", why="fits better")
    assert newest(config).state == "champion"
    assert newest(config).settings["put_in_use_by"] == "Ana"
    assert outcome.top
    assert files(config)["ideas.json"] != before[0]["ideas.json"]  # it says which models made it
    back = roll_back(config, "themes", by="Ana", why="the old one was better")
    assert (back.version.name, back.shown, back.run_id) == ("themes-1", 2, 4)
    assert (files(config), shown(config)) == before
    with open_store(config.store.database) as store:
        assert [run.state for run in store.ledger.runs()] == ["ok", "withdrawn", "ok", "ok"]


def test_going_back_and_forth_ends_where_it_began(config: Config) -> None:
    retrain(config)
    after = files(config), shown(config)
    roll_back(config, "themes", by="Ana")
    promote(config, "themes-2", by="Ana")
    assert shown(config) == after[1]
    with pytest.raises(ConfigError, match="in use already"):
        promote(config, "themes-2", by="Ana")


def test_after_going_back_a_run_places_what_came_since(config: Config) -> None:
    retrain(config)
    write_rows(config.store.path.parent.parent, 330)
    steps.run(steps.REFRESH, config, kind="refresh")
    roll_back(config, "themes", by="Ana")
    assert len(shown(config)) == 300
    steps.run(steps.REFRESH, config, kind="refresh")
    assert len(shown(config)) == 330


def test_there_is_nothing_to_go_back_to_after_the_first_fit(config: Config) -> None:
    with pytest.raises(ConfigError, match="no version before to go back to"):
        roll_back(config, "themes", by="Ana")


def test_a_refused_version_is_put_in_use_only_in_spite_of_its_gate(config: Config) -> None:
    retrain(config, tampered(retrained.renumbered))
    with pytest.raises(ConfigError, match=r"the gate 'churn' says: .*--anyway"):
        promote(config, "themes-2", by="Ana")
    promote(config, "themes-2", by="Ana", anyway=True, why="numbers mean nothing here")
    assert newest(config).state == "champion"


def test_what_cannot_be_used_is_not_put_in_use_by_anybody(config: Config) -> None:
    retrain(config, tampered(retrained.not_finite))
    with pytest.raises(ConfigError, match="'whole' says: centroids are not all finite"):
        promote(config, "themes-2", by="Ana", anyway=True, why="I want it")


def test_a_changed_file_is_not_put_in_use(config: Config) -> None:
    retrain(config, asked=WAITING)
    (path,) = Path(config.models.registry).glob(
        f"themes-model-{newest(config).files['model.safetensors'][:16]}*"
    )
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="was changed"):
        promote(config, "themes-2", by="Ana")
    assert champion(config) is not None


def test_an_unknown_version_is_told_in_one_line(config: Config) -> None:
    with pytest.raises(ConfigError, match="themes-7: there is no such version"):
        promote(config, "themes-7", by="Ana")


class Killed(BaseException):
    """The process ends."""


def killed_after(step: str) -> Any:
    def take(taken: Step, context: RunContext) -> StepResult:
        result = taken(context)
        if taken.__name__ == step:
            raise Killed
        return result

    return take


@pytest.mark.parametrize("step", ["train_challengers", "judge_challengers", "promote_challengers"])
def test_an_interrupted_retraining_leaves_the_champion_and_goes_on(
    config: Config, step: str
) -> None:
    before = shown(config)
    with pytest.raises(Killed):
        retrain(config, killed_after(step))
    assert shown(config) == before
    retrain(config)
    with open_store(config.store.database) as store:
        assert len(store.versions.all("themes")) == 2
        assert [run.attempts for run in store.ledger.runs(1)] == [2]
    assert newest(config).state == "champion"


def test_an_interrupted_promotion_is_carried_on(config: Config) -> None:
    retrain(config, asked=WAITING)
    with pytest.raises(Killed):
        promote(config, "themes-2", by="Ana", run_step=killed_after("place_themes"))
    assert newest(config).state == "champion"
    assert promote(config, "themes-2", by="Ana").run_id == 3
    with open_store(config.store.database) as store:
        assert store.lookups.newest_report() == 3
        assert [run.attempts for run in store.ledger.runs(1)] == [2]


def test_an_interrupted_way_back_is_carried_on_and_goes_back_once(config: Config) -> None:
    retrain(config)
    retrain(config)
    looks = iter((NOW,))

    def until_the_end() -> datetime:
        for now in looks:
            return now
        raise Killed

    with pytest.raises(Killed):
        roll_back(config, "themes", by="Ana", clock=until_the_end)
    back = roll_back(config, "themes", by="Ana")
    assert (back.version.name, back.shown, back.run_id) == ("themes-2", 2, 4)
    with open_store(config.store.database) as store:
        runs = store.ledger.runs(4)
    assert [run.state for run in runs] == ["ok", "withdrawn", "ok", "ok"]
    assert "run 4 went back to themes-2" in runs[1].message


def test_one_goes_back_to_the_version_that_was_seen_or_not_at_all(config: Config) -> None:
    retrain(config)
    with pytest.raises(ConfigError, match="themes-1 is the version before by now, not themes-9"):
        roll_back(config, "themes", by="Ana", to="themes-9")
    assert newest(config).state == "champion"


def test_every_kind_that_can_be_asked_for_is_made_in_this_order() -> None:
    assert tuple(TRAINERS) == TRAINED


def test_two_retrainings_at_once_are_refused(config: Config) -> None:
    with (
        open_store(config.store.database) as store,
        store.lease("pipeline"),
        pytest.raises(BusyError),
    ):
        retrain(config)


def test_where_the_champion_is_lost_the_challenger_takes_its_place(config: Config) -> None:
    for path in Path(config.models.registry).iterdir():
        path.unlink()
    retrain(config)
    assert newest(config).state == "champion"


WATCHED = """
import sys
from flows import side_by_side, steps
from groundswell.config import load_config
seen = []
sys.addaudithook(lambda name, args: name == "pickle.find_class" and seen.append(args))
steps.run(steps.RETRAIN, load_config(sys.argv[1]), kind="retrain")
sys.exit(len(seen))
"""


WATCHED = """
import sys
from flows import side_by_side, steps
from groundswell.config import load_config
seen = []
sys.addaudithook(lambda name, args: name == "pickle.find_class" and seen.append(args))
steps.run(steps.RETRAIN, load_config(sys.argv[1]), kind="retrain")
sys.exit(len(seen))
"""


def test_no_pickle_is_ever_loaded(config: Config) -> None:
    settings = config.store.path.parent.parent / "config.toml"
    command = [sys.executable, "-c", WATCHED, str(settings)]
    done = subprocess.run(command, timeout=300, check=False)
    assert done.returncode == 0


def asks_for_another_encoder(config: Config) -> Config:
    path = config.store.path.parent.parent / "config.toml"
    path.write_text(path.read_text().replace("'hashing'", "'all-MiniLM-L6-v2'"))
    return load_config(path)


def encoders(config: Config) -> list[tuple[str, str]]:
    with open_store(config.store.database) as store:
        return [(one.encoder_id.split("@")[0], one.state) for one in store.versions.all("encoder")]


def test_where_no_other_encoder_is_in_the_settings_none_is_made_and_no_themes(
    config: Config,
) -> None:
    before = newest(config)
    retrain(config, asked=Asked(kinds=("encoder",), why="a look"))
    assert encoders(config) == [("hashing-256-1", "champion")]
    assert newest(config).name == before.name


def test_another_encoder_is_compared_before_it_is_used_and_gone_back_from(config: Config) -> None:
    assert encoders(config) == [("hashing-256-1", "champion")]
    asking = asks_for_another_encoder(config)
    before = shown(config)
    steps.run(steps.REFRESH, asking, kind="refresh")  # it is only asked for
    assert shown(config) == before
    reports = files(config)
    retrain(asking, asked=replace(WAITING, kinds=("encoder",)))
    assert encoders(config) == [("hashing-256-1", "champion"), ("all-MiniLM-L6-v2", "challenger")]
    assert shown(config) == before
    assert "fresh" not in [gate.name for gate in newest(config).failed]
    promote(asking, "encoder-2", by="Ana", anyway=True, why="it knows synonyms")
    assert encoders(config) == [("hashing-256-1", "retired"), ("all-MiniLM-L6-v2", "champion")]
    in_use = champion(config)
    assert in_use is not None
    assert in_use.encoder_id.startswith("all-MiniLM-L6-v2")
    assert (in_use.version, in_use.state) == (2, "champion")
    steps.run(steps.REFRESH, asking, kind="refresh")
    roll_back(asking, "encoder", by="Ana")
    assert encoders(config) == [("hashing-256-1", "champion"), ("all-MiniLM-L6-v2", "retired")]
    assert shown(config) == before
    assert files(config).keys() == reports.keys()
    assert confirm(asking) == 0  # it is still asked for
    dropped = confirm(config)
    with open_store(config.store.database) as store:
        assert dropped == store.vectors.count(encoder_id(config)) > 0
        assert store.vectors.count(encoder_id(asking)) == 0
    steps.run(steps.REFRESH, config, kind="refresh")
    assert shown(config) == before


def spoken_about(config: Config, kind_of: Callable[[int, str], str]) -> None:
    """Say of 30 statements of which kind they are, given their number and their text."""
    with open_store(config.store.database) as store:
        table = store.feedback.statements(annotator_id(Reading(config, store)))
        for number, row in enumerate(table.head(30).itertuples()):
            kind = kind_of(number, str(row.text)) or str(row.kind)
            changes = {"kind": kind}
            store.decisions.record(
                Draft("set_kind", f"statement-{row.statement_id}", "Ana", NOW, changes)
            )


def kinds_of(config: Config) -> ModelVersion | None:
    with open_store(config.store.database) as store:
        versions = store.versions.all("kinds")
    return versions[-1] if versions else None


KINDS = Asked(kinds=("kinds",), why="kinds were corrected")


def test_corrected_kinds_teach_a_model_that_is_used_if_it_foretells_later_ones(
    config: Config,
) -> None:
    with open_store(config.store.database) as store:
        built_in = annotator_id(Reading(config, store))
    spoken_about(config, lambda _, text: "praise" if "dark theme" in text else "")
    retrain(config, asked=KINDS)
    version = kinds_of(config)
    assert version is not None
    assert (version.state, version.failed) == ("champion", ())
    with open_store(config.store.database) as store:
        table = store.feedback.statements(annotator_id(Reading(config, store)))
    dark = table[table["text"].str.contains("dark theme")]
    assert (dark["kind"] == "praise").all()
    assert roll_back(config, "kinds", by="Ana").version.why == BUILT_IN
    with open_store(config.store.database) as store:
        assert annotator_id(Reading(config, store)) == built_in


def test_kinds_that_were_said_by_chance_are_refused(config: Config) -> None:
    spoken_about(config, lambda n, _: ("praise", "problem", "question", "")[(n * 7919) % 13 % 4])
    retrain(config, asked=KINDS)
    version = kinds_of(config)
    assert version is not None
    assert version.state == "refused"
    assert [gate.name for gate in version.failed] == ["golden set"]


def test_what_was_never_confirmed_is_refused(config: Config) -> None:
    spoken_about(config, lambda _, text: "praise" if "dark" in text else "question")
    retrain(config, asked=KINDS)
    version = kinds_of(config)
    assert version is not None
    assert version.state == "refused"
    assert "confirm what was shown" in version.failed[0].told


def test_models_are_compared_in_two_processes_as_in_one(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "again"
    shutil.copytree(tmp_path / "here", again)
    retrain(config)
    monkeypatch.setattr(side_by_side, "MANY", 0)
    monkeypatch.setattr(side_by_side, "can_work_apart", lambda: True)
    other = load_config(again / "config.toml")
    retrain(other)
    ours, theirs = newest(config), newest(other)
    assert ours.gates == theirs.gates
    assert ours.metrics == theirs.metrics
    assert moves(config, ours) == moves(other, theirs)
    assert not list(again.glob("challenge-*"))


def moves(config: Config, version: ModelVersion) -> object:
    report = read_report(config, version)
    assert report is not None
    assert report.changes is not None
    return report.changes.moves, report.changes.themes
