"""What a kind of input is: its fields, and how a row of it becomes values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from groundswell.config import SourceConfig
from groundswell.domain import Row
from ingest.values import Cells


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source. The names of its fields are also its default column names."""

    required: Sequence[str]
    optional: Sequence[str]
    read: Callable[[Cells, SourceConfig], Iterable[Row]]
    """Raises `ingest.sources.rows.RowFault` for a row that cannot be used."""
