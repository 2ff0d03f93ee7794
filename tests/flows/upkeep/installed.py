"""A small installation with something of everything a backup holds."""

from datetime import UTC, datetime
from pathlib import Path

from groundswell.accounts import User
from groundswell.config import Config, load_config
from groundswell.domain import Draft, ModelVersion
from groundswell.model_files import ModelFiles
from groundswell.store import open_store, snapshot
from tests.promises.scenarios import pipeline

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "k" * 64


def installed(folder: Path, database: str = "") -> Config:
    """Make settings, a store with all kinds of rows, a model's file, a report and a key."""
    config = settings(folder, database)
    pipeline(config.store.database, folder / "report")
    (folder / "report" / "report.html").write_text("<p>offline notes</p>")
    (folder / "report" / "private.key").write_text("not the report's")
    (folder / "pseudonym.key").write_text(KEY)
    digest = ModelFiles(config.models.registry).put("themes", "model.safetensors", b"arrays")
    with open_store(config.store.database) as store:
        store.accounts.add_user(User("ann", "admin", "argon2-of-somebody", False, NOON))
        store.decisions.record(Draft("accept", "need-1", "ann", NOON, reason="größer"))
        store.drafts.add_all([(Draft("reject", "need-1", "ann", NOON, reason="dear"), 1)])
        store.jobs.request("refresh", by="ann", at=NOON)
        with store.lease("pipeline") as lease:
            files = {"model.safetensors": digest}
            version = ModelVersion("themes", 3, "hashing", "f3", 1, {}, files=files)
            store.versions.keep(lease, version)
    return config


def settings(folder: Path, database: str = "") -> Config:
    """Return the settings of an installation that has a folder to itself."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report").mkdir(exist_ok=True)
    lines = [
        f'[store]\npath = "store.db"\nurl = "{database if "://" in database else ""}"',
        '[report]\nfolder = "report"\n[models]\nregistry = "registry"',
        '[privacy]\nkey_file = "pseudonym.key"',
    ]
    (folder / "config.toml").write_text("\n".join(lines))
    return load_config(folder / "config.toml")


def rows_of(database: str) -> dict[str, list[list[object]]]:
    """Return all rows of a store, table by table, whatever kind it is."""
    with snapshot(database) as found:
        return {name: list(found.rows(name)) for name in sorted(found.columns)}
