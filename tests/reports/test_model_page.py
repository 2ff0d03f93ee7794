"""A model report says what held a challenger back, and what is better without doubt."""

from groundswell.domain import GateResult
from groundswell.report import Changes, IdeaMove, Measure, ModelReport
from reports import model_from_json, model_json, render_model
from reports.model_words import better

SURPRISE = Measure("surprise", "nats", 0.4, 0.6, -0.25, -0.15, more_is_better=False)
REPORT = ModelReport(
    kind="themes",
    version=7,
    champion=6,
    run_id=12,
    why="asked for <b>now</b>",
    code_version="0.1.0",
    encoder_id="hashing",
    snapshot={"statements": 1200, "decisions": 4},
    settings={},
    measures=(SURPRISE, Measure("needs", "count", 14, None)),
    gates=(GateResult("whole", True, "all is well"), GateResult("churn", False, "too much moves")),
    changes=Changes(11, None, 0, (IdeaMove("need-1", "Dark mode", 3, 1, "more voices"),), ()),
)


def test_it_is_written_without_loss() -> None:
    assert model_from_json(model_json(REPORT)) == REPORT
    assert model_from_json("{}") is None


def test_the_page_names_the_gate_and_shows_words_as_words() -> None:
    page = render_model(REPORT)["themes-7.html"].decode()
    assert "held back by churn" in page
    assert "too much moves" in page
    assert "asked for &lt;b&gt;now&lt;/b&gt;" in page
    assert "Dark mode" in page
    assert "<script" not in page


def test_better_is_said_where_no_doubt_is_left() -> None:
    assert better(SURPRISE) == "better"
    assert better(Measure("surprise", "nats", 0.6, 0.4, 0.1, 0.3, more_is_better=False)) == "worse"
    assert better(Measure("surprise", "nats", 0.5, 0.4, -0.1, 0.3, more_is_better=False)) == ""
    assert better(Measure("needs", "count", 14, 12, 1, 3)) == ""
    assert better(Measure("share", "share", 0.5, 0.4, more_is_better=True)) == ""
