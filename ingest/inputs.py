"""From the path of a source to the files it stands for: the same ones in the same order anywhere.

Nothing is skipped silently: what lies in a folder, a pattern or an archive and is not read is
named in the log.
"""

import logging
import re
from hashlib import sha256
from pathlib import Path

from groundswell.config import SourceConfig
from groundswell.errors import IngestError
from ingest.presets import with_preset
from ingest.sources import FOLDERS, READERS
from ingest.sources.archives import SUFFIXES, member_names, open_zip, printable
from ingest.sources.files import Input, belongs, check_file, files_below, is_hidden
from ingest.sources.mailboxes import is_maildir
from ingest.sources.slack import is_slack

__all__ = ["Input", "digest", "file_of", "format_of", "inputs_of"]

_PATTERN = re.compile(r"[*?\[]")
_SHOWN_NAMES = 12
_BLOCK = 1 << 20

log = logging.getLogger(__name__)


def inputs_of(source: SourceConfig) -> list[Input]:
    """Return the files of a source, sorted by name.

    Its path is a file, a folder (with its subfolders), a pattern such as ``exports/*.csv`` or
    ``exports/**``, or a zip archive. A pattern with a stated format stands for all it finds;
    otherwise the files are taken whose suffix is the stated format or, where none is stated, of
    any format. Markdown is then taken for changelogs only.

    Raises
    ------
    ValueError
        The source is a service.
    IngestError
        Nothing is found, or an archive is damaged, beyond the limits, or inside another one.
    """
    source, path = with_preset(source), file_of(source).path
    form = source.format.partition(":")[0]
    if form in FOLDERS or (not form and _is_folder_format(path)):
        return [Input(path)]
    is_pattern = _PATTERN.search(str(path)) is not None and not path.exists()
    if not is_pattern and not path.is_dir() and path.suffix.lower() != ".zip":
        check_file(path)
        return [Input(path)]
    found, left = _matches(path) if is_pattern else _listed(path)
    inputs: list[Input] = []
    for file in found:
        for each in _contents(file, form):
            taken = bool(form and is_pattern) or _is_read(each, source)
            (inputs if taken else left).append(each)
    if not inputs:
        shown = f"; it has {_shown(left)}" if left else ""
        remedy = "correct path in config.toml, or state format"
        raise IngestError(f"{Input(path)}: no file of a format that is read{shown}; {remedy}")
    if left:
        log.info("%s: left out %d: %s", Input(path), len(left), _shown(left))
    return inputs


def file_of(source: SourceConfig) -> Input:
    """Return the path of a source as one file; a source that is a service has none."""
    if source.path is None:
        raise ValueError(f"source {source.name} is a service and has no files")
    return Input(source.path)


def format_of(file: Input) -> str:
    """Return the format of a file by its suffix, of a folder or Slack export by what it holds."""
    if file.member:
        return file.suffix
    return "maildir" if is_maildir(file.path) else "slack" if is_slack(file.path) else file.suffix


def digest(file: Input) -> tuple[str, int]:
    """Return the SHA-256 and the size of a file's bytes, unpacked, or of all files of a folder."""
    whole, size = sha256(), 0
    if not file.path.is_dir():
        with file.open() as opened:
            while block := opened.read(_BLOCK):
                whole.update(block)
            return whole.hexdigest(), opened.tell()
    for path in files_below(file.path)[0]:
        part, part_size = digest(Input(path))
        name = path.relative_to(file.path).as_posix().encode(errors="surrogateescape")
        whole.update(name + b"\0" + part.encode())
        size += part_size
    return whole.hexdigest(), size


def _is_folder_format(path: Path) -> bool:
    return is_maildir(path) or is_slack(path)


def _listed(path: Path) -> tuple[list[Input], list[Input]]:
    if not path.is_dir():
        check_file(path)
        return [Input(path)], []
    found, left = files_below(path)
    return list(map(Input, found)), list(map(Input, left))


def _matches(path: Path) -> tuple[list[Input], list[Input]]:
    parts = path.parts
    first = next(place for place, part in enumerate(parts) if _PATTERN.search(part))
    root, pattern = Path(*parts[:first]), "/".join(parts[first:])
    if not root.is_dir():
        raise IngestError(f"{Input(root)}: no such folder; correct path in config.toml")
    try:
        # A final ** finds folders alone, but whoever writes it means what lies in them.
        matched = set(root.glob(f"{pattern}/*" if parts[-1] == "**" else pattern))
    except ValueError as error:
        raise IngestError(f"{Input(path)}: {error}; write one such as *.csv") from None
    files = sorted((match for match in matched if not match.is_dir()), key=Path.as_posix)
    found = [Input(file) for file in files if belongs(file, root)]
    return found, [Input(file) for file in files if not belongs(file, root)]


def _contents(file: Input, form: str) -> list[Input]:
    """Return the file, or the files in it if it is a zip archive."""
    if file.path.suffix.lower() != ".zip" or (not form and is_slack(file.path)):
        return [file]
    with open_zip(file.path) as archive:
        names = member_names(archive, file.path)
    for name in names:
        if name.lower().endswith(SUFFIXES):
            found = f"{printable(name)} is an archive inside an archive"
            raise IngestError(f"{file}: {found}; unpack {file.path.name} and name the folder")
    return [Input(file.path, name) for name in names]


def _is_read(file: Input, source: SourceConfig) -> bool:
    form = source.format.partition(":")[0]
    if any(map(is_hidden, Path(file.member).parts)):
        return False
    if format_of(file) == "slack":
        return True
    if form:
        return file.suffix == form
    return file.suffix in READERS and (file.suffix != "md" or source.kind == "changelog")


def _shown(files: list[Input]) -> str:
    names = ", ".join(file.member or file.path.name for file in files[:_SHOWN_NAMES])
    return printable(names) + (", …" if len(files) > _SHOWN_NAMES else "")
