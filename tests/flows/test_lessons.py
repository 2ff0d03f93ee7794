"""What people sorted teaches a fit where statements like it belong."""

from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

from flows import steps
from flows.context import Asked
from flows.promotion import promote, roll_back
from groundswell.config import Config, load_config
from groundswell.domain import Draft
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import FIRST_MADE
from groundswell.store import open_store
from models.themes.teaching import FEWEST_SPLITS
from tests.flows.retrained import NOW, SETTINGS, newest

THINGS = (
    *("avatar", "backup", "battery", "bookmark", "calendar", "camera", "coupon", "firewall"),
    *("invoice", "keyboard", "map", "microphone", "newsletter", "passport", "password", "playlist"),
    *("printer", "receipt", "scanner", "signature", "spreadsheet", "thermostat", "webinar"),
)
ABROAD = ("phone", "android", "pocket", "thumb", "vibration")
AT_THE_DESK = ("desktop", "windows", "monitor", "mouse", "office")
EACH = 10
"""Statements of each thing on each side."""
WAITING = Asked(waits=True, why="to look at it first")


def write_rows(folder: Path, each: int) -> None:
    """Write what is said of each thing, of its side by two words in turn."""
    said = [
        f"the {thing} {thing} settings of the {thing} fail with {first} and {second}"
        for turn in range(each)
        for thing in THINGS
        for words in (ABROAD, AT_THE_DESK)
        for first, second in [(words[turn % 5], words[(turn + 1 + turn // 5) % 5])]
    ]
    rows = [f"{n},{text},{NOW - timedelta(hours=3 * n):%Y-%m-%d}" for n, text in enumerate(said)]
    (folder / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")


def is_abroad(text: str) -> bool:
    return text.split()[-1] in ABROAD


def installed(folder: Path) -> Config:
    """Return an installation with a need for each thing, which people split by two of a side."""
    write_rows(folder, EACH)
    (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    config = load_config(folder / "config.toml")
    run(config)
    themes = defaultdict(list)
    for statement, (text, theme) in sorted(shown(config).items()):
        themes[theme].append((statement, text))
    assert FEWEST_SPLITS <= len(themes) == len(THINGS)
    with open_store(config.store.database) as store:
        for number, (theme, said) in enumerate(sorted(themes.items())):
            goes = [one for one, text in said if is_abroad(text)][:2]
            stays = [one for one, text in said if not is_abroad(text)][:2]
            made: dict[str, FieldValue] = {f"statement:{one}": one in goes for one in goes + stays}
            made |= {"split_from": f"theme-{theme}", "label": f"part {number}"}
            subject = f"theme-{FIRST_MADE + number}"
            store.decisions.record(Draft("split", subject, "Ana", NOW, made))
    run(config)
    return config


def run(config: Config) -> None:
    steps.run(steps.REFRESH, config, kind="refresh")


def shown(config: Config) -> dict[str, tuple[str, int]]:
    """Return text and theme of each statement."""
    with open_store(config.store.database) as store:
        table = store.shapes.shown_assignments().sort_values("membership", ascending=False)
        table = table.drop_duplicates("statement_id").set_index("statement_id")
        said = store.lookups.said(table.index.tolist())
    return {one.statement_id: (one.text, int(table["theme_id"][one.statement_id])) for one in said}


def right(config: Config) -> float:
    """Return the share of statements that are where most of their thing and side are."""
    places: dict[tuple[str, bool], Counter[int]] = defaultdict(Counter)
    for text, theme in shown(config).values():
        places[text.split()[1], is_abroad(text)][theme] += 1
    mostly = [count.most_common(1)[0] for count in places.values()]
    assert len(dict(mostly)) == 2 * len(THINGS)
    return sum(count for _, count in mostly) / sum(map(Counter.total, places.values()))


def test_what_few_sorted_statements_teach_is_used_of_the_others(tmp_path: Path) -> None:
    config = installed(tmp_path)
    before = right(config)
    assert before < 0.97
    steps.run(steps.RETRAIN, config, kind="retrain", asked=WAITING)
    version = newest(config)
    assert "decisions" not in {gate.name for gate in version.failed}
    assert right(config) == before
    promote(config, version.name, by="Ana", why="they are sorted better", anyway=True)
    assert right(config) == 1.0
    write_rows(tmp_path, EACH + 2)
    run(config)
    assert len(shown(config)) == 2 * len(THINGS) * (EACH + 2)
    assert right(config) > 0.99
    roll_back(config, "themes", by="Ana")
    assert right(config) < 0.97
