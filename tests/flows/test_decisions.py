"""Deciding from the command line, and what the next run makes of it."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from flows import decisions, steps
from flows.context import Reading, Silence, utc_now
from flows.past import report_as_of
from groundswell.config import Config, load_config
from groundswell.domain import DecisionKind, Draft
from groundswell.errors import ConflictError, StoreError
from groundswell.report import IdeaReport, RankedIdea
from groundswell.store import open_store
from reports import from_json
from tests.flows.test_cli import Typed, make, read, type_in

PAGE = Path(__file__).parents[2] / "docs" / "deciding.md"
ANA = ("--reviewer", "Ana")
BEGUN = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    run(load_config(config), BEGUN)
    return config.parent


def run(config: Config, at: datetime | None = None, *, retrain: bool = False) -> IdeaReport:
    chosen = steps.RETRAIN if retrain else steps.REFRESH
    kind: Any = "retrain" if retrain else "refresh"
    steps.run(chosen, config, kind=kind, clock=lambda: at or utc_now())
    return newest(config)


def newest(config: Config) -> IdeaReport:
    with open_store(config.store.database) as store:
        return from_json(store.ideas.report() or "")


def record(config: Config, *drafts: Draft) -> None:
    with open_store(config.store.database) as store:
        store.decisions.record_all([(draft, None) for draft in drafts])


def idea_of(report: IdeaReport, candidate_id: str) -> RankedIdea:
    return next(idea for idea in report.ideas if idea.candidate_id == candidate_id)


def one_line(typed: Typed) -> str:
    assert (typed.status, typed.out, typed.err.count("\n")) == (2, "", 1)
    return typed.err.strip()


def test_decide_log_and_undo(path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    first = newest(config).ideas[0].candidate_id
    typed = type_in(path, "decide", "1", "reject", "--reason", "Not our market.", *ANA)
    assert (typed.status, typed.err) == (0, "")
    assert re.search(rf"1\s.*Ana\s+reject: status rejected\s+{first}\s+Not our market\.", typed.out)
    assert "accept: status accepted" in type_in(path, "decide", first, "accept", *ANA).out
    assert "undo 2: status rejected" in type_in(path, "undo", "2", *ANA).out
    shown = type_in(path, "log").out
    assert [re.findall(rf"^ +{n} ", shown, re.MULTILINE) != [] for n in (1, 2, 3, 4)] == [
        *(True, True, True),
        False,
    ]
    assert [one["number"] for one in read(path, "log")] == [1, 2, 3]
    assert [one["kind"] for one in read(path, "log", "-n", "1")] == ["undo"]


def test_an_empty_log_says_so(path: Path) -> None:
    assert type_in(path, "log").out == "Nothing was decided yet.\n"
    assert read(path, "log") == []
    assert "0 decisions are as they were made" in type_in(path, "log", "--verify").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("decide", "1", "reject"), "reject without a reason; say why in words"),
        (("decide", "77", "accept"), "idea 77: not in the report"),
        (("undo", "9"), "decision 9: there is none"),
        (("decide", "1", "defer", "--until", "2020-01-01"), "expected a day still to come"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    path: Path, words: Sequence[str], told: str
) -> None:
    assert told in one_line(type_in(path, *words))


@pytest.mark.parametrize("words", [("defer",), ("accept", "--until", "2099-01-01")])
def test_a_day_goes_with_deferring_alone(path: Path, words: Sequence[str]) -> None:
    assert type_in(path, "decide", "1", *words).status == 2
    assert read(path, "log") == []


def test_who_is_logged_in_decides(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "zoe")
    type_in(path, "decide", "1", "accept")
    assert read(path, "log")[0]["reviewer"] == "zoe"


def test_somebody_in_the_same_instant_is_not_overwritten(config: Config) -> None:
    first = newest(config).ideas[0].candidate_id

    def clock() -> datetime:  # asked for after the version was read
        record(config, Draft("accept", first, "Ben", BEGUN))
        return BEGUN

    with pytest.raises(ConflictError, match="Ben came first with accept"):
        decisions.decide_on(config, first, "reject", reason="no", reviewer="Ana", clock=clock)
    assert [one.reviewer for one in decisions.read_log(config)] == ["Ben"]


def test_a_run_heeds_what_was_decided_and_the_report_vouches_for_the_log(
    path: Path, config: Config
) -> None:
    before = newest(config)
    one, two, three = (idea.candidate_id for idea in before.ideas[:3])
    assert "decisions" not in dict(before.versions)
    record(
        config,
        Draft("reject", one, "Ana", BEGUN, reason="Not our market."),
        Draft("edit", two, "Ben", BEGUN, {"title": "A better title", "brief": "In short."}),
        Draft("set_effort", two, "Ben", BEGUN, {"effort_days": 3.0}),
        Draft("defer", three, "Ana", BEGUN, {"until": "2099-01-01"}),
        Draft("comment", "need-999", "Ana", BEGUN, reason="Never mind."),
    )
    after = run(config, BEGUN + timedelta(days=1))
    rejected = idea_of(after, one)
    assert rejected.status == "rejected"
    assert rejected.status_reason.startswith("rejected on 2026-06-01 by Ana: Not our market.; ")
    edited = idea_of(after, two)
    assert (edited.title, edited.effort.p50) == ("A better title", 3.0)
    assert edited.effort.basis.startswith("3 days set by Ben (2026-06-01)")
    assert edited.verdict is not None
    assert (edited.verdict.brief, edited.verdict.version) == ("In short.", 3)
    deferred = idea_of(after, three).verdict
    assert deferred is not None
    assert (deferred.status, deferred.reviewer) == ("deferred", "Ana")
    page = type_in(path, "idea", two).out
    assert "reviewers: undecided; title set by Ben; brief set by Ben; effort_days set by Ben" in (
        " ".join(page.split())
    )
    last = decisions.read_log(config)[-1]
    assert dict(after.versions)["decisions"] == f"5 {last.hash}"
    assert not any("eeds review" in note for note in after.notes)


def test_what_is_decided_during_a_run_counts_for_the_next(config: Config) -> None:
    first = newest(config).ideas[0].candidate_id
    begun = BEGUN + timedelta(days=1)
    record(config, Draft("reject", first, "Ana", begun + timedelta(minutes=1), reason="no"))
    assert idea_of(run(config, begun), first).status == "new"
    assert idea_of(run(config, begun + timedelta(days=1)), first).status == "rejected"


def test_of_an_earlier_day_only_what_was_decided_by_then_counts(config: Config) -> None:
    first = newest(config).ideas[0].candidate_id
    record(config, Draft("edit", first, "Ana", datetime(2026, 3, 1, tzinfo=UTC), {"title": "A"}))
    record(config, Draft("edit", first, "Ana", datetime(2026, 5, 1, tzinfo=UTC), {"title": "B"}))
    report, known = report_as_of(config, datetime(2026, 4, 1, tzinfo=UTC), Silence())
    assert not known
    assert idea_of(report, first).title == "A"


def test_a_name_that_a_person_chose_stays_until_it_is_undone(config: Config) -> None:
    before = {theme.theme_id: theme for theme in newest(config).themes}
    theme_id = min(before)
    record(config, Draft("rename", f"theme-{theme_id}", "Ana", BEGUN, {"label": "Trains"}))
    for retrain in (False, True, True):
        themes = {theme.theme_id: theme for theme in run(config, retrain=retrain).themes}
        assert themes.keys() == before.keys()
        assert (themes[theme_id].label, themes[theme_id].named_by) == ("Trains", "person")
    named = next(i for i in newest(config).ideas if theme_id in i.theme_ids)
    assert named.title == "Trains"
    decisions.undo(config, 1, reviewer="Ben")
    themes = {theme.theme_id: theme for theme in run(config).themes}
    assert themes[theme_id].label == before[theme_id].label
    assert themes[theme_id].named_by == "machine"


def test_what_was_decided_on_a_need_that_is_gone_is_told(config: Config) -> None:
    record(config, Draft("accept", "need-999", "Ana", BEGUN))
    assert (
        "Needs review: what was decided on need-999; it is not there any more, and nothing took"
        " it over."
    ) in run(config).notes


def test_decided_themes_are_held_when_themes_are_fitted_anew(config: Config) -> None:
    record(
        config,
        Draft("accept", "need-0", "Ana", BEGUN),
        Draft("pin", "theme-1", "Ana", BEGUN, {"pinned": True}),
        Draft("rename", "theme-2", "Ana", BEGUN, {"label": "Nights"}),
        Draft("pin", "theme-3", "Ana", BEGUN, {"pinned": True}),
        Draft("pin", "theme-3", "Ana", BEGUN, {"pinned": False}),
    )
    with open_store(config.store.database) as store:
        kept = decisions.themes_to_keep(Reading(config, store))
    known = {theme.theme_id for theme in newest(config).themes}
    assert {0, 1, 2} <= known
    assert kept == {0: None, 1: None, 2: "Nights"}


def test_the_script_of_the_page_checks_the_log(path: Path, config: Config, tmp_path: Path) -> None:
    (script,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "check.py").write_text(script)
    assert len(script.splitlines()) <= 20
    first = newest(config).ideas[0].candidate_id
    record(
        config,
        Draft("reject", first, "Zoë", BEGUN, reason='„no“, "never"\n\x07'),
        Draft("set_effort", first, "Zoë", BEGUN, {"effort_days": 5.0}),
    )
    log = type_in(path, "log", "--json").out
    found = check(tmp_path / "check.py", log)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == type_in(path, "log", "--verify").out
    changed = check(tmp_path / "check.py", log.replace("never", "maybe"))
    assert (changed.returncode, changed.stderr) == (1, "decision 1 is not as it was made\n")


def check(script: Path, log: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(script)],
        input=log,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_verify_misses_what_the_newest_report_knows(path: Path, config: Config) -> None:
    first = newest(config).ideas[0].candidate_id
    record(config, Draft("accept", first, "Ana", BEGUN), Draft("reopen", first, "Ana", BEGUN))
    run(config)
    assert "those the newest report knows are all there" in decisions.verify_log(config)
    cut_off(config)
    with pytest.raises(StoreError, match="decision 2 is not as it was made, or is gone"):
        decisions.verify_log(config)
    assert "decision 2" in one_line(type_in(path, "log", "--verify"))


def cut_off(config: Config) -> None:
    with closing(sqlite3.connect(config.store.path)) as connection, connection:
        connection.execute("DROP TRIGGER decision_no_DELETE")
        connection.execute("DELETE FROM decision WHERE number = 2")


def test_the_page_names_every_kind_of_decision() -> None:
    table = re.findall(
        r"^\| ([a-z_, ]+) \| (?:an idea|a theme[a-z ]*|a statement|the ranking|either) \|",
        PAGE.read_text(),
        re.M,
    )
    assert sorted(", ".join(table).split(", ")) == sorted(get_args(DecisionKind))
