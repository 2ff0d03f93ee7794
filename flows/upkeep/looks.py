"""What is looked at once an installation is at work: files, models, Prefect, what went quiet."""

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from flows import overview
from flows.context import utc_now
from flows.upkeep.check import Check, State
from groundswell.config import Config
from groundswell.errors import ModelError
from groundswell.model_files import ModelFiles
from groundswell.schedule import next_run
from groundswell.store import Run, Store
from groundswell.vitals import alerts_of

CLOCK_SLACK = timedelta(minutes=5)
"""How far clocks may differ before anyone need care."""

BACKUP_AGE = timedelta(days=8)
"""Of the newest backup from which on it is missed: a week, and a day in which one may fail."""


def check_integrity(config: Config) -> Iterator[Check]:
    """Look at every page of an SQLite file, and at the clock of a database server."""
    if not overview.is_made(config):
        return
    with overview.reading(config) as store:
        damage, ahead = store.damage(), timedelta(seconds=store.clock_ahead_seconds())
    if damage:
        remedy = "stop what runs, keep the file, and restore the newest backup"
        yield Check("integrity", "fail", f"the database is damaged: {damage}", remedy)
    else:
        yield Check("integrity", "ok", "no damage found")
    if abs(ahead) > CLOCK_SLACK:
        found = f"the database's clock is {ahead.total_seconds():+,.0f} s from this machine's"
        yield Check("clock", "warn", found, "let both machines take their time from a server")


def check_settings(config_path: Path) -> Iterator[Check]:
    """Look whether others can read settings that hold a password."""
    yield Check("settings", "ok", str(config_path.absolute()))
    others = stat.S_IMODE(config_path.stat().st_mode) & stat.S_IRWXO
    if others and _holds_a_password(config_path):
        found = f"{config_path} holds a password and can be read by every user of this machine"
        yield Check("settings", "warn", found, f"chmod o= {config_path}")


def check_models(config: Config) -> Iterator[Check]:
    """Look whether every part of the versions in use and before is as it was put there."""
    if not overview.is_made(config):
        return
    files = ModelFiles(config.models.registry)
    with overview.reading(config) as store:
        kept = [one for one in store.versions.all() if one.state == "champion" or one.can_return]
    bad = 0
    for version in kept:
        try:
            files.size(version)
        except ModelError as error:
            found, _, remedy = str(error).rpartition("; ")
            state: State = "fail" if version.state == "champion" else "warn"
            yield Check("models", state, f"{version.name}: {found}", remedy)
            bad += 1
    if not bad:
        yield Check("models", "ok", f"{len(kept)} versions in use or to go back to, all whole")


def check_prefect(config: Config) -> Iterator[Check]:
    """Look whether the Prefect server that is named answers, and whom it lets in."""
    due = next_run(config.schedule, utc_now())
    yield Check("schedule", "ok", f"{config.schedule.cron}: next {due:%a %Y-%m-%d %H:%M %Z}")
    address = os.environ.get("PREFECT_API_URL")
    if address is None:
        return
    from flows.serving import CLIENT_SETTINGS

    os.environ |= CLIENT_SETTINGS  # read when Prefect is imported
    from flows import scheduled

    if not scheduled.server_answers():
        remedy = "start that server, or unset PREFECT_API_URL to do without"
        yield Check("prefect", "fail", f"{address}: no Prefect server answers", remedy)
        return
    yield from _safe(address, scheduled.lets_in(address))


def check_runs(config: Config) -> Iterator[Check]:
    """Look how the last run ended, and whether one that is open is at work."""
    if not overview.is_made(config):
        yield Check("last run", "ok", "none yet")
        return
    with overview.reading(config) as store:
        for run in store.ledger.runs(1):
            yield _of_run(run, store)


def check_quiet(config: Config) -> Iterator[Check]:
    """Look whether a source went silent or the report is old."""
    if not overview.is_made(config):
        return
    with overview.reading(config) as store:
        vitals = store.vitals()
    alerts = alerts_of(vitals, utc_now(), config.alerts)
    for alert in alerts:
        name = "sources" if alert.kind == "source.silent" else "report"
        yield Check(name, "warn", alert.found, alert.remedy)
    if vitals.report_at is not None and not any(one.kind == "report.old" for one in alerts):
        found = f"run {vitals.report_run}, of {vitals.report_at:%Y-%m-%d %H:%M} UTC"
        yield Check("report", "ok", found)
    waiting = vitals.deliveries.get("given up", 0)
    if waiting:
        found = f"{waiting} messages to webhooks were given up in the last 90 days"
        yield Check("webhooks", "warn", found, "'groundswell webhooks' says why")


def check_backups(config: Config) -> Iterator[Check]:
    """Look how old the newest backup is, where the settings name their folder."""
    from flows.upkeep.backup import newest

    if not config.backup.folder:
        return
    folder = Path(config.backup.folder)
    found, remedy = newest(folder), "have a timer call 'groundswell backup' (docs/backup.md)"
    if found is None:
        yield Check("backup", "warn", f"{folder}: none yet", remedy)
        return
    path, moment = found
    age = utc_now() - moment
    told = f"{path.name}, {moment:%Y-%m-%d %H:%M} UTC"
    if age > BACKUP_AGE:
        yield Check("backup", "warn", f"{told}, {age.days} days ago", remedy)
    else:
        yield Check("backup", "ok", told)


def _of_run(run: Run, store: Store) -> Check:
    found = f"run {run.run_id}, {run.kind}, {run.started_at:%Y-%m-%d %H:%M} UTC: {run.state}"
    if run.state in ("ok", "withdrawn"):
        return Check("last run", "ok", found)
    if run.state == "running":
        if store.is_owned(run.resource):
            return Check("last run", "ok", f"{found}, at work now")
        remedy = "'groundswell run' carries it on, and so does the next scheduled run"
        return Check("last run", "warn", f"{found}, and its process is gone", remedy)
    reason = f" ({run.message})" if run.message else ""
    return Check("last run", "warn", found + reason, "mend that and type 'groundswell run'")


def _safe(address: str, let_in: "tuple[str, bool]") -> Iterator[Check]:
    version, anybody = let_in
    if anybody:
        remedy = "give it a login: PREFECT_SERVER_API_AUTH_STRING (docs/prefect.md)"
        found = f"{address} takes orders from whoever can reach it"
        yield Check("prefect", "warn", found, remedy)
    else:
        yield Check("prefect", "ok", f"{address} answers, Prefect {version}, and asks for a login")
    ours = metadata.version("prefect")
    if version != ours:
        remedy = f"run a server of Prefect {ours}"
        found = f"{address} is Prefect {version}, and this program has {ours}"
        yield Check("prefect", "warn", found, remedy)


def _holds_a_password(config_path: Path) -> bool:
    import tomllib
    from urllib.parse import urlsplit

    url = tomllib.loads(config_path.read_text(encoding="utf-8")).get("store", {}).get("url", "")
    return bool(urlsplit(url).password)
