"""Erasing somebody, to be killed; two who do so at once; and a planted bug."""

import os
from datetime import timedelta
from pathlib import Path
from time import sleep
from unittest.mock import patch

from pydantic import SecretStr

from flows.upkeep import erasing
from groundswell.config import Config, PrivacyConfig, ReportConfig, StoreConfig
from groundswell.domain import Draft
from groundswell.domain.erasure import Subject
from groundswell.errors import BusyError
from groundswell.model_files import ModelFiles
from groundswell.models_config import ModelsConfig
from groundswell.store import database as database_module
from groundswell.store import open_store
from tests.promises.scenarios import START, pipeline

THEM = (Subject("author", "u1"), Subject("author", "u3"))
SALT, KEY = "5a" * 16, b"drawn by chance!"


def forget(database: str, folder: Path) -> None:
    """Live, then erase two people; go on where it ended."""
    os.chdir(folder)
    with patch.object(database_module, "MAX_PAUSE_SECONDS", 0.0):
        live(database, folder)
        erasing.erase(config(database), THEM, by="Ana", clock=lambda: START, salt=SALT, key=KEY)


def forget_patiently(database: str, folder: Path) -> None:
    """Erase them while somebody else may be at it."""
    os.chdir(folder)
    while True:
        try:
            erasing.erase(config(database), THEM, by="Ana", clock=lambda: START, salt=SALT, key=KEY)
        except BusyError:
            sleep(0.05)
        else:
            return


def files_before_rows(database: str, folder: Path) -> None:
    """Plant a bug: it is said to be done before the files are gone."""

    def remove_nothing(*_arguments: object) -> None:
        return

    with patch.object(erasing, "remove_files", remove_nothing):
        forget(database, folder)


def config(database: str) -> Config:
    """Return the settings; paths are relative to the folder."""
    store = (
        StoreConfig(url=SecretStr(database))
        if "://" in database
        else StoreConfig(path=Path(database))
    )
    return Config(
        store=store,
        privacy=PrivacyConfig(receipts=Path("receipts"), key_file=Path("key")),
        report=ReportConfig(folder=Path("report")),
        models=ModelsConfig(registry="registry"),
    )


def live(database: str, folder: Path) -> None:
    """Run a pipeline, decide about somebody, and leave files, all of it once."""
    pipeline(database, folder)
    with open_store(database) as store:
        if store.decisions.log():
            return
        said = store.feedback.statements()["statement_id"][0]
        Path("report").mkdir(exist_ok=True)
        for name in ("report.html", "plan.json", "somebody-elses.txt"):
            Path("report", name).write_text("note 1 is gone")
        ModelFiles("registry").put("themes", "model.bin", b"note 1 is gone")
        at = START + timedelta(hours=1)
        store.decisions.record(
            Draft("set_kind", f"statement-{said}", "Ana", at, {"kind": "praise"})
        )
