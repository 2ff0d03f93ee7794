"""Passwords, of which only an Argon2id hash is kept.

Whether a name exists must not show in how long an answer takes, so a wrong name costs the same
hash as a wrong password.
"""

import unicodedata
from base64 import b64encode
from secrets import token_bytes
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from groundswell.accounts import User

FEWEST_CHARACTERS = 12
"""OWASP ASVS 5.0, 6.2.1, asks for 8 at least and recommends 15."""

MOST_CHARACTERS = 1000
"""Normalising and hashing a longer one would be work that anybody could have done."""

AT_ONCE = 2
"""Hashes at the same time: each takes 64 MiB and, on an idle core, a tenth of a second."""


class Passwords:
    """Makes and checks hashes; `hasher`: its parameters, by default those of RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = _decoy(self._hasher)
        self._turn = BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """Return the hash of a new password.

        Raises
        ------
        ValueError
            It is too short or too long.
        """
        if not FEWEST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
            raise ValueError(
                f"expected a password of {FEWEST_CHARACTERS} to {MOST_CHARACTERS:,} characters"
            )
        return self._hash(password)

    def matches(self, user: User | None, password: str) -> bool:
        """Tell whether this user signs in with this password; the same work whatever is wrong."""
        kept = user.password_hash if user is not None else ""  # empty: signs in with the provider
        with self._turn:
            right = self._verify(kept or self._decoy, password[:MOST_CHARACTERS])
        return right and user is not None and not user.disabled and len(password) <= MOST_CHARACTERS

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _spelt(password))
        except (VerificationError, InvalidHashError):
            return False

    def renewed(self, password_hash: str, password: str) -> str | None:
        """Return a new hash of a password just checked, if the old one has other parameters."""
        if not self._hasher.check_needs_rehash(password_hash):
            return None
        return self._hash(password)

    def _hash(self, password: str) -> str:
        with self._turn:
            return self._hasher.hash(_spelt(password))


def _spelt(password: str) -> str:
    # One keyboard sends é as one character and another as two. NIST SP 800-63B-4, 3.1.1.2.
    return unicodedata.normalize("NFKC", password)


def _decoy(hasher: PasswordHasher) -> str:
    """Return what looks like a hash with these parameters and belongs to no password."""
    salt, digest = (
        b64encode(token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    parameters = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${digest}"
