import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write texts of 12 themes, the first the largest, and a few that belong nowhere."""
    draws = np.random.default_rng(1)
    centres = np.linalg.qr(draws.normal(size=(32, 32)))[0]
    labels = [theme for theme in range(12) for _ in range(60 - 2 * theme)]
    vectors = centres[labels] + 0.1 * draws.normal(size=(len(labels), 32))
    nowhere = draws.normal(size=(6, 32))
    np.save(tmp_path / "vectors.npy", np.concatenate([vectors, nowhere]).astype(np.float32))
    rows = [(f"wish {row}", f"need {theme:02}") for row, theme in enumerate(labels)]
    rows += [(f"odd {row}", "NO_THEME") for row in range(6)]
    data = tmp_path / "data.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return ["--data", str(data), "--vectors", str(tmp_path / "vectors.npy")]


def test_themes_keep_their_ids_and_what_was_planted_is_told_and_nothing_else(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lineage", *files]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out.splitlines()[-1])
    assert result["themes"] == 12
    assert result["ids_kept_same_data"] == 1.0
    assert result["changes_same_data"] == {}
    assert result["items_kept_plus_10"] >= 0.95
    assert result["changes_plus_10"] == {}
    assert (result["planted_found"], result["planted_total"]) == (9, 9)
    assert (result["born_found"], result["split_found"], result["merged_found"]) == (3, 3, 3)
    assert result["extra_changes"] == 0
    assert "wish" not in shown.err
