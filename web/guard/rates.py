"""How often something may be done.

Kept in memory: there is one process, a restart that forgets gives a guesser a handful of guesses
more, and a row for every attempt would let a stranger keep the database busy.
"""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from threading import Lock

MOST_KEYS = 10_000
"""Names and addresses remembered; of more, those with the most left to use are forgotten."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and as many again spread over `seconds`."""

    count: int
    seconds: float


LOGINS_OF_ACCOUNT = Rate(10, 15 * 60)
LOGINS_OF_ADDRESS = Rate(30, 15 * 60)  # an office may share one
SIGN_INS_OF_ADDRESS = Rate(60, 5 * 60)  # with a provider, which counts wrong passwords itself
WRITES_OF_ACCOUNT = Rate(240, 60)  # a person who holds a key down makes some 30 a second, shortly
WRITES_OF_ADDRESS = Rate(1200, 60)


class Limiter:
    """Counts by key, as GCRA does: one number a key, and no period that begins anew.

    The number is when all that was used is given back. Each use moves it on by
    ``seconds / count``; it may lie at most `seconds` ahead.

    References
    ----------
    ITU-T I.371 (2004), annex A, the generic cell rate algorithm.
    """

    def __init__(self, rate: Rate, *, most_keys: int = MOST_KEYS) -> None:
        self._rate = rate
        self._most_keys = most_keys
        self._refilled: dict[str, float] = {}
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> float:
        """Use one and return 0; or use none and return how many seconds to wait."""
        moment, step = now.timestamp(), self._rate.seconds / self._rate.count
        with self._lock:
            # Never further ahead than the whole period: a clock that was set back locks nobody out.
            ahead = min(self._refilled.get(key, moment), moment + self._rate.seconds)
            after = max(ahead, moment) + step
            wait = after - (moment + self._rate.seconds)
            if wait > 1e-6:
                return wait
            self._refilled[key] = after
            if len(self._refilled) > self._most_keys:
                self._forget_some(moment)
            return 0.0

    def give_back(self, key: str) -> None:
        """Forget what was used under a key."""
        with self._lock:
            self._refilled.pop(key, None)

    def _forget_some(self, moment: float) -> None:
        kept = sorted(self._refilled.items(), key=lambda item: item[1])[self._most_keys // 10 :]
        self._refilled = {key: refilled for key, refilled in kept if refilled > moment}


def address_key(address: str) -> str:
    """Return by what an address is counted: an IPv6 subscriber has a whole /64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[:19] + "::/64"
    return str(parsed)
