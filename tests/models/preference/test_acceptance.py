"""The chance that an idea is accepted stands beside the score."""

import numpy as np

from models.preference.acceptance import LEAST_OF_EACH, likely_acceptance
from models.preference.answers import Seen
from tests.models.preference.answering import READY, Log, seen

PRIOR = np.array([1.0, 0.2])
NOW = seen(need_900=(1, [2.5, 0.0]), need_901=(2, [0.0, 0.0]), need_902=(3, [-2.5, 0.0]))


def decided(accepted: int, rejected: int) -> tuple[Log, dict[int, Seen]]:
    """Return a log in which ideas with a high first criterion are accepted."""
    log, shown = Log(), {}
    for n in range(accepted + rejected):
        good = n < accepted
        shown[f"need_{n}"] = (n + 1, [1.0 + 0.1 * (n % 5) if good else -1.0, 0.1 * (n % 3)])
        log.add("accept" if good else "reject", f"need-{n}", reason="so")
    return log, {2: seen(**shown)}


def test_too_few_decisions_tell_nothing() -> None:
    enough = LEAST_OF_EACH
    for accepted, rejected in ((enough - 1, enough), (enough, enough - 1), (0, 0)):
        log, shown = decided(accepted, rejected)
        assert likely_acceptance(PRIOR, log.verdicts.ideas, shown, READY, NOW) == {}
    log, shown = decided(enough, enough)
    assert set(likely_acceptance(PRIOR, log.verdicts.ideas, shown, READY, NOW)) == set(NOW.ranks)


def test_what_is_like_the_accepted_ones_is_likely_to_be() -> None:
    log, shown = decided(12, 12)
    found = likely_acceptance(PRIOR, log.verdicts.ideas, shown, READY, NOW)
    chances = [found[f"need-{n}"].value or 0.0 for n in (900, 901, 902)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.75 and chances[2] < 0.25
    for one in found.values():
        assert one.low is not None and one.value is not None and one.high is not None
        assert 0.0 <= one.low <= one.value <= one.high <= 1.0
        assert one.unit == "probability"


def test_three_times_as_many_acceptances_make_one_likelier() -> None:
    few, shown_few = decided(10, 30)
    many, shown_many = decided(30, 10)
    one = likely_acceptance(PRIOR, few.verdicts.ideas, shown_few, READY, NOW)["need-901"]
    other = likely_acceptance(PRIOR, many.verdicts.ideas, shown_many, READY, NOW)["need-901"]
    assert (one.value or 0.0) < (other.value or 0.0)
