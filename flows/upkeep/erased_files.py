"""The files that tell of people who are erased: reports, plans, models, issues to import, copies.

Only files under names of ours are removed: a folder of the settings may hold others.
"""

from collections.abc import Iterator
from pathlib import Path

from flows.copies import sweep
from flows.registry import files_of
from groundswell.config import Config
from groundswell.domain.erasure import Erasure
from groundswell.errors import StoreError
from groundswell.failpoints import failpoint
from reports.rendering import PLAN_FILES, REPORT_FILES

_HANDED_OVER = ("jira.csv", "linear.csv", "github/*.json", "github/*.md")
"""In the folder of ``[handover]``, as `flows.handover` names them."""

_OF_MODELS = ("models/*.html", "models/*.json")
"""Beside the report."""


def remove_files(config: Config, erasure: Erasure) -> None:
    """Remove what may hold something of whoever was erased; what is gone already is.

    Raises
    ------
    StoreError
        A file cannot be removed.
    """
    if not erasure.anew:
        return
    for path in sorted({*map(Path, erasure.files), *_ours(config)}):
        for one in (path, path.with_name(f"{path.name}.part")):
            try:
                one.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{one}: cannot be removed: {error.strerror}; mend that and run again"
                ) from None
    failpoint("erasure.files.reports")
    files_of(config).clear()
    failpoint("erasure.files.models")
    sweep(config, "preview")
    sweep(config, "challenge")


def _ours(config: Config) -> Iterator[Path]:
    report, handed = config.report.folder.absolute(), config.handover.folder.absolute()
    yield from (report / name for name in (*REPORT_FILES, *PLAN_FILES))
    for folder, patterns in ((report, _OF_MODELS), (handed, _HANDED_OVER)):
        yield from (path for pattern in patterns for path in folder.glob(pattern))
