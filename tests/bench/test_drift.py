"""Drift planted and told of, in small."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main

THINGS = ("invoice", "calendar", "theme", "login", "printer", "export", "photo", "map", "chat")
WORDS = ("red", "late", "slow", "wide", "old", "new", "shared", "lost", "double", "wrong")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    draws = np.random.default_rng(2)
    path = tmp_path / "said.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for number in range(1800):
            thing = THINGS[number % len(THINGS)]
            said = " ".join(draws.choice(WORDS, 4, replace=False))
            rows.writerow([f"{thing} page of the {thing} {said}", thing])
    return path


def test_planted_words_are_told_of_and_nothing_is_where_nothing_is(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(data), "--model", "hashing", "--weeks", "20", "--size", "150"]
    assert main(["drift", *options]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["unchanged"] <= 0.05
    assert result["unchanged_quarter"] <= 0.05
    assert result["words_30%"] == 1.0
    assert result["words_30%_by"]["words"] == 20
    assert result["topic_30%"] >= result["topic_10%"]
