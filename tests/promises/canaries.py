"""Look for words in bytes, however they are written there."""

import base64
import gzip
import html
import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

DEEPEST = 4
"""Archives in archives that are opened."""
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")


def spellings(word: str) -> Iterator[bytes]:
    """Yield the bytes that a word may be, each in the encodings that texts are kept in."""
    forms = {unicodedata.normalize(form, word) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    forms |= {case for form in forms for case in (form.upper(), form.lower(), form.casefold())}
    for form in forms:
        written = {form, json.dumps(form)[1:-1], html.escape(form), quote(form), quote_plus(form)}
        written |= {form.encode("ascii", "xmlcharrefreplace").decode()}
        for one in written:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                plain = one.encode(encoding)
                yield plain
                yield plain.hex().encode()
                yield plain.hex().upper().encode()
                yield from _base64(plain)


def hits(data: bytes, words: Mapping[str, str], depth: int = 0) -> set[str]:
    """Return the names of the words that stand in data, or in what is packed in it."""
    found = {name for name, word in words.items() if any(one in data for one in spellings(word))}
    if depth < DEEPEST:
        for part in _unpacked(data):
            found |= hits(part, words, depth + 1)
    return found


def hits_below(folder: Path, words: Mapping[str, str]) -> dict[str, set[str]]:
    """Return where words stand in the files below a folder, and in their names."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes()
        if here := hits(data, words):
            found[str(path.relative_to(folder))] = here
    return found


def hits_held_open(words: Mapping[str, str]) -> dict[str, set[str]]:
    """Return where words stand in files that this process has open, deleted ones too."""
    found = {}
    for handle in sorted(Path("/proc/self/fd").iterdir()):
        try:
            target = str(handle.readlink())
            data = handle.read_bytes() if "(deleted)" in target else b""
        except OSError:
            continue
        if here := hits(data, words):
            found[target] = here
    return found


def _base64(plain: bytes) -> Iterator[bytes]:
    """Yield what stands in base64 for bytes that begin at each of the three places of a group."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        # The first and the last group depend on what stands beside them.
        yield whole[4 if before else 0 : len(whole) // 4 * 4 - 4]


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if data[:2] in _ZLIB:
        try:
            yield zlib.decompressobj().decompress(data)
        except zlib.error:
            return
    if b"PK\x03\x04" in data:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield name.encode() + b"\0" + archive.read(name)
        except zipfile.BadZipFile:
            return
    place = data.find(b"PAR1")
    if place >= 0 and data[-4:] == b"PAR1":
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(io.BytesIO(data[place:]))
        yield str(table.to_pylist()).encode()
