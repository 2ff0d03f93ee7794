import numpy as np
import pytest

from bench.capacity import SHARD_TEXTS, run, simulate


def test_twice_the_workers_take_half_as_long() -> None:
    draws = np.random.default_rng(1)
    few = simulate(1000 * SHARD_TEXTS, 0.01, 10, 0.0, draws)
    many = simulate(1000 * SHARD_TEXTS, 0.01, 20, 0.0, draws)
    assert many == pytest.approx(few / 2, rel=0.05)


def test_one_worker_takes_the_sum() -> None:
    # 100 shards of 2,000 texts of 10 ms are 2,000 s; a log-normal mean lies 1.1 % higher.
    alone = simulate(100 * SHARD_TEXTS, 0.01, 1, 0.0, np.random.default_rng(1))
    assert alone == pytest.approx(2000.0 * np.exp(0.15**2 / 2), rel=0.05)


def test_workers_that_die_take_longer() -> None:
    sound = simulate(500 * SHARD_TEXTS, 0.01, 10, 0.0, np.random.default_rng(1))
    frail = simulate(500 * SHARD_TEXTS, 0.01, 10, 1 / 100.0, np.random.default_rng(1))
    assert frail > 1.1 * sound


def test_a_run_names_what_takes_longest() -> None:
    result = run(["--records", "1000000", "--workers", "1"])
    assert result["bottleneck"] == "embed"
    assert result["hours_total"] == pytest.approx(sum(result["hours"].values()), abs=0.05)
    assert run(["--records", "1000000", "--workers", "1"]) == result
    assert run(["--records", "1000000", "--workers", "64"])["bottleneck"] == "rank"
