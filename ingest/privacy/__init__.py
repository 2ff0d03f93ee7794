"""Take personal data out of text and identifiers before anything is stored.

`Privacy` holds the operator's choices; `load_key` finds the key of its pseudonyms.
"""

from ingest.privacy.key import load_key
from ingest.privacy.redaction import Privacy

__all__ = ["Privacy", "load_key"]
