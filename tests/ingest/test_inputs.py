import gzip
import logging
import zipfile
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from groundswell.errors import IngestError
from ingest import count_hint, fingerprint, inputs_of
from ingest.sources.files import Input

ROWS = "id,text\n1,first\n"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder as it grows by hand."""
    folder = tmp_path / "exports"
    for name in ("b.csv", "a.csv", "2026/c.CSV", "2026/d.jsonl", "e.tsv.gz", ".hidden.csv"):
        write(folder / name, gzip.compress(ROWS.encode()) if name.endswith("gz") else ROWS.encode())
    for name in ("notes.pdf", ".git/f.csv", "README.md"):
        write(folder / name, b"# none of these\n")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        for name in ("g.csv", "deep/h.json", "i.png", "__MACOSX/._g.csv", ".DS_Store"):
            archive.writestr(name, ROWS)
    return folder


def write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def names(folder: Path, path: str = "", **settings: str) -> list[str]:
    found = inputs_of(SourceConfig.model_validate({"name": "x", "path": folder / path, **settings}))
    return [str(file).removeprefix(f"{folder}/") for file in found]


def test_a_folder_stands_for_what_can_be_read_in_it_sorted(exports: Path) -> None:
    assert names(exports) == [
        "2026/c.CSV",
        "2026/d.jsonl",
        "a.csv",
        "b.csv",
        "e.tsv.gz",
        "z.zip/deep/h.json",
        "z.zip/g.csv",
    ]


def test_what_is_left_out_is_named(exports: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ingest.inputs"):
        names(exports)
    (line,) = caplog.messages
    assert line.startswith(f"{exports}: left out 7: ")
    for name in (".git", ".hidden.csv", "notes.pdf", "README.md", "i.png", ".DS_Store"):
        assert name in line


def test_a_stated_format_takes_its_own_files_of_a_folder(exports: Path) -> None:
    assert names(exports, format="csv:cp1252") == ["2026/c.CSV", "a.csv", "b.csv", "z.zip/g.csv"]
    assert names(exports, format="md", kind="changelog") == ["README.md"]
    assert "README.md" in names(exports, kind="changelog")


@pytest.mark.parametrize(
    ("pattern", "settings", "found"),
    [
        ("*.csv", {}, ["a.csv", "b.csv"]),
        ("[ab].csv", {}, ["a.csv", "b.csv"]),
        ("**/*.csv", {}, ["a.csv", "b.csv"]),
        ("*/*", {}, ["2026/c.CSV", "2026/d.jsonl"]),
        ("2026/**", {}, ["2026/c.CSV", "2026/d.jsonl"]),
        ("*.zip", {}, ["z.zip/deep/h.json", "z.zip/g.csv"]),
        ("*.pdf", {"format": "csv"}, ["notes.pdf"]),
    ],
)
def test_a_pattern_stands_for_what_it_matches(
    exports: Path, pattern: str, settings: dict[str, str], found: list[str]
) -> None:
    assert names(exports, pattern, **settings) == found


def test_a_file_that_is_named_is_taken_whatever_it_is_called(exports: Path) -> None:
    assert names(exports, "notes.pdf") == ["notes.pdf"]
    write(exports / "odd[1].csv", ROWS.encode())
    assert names(exports, "odd[1].csv") == ["odd[1].csv"]


def test_links_are_followed_only_inside_the_folder(exports: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret" / "outside.csv", ROWS.encode())
    (exports / "out.csv").symlink_to(tmp_path / "secret" / "outside.csv")
    (exports / "outer").symlink_to(tmp_path / "secret")
    (exports / "loop").symlink_to(exports)
    (exports / "inside.csv").symlink_to(exports / "a.csv")
    (exports / "gone.csv").symlink_to(exports / "nowhere.csv")
    assert [name for name in names(exports) if "z.zip" not in name] == [
        "2026/c.CSV",
        "2026/d.jsonl",
        "a.csv",
        "b.csv",
        "e.tsv.gz",
        "inside.csv",
    ]
    assert names(exports, "*.csv") == ["a.csv", "b.csv", "inside.csv"]
    assert names(exports, "outer") == ["outer/outside.csv"]  # a path that is named is meant


@pytest.mark.parametrize(
    ("path", "settings", "message"),
    [
        ("none.csv", {}, "none.csv: no such file; correct path in config.toml"),
        ("none.zip", {}, "none.zip: no such file; correct path in config.toml"),
        ("none/*.csv", {}, "none: no such folder; correct path in config.toml"),
        ("*.doc", {}, "*.doc: no file of a format that is read; correct path"),
        ("a**.csv", {}, "write one such as *.csv"),
        ("*.pdf", {}, "*.pdf: no file of a format that is read; it has notes.pdf; correct path"),
        ("2026", {"format": "xlsx"}, "it has c.CSV, d.jsonl; correct path in config.toml, or"),
    ],
)
def test_nothing_found_is_one_line_with_the_remedy(
    exports: Path, path: str, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(IngestError) as error:
        names(exports, path, **settings)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_names_that_no_terminal_takes_are_shown_on_one_line(tmp_path: Path) -> None:
    write(tmp_path / "a\nb\x1b[1m\udcff.csv", ROWS.encode())
    (shown,) = names(tmp_path)
    assert shown == "a\\nb\\x1b[1m\\udcff.csv"


def test_the_fingerprint_of_a_folder_changes_with_what_is_in_it(tmp_path: Path) -> None:
    for name in ("cur/1", "new/2"):
        write(tmp_path / "mail" / name, b"Subject: x\n\nwords\n")
    before = fingerprint(Input(tmp_path / "mail"))
    assert before == fingerprint(Input(tmp_path / "mail"))
    assert before.size_bytes == 2 * len("Subject: x\n\nwords\n")
    (tmp_path / "mail/new/2").write_bytes(b"Subject: x\n\nworse\n")
    assert fingerprint(Input(tmp_path / "mail")) != before


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip/a.csv"])
def test_the_number_of_rows_is_told_in_an_archive_too(tmp_path: Path, name: str) -> None:
    body = b"id,text\n" + b"".join(b"%06d,a message\n" % n for n in range(5000))
    write(tmp_path / "a.csv", body)
    write(tmp_path / "a.csv.gz", gzip.compress(body))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", body)
    archive_name, _, member = name.partition("/")
    file = Input(tmp_path / archive_name, member)
    assert count_hint(SourceConfig(name="x", path=file.path), file) == 5000
