"""Make files of judged pairs for ``python -m bench link`` out of others' open data.

Requests and releases: a request that a release note later linked matches the line that linked it.
As many requests that are still open, drawn by their hash, are taken to match nothing. Titles: an
item's title matches its own description; of half the titles the description is left out, so that
they match nothing.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.link import COLUMNS, half_of
from groundswell.domain import content_id
from groundswell.errors import IngestError

MOST_TITLES = 150
MOST_TEXTS = 500
SHORTEST_TEXT = 60
"""Characters; less is no description."""
READ_CHARACTERS = 1_000

_ISSUE = re.compile(r"\s*\(?#\d+\)?|https?://\S+")
Pair = tuple[str, str, int]


def build_requests(requests: Path, features: Path, out: Path) -> dict[str, Any]:
    """Write requests and the release lines that met them.

    Parameters
    ----------
    requests
        CSV with title, state, mentioned_version and mentioned_feature.
    features
        CSV with feature. Lines that differ in capitals alone are one doc.
    """
    asked = _table(requests, ("title", "state", "mentioned_version", "mentioned_feature"))
    lines = {_plain(row["feature"]) for row in _table(features, ("feature",))} - {""}
    one_of = {line.casefold(): line for line in sorted(lines, reverse=True)}
    met = [row for row in asked if _plain(row["mentioned_feature"]).casefold() in one_of]
    pairs: list[Pair] = [
        (_plain(row["title"]), one_of[_plain(row["mentioned_feature"]).casefold()], 1)
        for row in met
    ]
    waiting = {
        _plain(row["title"])
        for row in asked
        if row["state"] == "open" and not row["mentioned_version"]
    } - {query for query, _, _ in pairs}
    open_ones = sorted(waiting - {""}, key=content_id)[: len(met)]
    pairs += [(query, "", 0) for query in open_ones]
    pairs += [("", line, 0) for line in one_of.values()]
    return _write(out, pairs)


def build_titles(items: Path, out: Path) -> dict[str, Any]:
    """Write titles and descriptions of the first items of a CSV with title and text."""
    described: dict[str, str] = {}
    for row in _table(items, ("title", "text")):
        title, text = _plain(row["title"]), _plain(row["text"])[:READ_CHARACTERS]
        if title and len(text) >= SHORTEST_TEXT and text not in described.values():
            described.setdefault(title, text)
    taken = [*described.items()][:MOST_TEXTS]
    pairs: list[Pair] = []
    for place, (title, text) in enumerate(taken):
        left_out = place < MOST_TITLES and half_of(f"left out {title}") == "kept"
        if place < MOST_TITLES:
            pairs.append((title, "", 0) if left_out else (title, text, 1))
        if not left_out:
            pairs.append(("", text, 0))
    return _write(out, pairs)


def _plain(text: str) -> str:
    """Return a text on one line, without numbers of issues and addresses: they give it away."""
    return " ".join(_ISSUE.sub(" ", text).split())


def _table(path: Path, wanted: Sequence[str]) -> list[Mapping[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(wanted) - set(reader.fieldnames or ())
            if missing:
                raise IngestError(f"{path}: no column {min(missing)}; expected {','.join(wanted)}")
            return [{name: row[name] or "" for name in wanted} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: {error}; expected CSV in UTF-8") from None


def _write(out: Path, pairs: Iterable[Pair]) -> dict[str, Any]:
    rows = sorted(set(pairs))
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return {
        "queries": len({query for query, _, _ in rows if query}),
        "docs": len({doc for _, doc, _ in rows if doc}),
        "matches": sum(relevant for _, _, relevant in rows),
    }
