"""Tell of a rise once: which alerts to raise now, and which have ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from groundswell.domain import RiseAlert
from groundswell.report import Rise
from models.trends.emerging import EmergingParameters, Reading

END_RATIO = 1.2
"""A rise has ended when the ratio over its whole window is back under it: lower than what raises
it, so that an alert does not come and go."""


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What to tell now."""

    raised: tuple[RiseAlert, ...]
    ended: tuple[RiseAlert, ...]
    """Earlier alerts, now with the day they ended."""


def new_alerts(
    readings: Sequence[Reading],
    earlier: Sequence[RiseAlert],
    today: date,
    parameters: EmergingParameters,
) -> AlertChanges:
    """Say which rises to tell of, each once, and which earlier alerts have ended.

    A rise that goes on raises nothing, nor does the other view of it. It has ended when a
    whole window after the alert has a ratio under `END_RATIO`, or when its theme is no longer
    read. What began before an alert of the theme ended is still that rise, not a new one.

    Parameters
    ----------
    readings
        Of this moment, of every theme.
    earlier
        Every alert raised before, ended or not.
    """
    days = {"incident": parameters.incident_days, "need": parameters.need_days}
    now = {(reading.theme_id, reading.view): reading for reading in readings}
    running = [alert for alert in earlier if alert.ended_on is None]
    ended = tuple(
        replace(alert, ended_on=today)
        for alert in running
        if (reading := now.get((alert.theme_id, alert.view))) is None
        or (_is_calm(reading) and today - alert.raised_on >= timedelta(days[alert.view]))
    )
    told = {alert.theme_id for alert in running}
    raised = []
    for reading in sorted(readings, key=lambda reading: (reading.theme_id, reading.view)):
        rise = reading.rise
        if rise is None or reading.theme_id in told or _is_told(reading.theme_id, rise, earlier):
            continue
        told.add(reading.theme_id)
        raised.append(
            RiseAlert(
                reading.theme_id,
                reading.view,
                raised_on=today,
                version=rise.version,
                voices=rise.voices,
                ratio=rise.ratio.value or 1.0,
            )
        )
    return AlertChanges(tuple(raised), ended)


def _is_calm(reading: Reading) -> bool:
    return reading.rise is None and reading.ratio < END_RATIO


def _is_told(theme_id: int, rise: Rise, earlier: Sequence[RiseAlert]) -> bool:
    ends = [alert.ended_on for alert in earlier if alert.theme_id == theme_id and alert.ended_on]
    return any(rise.since < end for end in ends)
