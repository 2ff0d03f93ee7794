"""Write config.toml for a person's own exports: every setting, and a guess for each file.

At run time nothing is guessed, so what is written here says beside each doubtful line what it
rests on.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundswell.errors import ConfigError
from groundswell.files import write_whole
from ingest import GuessedSource, guess_mapping
from ingest.mapping import KINDS
from reports.inert import one_line

TEMPLATE = Path(__file__).with_name("config_template.toml")
"""Every setting with its default and a comment; the shipped config.toml begins with this text."""

_NAME_CHARS = 60  # of the 64 that a name may have; the rest is for telling two of them apart


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A file, the name of its ``[[sources]]`` entry and what its columns were taken for."""

    name: str
    path: Path
    guess: GuessedSource

    @property
    def missing(self) -> list[str]:
        """Fields that must be mapped by hand before the file can be read."""
        columns = self.guess.columns
        return [field for field in KINDS[self.guess.kind].required if field not in columns]


def write_config(
    exports: Sequence[Path], config_path: Path, *, force: bool = False
) -> list[NamedSource]:
    """Guess how each export is to be read and write the settings for all of them.

    Returns
    -------
    list of NamedSource
        In the order given, without repeated files.

    Raises
    ------
    ConfigError
        There are settings already and `force` is not given.
    IngestError
        An export cannot be read; nothing is written.
    """
    if config_path.exists() and not force:
        raise ConfigError(
            f"{config_path}: is there already; --force replaces it, --config writes another file"
        )
    sources = name_sources(exports)
    write_whole(config_path, config_text(sources, config_path.absolute().parent).encode())
    return sources


def name_sources(exports: Sequence[Path]) -> list[NamedSource]:
    """Guess the mapping of each file and name it after its file."""
    sources: list[NamedSource] = []
    for path in dict.fromkeys(path.absolute() for path in exports):
        name = _free_name(path, {source.name for source in sources})
        sources.append(NamedSource(name, path, guess_mapping(path)))
    return sources


def config_text(sources: Sequence[NamedSource], folder: Path) -> str:
    """Return the settings with one ``[[sources]]`` entry for each source.

    Parameters
    ----------
    folder
        Where the text will be kept; paths are relative to it.
    """
    entries = ("\n".join(_entry(source, folder)) + "\n" for source in sources)
    return "\n".join((TEMPLATE.read_text(encoding="utf-8"), *entries))


def _entry(source: NamedSource, folder: Path) -> Iterator[str]:
    guess = source.guess
    yield "[[sources]]"
    yield f"name = {_quoted(source.name)}"
    if guess.preset:
        yield f"preset = {_quoted(guess.preset)}"
    elif guess.kind != "feedback":
        yield f"kind = {_quoted(guess.kind)}"
    yield f"path = {_quoted(Path(os.path.relpath(source.path, folder)).as_posix())}"
    if guess.format != source.path.suffix.removeprefix(".").lower():
        yield f"format = {_quoted(guess.format)}"
    if guess.channel:
        yield f"channel = {_quoted(guess.channel)}"
    yield from (f"# {one_line(note)}" for note in guess.notes if not note.endswith("(sure)"))
    named = {field: column for field, column in guess.columns.items() if field != column}
    stated = guess.stated if guess.preset else named
    if stated:
        pairs = ", ".join(f"{field} = {_column(column)}" for field, column in stated.items())
        yield f"columns = {{ {pairs} }}"
    if guess.date_format:
        yield f"date_format = {_quoted(guess.date_format)}"
    if guess.kind == "changelog":
        yield '# competitor = "NAME"  # whose releases these are; left out: our own'


def _free_name(path: Path, taken: set[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", path.stem)[:_NAME_CHARS]
    candidates = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 2)))
    return next(free for free in candidates if free not in taken)


def _column(column: str | tuple[str, ...]) -> str:
    return _quoted(column) if isinstance(column, str) else f"[{', '.join(map(_quoted, column))}]"


def _quoted(text: str) -> str:
    """Write a TOML basic string: as in JSON, and DEL must be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
