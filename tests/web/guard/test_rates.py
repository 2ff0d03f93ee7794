from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.people import NOON
from web.guard.rates import Limiter, Rate, address_key


def test_so_many_at_once_and_as_many_again_over_the_time() -> None:
    limiter = Limiter(Rate(3, 30))
    assert [limiter.take("ann", NOON) for _ in range(4)] == [0, 0, 0, 10]
    later = NOON + timedelta(seconds=10)
    assert [limiter.take("ann", later) for _ in range(2)] == [0, 10]
    assert limiter.take("bob", NOON) == 0


@given(st.lists(st.floats(0, 40), max_size=60))
def test_in_no_stretch_of_time_is_more_let_through(pauses: list[float]) -> None:
    limiter, moment, taken = Limiter(Rate(3, 30)), 0.0, []
    for pause in pauses:
        moment += pause
        if limiter.take("ann", NOON + timedelta(seconds=moment)) == 0:
            taken.append(moment)
    for number, begin in enumerate(taken):
        for more, end in enumerate(taken[number:], start=1):
            assert more <= 3 + (end - begin) / 10 + 1e-6


@given(st.lists(st.floats(0, 40), min_size=1, max_size=30))
def test_who_waits_as_told_is_let_through(pauses: list[float]) -> None:
    limiter, moment = Limiter(Rate(3, 30)), NOON
    for pause in pauses:
        moment += timedelta(seconds=pause)
        wait = limiter.take("ann", moment)
        if wait:
            moment += timedelta(seconds=wait)
            assert limiter.take("ann", moment) == 0


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer() -> None:
    limiter = Limiter(Rate(3, 30))
    for _ in range(3):
        limiter.take("ann", NOON + timedelta(days=1))
    assert limiter.take("ann", NOON) == 10


def test_memory_is_bounded_and_keeps_who_used_most() -> None:
    limiter = Limiter(Rate(3, 30), most_keys=10)
    for _ in range(3):
        limiter.take("guesser", NOON)
    for number in range(100):
        limiter.take(f"name{number}", NOON)
    assert limiter.take("guesser", NOON) > 0
    assert len(limiter._refilled) <= 10


def test_what_was_given_back_can_be_used_again() -> None:
    limiter = Limiter(Rate(1, 30))
    assert [limiter.take("ann", NOON) for _ in range(2)] == [0, 30]
    limiter.give_back("ann")
    assert limiter.take("ann", NOON) == 0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8::1", "2001:0db8:0000:0000::/64"),
        ("2001:db8:0:0:ffff::2", "2001:0db8:0000:0000::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_as_its_subscriber(address: str, key: str) -> None:
    assert address_key(address) == key
