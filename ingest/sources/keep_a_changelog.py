"""Changelogs written by hand in Markdown, as keepachangelog.com describes them.

``## [1.2.0] - 2026-01-02`` begins a release, ``### Added`` a section of it, and every item of
its lists is a row with the columns version, date, section and release.
"""

import re
from collections.abc import Iterator
from itertools import chain

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.files import Input
from ingest.sources.lines import Line, read_lines
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault, check_text

_RELEASE = re.compile(r"##[ \t]+\[?([^\]\s]+)\]?(?:\([^)\s]*\))?[ \t]*(.*)")
_SECTION = re.compile(r"###+[ \t]+(.*)")
_ITEM = re.compile(r"[ \t]{0,3}[-*+][ \t]+(.*)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_DATE_MARKS = " -\u2013\u2014()"
"""What stands around a date in a heading: spaces, hyphens and dashes, brackets."""


def read_markdown(file: Input, encoding: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per list item below a heading of the second level.

    Raises
    ------
    IngestError
        The file cannot be opened, or has no release heading.
    """
    version, day, section = "", "", ""
    item: list[Line] = []
    for line in chain(read_lines(file, encoding), (None,)):
        text = "" if line is None else line.text.rstrip()
        heading, part, begins = _RELEASE.match(text), _SECTION.match(text), _ITEM.match(text)
        continues = line is not None and bool(item) and text.startswith((" ", "\t")) and not begins
        if item and not continues:
            yield _row(item, version, day, section)
            item = []
        if heading:
            version, day, section = heading[1], _day(heading[2]), ""
        elif part:
            section = part[1]
        elif line is not None and version and (begins or continues):
            item.append(line)
    if not version:
        found = "no release heading such as '## [1.2.0] - 2026-01-02'"
        raise IngestError(f"{file}: {found}; write one, or give the changelog as CSV")


def _row(item: list[Line], version: str, day: str, section: str) -> RawRow | QuarantinedRow:
    number, start, end = item[0].number, item[0].start, item[-1].end
    text = " ".join(line.text.strip() for line in item)
    try:
        _check(item, f"{version} {day} {section} {text}")
    except RowFault as fault:
        return QuarantinedRow(number, start, end, fault.reason, fault.detail, text[:RAW_BYTES])
    release = _LINK.sub(r"\1", text.lstrip("-*+").strip())
    fields = {"version": version, "date": day, "section": section, "release": release}
    return RawRow(number, start, end, fields)


def _day(rest: str) -> str:
    return rest.removesuffix("[YANKED]").strip(_DATE_MARKS)


def _check(item: list[Line], text: str) -> None:
    for line in item:
        if line.fault:
            raise RowFault(line.fault, line.detail)
    check_text(text)
