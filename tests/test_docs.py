"""What the documents promise is there: commands, files, terms, examples that parse."""

import ast
import dataclasses
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner

import groundswell.domain
import groundswell.report
from flows.cli import app
from groundswell import __version__

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "README.md"]
)
COMMANDS = sorted(get_command(app).list_commands(Context(get_command(app))))  # type: ignore[attr-defined]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def words_of_the_glossary() -> list[str]:
    rows = re.findall(r"^\| (.+?) \| .+ \|$", page("docs/glossary.md"), re.MULTILINE)
    return [row.strip("`") for row in rows if row not in ("word", "---")]


def public_types(module: ModuleType) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if dataclasses.is_dataclass(value) and value.__module__.startswith(module.__name__)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_has_a_line_for_each_command_and_it_has_help(command: str) -> None:
    assert re.search(rf"^\| `groundswell {command}[ `]", page("README.md"), re.MULTILINE)
    assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(r"`groundswell ([a-z]+)", path.read_text(encoding="utf-8"))
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_make_target_that_a_page_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", page("Makefile"), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`)make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
    assert {target for words in named for target in words.split()} <= targets


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    files = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in files if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_examples_in_python_and_toml_parse(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for block in blocks(text, "python"):
        ast.parse(block)
    for block in blocks(text, "toml"):
        tomllib.loads(block)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_block_of_code_is_closed(path: Path) -> None:
    assert len(re.findall(r"^```", path.read_text(encoding="utf-8"), re.MULTILINE)) % 2 == 0


@pytest.mark.parametrize(
    "module", [groundswell.domain, groundswell.report], ids=lambda m: m.__name__
)
def test_every_value_of_the_vocabulary_is_in_the_glossary(module: ModuleType) -> None:
    assert len(public_types(module)) > 10
    assert set(public_types(module)) <= set(words_of_the_glossary())


def test_the_glossary_is_sorted_and_explains_a_word_once() -> None:
    words = [word.casefold() for word in words_of_the_glossary()]
    assert words == sorted(set(words))


def test_types_in_the_glossary_exist() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("groundswell", "models")
        for path in (ROOT / package).rglob("*.py")
    )
    types = re.findall(r"^\| `(\w+)` \|", page("docs/glossary.md"), re.MULTILINE)
    missing = [name for name in types if not re.search(rf"^(class|def) {name}\b", code, re.M)]
    assert missing == []


def test_every_folder_of_the_readme_exists() -> None:
    folders = re.findall(r"^\| `(\w+)/` \|", page("README.md"), re.MULTILINE)
    assert len(folders) > 5
    assert [name for name in folders if not (ROOT / name).is_dir()] == []


def test_contributing_is_one_page() -> None:
    assert len(page("CONTRIBUTING.md").split()) <= 800


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", page("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == __version__
