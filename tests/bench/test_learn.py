"""A drawn reviewer corrects themes, and what nobody touched is judged."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bench.learn import run
from bench.learn_reviewer import Reviewer
from groundswell.domain import IntArray, Vectors

EACH = 40


def drawn(labels: IntArray) -> Vectors:
    rng = np.random.default_rng(1)
    rows = np.eye(16)[labels] + 0.15 * rng.normal(size=(len(labels), 16))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def reviewer() -> Reviewer:
    """Label 0 lies in two themes, labels 1 and 2 in one, and a statement of 3 is among those."""
    labels = np.repeat(np.arange(4), EACH)
    found = np.array([0, 2, 2, 3])[labels]
    found[: EACH // 4] = 1
    found[-1] = 2
    return Reviewer(drawn(labels), labels, found, np.random.default_rng(1))


def test_the_largest_gain_comes_first(reviewer: Reviewer) -> None:
    reviewer.decide(1)
    assert reviewer.made == {"merge": 0, "split": 1, "move": 0}
    reviewer.decide(1)
    assert reviewer.made["merge"] == 1


def test_three_decisions_put_all_right(reviewer: Reviewer) -> None:
    reviewer.decide(10)
    assert reviewer.made == {"merge": 1, "split": 1, "move": 1}
    for theme in np.unique(reviewer.shown):
        assert len(set(reviewer.labels[reviewer.shown == theme])) == 1
    assert len(np.unique(reviewer.shown)) == 4


def test_what_a_split_or_a_move_says_is_true_and_touched(reviewer: Reviewer) -> None:
    reviewer.decide(10)
    cannot = reviewer.labels[np.array(reviewer.cannot)]
    assert (cannot[:, 0] != cannot[:, 1]).all()
    touched = reviewer.touched()
    assert 0 < len(touched) < len(reviewer.labels)
    assert set(np.array(reviewer.must).ravel()) <= set(touched)


def test_more_decisions_go_on_from_those_before(reviewer: Reviewer) -> None:
    reviewer.decide(1)
    reviewer.decide(1)
    assert sum(reviewer.made.values()) == 2
    assert sorted(one.version for one in reviewer.verdicts.values()) == [1, 2]


def test_what_was_left_alone_is_scored_for_each_seed_and_number(tmp_path: Path) -> None:
    labels = np.repeat(np.arange(6), EACH)
    np.save(tmp_path / "vectors.npy", drawn(labels))
    with (tmp_path / "data.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(f"wish {n}", f"need {label}") for n, label in enumerate(labels)]
        csv.writer(file).writerows([("text", "label"), *rows])
    files = ["--data", str(tmp_path / "data.csv"), "--vectors", str(tmp_path / "vectors.npy")]
    result = run([*files, "--decisions", "0", "5", "--seed", "1", "2"])
    assert result["n"] == len(labels)
    assert result["seed"] == [1, 1, 2, 2]
    assert result["decisions"][::2] == [0, 0]
    assert max(result["decisions"]) <= 5
    assert result["touched"][::2] == [0, 0]
    assert result["learnt"] == [False] * 4
    assert result["ami_taught_untouched"] == result["ami_shaped_untouched"]
    assert result["ami_shaped_untouched"][::2] == result["ami_before_untouched"][::2]
