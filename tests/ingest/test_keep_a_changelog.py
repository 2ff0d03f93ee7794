from pathlib import Path

import pytest

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.rows import RawRow

CHANGELOG = """\
# Changelog

All notable changes.

- not of any release

## [Unreleased]
- Something to come

## [2.1.0](https://example.com/2.1.0) (2026-03-01)

### Added
- Offline notes, see [the guide](https://example.com/guide),
  on phones too
* Dark mode

### Fixed
- Crash on start

## 2.0.0 - 2026-01-15 [YANKED]
- First release
"""


def rows_of(tmp_path: Path, text: str) -> list[RawRow | QuarantinedRow]:
    path = tmp_path / "CHANGELOG.md"
    path.write_text(text, encoding="utf-8")
    return list(READERS["md"](Input(path), ""))


def test_every_item_of_a_release_is_a_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, CHANGELOG)
    assert [tuple(row.fields.values()) for row in rows if isinstance(row, RawRow)] == [
        ("Unreleased", "", "", "Something to come"),
        ("2.1.0", "2026-03-01", "Added", "Offline notes, see the guide, on phones too"),
        ("2.1.0", "2026-03-01", "Added", "Dark mode"),
        ("2.1.0", "2026-03-01", "Fixed", "Crash on start"),
        ("2.0.0", "2026-01-15", "", "First release"),
    ]
    assert [row.line for row in rows] == [8, 13, 15, 18, 21]


def test_a_file_without_releases_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"no release heading such as '## \[1\.2\.0\] - 2026"):
        rows_of(tmp_path, "# Notes\n- a\n")


def test_a_nul_character_costs_its_item(tmp_path: Path) -> None:
    good, bad = rows_of(tmp_path, "## 1.0 - 2026-01-01\n- fine\n- a\0b\n")
    assert isinstance(good, RawRow)
    assert isinstance(bad, QuarantinedRow)
    assert (bad.line, bad.reason) == (3, "nul_byte")
