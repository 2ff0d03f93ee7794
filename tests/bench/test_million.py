import json
from pathlib import Path

import numpy as np
import pytest

from bench import million
from bench.__main__ import main
from bench.scale import draw_parts
from groundswell.config import Config


def test_a_small_run_is_measured_from_file_to_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = ["--records", "400", "--needs", "8", "--folder", str(tmp_path)]
    assert main(["million", *asked, "--model", "hashing", "--dims", "256"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["records"] == 400
    assert result["statements"] >= 400
    assert set(result["cpu_seconds"]) == set(result["seconds"])
    assert result["planted_ami"] > 0.5
    assert result["peak_rss_mb"] > 0


def test_drawn_statements_are_told_apart_again() -> None:
    (part,) = draw_parts(200, 8, 20, seed=1)
    draws = np.random.default_rng(1)
    texts = [million.phrased(number, text) for number, text in enumerate(part.texts)]
    row = million._row(7, texts[:3], 100, draws)
    assert row[2] == " ".join(texts[:3])
    with pytest.raises(ValueError, match="not told apart"):
        million._row(7, ["too short.", "to be two."], 100, draws)


def test_the_settings_are_the_defaults_but_for_places(tmp_path: Path) -> None:
    config = million._config(tmp_path, million._options([]))
    assert config.themes == Config().themes
    assert config.ranking == Config().ranking
