"""The blind matching of quotes and names, with the hashing encoder as the reader."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.names import cut_in_halves, pick, run
from bench.themes import read_labelled
from models.encoding.embedding import HashingEncoder, embed
from models.naming.names import ThemeName

THINGS = {
    "rota": "print",
    "badge": "replace",
    "overtime": "report",
    "tablet": "unlock",
    "holiday": "cancel",
    "training": "repeat",
}
STATEMENTS = (
    "please let me {verb} the {thing}, {number}",
    "how do I {verb} a {thing}, {number}",
    "I want to {verb} my {thing}, {number}",
    "where can I {verb} the {thing}, {number}",
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Six themes of 24 texts, each about one thing, one text twice, and two of no theme."""
    rows = [
        (STATEMENTS[number % 4].format(thing=thing, verb=verb, number=number), f"need {thing}")
        for thing, verb in THINGS.items()
        for number in range(24)
    ]
    rows += [rows[0], ("hello there", "NO_THEME"), ("good day", "NO_THEME")]
    with (tmp_path / "data.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    np.save(tmp_path / "vectors.npy", embed([text for text, _ in rows], HashingEncoder()))
    return [
        *("--data", str(tmp_path / "data.csv")),
        *("--vectors", str(tmp_path / "vectors.npy")),
        *("--model", "hashing"),
    ]


def test_names_of_things_are_picked_right_and_differ(files: list[str]) -> None:
    result = run(files)
    assert result["themes"] == 6
    assert result["n"] == 6 * 12  # half of each theme's 24 distinct texts
    assert result["picked_right"] > 0.9
    assert result["picked_right_shown"] > 0.9
    assert result["names_distinct"] is True
    assert result["share_fallback"] == 0.0
    assert 1 <= result["mean_words"] <= 6


def test_the_same_seed_gives_the_same_figures(files: list[str]) -> None:
    timed = {"seconds_names", "peak_rss_mb"}
    first, second = (
        {key: value for key, value in run([*files, "--seed", "3"]).items() if key not in timed}
        for _ in range(2)
    )
    assert first == second


def test_wrong_names_are_not_picked(files: list[str]) -> None:
    said = read_labelled(Path(files[1]))
    encoder = HashingEncoder()
    halves = cut_in_halves(said, embed(said.distinct, encoder), seed=1)
    quotes = [halves.unseen[halves.labels[halves.unseen] == theme] for theme in range(6)]
    things = [name.removeprefix("need ") for name in halves.names]
    right = [ThemeName(f"{THINGS[thing]} {thing}", ()) for thing in things]
    assert pick(halves, right, quotes, encoder, seed=1) == 1.0
    assert pick(halves, [*right[1:], right[0]], quotes, encoder, seed=1) == 0.0
    same = [ThemeName("rota", ()) for _ in right]  # ties are not right
    assert pick(halves, same, quotes, encoder, seed=1) == 0.0


def test_no_text_is_in_both_halves_and_texts_of_no_theme_in_none(files: list[str]) -> None:
    said = read_labelled(Path(files[1]))
    halves = cut_in_halves(said, embed(said.distinct, HashingEncoder()), seed=2)
    both = np.concatenate([halves.seen, halves.unseen])
    assert len(set(both.tolist())) == len(both) == 6 * 24
    assert "hello there" not in {halves.texts[row] for row in both.tolist()}
    assert halves.names == sorted(f"need {thing}" for thing in THINGS)


def test_names_are_shown_with_quotes_that_made_no_name(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["names", *files, "--show", "2"]) == 0
    shown = capsys.readouterr()
    assert "picked_right_keywords" in json.loads(shown.out.splitlines()[-1])
    quotes = [line for line in shown.err.splitlines() if line.startswith("    ")]
    assert len(quotes) == 2 * 3
