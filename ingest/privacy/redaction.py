"""What becomes of personal data: typed placeholders in text, keyed pseudonyms for identifiers."""

import hmac
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from groundswell.errors import ConfigError
from ingest.privacy.addresses import redact_addresses
from ingest.privacy.key import MIN_KEY_BYTES
from ingest.privacy.marks import WALL, Marks
from ingest.privacy.numbers import redact_emails, redact_numbers
from ingest.privacy.people import redact_people
from ingest.privacy.phones import redact_phones

IdentifierKind = Literal["author", "account", "record"]

_MAX_PATTERNS = 100
_PATTERN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_DIGIT = re.compile(r"\d")
_WALL = re.compile(f"[{WALL}]")
_PSEUDONYM_DIGITS = 20  # 80 bits: a billion identifiers collide with a chance below 1 in a million
_PASSES = 4
"""One finds everything; a second sees that nothing is left. More only for text made to disturb."""


@dataclass(frozen=True)
class Privacy:
    """How personal data is taken out; one for all files, so that one person stays one.

    Raises
    ------
    ValueError
        The key is shorter than 16 bytes.
    ConfigError
        A pattern has no usable name, is no regular expression of RE2, or matches empty text.
    """

    key: bytes = field(repr=False)
    """Of the keyed hash. Who has it can test guesses; who has not learns nothing."""
    patterns: tuple[tuple[str, str], ...] = ()
    """Names and regular expressions of the operator's own numbers, in RE2's syntax."""
    names: bool = True
    """Look for names of people."""

    def __post_init__(self) -> None:
        if len(self.key) < MIN_KEY_BYTES:
            raise ValueError(f"key has {len(self.key)} bytes; expected at least {MIN_KEY_BYTES}")
        _ = self._compiled  # A bad pattern is refused here, not at the first text.

    def redact(self, text: str) -> str:
        """Return `text` with placeholders for personal data.

        ``<email>``, ``<phone>``, ``<card>`` (right Luhn digit), ``<iban>`` (remainder 1 modulo
        97), ``<ip>``, ``<address>`` (street, and town if it follows), ``<person>`` and the names
        of `patterns`. Redacting twice changes nothing more. Time is linear in the length.
        """
        seen = self._marks.hide(text)
        for _ in range(_PASSES):
            found = self._pass(seen)
            if found == seen:
                break
            seen = found
        return self._marks.show(seen)

    def pseudonym(self, identifier: str, kind: IdentifierKind) -> str:
        """Return the name that stands for an identifier, such as ``author-3f9a0c4be1d27755a0b1``.

        The same identifier of the same kind has the same pseudonym in every file. An e-mail
        address is the same in capitals; other identifiers are not.

        Returns
        -------
        str
            The kind and the first 20 hex digits of HMAC-SHA256 (RFC 2104) under the key.

        Raises
        ------
        ValueError
            The identifier is empty.
        """
        plain = unicodedata.normalize("NFC", identifier.strip())
        if not plain:
            raise ValueError("identifier is empty; whoever is not known has no pseudonym")
        if "@" in plain:
            plain = plain.casefold()
        message = f"{kind}\0{plain}".encode(errors="surrogatepass")
        return f"{kind}-{hmac.digest(self.key, message, 'sha256').hex()[:_PSEUDONYM_DIGITS]}"

    def source_id(self, identifier: str) -> str:
        """Return a record's own identifier, or its pseudonym if it holds personal data.

        Raises
        ------
        ValueError
            The identifier is empty.
        """
        if identifier and self.redact(identifier) == identifier:
            return identifier
        return self.pseudonym(identifier, "record")

    def _pass(self, text: str) -> str:
        if self.patterns:
            text = self._redact_patterns(text)
        if "@" in text:
            text = redact_emails(text)
        if _DIGIT.search(text):
            text = redact_phones(redact_addresses(redact_numbers(text)))
        elif "s/n" in text:  # "sin número": a house without one
            text = redact_addresses(text)
        return redact_people(text) if self.names else text

    def _redact_patterns(self, text: str) -> str:
        """Replace what the operator's patterns find; what touches a placeholder is left."""
        found = sorted(self._matches(text), key=lambda match: (match[0], -match[1]))
        parts, end = [], 0
        for start, stop, sign in found:
            if start >= end:
                parts += [text[end:start], sign]
            end = max(end, stop)
        return "".join((*parts, text[end:]))

    def _matches(self, text: str) -> Iterator[tuple[int, int, str]]:
        for name, pattern in self._compiled:
            for match in pattern.finditer(text):
                start, stop = match.span()
                if start < stop and not _WALL.search(text, max(start - 1, 0), stop + 1):
                    yield start, stop, self._marks.sign(name)

    @cached_property
    def _marks(self) -> Marks:
        return Marks([name for name, _ in self.patterns])

    @cached_property
    def _compiled(self) -> list[tuple[str, Any]]:
        if len(self.patterns) > _MAX_PATTERNS:
            raise ConfigError(
                f"{len(self.patterns)} privacy patterns; join some by "
                f"|, {_MAX_PATTERNS} are allowed"
            )
        return [(name, _compile(name, pattern)) for name, pattern in self.patterns]


def _compile(name: str, pattern: str) -> Any:
    import re2

    where = f"privacy pattern {name!r}"
    if not _PATTERN_NAME.fullmatch(name):
        raise ConfigError(f"{where}: expected a name of small letters, digits, _ and -")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        detail = error.args[0].decode() if error.args else "not understood"
        raise ConfigError(
            f"{where}: {detail}; expected a regular expression of RE2, without lookaround"
            " and back references"
        ) from None
    if compiled.search("") is not None:
        raise ConfigError(
            f"{where}: {pattern!r} matches empty text; ask for at least one character"
        )
    return compiled
