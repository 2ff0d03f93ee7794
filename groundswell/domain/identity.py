"""Names that follow from content alone."""

from collections.abc import Sequence
from hashlib import blake2b


def content_id(*parts: str) -> str:
    """Return a stable 128-bit identity (32 hex digits) of an ordered list of strings."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def require_aligned(ids: Sequence[object], rows: int, what: str) -> None:
    """Raise ValueError unless there is exactly one id per row."""
    if len(ids) != rows:
        raise ValueError(f"{what}: {len(ids)} ids for {rows} rows")
