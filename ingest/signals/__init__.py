"""Kinds of market signals: one module each, listed in `KINDS`."""

from collections.abc import Mapping

from ingest.kinds import Kind
from ingest.signals.changelog import CHANGELOG
from ingest.signals.observations import SIGNALS
from ingest.signals.stars import STARS
from ingest.signals.store_listing import STORE_LISTING
from ingest.signals.trends import TRENDS

KINDS: Mapping[str, Kind] = {
    "signals": SIGNALS,
    "trends": TRENDS,
    "changelog": CHANGELOG,
    "store_listing": STORE_LISTING,
    "stars": STARS,
}
"""Value of a source's ``kind`` to what its rows become."""
