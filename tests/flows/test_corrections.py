"""What a run makes of corrected kinds and matches, over fits, and what the terminal says."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import statements
from flows.context import Reading
from groundswell.config import Config, load_config
from groundswell.domain import Annotation, Draft
from groundswell.domain.drafts import sameness
from groundswell.report import IdeaReport, RankedIdea
from groundswell.store import open_store
from tests.flows.test_cli import make, read, type_in
from tests.flows.test_decisions import ANA, newest, one_line, record, run

BEGUN = datetime(2026, 6, 1, 9, tzinfo=UTC)
BACKLOG = """id,title,description,status
B-1,Work offline on the train without network,,open
B-2,Quarterly team dinner,,open
"""
SOURCE = """
[[sources]]
name = "backlog"
kind = "backlog"
path = "backlog.csv"
columns = { item_id = "id", title = "title", text = "description", status = "status" }
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    (config.parent / "backlog.csv").write_text(BACKLOG)
    config.write_text(config.read_text() + SOURCE)
    run(load_config(config), BEGUN)
    return config.parent


def need_with(report: IdeaReport, item: str) -> RankedIdea | None:
    needs = [idea for idea in report.ideas if idea.candidate_id.startswith("need-")]
    return next((idea for idea in needs if item in idea.item_ids), None)


def annotation(config: Config, statement_id: str) -> Annotation:
    with open_store(config.store.database) as store:
        (said,) = store.lookups.said([statement_id])
        model = statements.annotator_id(Reading(config, store))
        return store.annotations.load(model, [said.text_hash])[said.text_hash]


def test_a_match_is_undone_and_made_over_runs_and_fits(config: Config) -> None:
    linked = need_with(newest(config), "B-1")
    assert linked is not None
    target = linked.candidate_id
    assert "item-B-1" in {one.other for one in linked.matches}
    record(config, Draft("link", target, "Ana", BEGUN, {sameness("item-B-1"): False}))
    record(config, Draft("link", target, "Ana", BEGUN, {sameness("item-B-2"): True}))
    for retrain in (False, True):
        report = run(config, retrain=retrain)
        idea = next(one for one in report.ideas if one.candidate_id == target)
        assert (idea.item_ids, idea.status) == (("B-2",), "extends")
        assert "the same, says Ana (2026-06-01)" in idea.status_reason
        assert {one.other: one.said for one in idea.matches if one.said is not None} == {
            "item-B-1": False,
            "item-B-2": True,
        }
        assert need_with(report, "B-1") is None
        assert idea.verdict is not None
        assert idea.verdict.set_by == (("not item-B-1", "Ana"), ("the same as item-B-2", "Ana"))
    with open_store(config.store.database) as store:
        for number in (1, 2):
            store.decisions.undo(number, reviewer="Ben", at=BEGUN)
    again = need_with(run(config), "B-1")
    assert again is not None and again.candidate_id == target


def test_what_was_said_of_something_that_is_gone_needs_review(config: Config) -> None:
    target = newest(config).ideas[0].candidate_id
    record(config, Draft("link", target, "Ana", BEGUN, {sameness("item-B-9"): True}))
    record(config, Draft("set_kind", "statement-0f3a", "Ana", BEGUN, {"kind": "praise"}))
    notes = run(config).notes
    assert f"Needs review: what was decided on {target}; item-B-9 is not known any more." in notes
    assert (
        "Needs review: what was decided on statement-0f3a; its message was reworded or erased."
    ) in notes


def test_a_kind_holds_for_the_text_over_runs_and_fits_until_it_is_undone(config: Config) -> None:
    quote = newest(config).ideas[0].quotes[0]
    was, statement = annotation(config, quote.statement_id), quote.statement_id
    assert quote.kind == was.kind != "praise"
    record(config, Draft("set_kind", f"statement-{statement}", "Ana", BEGUN, {"kind": "praise"}))
    assert annotation(config, statement) == was
    for retrain in (False, True):
        report = run(config, retrain=retrain)
        now = annotation(config, statement)
        assert (now.kind, now.confidence, now.severity) == ("praise", 1.0, 0.0)
        assert now.polarity > was.polarity
        shown = [q for idea in report.ideas for q in (*idea.quotes, *idea.counter_quotes)]
        assert all(q.kind == "praise" for q in shown if q.statement_id == statement)
    with open_store(config.store.database) as store:
        said = statements.kinds_said(Reading(config, store))
        assert [(one.kind, one.by.reviewer) for one in said] == [("praise", "Ana")]
        store.decisions.undo(1, reviewer="Ben", at=BEGUN)
    run(config)
    assert annotation(config, statement) == was


def test_a_kind_that_is_said_during_a_run_counts_for_the_next(config: Config) -> None:
    statement = newest(config).ideas[0].quotes[0].statement_id
    begun = BEGUN + timedelta(days=1)
    late = Draft("set_kind", f"statement-{statement}", "Ana", begun + timedelta(minutes=1))
    record(config, Draft(late.kind, late.target, late.reviewer, late.at, {"kind": "praise"}))
    run(config, begun)
    assert annotation(config, statement).kind != "praise"
    run(config, begun + timedelta(days=1))
    assert annotation(config, statement).kind == "praise"


def test_kinds_and_matches_are_said_in_the_terminal(path: Path, config: Config) -> None:
    idea = need_with(newest(config), "B-1")
    assert idea is not None
    page = type_in(path, "idea", idea.candidate_id).out
    name = f"statement-{idea.quotes[0].statement_id}"
    assert "item-B-1" in page and name in page
    assert type_in(path, "decide", idea.candidate_id, "different", "item-B-1", *ANA).status == 0
    assert type_in(path, "decide", idea.candidate_id, "same", "item-B-1", *ANA).status == 0
    assert type_in(path, "decide", idea.candidate_id, "computed", "item-B-1", *ANA).status == 0
    assert type_in(path, "decide", name, "question", "--reason", "It asks.", *ANA).status == 0
    assert type_in(path, "decide", name, "computed", *ANA).status == 0
    assert [(one["kind"], one["after"]) for one in read(path, "log")] == [
        ("link", {"same:item-B-1": False}),
        ("link", {"same:item-B-1": True}),
        ("link", {"same:item-B-1": None}),
        ("set_kind", {"kind": "question"}),
        ("set_kind", {"kind": None}),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1", "same", "thing"), "nothing to compare an idea with"),
        (("statement-0f3a", "praise"), "no such statement"),
    ],
)
def test_what_cannot_be_corrected_is_refused_in_one_line(
    path: Path, words: Sequence[str], told: str
) -> None:
    assert told in one_line(type_in(path, "decide", *words, *ANA))


@pytest.mark.parametrize(
    "words",
    [("1", "same"), ("1", "accept", "item-B-1"), ("1", "praise"), ("statement-0f3a", "accept")],
)
def test_words_that_do_not_go_together_are_refused(path: Path, words: Sequence[str]) -> None:
    assert type_in(path, "decide", *words, *ANA).status == 2
    assert read(path, "log") == []
