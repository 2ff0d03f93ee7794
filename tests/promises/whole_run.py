"""Work to be killed: the pipeline as people run it, from files to a written report."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from pydantic import SecretStr

from flows import steps
from groundswell.config import (
    Config,
    EmbeddingConfig,
    PrivacyConfig,
    RankingConfig,
    ReportConfig,
    SourceConfig,
    StoreConfig,
    ThemesConfig,
)
from groundswell.domain import Draft
from groundswell.store import database as database_module
from groundswell.store import open_store

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
NEEDS = (
    "please add an offline mode for the basement",
    "the export of invoices to a spreadsheet fails",
    "dark theme would help my eyes at night",
)

MERGE = Draft("merge", "theme-0", "Ana", START, {"merged_into": "theme-1"})
"""So that what is shown is not what was found."""


def refresh(database: str, folder: Path) -> None:
    """Run every step on three files, in a folder of its own and at a fixed time."""
    os.chdir(folder)
    _write_inputs()
    config = _config(database)
    with (
        patch.object(database_module, "MAX_PAUSE_SECONDS", 0.0),
        open_store(config.store.database) as store,
    ):
        if store.ledger.last_run("ok") is not None:
            return
        if not store.decisions.log():
            store.decisions.record(MERGE)
    steps.run(steps.REFRESH, config, kind="refresh", clock=lambda: START)


def _config(database: str) -> Config:
    return Config(
        store=_store(database),
        sources=(
            SourceConfig(name="reviews", path=Path("reviews.csv"), channel="review"),
            SourceConfig(name="accounts", kind="accounts", path=Path("accounts.csv")),
            SourceConfig(name="backlog", kind="backlog", path=Path("backlog.csv")),
        ),
        privacy=PrivacyConfig(key_file=Path("key")),
        embedding=EmbeddingConfig(model="hashing", cache=Path("models")),
        themes=ThemesConfig(min_statements=4),
        ranking=RankingConfig(draws=100),
        report=ReportConfig(folder=Path("report")),
    )


def _store(database: str) -> StoreConfig:
    if "://" in database:
        return StoreConfig(url=SecretStr(database))
    return StoreConfig(path=Path(database))


def _write_inputs() -> None:
    rows = ["id,text,created_at,account,rating"]
    for number in range(36):
        said = f"{NEEDS[number % 3]} {'really ' * (number % 5)}number {number // 3}"
        day = (START - timedelta(days=3 * number)).date()
        rows.append(f"{number},{said},{day},a{number % 7},{1 + number % 4}")
    rows.append("99,no date here,soon,a1,2")
    accounts = ["account_id,arr,segment", *(f"a{n},{1000 * (n + 1)},smb" for n in range(7))]
    backlog = ["item_id,title,status", "B-1,Offline mode for the basement,open"]
    Path("key").touch(mode=0o600)
    Path("key").write_text("the same key in every place")  # else pseudonyms differ
    for name, lines in (("reviews", rows), ("accounts", accounts), ("backlog", backlog)):
        Path(f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
