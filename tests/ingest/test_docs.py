import re
import tomllib
from pathlib import Path
from typing import get_args

from groundswell.config import SourceConfig, SourceKind
from groundswell.domain import QuarantineReason
from ingest.mapping import KINDS, check_date_format
from ingest.sources import READERS
from ingest.sources.lines import ENCODINGS

DOCS = Path(__file__).parents[2] / "docs"
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
QUARANTINE = (DOCS / "quarantine.md").read_text(encoding="utf-8")


def examples() -> list[SourceConfig]:
    blocks = re.findall(r"```toml\n(.*?)```", SOURCES, re.DOTALL)
    entries = [entry for block in blocks for entry in tomllib.loads(block)["sources"]]
    return [SourceConfig.model_validate(entry) for entry in entries]


def test_every_example_is_a_valid_source_of_a_format_that_is_read() -> None:
    for source in examples():
        kind = KINDS[source.kind]
        assert set(source.columns) <= {*kind.required, *kind.optional}, source.name
        name, _, option = source.format.partition(":")
        assert (name or Path(source.place).suffix.removeprefix(".")) in READERS
        assert name != "csv" or option in ENCODINGS
        check_date_format(source)


def test_every_kind_has_an_example_and_its_fields_are_named() -> None:
    assert {source.kind for source in examples()} == set(KINDS) == set(get_args(SourceKind))
    sections = dict(
        re.findall(r"^### (\w+):.*?\n(.*?)(?=^##|\Z)", SOURCES, re.DOTALL | re.MULTILINE)
    )
    for name, kind in KINDS.items():
        assert re.findall(r"\*\*(\w+)\*\*", sections[name]) == list(kind.required)
    shared = sections["work_history"] + sections["backlog"]
    for name, kind in KINDS.items():
        section = shared if name == "work_history" else sections[name]
        named = section + SOURCES.split("## Kinds")[0]  # where observed_at is explained for all
        missing = [field for field in kind.optional if not re.search(rf"\b{field}\b", named)]
        assert missing == []


def test_every_format_stands_in_the_table() -> None:
    table = SOURCES.split("## Formats")[1].split("```")[0]
    assert set(re.findall(r"`(\w+)`", table.replace("`format`", ""))) == set(READERS)
    assert all(encoding in SOURCES for encoding in ENCODINGS)


def test_every_reason_is_explained_once_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|(.*)\|(.*)\|$", QUARANTINE, re.MULTILINE)
    assert [reason for reason, *_ in rows] == list(get_args(QuarantineReason))
    assert all(cell.strip() for _, *cells in rows for cell in cells)
