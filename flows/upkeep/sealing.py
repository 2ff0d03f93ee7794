"""Streams that are sealed with age (age-encryption.org/v1) on their way to a file and back.

The library pulls what it seals and pushes what it opens, so a thread and a pipe turn it around.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any

from groundswell.errors import ConfigError, StoreError

MARK = b"age-encryption.org/v1"
"""How a sealed file begins."""

PRIVATE = "AGE-SECRET-KEY-"


def recipients_of(names: Sequence[str]) -> list[Any]:
    """Return whom to seal for, by their public keys.

    Raises
    ------
    ConfigError
        One is no public key of age.
    """
    from pyrage import RecipientError, x25519

    found = []
    for name in names:
        if name.upper().startswith(PRIVATE):
            raise ConfigError(
                "recipient: this is a private key, which belongs in a file; give the public one,"
                " which begins with age1"
            )
        try:
            found.append(x25519.Recipient.from_str(name))
        except RecipientError:
            raise ConfigError(
                f"recipient {name}: no public key of age; expected one that begins with age1,"
                " as 'groundswell backup --new-key FILE' prints"
            ) from None
    return found


def identities_in(file: Path) -> list[Any]:
    """Return the private keys in a file, one a line, as ``age-keygen`` writes them.

    Raises
    ------
    ConfigError
        The file cannot be read or holds none.
    """
    from pyrage import IdentityError, x25519

    try:
        lines = file.read_text(encoding="ascii").splitlines()
        keys = [one.strip() for one in lines if one.strip() and not one.startswith("#")]
        found = [x25519.Identity.from_str(key) for key in keys]
    except OSError as error:
        raise ConfigError(f"{file}: the key cannot be read: {error.strerror}") from None
    except (IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise ConfigError(f"{file}: holds no private key of age; expected {PRIVATE}... on a line")
    return found


def new_key(file: Path) -> str:
    """Write a new private key that its owner alone may read; return the public one.

    Raises
    ------
    ConfigError
        There is such a file already, or it cannot be written.
    """
    from pyrage import x25519

    made = x25519.Identity.generate()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(f"# public key: {made.to_public()}\n{made}\n")
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise ConfigError(
            f"{file}: the key cannot be written: {error.strerror}; name another file"
        ) from None
    return str(made.to_public())


@contextmanager
def sealed(file: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """Yield what takes the bytes that go sealed into `file`; without recipients, `file`.

    Raises
    ------
    StoreError
        They cannot be written.
    """
    if not recipients:
        yield file
        return
    from pyrage import encrypt_io

    source, sink = _pipe()
    work = _Beside(lambda: encrypt_io(source, file, recipients), source)
    try:
        yield sink
        sink.close()
    except BrokenPipeError:
        work.end()
        raise StoreError(f"{file.name}: cannot be written: {work.error}") from None
    finally:
        _shut(sink)
        work.end()
    if work.error is not None:
        raise StoreError(f"{file.name}: cannot be written: {work.error}")


@contextmanager
def unsealed(file: IO[bytes], identity: Path | None) -> Iterator[IO[bytes]]:
    """Yield the bytes of a file, opened with the keys in `identity` if it is sealed.

    Raises
    ------
    ConfigError
        It is sealed and no key is named, or the key cannot be read.
    StoreError
        No key fits, or the file was damaged.
    """
    begins = file.read(len(MARK))
    file.seek(0)
    if begins != MARK:
        yield file
        return
    if identity is None:
        raise ConfigError(f"{file.name}: is encrypted; name the file of its key with --identity")
    from pyrage import decrypt_io

    keys = identities_in(identity)
    source, sink = _pipe()
    work = _Beside(lambda: decrypt_io(file, sink, keys), sink)
    try:
        yield source
    except StoreError:
        if work.error is not None:  # what was read ended too early, and this is why
            raise StoreError(f"{file.name}: {_refusal(work.error, identity)}") from None
        raise
    finally:
        _shut(source)
        work.end()


class _Beside:
    """Does a work in a thread, then closes its end of the pipe."""

    def __init__(self, work: Callable[[], None], end: IO[bytes]) -> None:
        self.error: Exception | None = None
        self._work, self._end = work, end
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait for the work to be done."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # the other thread tells of it
            self.error = error
        finally:
            _shut(self._end)


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def _shut(end: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # the other end is gone, and what was left with it
        end.close()


def _refusal(error: Exception, identity: Path) -> str:
    from pyrage import DecryptError

    if isinstance(error, DecryptError):
        return f"no key in {identity} opens it; name the right one with --identity"
    return f"cannot be opened: {error}; it was damaged or is not whole, take another backup"
