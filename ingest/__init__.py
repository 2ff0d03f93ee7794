"""Foreign files in, domain values out: every row is accepted or quarantined with its reason."""

from ingest.guessing.guess import GuessedSource, guess_mapping
from ingest.inputs import Input, inputs_of
from ingest.mapping import kind_of
from ingest.parsing.parser import Parser
from ingest.privacy import Privacy, load_key
from ingest.pulling import PulledPage, pull_rows
from ingest.reading import FileFingerprint, count_hint, fingerprint, read_source
from ingest.refused import SHORTEST_NAME, people_named

__all__ = [
    "SHORTEST_NAME",
    "FileFingerprint",
    "GuessedSource",
    "Input",
    "Parser",
    "Privacy",
    "PulledPage",
    "count_hint",
    "fingerprint",
    "guess_mapping",
    "inputs_of",
    "kind_of",
    "load_key",
    "people_named",
    "pull_rows",
    "read_source",
]
