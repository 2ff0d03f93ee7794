"""Erasing a person: the database first, in one transaction, then files, then a receipt.

A kill in between leaves an erasure that says that files are still to go; the next one, or the next
run, finishes it before it does anything else.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ingest
from flows.context import Clock, utc_now
from flows.gathering import privacy_of
from flows.overview import reading
from flows.upkeep.erased_files import remove_files
from flows.upkeep.unreached import unreached
from groundswell.config import Config
from groundswell.domain.erasure import (
    PSEUDONYM,
    Erasure,
    Subject,
    SubjectKind,
    Tombstone,
    spell_erasure,
    tombstones_in,
)
from groundswell.errors import ConfigError, StoreError
from groundswell.failpoints import failpoint
from groundswell.files import write_whole
from groundswell.store import Lease, Store, reapply_erasures

SALT_BYTES = 16
"""128 bits: what guessing cannot exhaust."""


def subjects_of(
    config: Config, accounts: Sequence[str], authors: Sequence[str]
) -> tuple[Subject, ...]:
    """Return whom ids are of; an id as the source has it, or its pseudonym as a page shows it.

    Raises
    ------
    ConfigError
        Nobody is named, or the key of the pseudonyms cannot be used.
    """
    named: list[tuple[SubjectKind, str]] = [("account", one) for one in accounts]
    named += [("author", one) for one in authors]
    if not named or not all(one.strip() for _, one in named):
        raise ConfigError("erase: nobody is named; say --account ID or --author ID")
    privacy = privacy_of(config)
    found = []
    for kind, one in named:
        own = PSEUDONYM.fullmatch(one) is not None and one.startswith(kind)
        pseudonym = one if own else privacy.pseudonym(one, kind)
        plain = not own and len(one.strip()) >= ingest.SHORTEST_NAME
        found.append(Subject(kind, pseudonym, (one.strip(),) if plain else ()))
    return tuple(dict.fromkeys(found))


def what_would_go(config: Config, subjects: Sequence[Subject]) -> dict[str, int]:
    """Return how many of what an erasure would take out."""
    with reading(config) as store:
        return store.erasures.found(subjects)


def erase(
    config: Config,
    subjects: Sequence[Subject],
    *,
    by: str,
    clock: Clock = utc_now,
    salt: str | None = None,
    key: bytes | None = None,
) -> Erasure | None:
    """Erase people, and refuse them from now on.

    Parameters
    ----------
    by
        Who asks.
    salt, key
        None: drawn by chance.

    Returns
    -------
    Erasure
        Done; None: nothing of them is there, and they are refused already.

    Raises
    ------
    BusyError
        A run is at work.
    StoreError
        There is no store yet, or something cannot be removed; doing it again goes on.
    """
    with reading(config) as store, store.lease("pipeline") as lease:
        settle(config, store, lease, clock)
        made = store.erasures.erase(
            lease,
            subjects,
            at=clock(),
            by=by,
            salt=salt or secrets.token_hex(SALT_BYTES),
            key=key or secrets.token_bytes(SALT_BYTES),
        )
        return None if made is None else _finish(config, store, lease, made, clock)


def settle(config: Config, store: Store, lease: Lease, clock: Clock = utc_now) -> None:
    """Finish what was begun, and erase again whom receipts name that this store does not know.

    It does not where a backup of before was put back.
    """
    for made in store.erasures.open():
        _finish(config, store, lease, made, clock)
    known = by_receipts(config.privacy.receipts)
    if set(known) - set(store.erasures.tombstones().all):
        key = secrets.token_bytes(SALT_BYTES)
        again = reapply_erasures(store, lease, known, at=clock(), key=key)
        if again is not None:
            _finish(config, store, lease, again, clock)


def by_receipts(folder: Path) -> list[Tombstone]:
    """Return by what those are known again whom the receipts in a folder are of.

    Raises
    ------
    StoreError
        One cannot be read.
    """
    found: list[Tombstone] = []
    for file in sorted(folder.glob("*.json")):
        try:
            found += tombstones_in(json.loads(file.read_text(encoding="utf-8")))
        except OSError as error:
            raise StoreError(f"{file}: cannot be read: {error.strerror}; mend that") from None
        except ValueError as error:
            raise StoreError(f"{file}: {error}; move it elsewhere") from None
    return list(dict.fromkeys(found))


def _finish(config: Config, store: Store, lease: Lease, made: Erasure, clock: Clock) -> Erasure:
    remove_files(config, made)
    failpoint("erasure.files")
    store.erasures.compact()
    failpoint("erasure.compacted")
    left = (*made.left, *unreached(config, store, made))
    done = replace(made, state="done", left=left, files=(), finished_at=clock())
    text = json.dumps(spell_erasure(done), indent=2, ensure_ascii=False) + "\n"
    write_whole(config.privacy.receipts / _name(done), text.encode())
    store.erasures.finish(lease, done)
    return done


def _name(made: Erasure) -> str:
    """Return what a receipt's file is called: no two erasures have the same."""
    stone = made.tombstones[0].digest[:16] if made.tombstones else "again"
    return f"{made.requested_at:%Y-%m-%d}-{made.erasure_id}-{stone}.json"
