import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.themes import judge, read_labelled, run
from groundswell.domain import NOISE, content_id
from groundswell.errors import IngestError


def write(
    path: Path, rows: list[tuple[str, str]], header: tuple[str, str] = ("text", "label")
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Six themes of 30 texts, every tenth text twice, and 12 texts that belong nowhere."""
    draws = np.random.default_rng(1)
    centres = np.linalg.qr(draws.normal(size=(32, 32)))[0]
    rows, vectors = [], []
    for number in range(180):
        theme = number % 6
        vector = centres[theme] + 0.1 * draws.normal(size=32)
        for _ in range(2 if number % 10 == 0 else 1):
            rows.append((f"wish {number}", f"need {theme}"))
            vectors.append(vector)
    for number in range(12):  # on the other side of everything
        rows.append((f"odd {number}", "NO_THEME"))
        vectors.append(-centres[:6].sum(axis=0) / 6**0.5 + 0.6 * draws.normal(size=32))
    np.save(tmp_path / "vectors.npy", np.array(vectors, dtype=np.float32))
    data = write(tmp_path / "data.csv", rows)
    return ["--data", str(data), "--vectors", str(tmp_path / "vectors.npy")]


def test_planted_themes_are_found(files: list[str]) -> None:
    result = run(files)
    assert result["n"] == 180 + 18 + 12
    assert result["themes_true"] == 6
    assert 6 <= result["themes"] <= 7
    assert result["ami"] > 0.9
    assert result["ari"] > 0.9


def test_the_order_of_the_rows_does_not_matter(files: list[str], tmp_path: Path) -> None:
    with Path(files[1]).open(newline="", encoding="utf-8") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    order = np.random.default_rng(2).permutation(len(rows))
    np.save(tmp_path / "other.npy", np.load(files[3])[order])
    other = write(tmp_path / "other.csv", [rows[row] for row in order])
    first, second = (
        run(files),
        run(["--data", str(other), "--vectors", str(tmp_path / "other.npy")]),
    )
    timed = {"seconds_embed", "seconds_fit", "peak_rss_mb"}
    assert {k: v for k, v in first.items() if k not in timed} == {
        k: v for k, v in second.items() if k not in timed
    }


def test_one_json_object_is_on_the_last_line(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["themes", *files, "--seed", "3"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"n", "themes_true", "themes", "left_out", "ami", "ari", "v_measure"} <= set(result)
    assert {"noise_precision", "noise_recall", "seconds_embed", "seconds_fit"} <= set(result)


def test_noise_is_judged_by_hand() -> None:
    # left out: one right of two (precision 1/2); of three that belong nowhere one (recall 1/3)
    labels = ["a", "a", "NO_THEME", "NO_THEME", "NO_THEME", "b"]
    result = judge(labels, np.array([0, 0, NOISE, 0, 1, NOISE]))
    assert result["noise_precision"] == 0.5
    assert result["noise_recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert result["left_out"] == pytest.approx(2 / 6, abs=1e-4)
    assert (result["themes"], result["themes_true"]) == (2, 2)


def test_left_out_items_count_as_a_theme_of_their_own() -> None:
    labels = ["a", "a", "b", "b"]
    assert judge(labels, np.array([0, 0, NOISE, NOISE]))["ami"] == 1.0
    assert judge(labels, np.array([0, 0, NOISE, NOISE]))["noise_precision"] is None
    assert judge(labels, np.array([0, NOISE, NOISE, NOISE]))["ari"] < 0.5


def test_equal_texts_are_one_in_the_order_of_the_store(tmp_path: Path) -> None:
    rows = [("zebra", "x"), ("apple", "y"), ("zebra", "x")]
    said = read_labelled(write(tmp_path / "data.csv", rows))
    assert said.distinct == sorted({"zebra", "apple"}, key=content_id)
    assert [said.distinct[place] for place in said.places] == ["zebra", "apple", "zebra"]
    assert [rows[row][0] for row in said.first_rows] == said.distinct
    assert sorted(said.first_rows.tolist()) == [0, 1]


@pytest.mark.parametrize(
    "header", [("words", "label"), ("text", "kind")], ids=["no text", "no label"]
)
def test_a_wrong_column_is_named_in_one_line(tmp_path: Path, header: tuple[str, str]) -> None:
    path = write(tmp_path / "data.csv", [("a", "b")], header)
    with pytest.raises(IngestError, match=r"data\.csv: expected rows with a text and a label"):
        read_labelled(path)


def test_vectors_must_belong_to_the_rows(files: list[str], tmp_path: Path) -> None:
    np.save(tmp_path / "few.npy", np.load(files[3])[:-1])
    with pytest.raises(IngestError, match="expected a row for each"):
        run([*files[:3], str(tmp_path / "few.npy")])


@pytest.mark.parametrize(
    "wrong",
    [["thems"], ["themes", "--data", "/no/such.csv"], ["demand", "--votes", "/no", "--seen", "x"]],
)
def test_what_a_person_can_mend_is_one_line_and_status_two(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(wrong) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
