import json

import numpy as np
import pytest

from bench.__main__ import main
from bench.scale import draw_statements, run, word
from models.nearest.neighbours import nearest


def test_every_stage_of_a_small_set_is_timed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["scale", "--rows", "600", "--dims", "16"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["rows"] == 600
    assert result["neighbour_recall"] == 1.0
    assert result["assign_per_s"] > 0
    assert result["peak_rss_mb"] > 0
    stages = [result[f"seconds_{name}"] for name in ("graph", "communities", "hierarchy")]
    assert sum(stages) <= result["seconds_fit"] + 0.02
    assert result["seconds_names"] > 0.0
    assert result["themes"] > 1


def test_fewer_statements_than_a_theme_has_will_do() -> None:
    assert run(["--rows", "2", "--dims", "8"])["themes"] == 0


def test_no_two_numbers_have_one_word() -> None:
    words = [word(number) for number in range(-5000, 5000)]
    assert len(set(words)) == len(words)
    assert all(one.isalpha() for one in words)


def test_a_seed_draws_the_same_vectors_and_another_others() -> None:
    one, again = draw_statements(300, 24, seed=1), draw_statements(300, 24, seed=1)
    assert (one.vectors.tobytes(), one.texts) == (again.vectors.tobytes(), again.texts)
    other = draw_statements(300, 24, seed=2)
    assert one.vectors.tobytes() != other.vectors.tobytes()
    assert one.texts != other.texts
    lengths = np.linalg.norm(one.vectors.astype(np.float64), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-3)


def test_drawn_vectors_lie_to_each_other_as_sentences_do() -> None:
    # Medians of 62,700 real statements: .82 to the nearest, .71 to the tenth, .60 to the
    # sixtieth, .07 to a random one; 9,000 are less crowded.
    vectors = draw_statements(9000, 384, seed=1).vectors
    sample = np.arange(0, 9000, 30)
    _, cosines = nearest(vectors[sample], vectors, 61)
    medians = np.median(cosines, axis=0)
    assert 0.70 < medians[1] < 0.85
    assert 0.58 < medians[10] < 0.74
    assert 0.42 < medians[60] < 0.63
    shuffled = np.random.default_rng(2).permutation(vectors).astype(np.float32)
    assert 0.02 < np.median(np.einsum("ij,ij->i", vectors, shuffled)) < 0.12


def test_statements_below_two_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scale", "--rows", "1"])
    assert "2 or more" in capsys.readouterr().err
