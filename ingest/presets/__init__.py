"""Known exports: one TOML file each says how the columns of a tool's export are to be read.

A source names one with ``preset``; what its own entry states wins. A preset states only what is
the same in every export of the tool: what each team names for itself (a question of a survey, a
field for the reason of a loss) it asks for.
"""

import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from groundswell.config import SourceConfig, SourceKind
from groundswell.errors import IngestError
from groundswell.section import Section

Names = Annotated[tuple[str, ...], Field(strict=False)]
"""Names that one column goes by, in capitals or not, the most telling first. One that ends in
``*`` stands for every name that begins like it."""

_SUFFIX = ".toml"


class Answer(Section):
    """One of several columns of text: what customers said to one question."""

    names: Names
    prompt: str = ""
    """The question, where the column's name is not it."""


class Preset(Section):
    """How one known export is read."""

    export: str
    """What it is, for people."""
    kind: SourceKind
    channel: str = ""
    format: str = ""
    """Empty: from the file's suffix."""
    date_format: str = ""
    signatures: Annotated[tuple[Names, ...], Field(strict=False)] = ()
    """Columns that, found together, tell this export from any other; none: nothing tells it."""
    columns: Mapping[str, Names] = {}
    """Our field name to the names that its column goes by."""
    texts: Annotated[tuple[Answer, ...], Field(strict=False)] = ()
    """Columns of text, where there are several: each that holds words is a message of its own."""
    ask: Mapping[str, str] = {}
    """Our field name to the reason why the source must name its column."""
    words: Mapping[str, Mapping[str, str]] = {}
    """Our field name to the words of the export and what they stand for; ``*`` is any other."""
    second_header: Names = ()
    """Words of which at least one stands in the second line of a two-line header."""
    lowest_rating: float = 1.0
    """Ratings from here to 1 are read as 1, the lowest there is."""
    votes_exclude_author: bool = False
    """Whoever wrote the message is not among its votes."""

    def meaning(self, field: str, word: str) -> str:
        """Return what a word of the export stands for in a field; itself where nothing is said."""
        words = {theirs.casefold(): ours for theirs, ours in self.words.get(field, {}).items()}
        return words.get(word.casefold(), words.get("*", word)) if word else word


@cache
def preset_names() -> tuple[str, ...]:
    """List the known exports, sorted."""
    folder = files(__name__).iterdir()
    return tuple(sorted(f.name.removesuffix(_SUFFIX) for f in folder if f.name.endswith(_SUFFIX)))


@cache
def load_preset(name: str) -> Preset:
    """Return what is known of an export.

    Raises
    ------
    IngestError
        There is no such preset.
    """
    if name not in preset_names():
        close = get_close_matches(name, preset_names(), n=1)
        known = f"did you mean {close[0]}?" if close else f"known: {', '.join(preset_names())}"
        raise IngestError(f"[[sources]]: no preset {name!r}; {known}")
    text = (files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return Preset.model_validate(tomllib.loads(text))


def preset_of(source: SourceConfig) -> Preset:
    """Return what is known of a source's export; nothing is known of one without a preset."""
    return load_preset(source.preset) if source.preset else _unknown(source.kind)


def with_preset(source: SourceConfig) -> SourceConfig:
    """Fill in the settings that a source leaves to its preset; doing it twice changes nothing.

    Raises
    ------
    IngestError
        There is no such preset, its exports are of another kind than the source states, or the
        source does not name a column that the preset asks for.
    """
    if not source.preset:
        return source
    preset, place = load_preset(source.preset), f"[[sources]] {source.name}: preset {source.preset}"
    stated = source.model_fields_set
    if "kind" in stated and source.kind != preset.kind:
        raise IngestError(f"{place} is of kind {preset.kind}, not {source.kind}; leave kind out")
    for field, why in preset.ask.items():
        if field not in source.columns:
            raise IngestError(f"{place} needs columns.{field}: {why}")
    settings = {
        name: getattr(preset, name) for name in ("kind", "channel", "format", "date_format")
    }
    missing = {name: value for name, value in settings.items() if name not in stated}
    return source.model_copy(update=missing)


def find_column(names: Names, found: Collection[str]) -> str | None:
    """Return the first of the columns found that goes by one of the names, None if none does."""
    plain = {column.casefold(): column for column in reversed(list(found))}
    for name in map(str.casefold, names):
        if name in plain:
            return plain[name]
        if name.endswith("*"):
            column = next((c for c in found if c.casefold().startswith(name[:-1])), None)
            if column is not None:
                return column
    return None


def recognise(found: Collection[str]) -> str:
    """Name the preset one of whose signatures the columns bear, the longest first; empty: none."""
    fitting = [
        (len(signature), name)
        for name in preset_names()
        for signature in load_preset(name).signatures
        if all(find_column((column,), found) is not None for column in signature)
    ]
    return max(fitting)[1] if fitting else ""


@cache
def _unknown(kind: SourceKind) -> Preset:
    return Preset(export="", kind=kind)
