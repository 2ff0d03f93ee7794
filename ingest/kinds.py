"""What a kind of input is: its fields, and how a row of it becomes values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from groundswell.config import SourceConfig
from groundswell.domain import Row
from ingest.values import Cells


class Privacy(Protocol):
    """Takes personal data out of what is read."""

    def redact(self, text: str) -> str:
        """Return the text with placeholders for personal data."""

    def pseudonym(self, identifier: str, kind: Literal["author", "account", "record"]) -> str:
        """Return a name that hides the identifier, the same wherever it stands."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How the rows of one source are to be taken in."""

    source: SourceConfig
    privacy: Privacy
    keep_raw: bool = False
    """Keep the customers' text as it came beside the cleaned one."""
    votes_exclude_author: bool = False
    """Whoever wrote a message is not among its votes."""
    detect_languages: bool = True
    """Tell the language where none is stated; False: somebody else will."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source. The names of its fields are also its default column names."""

    required: Sequence[str]
    optional: Sequence[str]
    read: Callable[[Cells, Intake], Iterable[Row]]
    """Raises `ingest.sources.rows.RowFault` for a row that cannot be used."""
