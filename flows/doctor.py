"""Look an installation over: each thing is well, worth knowing, or wrong with a remedy."""

import os
import platform
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flows import overview
from flows.context import utc_now
from flows.upkeep.check import Check, Look, State
from flows.upkeep.looks import (
    CLOCK_SLACK,
    check_backups,
    check_integrity,
    check_models,
    check_prefect,
    check_quiet,
    check_runs,
    check_settings,
)
from groundswell import __version__
from groundswell.config import Config, SourceConfig, load_config
from groundswell.errors import GroundswellError, IngestError

LIBRARIES = ("torch", "onnxruntime", "sentence-transformers", "prefect", "sqlalchemy", "numpy")

LOW_BYTES = 2_000_000_000
"""Below this a large import (a million records take about 1.5 GB) may run out of room."""

FULL_BYTES = 200_000_000
"""Below this even a small run may not be able to commit."""


def examine(config_path: Path) -> list[Check]:
    """Look at everything; what cannot be looked at is a failed check, never an error."""
    checks = [*check_software()]
    try:
        config = load_config(config_path)
    except GroundswellError as error:
        return [*checks, _failed("settings", error)]
    checks.extend(check_settings(config_path))
    for name, look in LOOKS.items():
        try:
            checks.extend(look(config))
        except GroundswellError as error:
            checks.append(_failed(name, error))
    return checks


def check_software() -> Iterator[Check]:
    """Look at the versions of the program, of Python and of the libraries that matter most."""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    python = f"Python {platform.python_version()}"
    yield Check("software", "ok", f"groundswell {__version__}, {python}, {system}")
    found = {name: _version(name) for name in LIBRARIES}
    remedy = "install again: pip install -c constraints.txt -e ."
    for name, number in found.items():
        if number is None:
            yield Check("software", "fail", f"{name} is not installed", remedy)
    if (found["sqlalchemy"] or "").startswith("2.1."):
        yield Check("software", "fail", "with SQLAlchemy 2.1 Prefect's cron never fires", remedy)
    known = (f"{name} {number}" for name, number in found.items() if number is not None)
    yield Check("software", "ok", ", ".join(known))


def check_sources(config: Config) -> Iterator[Check]:
    """Look whether every input can be opened and every secret is there."""
    from ingest import inputs_of, kind_of

    for source in config.sources:
        if source.api:
            yield from _check_secret(source)
            continue
        try:
            for file in inputs_of(source):
                if not os.access(file.path, os.R_OK):
                    remedy = f"correct path in [[sources]] {source.name}"
                    yield Check("sources", "fail", f"{file}: cannot be read", remedy)
        except IngestError as error:
            found, _, remedy = str(error).rpartition("; ")
            yield Check("sources", "fail", found, f"{remedy}, [[sources]] {source.name}")
    feedback = sum(kind_of(source) == "feedback" for source in config.sources)
    if feedback:
        found = f"{len(config.sources)} named, {feedback} of feedback"
        yield Check("sources", "ok", found)
    else:
        remedy = "write settings for an export with 'groundswell init EXPORT'"
        yield Check("sources", "fail", "none of kind feedback", remedy)


def _check_secret(source: SourceConfig) -> Iterator[Check]:
    if source.token_env and not os.environ.get(source.token_env):
        found = f"{source.name}: the environment variable {source.token_env} is not set"
        yield Check("sources", "fail", found, "set it where the pipeline runs")


def check_store(config: Config) -> Iterator[Check]:
    """Look at the database, and at the WAL-reset bug of SQLite."""
    if not overview.is_made(config):
        yield Check("store", "ok", f"{config.store.path}: not made yet, the first run makes it")
        return
    with overview.reading(config) as store:
        facts = store.facts()
    size = f"{int(facts['size_bytes']) / 1e6:,.1f} MB"
    found = f"{facts['database']}, {facts['place']}, schema {facts['schema']}, {size}"
    yield Check("store", "ok", found)
    if "note" in facts:
        remedy = "nothing need be done; SQLite 3.51.3 or newer lets people read during a run"
        yield Check("store", "warn", facts["note"], remedy)


def check_permissions(config: Config) -> Iterator[Check]:
    """Look whether our folders can be written, and whether others can read the store."""
    folders = {
        "store.path": config.store.path.parent,
        "embedding.cache": config.embedding.cache,
        "report.folder": config.report.folder,
        "schedule.home": config.schedule.home,
    }
    for setting, folder in folders.items():
        if not os.access(_nearest(folder), os.W_OK | os.X_OK):
            remedy = f"chown or chmod it, or name another folder as {setting}"
            yield Check("permissions", "fail", f"{folder}: cannot be written", remedy)
    path = config.store.path
    if not config.store.url.get_secret_value() and path.exists():
        others = stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
        if others:
            found = f"{path}: other users of this machine may open it"
            yield Check("permissions", "warn", found, f"chmod 600 {path}")
    yield Check("permissions", "ok", f"user {os.getuid()}, {len(folders)} folders looked at")


def check_encoder(config: Config) -> Iterator[Check]:
    """Look for the encoder's files, check them and name the way they will be run."""
    from models.encoding.embedding import describe_encoder
    from models.encoding.model_folder import find_model

    settings = config.embedding
    chosen = describe_encoder(settings.model, backend=settings.backend, cache=settings.cache)
    found = f"{chosen} (backend = {settings.backend})"
    if settings.model == "hashing":
        remedy = 'set [embedding] model = "all-MiniLM-L6-v2"'
        yield Check("encoder", "warn", f"{found}: counts words, knows no synonyms", remedy)
        return
    folder = find_model(settings.model)
    yield Check("encoder", "ok", f"{found}, {folder.path}, SHA-256 {folder.digest[:16]}")


def check_disk(config: Config) -> Iterator[Check]:
    """Look how much room is left where the store and the report go."""
    folders = (_nearest(config.report.folder), _nearest(config.store.path.parent))
    for folder in {place.stat().st_dev: place for place in folders}.values():
        free = shutil.disk_usage(folder).free
        state: State = "ok"
        if free < LOW_BYTES:
            state = "warn" if free >= FULL_BYTES else "fail"
        remedy = "" if state == "ok" else "make room, or name a folder on another disk"
        yield Check("disk", state, f"{folder}: {free / 1e9:,.1f} GB free", remedy)


def check_clock(config: Config) -> Iterator[Check]:
    """Look whether the clock is behind what was already seen: this program, the last run."""
    now = utc_now()
    seen = {"this program": datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)}
    if overview.is_made(config):
        with overview.reading(config) as store:
            seen |= {f"run {run.run_id}": run.started_at for run in store.ledger.runs(1)}
    for what, moment in seen.items():
        if now < moment - CLOCK_SLACK:
            found = f"{now:%Y-%m-%d %H:%M} UTC is before {what} ({moment:%Y-%m-%d %H:%M})"
            yield Check("clock", "warn", found, "set the clock, for example by timedatectl")
            return
    yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def check_drift(config: Config) -> Iterator[Check]:
    """Look whether the themes in use are still made of what customers say."""
    if not overview.is_made(config):
        return
    with overview.reading(config) as store:
        version, alarms = store.versions.champion("themes"), store.ledger.drift()
    for alarm in alarms:
        yield Check("drift", "warn", alarm.found, alarm.remedy)
    if version is not None and not alarms:
        yield Check("drift", "ok", f"none that can be told; {version.name} is in use")


LOOKS: dict[str, Look] = {
    "sources": check_sources,
    "store": check_store,
    "integrity": check_integrity,
    "permissions": check_permissions,
    "encoder": check_encoder,
    "models": check_models,
    "disk": check_disk,
    "clock": check_clock,
    "schedule": check_prefect,
    "last run": check_runs,
    "report": check_quiet,
    "drift": check_drift,
    "backup": check_backups,
}
"""What is looked at once the settings are known, by the name under which a failure is shown."""


def _failed(name: str, error: GroundswellError) -> Check:
    """Take an error's line apart: what was found, and after the last semicolon what would do."""
    found, _, remedy = str(error).rpartition("; ")
    return Check(name, "fail", found, remedy) if found else Check(name, "fail", remedy)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _nearest(folder: Path) -> Path:
    """Return the folder, or the closest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
