"""Between two fits: needs that open, rise and grow, each told of once; names from an endpoint."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import opening, steps
from flows.context import Asked
from flows.promotion import promote, roll_back
from flows.ranking import load_report
from flows.registry import read_state
from groundswell.config import Config, load_config
from groundswell.domain import NeedTheme, RiseAlert
from groundswell.store import open_store
from tests.ingest.apis.fake_apis import Answered, Call, Item, reply
from tests.ingest.apis.fault_server import Api, serve, serving

NOW = datetime(2026, 6, 1, tzinfo=UTC)
USUAL = (
    "offline mode for trains without network",
    "invoice export to a spreadsheet fails",
    "dark theme for tired eyes at night",
)
MORE = (
    "calendar sync with the office planner",
    "swap shifts with a colleague by phone",
    "overtime is missing from my payslip",
    "translate every page to Polish please",
)
NEW = "the fingerprint login refuses my thumb"

Row = tuple[str, int]
"""What somebody says, and how many days ago."""


def write(folder: Path, rows: Sequence[Row]) -> None:
    lines = [
        f"{number},{text} case {number},{(NOW - timedelta(days=ago)).date()},c{number}"
        for number, (text, ago) in enumerate(rows)
    ]
    (folder / "survey.csv").write_text("\n".join(["id,text,created_at,author_id", *lines]) + "\n")


def usual(days: int = 200) -> list[Row]:
    return [(USUAL[n % 3], ago) for n, ago in enumerate(range(days, 0, -2))]


def configured(folder: Path, further: str = "") -> Config:
    path = folder / "config.toml"
    path.write_text(
        "[embedding]\nmodel = 'hashing'\n[themes]\nmin_statements = 5\n[ranking]\ndraws = 100\n"
        f"{further}[[sources]]\nname = 'survey'\npath = 'survey.csv'\n",
        encoding="utf-8",
    )
    return load_config(path)


def run(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")


def needs(config: Config) -> list[NeedTheme]:
    with open_store(config.store.database) as store:
        return [theme for theme in store.themes.themes() if theme.level == "need"]


def files(config: Config) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in config.report.folder.iterdir() if p.is_file()}


def alerts(config: Config) -> list[RiseAlert]:
    with open_store(config.store.database) as store:
        return store.themes.alerts()


def told(config: Config) -> list[dict[str, object]]:
    written = config.report.folder / "changes.json"
    changes: list[dict[str, object]] = json.loads(written.read_text(encoding="utf-8"))["themes"]
    return changes


def test_a_need_nobody_had_opens_a_provisional_theme_without_a_refit(tmp_path: Path) -> None:
    config = configured(tmp_path)
    write(tmp_path, usual())
    run(config)
    before = {theme.theme_id: theme.label for theme in needs(config)}
    write(tmp_path, [*usual(), *[(NEW, 1)] * 12])
    run(config)
    (opened,) = [theme for theme in needs(config) if theme.theme_id not in before]
    assert (opened.state, opened.size) == ("provisional", 12)
    assert "fingerprint" in opened.label.lower()
    assert {one.theme_id: one.label for one in needs(config) if one != opened} == before
    with open_store(config.store.database) as store:
        model = store.versions.champion("themes")
        report = load_report(store)
    assert model is not None
    assert model.settings["fitted_in"] == 1, "nothing was fitted anew"
    assert opened.theme_id not in {one for idea in report.ideas for one in idea.theme_ids}
    born = [change for change in told(config) if change["kind"] == "born"]
    assert [change["theme_ids"] for change in born] == [[opened.theme_id]]


def test_an_opened_theme_takes_what_comes_later(tmp_path: Path) -> None:
    config = configured(tmp_path)
    write(tmp_path, usual())
    run(config)
    rows = [*usual(), *[(NEW, 1)] * 12]
    write(tmp_path, rows)
    run(config)
    write(tmp_path, [*rows, (NEW, 0), (NEW, 0)])
    run(config)
    (opened,) = [theme for theme in needs(config) if theme.state == "provisional"]
    assert opened.size == 14


def test_a_theme_that_is_found_in_a_sample_takes_the_others_that_belong_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CORE_ROWS", 9)
    config = configured(tmp_path)
    write(tmp_path, usual())
    run(config)
    write(tmp_path, [*usual(), *[(NEW, 1)] * 18])
    run(config)
    (opened,) = [theme for theme in needs(config) if theme.state == "provisional"]
    assert opened.size == 18


def test_a_rise_is_told_of_once_and_its_need_shows_it(tmp_path: Path) -> None:
    config = configured(tmp_path)
    topics = (*USUAL, *MORE, NEW)
    steady = [(topics[ago % 8], ago) for ago in range(240, 0, -1)]
    write(tmp_path, steady)
    run(config)
    assert alerts(config) == []
    write(tmp_path, [*steady, *[(NEW, ago % 5) for ago in range(20)]])
    run(config)
    (alert,) = alerts(config)
    with open_store(config.store.database) as store:
        shown = {theme.theme_id: theme for theme in load_report(store).themes}
    assert "fingerprint" in shown[alert.theme_id].label.lower()
    assert shown[alert.theme_id].rises
    assert alert.ended_on is None
    run(config)
    assert alerts(config) == [alert], "a second run tells nothing new"


def test_more_of_everything_raises_no_alert(tmp_path: Path) -> None:
    config = configured(tmp_path)
    louder = [(USUAL[n % 3], n % 14) for n in range(60)]
    write(tmp_path, [*usual(), *louder])
    run(config)
    assert alerts(config) == []


@pytest.fixture
def endpoint() -> Iterator[tuple[Api, str]]:
    """An endpoint that answers every question alike, and the settings that point to it."""
    with serving() as server:
        api = serve(server, _answer, [])
        yield api, f"model = 'm'\nurl = '{api.base}'\n"


def test_the_endpoint_is_not_asked_unless_switched_on(
    tmp_path: Path, endpoint: tuple[Api, str]
) -> None:
    api, settings = endpoint
    write(tmp_path, usual())
    config = configured(tmp_path, f"[naming]\n{settings}")
    run(config)
    assert api.calls == []
    assert set(shown(config).values()) == {"machine"}


def test_an_accepted_title_is_shown_and_switching_off_brings_ours_back(
    tmp_path: Path, endpoint: tuple[Api, str]
) -> None:
    api, settings = endpoint
    write(tmp_path, usual())
    config = configured(tmp_path, f"[naming]\nenabled = true\n{settings}")
    run(config)
    assert len(api.calls) == 3
    run(config)
    assert len(api.calls) == 3, "answers are kept"
    assert shown(config)["Export invoice spreadsheet"] == "endpoint"
    assert sorted(shown(config).values()) == ["endpoint", "machine", "machine"]
    config = configured(tmp_path)
    run(config)
    assert set(shown(config).values()) == {"machine"}


def test_an_endpoint_that_is_gone_costs_a_line_and_no_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, usual())
    gone = "[naming]\nenabled = true\nmodel = 'm'\nurl = 'http://127.0.0.1:9/v1'\n"
    config = configured(tmp_path, gone)
    run(config)
    assert set(shown(config).values()) == {"machine"}
    assert len([one for one in caplog.records if one.name == "flows.naming"]) == 1


def shown(config: Config) -> dict[str, str]:
    """Return who named each need of the newest report, by its name."""
    with open_store(config.store.database) as store:
        return {theme.label: theme.named_by for theme in load_report(store).themes}


def _answer(_: Sequence[Item], __: Call) -> Answered:
    title = json.dumps({"title": "Export invoice spreadsheet"})
    return reply({"choices": [{"message": {"content": title}}]})


def test_a_version_that_waits_can_be_used_though_a_theme_opened_since(tmp_path: Path) -> None:
    config = configured(tmp_path)
    write(tmp_path, usual())
    run(config)
    write(tmp_path, [*usual(), *[(NEW, 1)] * 12])
    asked = Asked(waits=True, why="to look at it first")
    steps.run(steps.RETRAIN, config, kind="retrain", asked=asked)
    with open_store(config.store.database) as store:
        first, waiting, grown = store.versions.all("themes")
    assert (first.state, waiting.state, grown.state) == ("retired", "challenger", "champion")
    (opened,) = [theme for theme in needs(config) if theme.state == "provisional"]
    found = {one.theme_id for one in read_state(config, waiting).themes}
    assert opened.theme_id > max(found), "a number stands for one theme"
    before = files(config)
    promote(config, waiting.name, by="Ana")
    (now,) = [theme for theme in needs(config) if "fingerprint" in theme.label.lower()]
    assert now.theme_id in found
    assert now.size == 12
    write(tmp_path, [*usual(), *[(NEW, 1)] * 12, *[(MORE[0], 1)] * 12])
    run(config)
    with open_store(config.store.database) as store:
        since = store.versions.champion("themes")
    assert since is not None
    assert (since.fit, since.name) != (since.version, waiting.name), "it has grown as well"
    assert roll_back(config, "themes", by="Ana").version.name == grown.name
    assert files(config) == before
