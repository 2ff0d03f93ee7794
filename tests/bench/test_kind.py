import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from bench.kind import COLUMNS, STATEMENTS, judge_annotation, judge_classifier, read_columns, run
from groundswell.errors import IngestError
from models.encoding.embedding import HashingEncoder
from models.statements.annotator import KINDS, example_texts

THINGS = ("lamp", "door", "clock", "chart", "printer", "menu", "window", "wheel")


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def labelled(tmp_path: Path) -> list[str]:
    files = []
    for name, things in (("train", THINGS[:6]), ("test", THINGS[6:])):
        rows = [[f"The {thing} broke", "fault"] for thing in things]
        rows += [[f"Please add a {thing}", "wish"] for thing in things]
        path = write(tmp_path / f"{name}.csv", [["text", "label"], *rows])
        files += [f"--{name}", str(path)]
    return files


def test_the_classifier_is_judged_on_the_other_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run([*labelled(tmp_path), "--model", "hashing"])
    assert (result["n_train"], result["n_test"]) == (12, 4)
    assert result["f1_macro"] == 1.0
    assert result["f1"] == {"fault": 1.0, "wish": 1.0}
    assert json.loads(json.dumps(result)) == result
    assert "12 texts" in capsys.readouterr().err


def test_wrong_answers_cost_what_they_should() -> None:
    train = [{"text": f"The {thing} broke", "label": "fault"} for thing in THINGS]
    train += [{"text": f"Please add a {thing}", "label": "wish"} for thing in THINGS]
    # Two faults are found, and one row that a person called a wish is taken for a fault:
    # fault has precision 2/3 and recall 1, F1 .8; wish was found once of twice, F1 2/3.
    test = [
        {"text": "The ladder broke", "label": "fault"},
        {"text": "The radio broke", "label": "fault"},
        {"text": "The shelf broke", "label": "wish"},
        {"text": "Please add a ladder", "label": "wish"},
    ]
    result = judge_classifier(train, test, HashingEncoder(), seed=1)
    assert result["f1"] == {"fault": 0.8, "wish": 0.6667}
    assert result["f1_macro"] == 0.7333  # (4/5 + 2/3) / 2


def test_the_projects_own_statements_are_enough_and_apart_from_the_examples() -> None:
    rows = read_columns(STATEMENTS, COLUMNS)
    texts = {row["text"] for row in rows}
    assert len(texts) == len(rows) >= 300
    assert texts & set(example_texts()) == set()
    counts = Counter(row["kind"] for row in rows)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 50
    assert all(-1 <= float(row["polarity"]) <= 1 for row in rows)
    assert all(0 <= float(row["severity"]) <= 1 for row in rows)


def test_words_alone_tell_most_kinds() -> None:
    # Without a language model: far above the 1/5 of chance, so the cues are not idle.
    result = judge_annotation(read_columns(STATEMENTS, COLUMNS), HashingEncoder())
    assert result["f1_macro"] > 0.6
    assert result["spearman_polarity"] > 0.5


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [["text"], ["hello"]])
    with pytest.raises(IngestError, match=r"x.csv: expected rows with the columns text, label"):
        read_columns(path, ("text", "label"))


def test_a_long_field_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [["text", "label"], ["a" * 300_000, "bug"]])
    assert len(read_columns(path, ("text", "label"))[0]["text"]) == 300_000


def test_one_file_without_the_other_is_refused() -> None:
    with pytest.raises(SystemExit):
        run(["--train", "x.csv"])
