import json
from pathlib import Path

import numpy as np

from bench.corrections import kinds_of, over_seeds, taught_kinds, taught_links
from bench.kind import run
from groundswell.domain import StatementKind
from models.encoding.embedding import HashingEncoder, embed
from models.statements.annotator import CorrectedStatements, example_texts

THINGS = ("rope", "sail", "map", "lamp", "gas", "keel", "mast", "deck", "bell", "flag")


def test_corrected_kinds_help_on_the_other_half() -> None:
    encoder = HashingEncoder()
    texts = [f"Zeppelin {thing} {n} wanted" for n in range(4) for thing in THINGS]
    texts += [f"Zeppelin {thing} {n} bravo" for n in range(4) for thing in THINGS]
    kinds: list[StatementKind] = ["request" if n < 40 else "praise" for n in range(80)]
    said = CorrectedStatements(texts, embed(texts, encoder), kinds)
    found = taught_kinds(said, embed(example_texts(), encoder), 20, seed=1, only_wrong=True)
    assert (found["said"], found["judged"]) == (20, 40)
    assert found["f1_after"] > found["f1_before"]
    assert found["log_loss_after"] < found["log_loss_before"]


def test_answers_on_matches_help_on_other_queries() -> None:
    # Told with .8, right in one of four; what is told with .1 is not shown.
    query = np.array([0.8, 0.8, 0.1]), np.array([True, False, True])
    never = np.array([0.8, 0.8, 0.1]), np.array([False, False, False])
    found = taught_links([query, never] * 20, [query, never] * 5, 60, seed=1, only_wrong=False)
    assert (found["answers"], found["judged"]) == (60, 20)
    assert found["ece_before"] > 0.5 > 0.1 > found["ece_after"]
    wrong = taught_links([query, never] * 20, [query] * 5, 60, seed=1, only_wrong=True)
    assert wrong["intercept"] < found["intercept"]


def test_changes_are_told_by_their_least_and_most() -> None:
    trials = [{"f1_before": 0.5, "f1_after": 0.6}, {"f1_before": 0.5, "f1_after": 0.75}]
    assert over_seeds(trials) == {
        **{"f1_before": 0.5, "f1_after": 0.675},
        "f1_change": [0.1, 0.25],
    }


def test_labels_of_issues_are_kinds() -> None:
    assert kinds_of(["bug", "feature", "question", "praise"]) == [
        *("problem", "request", "question", "praise"),
    ]


def test_it_is_run_from_the_command_line(tmp_path: Path) -> None:
    rows = [f"The {thing} broke {n},bug" for n in range(3) for thing in THINGS]
    rows += [f"Please add a {thing} {n},feature" for n in range(3) for thing in THINGS]
    path = tmp_path / "issues.csv"
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    found = run(["--test", str(path), "--corrections", "5", "--model", "hashing"])
    assert json.loads(json.dumps(found)) == found
    assert {"f1_before", "f1_after", "log_loss_change"} <= set(found)
