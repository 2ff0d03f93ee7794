"""When the schedule of ``config.toml`` is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

from groundswell.config import ScheduleConfig
from groundswell.errors import ConfigError


def next_run(schedule: ScheduleConfig, now: datetime) -> datetime:
    """Return when the schedule is due next, in its own time zone.

    Raises
    ------
    ConfigError
        The cron line or the time zone cannot be used.
    """
    from cronsim import CronSim, CronSimError

    try:
        zone = ZoneInfo(schedule.timezone)
        return next(CronSim(schedule.cron, now.astimezone(zone)))
    except (CronSimError, StopIteration, ValueError, OSError):
        # ZoneInfo: ValueError for a path, OSError for a folder, KeyError for an unknown name
        problem = "cannot be used"
    except KeyError:
        problem = "no such time zone"
    raise ConfigError(
        f"schedule.cron = {schedule.cron!r}, schedule.timezone = {schedule.timezone!r}: {problem};"
        " expected five cron fields such as '0 5 * * 1' and a name such as 'Europe/Berlin'"
    )
