"""The key of the pseudonyms: given by the operator, or made once and kept in a file."""

import os
import secrets
from pathlib import Path

from groundswell.errors import ConfigError

MIN_KEY_BYTES = 16
"""128 bits: what guessing cannot exhaust."""

_MADE_BYTES = 32  # as long as the digest of SHA-256, RFC 2104 section 3
_FOR_OTHERS = 0o077


def load_key(environment_variable: str, file: Path) -> bytes:
    """Return the key of the pseudonyms.

    It is what the environment variable holds, if it is set; else what the file holds. A file that
    is missing is made, with 32 random bytes in hex digits that only its owner may read. Two
    processes that make it at once get the same key. The same characters are the same key in
    either place.

    Raises
    ------
    ConfigError
        The key is shorter than 16 characters, or the file cannot be read or made, or others may
        read it.
    """
    given = os.environ.get(environment_variable)
    if given is not None:
        return _checked(given.strip(), environment_variable)
    try:
        if not file.exists():
            _make(file)
        mode = file.stat().st_mode
        if mode & _FOR_OTHERS:
            raise ConfigError(
                f"{file}: others may read the key (mode {mode & 0o777:o}); run chmod 600 {file}"
            )
        return _checked(file.read_text(encoding="utf-8").strip(), str(file))
    except OSError as error:
        raise ConfigError(
            f"{file}: the key cannot be read or made: {error.strerror};"
            f" mend that or put a key into {environment_variable}"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"{file}: the key is not text; put at least 16 characters there"
        ) from None


def _checked(key: str, where: str) -> bytes:
    found = key.encode(errors="surrogateescape")
    if len(found) < MIN_KEY_BYTES:
        raise ConfigError(
            f"{where}: a key of {len(key)} characters; expected at least {MIN_KEY_BYTES},"
            " such as openssl rand -hex 32 prints"
        )
    return found


def _make(file: Path) -> None:
    """Put a new key there, whole from the first moment, unless another process was first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}.part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(secrets.token_hex(_MADE_BYTES) + "\n")
            written.flush()
            os.fsync(written.fileno())
        # A rename would replace the key that another process has just made; a link refuses to.
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
