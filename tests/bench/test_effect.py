"""Effects of releases in drawn worlds, in small."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.__main__ import main
from bench.effect import coverage, draw_world, look, measure, read_counts, share
from groundswell.errors import IngestError

SEEDS = range(100, 160)


def test_intervals_cover_and_volume_alone_is_no_effect() -> None:
    fell = [look(draw_world(seed, ratio=0.6)) for seed in SEEDS]
    louder = [look(draw_world(seed, volume=2.0)) for seed in SEEDS]
    # 60 worlds: 2.5 standard errors of 90 % are 10 %, of 5 % are 7 %
    assert coverage(fell, 0.6) >= 0.80
    assert coverage(louder, 1.0) >= 0.80
    assert share(louder, "fell") <= 0.12
    assert share(fell, "fell") > share(louder, "fell") + 0.15


def test_worlds_of_a_seed_differ_only_after_the_release() -> None:
    calm, fell = draw_world(7), draw_world(7, ratio=0.6)
    assert calm.released == fell.released
    np.testing.assert_array_equal(calm.voices[:, :630], fell.voices[:, :630])
    assert fell.voices[fell.released, 630:].sum() < calm.voices[calm.released, 630:].sum()


def test_a_planted_fall_on_real_counts_keeps_its_share() -> None:
    voices = np.ones((5, 400))
    whole, thinned = measure(voices, 0, 300, 90), measure(voices, 0, 300, 90, keep=0.6)
    assert (whole.before, whole.after) == (90, 90)
    assert 40 <= thinned.after <= 68, "54 with a standard deviation of 4.6"


def test_the_result_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["effect", "--worlds", "4"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"found_share", "coverage", "false_positives", "false_positives_null", "width"} <= set(
        result
    )


def test_a_file_without_dates_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("date,text\nyesterday,slow\n")
    with pytest.raises(IngestError, match="expected CSV in UTF-8 with date"):
        read_counts(tmp_path / "reviews.csv", None)
