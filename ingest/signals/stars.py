"""Stars of source code repositories, counted at intervals."""

from collections.abc import Iterator

from groundswell.domain import MarketSignal
from ingest.kinds import Intake, Kind
from ingest.sources.rows import RowFault
from ingest.values import Cells

_MAX_STARS = 1_000_000_000


def _read(cells: Cells, intake: Intake) -> Iterator[MarketSignal]:
    stars = cells.integer("stars", 0, _MAX_STARS)
    if stars is None:
        raise RowFault("bad_number", f"{cells.columns['stars']} is empty; expected a count")
    yield MarketSignal(
        kind="stars",
        key=cells.required("repository"),
        value=float(stars),
        unit="stars",
        observed_at=cells.required_moment("date"),
        source=intake.source.name,
        competitor=cells.name("competitor") or intake.source.competitor or None,
    )


STARS = Kind(required=("date", "repository", "stars"), optional=("competitor",), read=_read)
"""A row is one repository at one moment; without `competitor` the repository is our own."""
