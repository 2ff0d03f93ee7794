import re
import tomllib
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from ingest.mapping import KINDS, check_date_format
from ingest.presets import load_preset, preset_names, with_preset
from ingest.values import EITHER, ISO

PAGES = Path(__file__).parents[2] / "docs" / "sources"
KIND_PAGES = ("usage", "support_cost", "dependencies", "store_listing", "stars")


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def examples(name: str) -> list[SourceConfig]:
    blocks = re.findall(r"```toml\n(.*?)```", page(name), re.DOTALL)
    entries = [entry for block in blocks for entry in tomllib.loads(block)["sources"]]
    return [SourceConfig.model_validate(entry) for entry in entries]


@pytest.mark.parametrize("name", preset_names())
def test_the_example_of_an_export_can_be_used_as_it_is(name: str) -> None:
    assert {source.preset for source in examples(name)} == {name}
    for source in map(with_preset, examples(name)):
        kind = KINDS[source.kind]
        assert set(source.columns) <= {*kind.required, *kind.optional}
        check_date_format(source)


@pytest.mark.parametrize("name", preset_names())
def test_the_page_of_an_export_says_what_the_preset_does(name: str) -> None:
    preset, text = load_preset(name), page(name)
    rows = dict(re.findall(r"^\| ([\w ]+?) \| (.*) \|$", text, re.MULTILINE))
    rows.pop("our field", None)
    expected = {
        field: ", ".join(f"`{n}`" for n in names) for field, names in preset.columns.items()
    }
    for place, answer in enumerate(preset.texts, start=1):
        expected[f"text {place}"] = ", ".join(f"`{n}`" for n in answer.names)
    expected |= dict.fromkeys(preset.ask, "yours to name in `columns`")
    assert rows == expected
    settings = (f"kind `{preset.kind}`", f"channel `{preset.channel}`", f"format `{preset.format}`")
    assert all(setting in text for setting in settings if not setting.endswith("``"))
    forms = preset.date_format.split(EITHER) if preset.date_format else []
    assert all(f"`{form}`" in text for form in forms if form != ISO)


@pytest.mark.parametrize("name", KIND_PAGES)
def test_the_page_of_a_kind_names_its_fields(name: str) -> None:
    kind, text = KINDS[name], page(name)
    assert {source.kind for source in examples(name)} == {name}
    fields = next(line for line in text.splitlines() if line.startswith("Fields "))
    assert re.findall(r"\*\*(\w+)\*\*", fields) == list(kind.required)
    assert all(re.search(rf"\b{field}\b", fields) for field in kind.optional)
    for source in examples(name):
        assert set(source.columns) <= {*kind.required, *kind.optional}
