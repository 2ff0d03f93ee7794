"""Weights from the log: what a run makes of answers, and of their adoption."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from flows.evidence import check_strategies
from flows.promotion import roll_back
from flows.registry import BUILT_IN
from groundswell.config import Config, load_config
from groundswell.domain import Draft, ModelVersion
from groundswell.domain.decisions import FieldValue
from groundswell.errors import ConfigError
from groundswell.report import IdeaReport, RankedIdea
from groundswell.store import open_store
from reports import to_json
from tests.flows.test_cli import make
from tests.flows.test_decisions import BEGUN, newest, record, run

REVIEWERS = ("Ana", "Ben", "Cy")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    run(load_config(config), BEGUN)
    return config.parent


def content(report: IdeaReport) -> str:
    """Return all of a report but its run, the decisions it names, and rows read once more."""
    versions = tuple(one for one in report.versions if one[0] != "decisions")
    first = replace(report.run, run_id=1, started_at=BEGUN, finished_at=None)
    totals = replace(report.totals, quarantined=0, duplicates=0)
    return to_json(replace(report, run=first, versions=versions, totals=totals))


def wanted(idea: RankedIdea) -> float:
    """Return what the reviewers of these tests look at: the opposite of what counts most."""
    z = {part.criterion: part.z for part in idea.parts}
    return -z.get("effort", 0.0) - z.get("reach", 0.0)


def over(other: str, run_id: int = 1) -> dict[str, FieldValue]:
    """Return what an answer says for the idea on the left."""
    return {"over": other, "side": "left", "run": run_id, "tie": False}


def answer_all(config: Config, times: int = 1) -> None:
    """Have every reviewer put the idea first that they want, of every pair of the newest report."""
    report = newest(config)
    pairs = list(combinations(report.ideas, 2)) * times
    for name in REVIEWERS:
        drafts = []
        for one, other in pairs:
            first, second = sorted((one, other), key=wanted, reverse=True)
            said = over(second.candidate_id, report.run.run_id)
            drafts.append(Draft("prefer", first.candidate_id, name, BEGUN, said))
        record(config, *drafts)


def adopt(config: Config) -> int:
    with open_store(config.store.database) as store:
        through = store.decisions.verdicts().number
    record(config, Draft("adopt", "ranking", "Ana", BEGUN, {"weights": through}))
    return through


def weights_in_use(config: Config) -> ModelVersion | None:
    with open_store(config.store.database) as store:
        return store.versions.champion("weights")


def test_without_answers_there_is_nothing_to_learn(config: Config) -> None:
    report = newest(config)
    assert report.learning is None
    assert {idea.acceptance for idea in report.ideas} == {None}
    assert content(run(config)) == content(report)


def test_answers_are_told_of_and_change_no_rank_until_they_are_adopted(config: Config) -> None:
    before = newest(config)
    answer_all(config)
    report = run(config)
    assert report.learning is not None
    assert report.learning.reviewers == len(REVIEWERS)
    assert report.learning.adopted is None
    assert content(replace(report, learning=None)) == content(before)


def test_adopted_weights_rank_and_the_report_says_what_they_rest_on(config: Config) -> None:
    before = newest(config)
    answer_all(config, times=3)
    through = adopt(config)
    report = run(config)
    assert report.learning is not None and report.learning.usable
    assert (report.strategy, report.learning.adopted) == ("learned", through)
    assert dict(report.weights)["reach"] < dict(before.weights)["reach"]
    assert f"up to decision {through}; Ana adopted them on 2026-06-01" in report.notes[0]
    with open_store(config.store.database) as store:
        last = store.decisions.log(after=through - 1, limit=1)[0]
    assert dict(report.versions)["weights"] == f"{through} {last.hash}"
    for idea in report.ideas:
        assert dict(idea.ranks_by_strategy)["learned"] == idea.rank
        assert "balanced" in dict(idea.ranks_by_strategy)


def test_the_same_log_gives_the_same_bytes_and_later_answers_change_no_adopted_weight(
    config: Config,
) -> None:
    answer_all(config, times=3)
    adopt(config)
    first = run(config)
    assert content(run(config)) == content(first)
    ideas = [idea.candidate_id for idea in first.ideas[:2]]
    said = over(ideas[1])
    record(config, Draft("prefer", ideas[0], "Dora", BEGUN, said))
    later = run(config)
    assert later.weights == first.weights
    assert later.learning != first.learning


def test_an_undone_adoption_leaves_the_weights_of_the_settings(config: Config) -> None:
    before = newest(config)
    answer_all(config, times=3)
    through = adopt(config)
    with open_store(config.store.database) as store:
        store.decisions.undo(through + 1, reviewer="Ben", at=BEGUN)
    report = run(config)
    assert (report.strategy, report.weights) == ("balanced", before.weights)


def test_each_run_notes_which_weights_are_in_use_and_one_can_go_back(config: Config) -> None:
    answer_all(config, times=3)
    assert weights_in_use(config) is None
    through = adopt(config)
    run(config)
    learned = weights_in_use(config)
    assert learned is not None and learned.snapshot["through"] == through
    assert learned.settings["put_in_use_by"] == "Ana"
    run(config)
    assert weights_in_use(config) == learned
    back = roll_back(config, "weights", by="Ben", why="not ours").version
    assert (back.why, newest(config).strategy) == (BUILT_IN, "balanced")
    in_use = weights_in_use(config)
    assert in_use is not None and in_use.name == back.name
    with open_store(config.store.database) as store:
        assert store.decisions.verdicts().ranking.weights is None


def test_weights_that_cannot_be_relied_on_are_not_used_and_a_note_says_why(
    config: Config,
) -> None:
    first, second = (idea.candidate_id for idea in newest(config).ideas[:2])
    said = over(second)
    record(config, Draft("prefer", first, "Ana", BEGUN, said))
    adopt(config)
    report = run(config)
    assert report.strategy == "balanced"
    assert (
        "Learned weights were adopted, but are not used: they rest on 1 answers, and 60 are"
        " wanted." in report.notes
    )


def test_what_was_answered_after_a_run_began_counts_for_the_next(config: Config) -> None:
    first, second = (idea.candidate_id for idea in newest(config).ideas[:2])
    said = over(second)
    record(config, Draft("prefer", first, "Ana", BEGUN + timedelta(hours=2), said))
    assert run(config, BEGUN + timedelta(hours=1)).learning is None
    assert run(config, BEGUN + timedelta(hours=3)).learning is not None


def test_a_strategy_of_ones_own_cannot_take_the_name(config: Config) -> None:
    ranking = config.ranking.model_copy(update={"strategies": {"learned": {"reach": 1.0}}})
    with pytest.raises(ConfigError, match="'learned' is what weights learned from reviewers"):
        check_strategies(config.model_copy(update={"ranking": ranking}))


def test_a_strategy_that_multiplies_learns_nothing(config: Config) -> None:
    answer_all(config)
    adopt(config)
    ranking = config.ranking.model_copy(update={"strategy": "rice"})
    report = run(config.model_copy(update={"ranking": ranking}))
    assert (report.strategy, report.learning) == ("rice", None)
    assert "its exponents are not learned" in report.notes[0]


def test_what_was_learnt_is_in_the_published_file(config: Config) -> None:
    answer_all(config)
    run(config)
    published = json.loads((config.report.folder / "ideas.json").read_text(encoding="utf-8"))
    names = [one["criterion"] for one in published["learning"]["weights"]]
    assert names[0] == "reach" and names[-1] == "effort"
