"""Places and ratings of apps in a store, ours and competitors', noted at intervals."""

from collections.abc import Iterator

from groundswell.domain import MarketSignal
from ingest.kinds import Intake, Kind
from ingest.signals.observations import SignalKind
from ingest.sources.rows import RowFault
from ingest.values import Cells

_MAX_RANK = 1_000_000
_MAX_RATINGS = 10_000_000_000


def _read(cells: Cells, intake: Intake) -> Iterator[MarketSignal]:
    competitor = cells.name("competitor") or intake.source.competitor or None
    app = cells.name("app") or competitor
    if app is None:
        raise RowFault("missing_id", "app and competitor are empty; expected one of them")
    found: tuple[tuple[SignalKind, str, float | None, str], ...] = (
        ("rank", "rank", cells.integer("rank", 1, _MAX_RANK), "place, 1 is best"),
        ("reviews_ext", "rating", cells.number("rating", 0, 5), "stars, 0 to 5"),
        ("reviews_ext", "ratings", cells.integer("ratings", 0, _MAX_RATINGS), "ratings"),
    )
    if all(value is None for _, _, value, _ in found):
        raise RowFault("bad_number", "rank, rating and ratings are empty; expected one of them")
    observed_at = cells.required_moment("date")
    for kind, what, value, unit in found:
        if value is not None:
            yield MarketSignal(
                kind=kind,
                key=f"{app}: {what}",  # two signals of one kind must not have one identity
                value=float(value),
                unit=unit,
                observed_at=observed_at,
                source=intake.source.name,
                competitor=competitor,
                geo=cells.name("geo"),
            )


STORE_LISTING = Kind(
    required=("date",),
    optional=("app", "competitor", "rank", "rating", "ratings", "geo"),
    read=_read,
)
"""A row is one app in one store at one moment; without `competitor` the app is our own."""
