"""Issues against a changelog, and alarms on planted rises, in small."""

import csv
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.changelog_terms import Meetings, expected_terms
from bench.emerging import read_reviews
from bench.planted_rises import watch
from groundswell.errors import IngestError
from models.trends.emerging import EmergingParameters

CHANGELOG = {"1": ("start",), "2": ("crash widget",), "3": (), "4": ("radar",)}


def test_a_version_is_compared_with_its_own_terms_and_the_next_ones() -> None:
    assert expected_terms(CHANGELOG) == {"2": ("crash widget",), "4": ("radar",)}
    assert expected_terms({"1": ("a",), "2": ("b",), "3": ("c", "b")}) == {
        "2": ("b", "c"),
        "3": ("c", "b"),
    }


def test_an_issue_meets_a_term_by_a_word_or_by_two() -> None:
    texts = ["it crashes daily", "widgets crashed", "nice colours", "the radars are gone"]
    versions, terms = ["2", "2", "2", "4"], expected_terms(CHANGELOG)
    issues = {"2": [np.array([0]), np.array([2])], "4": [np.array([3])]}
    score = Meetings(texts, versions, terms, words=1).score(issues)
    assert (score.issues, score.right, score.terms, score.met) == (3, 2, 2, 2)
    assert score.f == pytest.approx(2 * (2 / 3) * 1.0 / (2 / 3 + 1.0))
    strict = Meetings(texts, versions, terms, words=2)
    assert strict.score(issues).met == 1, "one word of two is not enough"
    assert strict.score({"2": [np.array([1])]}).met == 1


def test_chance_draws_as_many_statements_of_the_same_version() -> None:
    texts = ["crash"] * 5 + ["calm"] * 15
    meetings = Meetings(texts, ["2"] * 20, {"2": ("crash",)}, words=1)
    chance = meetings.by_chance({"2": [np.array([0])]}, seed=1)
    assert set(chance.tolist()) == {0.0, 1.0}
    assert 0.12 < chance.mean() < 0.4, "five of twenty meet it"
    assert np.array_equal(chance, meetings.by_chance({"2": [np.array([0])]}, seed=1))


def test_a_tripled_need_is_found_and_a_calm_world_raises_few_alarms() -> None:
    seen = watch(3, quarters=1, planted=4, parameters=EmergingParameters())
    assert seen["planted"] == 4
    assert (seen["delay_days_tripled"] or 99) <= 14
    assert (seen["false_alarms_per_quarter"] or 0) <= 5


def test_deaf_alarms_find_nothing() -> None:
    deaf = EmergingParameters(min_voices=10_000)
    seen = watch(3, quarters=1, planted=2, parameters=deaf)
    assert (seen["delay_days"], seen["found_in_28_days"]) == (None, 0.0)
    assert seen["false_alarms_per_quarter"] == 0.0


def write(path: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Three versions; the lock screen stops working in the third."""
    usual = ["The forecast is wrong again", "I want a darker theme", "Maps load too slowly"]
    broken = "The lock screen does not work any more"
    rows = []
    for day in range(90):
        version = str(1 + day // 30)
        said = [usual[day % 3], usual[(day + 1) % 3] + " today"]
        said += [broken, broken + " since the update"] if version == "3" else []
        when = (date(2026, 1, 1) + timedelta(day)).isoformat()
        rows += [(when, version, "2", text) for text in said]
    return write(tmp_path / "reviews.csv", [("date", "version", "rating", "text"), *rows])


def test_a_rising_issue_meets_the_changelog(
    reviews: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = [("version", "terms"), ("1", "start"), ("2", ""), ("3", "lock screen, tablets")]
    changelog = write(tmp_path / "changelog.csv", terms)
    asked = ["emerging", "--reviews", str(reviews), "--changelog", str(changelog)]
    assert main([*asked, "--quarters", "1", "--planted", "2"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["terms"], result["recall"]) == (2, 0.5)
    assert result["issues"] >= 1
    assert result["lift"] == pytest.approx(result["f"] - result["f_random"], abs=2e-4)
    assert result["lift"] > 0.0
    assert {"delay_days", "false_alarms_per_quarter", "f_strict"} <= set(result)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("date", "text")], "version"),
        ([("date", "version", "text"), ("soon", "1", "hello")], "YYYY-MM-DD"),
    ],
)
def test_a_file_without_what_is_needed_is_one_line(
    tmp_path: Path, rows: list[tuple[str, ...]], told: str
) -> None:
    with pytest.raises(IngestError, match=told):
        read_reviews(write(tmp_path / "wrong.csv", rows))


def test_one_file_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["emerging", "--reviews", str(tmp_path / "reviews.csv")])
    assert "belong together" in capsys.readouterr().err
