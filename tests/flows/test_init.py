import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import printable
from typing import TypeGuard

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from flows.cli import app
from flows.init import TEMPLATE, NamedSource, config_text, name_sources, write_config
from groundswell.config import Config, load_config
from groundswell.domain import AcceptedRow
from groundswell.errors import ConfigError, IngestError
from groundswell.event_kinds import EVENTS
from groundswell.section import Section
from groundswell.webhook_config import WebhookConfig
from ingest import GuessedSource, Privacy, inputs_of, read_source

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "sample"
EXPORTS = sorted(path for path in SAMPLE.iterdir() if path.name != "truth.json")
REVIEWS = "date,rating,title,text\n2026-01-0{},2,Crash,it crashes when I open a second tab\n"


def test_the_shipped_settings_are_the_template_with_sources() -> None:
    template = TEMPLATE.read_text(encoding="utf-8")
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    assert shipped.startswith(template)
    assert "[[sources]]" not in template


def test_the_template_says_every_default() -> None:
    values = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    assert Config.model_validate(values) == Config()


def test_the_template_names_every_setting_with_its_meaning() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    for section, fields in sections(Config):
        start = lines.index(f"[{section}]")
        end = next((i for i in range(start, len(lines)) if not lines[i]), len(lines))
        told = {}
        for line in lines[start + 1 : end]:
            name, _, rest = line.removeprefix("# ").partition(" = ")
            told[name] = rest.partition("  # ")[2].strip()
        assert list(told) == fields, section
        assert all(told.values()), section


def sections(kind: type[Section], above: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the tables of the settings with the names of their own fields."""
    for name, field in kind.model_fields.items():
        if name not in ("sources", "webhooks") and is_section(field.annotation):
            fields = field.annotation.model_fields.items()
            yield above + name, [key for key, one in fields if not is_section(one.annotation)]
            yield from sections(field.annotation, f"{above}{name}.")


def is_section(kind: object) -> TypeGuard[type[Section]]:
    return isinstance(kind, type) and issubclass(kind, Section)


def test_the_template_names_every_setting_and_event_of_a_webhook() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    told = text[text.index("# Who is told") : text.index("# The inputs.")]
    missing = [one for one in (*WebhookConfig.model_fields, *EVENTS) if one not in told]
    assert missing == []


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_what_is_written_for_a_sample_file_reads_it(path: Path, tmp_path: Path) -> None:
    write_config([path], tmp_path / "config.toml")
    (source,) = load_config(tmp_path / "config.toml").sources
    (file,) = inputs_of(source)
    rows = list(read_source(source, Privacy(b"0" * 32), file))
    assert sum(isinstance(row, AcceptedRow) for row in rows) >= 0.9 * len(rows)


def test_all_sample_files_get_the_kinds_of_the_shipped_settings(tmp_path: Path) -> None:
    write_config(EXPORTS, tmp_path / "config.toml")
    shipped = {s.path: s.kind for s in load_config(ROOT / "config.toml").sources}
    written = {
        Path(s.place).resolve(): s.kind for s in load_config(tmp_path / "config.toml").sources
    }
    assert written == shipped


def test_the_form_of_plain_review_exports_is_known(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS.format(1))
    write_config([tmp_path / "reviews.csv"], tmp_path / "config.toml")
    (source,) = load_config(tmp_path / "config.toml").sources
    assert source.columns == {"created_at": "date"}
    assert (source.kind, source.channel) == ("feedback", "review")


def test_paths_start_at_the_settings_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "settings").mkdir()
    export = tmp_path / "exports" / "reviews.csv"
    export.write_text(REVIEWS.format(1))
    config = tmp_path / "settings" / "config.toml"
    write_config([export], config)
    assert 'path = "../exports/reviews.csv"' in config.read_text()
    assert Path(load_config(config).sources[0].place).samefile(export)


def test_files_of_one_name_get_two_and_one_file_given_twice_gets_one(tmp_path: Path) -> None:
    paths = [tmp_path / name / "my reviews!.csv" for name in ("ios", "android")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(REVIEWS.format(1))
    names = [source.name for source in name_sources([*paths, paths[0]])]
    assert names == ["my_reviews_", "my_reviews_-2"]


def test_settings_are_replaced_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS.format(1))
    config = tmp_path / "config.toml"
    config.write_text("# mine")
    with pytest.raises(ConfigError, match="--force replaces it"):
        write_config([tmp_path / "reviews.csv"], config)
    assert config.read_text() == "# mine"
    write_config([tmp_path / "reviews.csv"], config, force=True)
    assert len(load_config(config).sources) == 1


def test_an_export_that_cannot_be_read_leaves_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS.format(1))
    with pytest.raises(IngestError, match=r"gone\.csv"):
        write_config([tmp_path / "reviews.csv", tmp_path / "gone.csv"], tmp_path / "config.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["reviews.csv"]


def test_what_could_not_be_found_is_said_in_the_file_and_on_the_terminal(tmp_path: Path) -> None:
    export, config = tmp_path / "notes.csv", tmp_path / "config.toml"
    export.write_text("note\nthe export of invoices is slow with many lines\n")
    shown = CliRunner().invoke(app, ["init", str(export), "--config", str(config)])
    assert shown.exit_code == 0
    assert "first set columns.created_at of notes" in shown.stdout.replace("\n", " ")
    assert "# created_at: no column looks like it; set columns.created_at" in config.read_text()


def test_the_mapping_is_shown_with_how_sure_and_the_command_to_type(tmp_path: Path) -> None:
    export, config = tmp_path / "reviews.csv", tmp_path / "mine.toml"
    export.write_text(REVIEWS.format(1))
    shown = CliRunner().invoke(app, ["init", str(export), "--config", str(config)])
    assert "date, by its name (sure)" in shown.stdout
    assert "2026-01-01" in shown.stdout
    assert shown.stdout.rstrip().endswith(f"groundswell run --config {config}")


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(names, names, st.sampled_from(printable))
def test_any_column_name_survives_in_the_settings(first: str, second: str, odd: str) -> None:
    columns = {"text": first + odd + '"\\\x7f', "created_at": second}
    notes = (f"text: {first}, the longest texts stand there (likely)",)
    guess = GuessedSource("feedback", "csv", columns, "", "", notes, ())
    text = config_text([NamedSource("odd", Path("/tmp/odd.csv"), guess)], Path("/tmp"))
    (source,) = tomllib.loads(text)["sources"]
    assert source["columns"] == {k: v for k, v in columns.items() if k != v}
