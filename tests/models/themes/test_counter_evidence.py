"""Counter-evidence: the opposite, about the same thing, or nothing."""

import numpy as np
import pytest

from groundswell.domain import NOISE, FloatArray, Vectors
from models.themes.counter_evidence import counter_first

NAN = float("nan")


def rows_at(*degrees: float) -> Vectors:
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def found(
    degrees: list[float],
    labels: list[int],
    polarity: list[float],
    satisfied: list[float] | None = None,
    centroids: tuple[float, ...] = (0,),
) -> list[list[int]]:
    known: FloatArray = np.array(satisfied or [NAN] * len(labels))
    arrays = counter_first(
        rows_at(*degrees), np.array(labels), rows_at(*centroids), np.array(polarity), known
    )
    return [rows.tolist() for rows in arrays]


def test_a_happy_statement_near_the_middle_of_a_complaint_is_counter_evidence() -> None:
    # cosines fall with the angle; the median member is the third, at 20 degrees
    assert found([10, 15, 20, 25, 30], [0] * 5, [-0.8, 0.6, -0.8, -0.8, 0.9]) == [[1]]


def test_a_statement_further_off_than_the_median_member_is_about_something_else() -> None:
    assert found([10, 20, 30, 40], [0] * 4, [-0.8, -0.8, -0.8, 1.0]) == [[]]


def test_a_theme_that_praises_is_opposed_by_the_unhappy() -> None:
    assert found([10, 15, 20, 25], [0] * 4, [0.8, -0.6, 0.8, 0.8]) == [[1]]


def test_without_a_mood_there_is_nothing_to_oppose() -> None:
    assert found([10, 12, 14, 16], [0] * 4, [0.5, -0.5, 0.5, -0.5]) == [[]]


def test_ratings_tell_where_no_tone_is_known() -> None:
    # one of four is satisfied: the theme complains
    assert found([10, 12, 14, 16], [0] * 4, [NAN] * 4, [0, 1, 0, 0]) == [[1]]


def test_a_mild_tone_is_no_opposite() -> None:
    assert found([10, 12, 14, 16], [0] * 4, [-0.8, 0.29, -0.8, -0.8]) == [[]]


@pytest.mark.parametrize(("polarity", "satisfied"), [(-0.1, 1.0), (0.9, 0.0)])
def test_a_tone_and_a_rating_that_contradict_are_no_evidence(
    polarity: float, satisfied: float
) -> None:
    tones, ratings = [-0.8, polarity, -0.8, -0.8], [0.0, satisfied, NAN, NAN]
    assert found([10, 12, 14, 16], [0] * 4, tones, ratings) == [[]]


def test_two_signs_are_stronger_than_one_and_then_the_nearest_comes_first() -> None:
    degrees = [1.0, 2, 3, 50, 50, 50, 50, 50]
    tones = [0.5, 0.5, 0.5, -1, -1, -1, -1, -1]
    ratings = [NAN, NAN, 1, NAN, NAN, NAN, NAN, NAN]
    assert found(degrees, [0] * 8, tones, ratings) == [[2, 0, 1]]


def test_a_statement_of_no_theme_counts_for_the_nearest_one() -> None:
    # the noise at 80 degrees lies nearest to the second theme, as near as its members
    labels, tones = [0, 0, 1, 1, NOISE], [-0.8, -0.8, -0.8, -0.8, 0.9]
    assert found([0, 10, 80, 100, 80], labels, tones, centroids=(0, 90)) == [[], [4]]


def test_a_member_of_another_theme_is_no_evidence() -> None:
    assert found([0, 10, 5], [0, 0, 1], [-0.8, -0.8, 0.9], centroids=(0, 5)) == [[], []]


def test_the_order_of_the_rows_does_not_matter() -> None:
    draws = np.random.default_rng(4)
    degrees, labels = draws.uniform(0, 90, 60), draws.integers(-1, 2, 60)
    tones = np.where(draws.random(60) < 0.3, 0.8, -0.8)
    nothing = np.full(60, NAN)
    order = draws.permutation(60)
    straight = counter_first(rows_at(*degrees), labels, rows_at(20, 70), tones, nothing)
    shuffled = counter_first(
        rows_at(*degrees[order]), labels[order], rows_at(20, 70), tones[order], nothing
    )
    assert [rows.tolist() for rows in straight] == [order[rows].tolist() for rows in shuffled]
    assert any(len(rows) for rows in straight)


def test_nothing_in_gives_nothing_out() -> None:
    nothing = np.empty(0)
    assert counter_first(rows_at(), nothing.astype(int), rows_at(), nothing, nothing) == []
    with pytest.raises(ValueError, match="differ in length"):
        counter_first(rows_at(1), np.zeros(1, dtype=int), rows_at(0), nothing, nothing)
