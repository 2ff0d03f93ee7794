"""A copy of the installation to try things on, which is thrown away.

It lies in a folder of its own beside the store, since it holds what customers wrote.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from flows.registry import files_of
from groundswell.config import Config, StoreConfig
from groundswell.domain import content_id
from groundswell.model_files import ModelFiles
from groundswell.store import Lease, Store

Purpose = Literal["preview", "challenge"]


@contextmanager
def copied(
    config: Config, store: Store, purpose: Purpose, lease: Lease | None = None
) -> Iterator[Config]:
    """Give the settings of an installation that is a copy of this one.

    Parameters
    ----------
    purpose
        What it is for; each is swept on its own.
    lease
        Of a run that is going on, whose own copy it is; None: there must be none.

    Raises
    ------
    BusyError
        A run of somebody else's is at work.
    """
    beside = config.store.path.absolute().parent
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)  # with PostgreSQL there may be none
    with TemporaryDirectory(prefix=_prefix(config, purpose), dir=beside) as name:
        folder = Path(name)
        store.copy_to(folder / "groundswell.db", lease)
        (folder / "models").mkdir()
        for known in _files(config.embedding.cache.absolute()):
            (folder / "models" / known.name).symlink_to(known)
        registry = ModelFiles(str(folder / "registry"))
        for version in store.versions.all():
            if version.state in ("champion", "challenger"):
                files_of(config).copy(version, registry)
        changes = {
            "store": StoreConfig(path=folder / "groundswell.db"),
            "report": config.report.model_copy(update={"folder": folder / "report"}),
            "embedding": config.embedding.model_copy(update={"cache": folder / "models"}),
            "models": config.models.model_copy(update={"registry": registry.place}),
            "webhooks": (),
        }
        yield config.model_copy(update=changes)


def sweep(config: Config, purpose: Purpose) -> None:
    """Remove the copies that a process left behind which was killed."""
    for left in config.store.path.absolute().parent.glob(f"{_prefix(config, purpose)}*"):
        shutil.rmtree(left)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _prefix(config: Config, purpose: Purpose) -> str:
    """Return how the copies of this store are called: others may lie in the same folder."""
    return f"{purpose}-{content_id(config.store.database)[:12]}-"
