"""How long a server asks to wait before it is asked again."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return how many seconds a server asks to wait, None if it says nothing usable.

    Parameters
    ----------
    headers
        Of its reply, names in lower case.
    now
        Seconds since 1970.
    """
    text = headers.get("retry-after", "").strip()
    reset = headers.get("x-ratelimit-reset", "").strip()
    if not text and headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(1.0, float(reset[:20]) - now)
    if text.isascii() and text.isdecimal():
        return float(text[:20]) or None
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None  # negative numbers among them: the usual pause of one's own
    seconds = until.replace(tzinfo=until.tzinfo or UTC).timestamp() - now
    return seconds if seconds > 0 else None
