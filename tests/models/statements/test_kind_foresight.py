import numpy as np
import pytest

from groundswell.domain import FloatArray, IntArray
from models.encoding.embedding import HashingEncoder, embed
from models.statements.annotator import CorrectedStatements, example_texts
from models.statements.gains import FEWEST, gain_of, splits_in_time
from models.statements.kind_foresight import judge_annotator, mean_f1

ENCODER = HashingEncoder()
THINGS = ("rope", "sail", "map", "lamp", "gas", "keel", "mast", "deck", "bell", "flag")


def corrected(count: int) -> CorrectedStatements:
    """Return wishes and praise in words that the built-in model does not know, by turns."""
    texts = [
        f"Zeppelin {THINGS[n % 10]} {n} wanted" if n % 2 else f"Zeppelin {THINGS[n % 10]} {n} bravo"
        for n in range(count)
    ]
    kinds = ["request" if n % 2 else "praise" for n in range(count)]
    return CorrectedStatements(texts, embed(texts, ENCODER), kinds)  # type: ignore[arg-type]


def test_what_corrections_teach_is_measured_on_later_ones() -> None:
    found = judge_annotator(corrected(40), embed(example_texts(), ENCODER), seed=1)
    assert found is not None
    assert found.statements == 32
    assert found.log_loss.before > found.log_loss.after
    assert 0 < found.log_loss.low <= found.log_loss.gain <= found.log_loss.high
    assert found.macro_f1.gain == found.macro_f1.after - found.macro_f1.before > 0


def test_too_few_tell_nothing() -> None:
    assert judge_annotator(corrected(FEWEST - 1), embed(example_texts(), ENCODER), seed=1) is None


def test_nothing_is_judged_by_what_came_after_it() -> None:
    parts = list(splits_in_time(23))
    assert all(past.max() < ahead.min() for past, ahead in parts)
    assert np.concatenate([ahead for _, ahead in parts]).tolist() == list(range(5, 23))


def test_a_gain_without_difference_is_none() -> None:
    def mean(values: FloatArray, _rows: IntArray) -> float:
        return float(values.mean())

    same = np.arange(9.0)
    found = gain_of(mean, same, same, seed=3)
    assert (found.before, found.after, found.gain, found.low, found.high) == (4.0, 4.0, 0, 0, 0)
    better = gain_of(mean, same, same + 1.0, seed=3, higher_is_better=True)
    assert (better.gain, better.low, better.high) == pytest.approx((1.0, 1.0, 1.0))


def test_f1_by_hand() -> None:
    # class 0: one of two found, precision 1, F1 2/3; class 1: found, precision 1/2, F1 2/3
    assert mean_f1(np.array([0, 0, 1]), np.array([0, 1, 1])) == pytest.approx(2 / 3)
