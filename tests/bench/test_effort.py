import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.effort import read_done, run
from groundswell.errors import IngestError

KINDS = {"typo": 1.0, "screen": 4.0, "migration": 16.0}


def write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("item", "title", "text", "effort"), *rows])
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write 150 items of three kinds, each of which takes about the same every time."""
    draws, names = np.random.default_rng(1), list(KINDS)
    kinds = [names[n % 3] for n in range(150)]
    rows = [
        (f"W-{n}", kind, f"one more {kind}", round(KINDS[kind] * draws.lognormal(0.0, 0.3), 2))
        for n, kind in enumerate(kinds)
    ]
    data = write(tmp_path / "work.csv", rows)
    np.save(tmp_path / "vectors.npy", np.eye(3, 8)[[names.index(kind) for kind in kinds]])
    return ["--data", str(data), "--vectors", str(tmp_path / "vectors.npy")]


def test_like_work_is_estimated_better_than_by_the_median(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["effort", *files]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["n"], result["tested"]) == (150, 30)
    assert result["mae"] < 0.5 * result["mae_training_median"]
    assert result["rho"] > 0.8
    assert 0.65 <= result["coverage80"] <= 0.95
    assert 1.5 < result["width"] < 5.0


def test_the_last_fifth_is_not_known_beforehand(files: list[str], tmp_path: Path) -> None:
    before = run(files)
    lines = (tmp_path / "work.csv").read_text(encoding="utf-8").splitlines()
    changed = [line.rsplit(",", 1)[0] + ",1000" for line in lines[121:]]
    (tmp_path / "work.csv").write_text("\n".join([*lines[:121], *changed]), encoding="utf-8")
    after = run(files)
    assert after["width"] == before["width"], "the estimates are the same"
    assert after["coverage80"] == 0.0


def test_items_without_an_effort_are_left_out(tmp_path: Path) -> None:
    rows = [(f"W-{n}", "t", "x", n) for n in range(12)]
    done = read_done(write(tmp_path / "work.csv", rows))
    assert [item.item_id for item in done.items] == [f"W-{n}" for n in range(1, 12)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("W-1", "t", "x", "much")], "the effort a number"),
        ([("W-1", "t", "x", 2)], "1 items with an effort; it takes ten"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    tmp_path: Path, rows: list[tuple[object, ...]], told: str
) -> None:
    with pytest.raises(IngestError, match=told):
        read_done(write(tmp_path / "work.csv", rows))
