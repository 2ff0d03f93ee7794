"""Foreign files in, domain values out: every row is accepted or quarantined with its reason."""

from ingest.guessing import GuessedSource, guess_mapping
from ingest.reading import FileFingerprint, count_hint, fingerprint, read_source

__all__ = [
    "FileFingerprint",
    "GuessedSource",
    "count_hint",
    "fingerprint",
    "guess_mapping",
    "read_source",
]
