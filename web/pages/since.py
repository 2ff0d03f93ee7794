"""Since when the inbox tells what is different: the report that its reader compares with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell.personal import LastSeen
from groundswell.report import Changes
from reports import figures

CHOICES = {
    "seen": "I last looked",
    "run": "the run before",
    "7": "7 days ago",
    "30": "30 days ago",
}
"""What can stand in the address, and what a reader sees of it."""
DAYS = {"7": 7, "30": 30}

Runs = list[tuple[int, datetime]]
"""(run, when it began), of all reports that went well, the newest first."""


@dataclass(frozen=True, slots=True)
class Since:
    """A moment to compare with, and the report of then."""

    choice: str
    """A key of `CHOICES`."""
    run_id: int | None
    """Whose report is compared with; None: there is none before."""
    at: datetime | None
    """When its reader looked, else when that run began."""
    runs: int
    """Reports that came after it; 0: it is the newest."""


def since(asked: str, runs: Runs, seen: LastSeen | None, now: datetime) -> Since:
    """Return what to compare with.

    Parameters
    ----------
    asked
        A key of `CHOICES`; anything else is ``seen`` for who has looked, ``run`` for others.
    seen
        What the reader marked last; of no use where that report is not there any more.
    """
    known = seen if seen is not None and seen.run_id in dict(runs) else None
    choice = asked if asked in CHOICES else "seen"
    if choice == "seen" and known is not None:
        return _at(choice, known.run_id, runs, known.at)
    if choice in DAYS:
        moment = now - timedelta(days=DAYS[choice])
        then = [run_id for run_id, began in runs if began <= moment]
        return _at(choice, then[0] if then else _first(runs), runs)
    return _at("run", runs[1][0] if len(runs) > 1 else None, runs)


def in_words(moment: Since, changes: Changes, now: datetime) -> str:
    """Say what is compared with, and how much is new, in a sentence or two."""
    records = f"{figures.count(changes.new_records)} new record"
    records += "" if changes.new_records == 1 else "s"
    if moment.run_id is None or moment.at is None:
        return f"The first report: {records}, nothing to compare with."
    day = day_in_words(moment.at, now)
    if not moment.runs:
        looked = f"you looked {day}" if moment.choice == "seen" else f"that of {day}"
        return f"No run since {looked}."
    ago = "1 run" if moment.runs == 1 else f"{moment.runs} runs"
    if moment.choice == "seen":
        return f"Since you looked {day}, {ago} ago: {records}."
    return f"Since run {moment.run_id} {day}, {ago} ago: {records}."


def day_in_words(moment: datetime, now: datetime) -> str:
    """Write a day as people say it: today, yesterday, on Tuesday, on 2026-03-01."""
    days = (now.date() - moment.date()).days
    if days < 2:
        return "yesterday" if days == 1 else "today"
    return f"on {moment:%A}" if days < 7 else f"on {figures.day(moment)}"


def _at(choice: str, run_id: int | None, runs: Runs, at: datetime | None = None) -> Since:
    later = [run for run, _ in runs if run_id is not None and run > run_id]
    return Since(choice, run_id, at or dict(runs).get(run_id or 0), len(later))


def _first(runs: Runs) -> int | None:
    return runs[-1][0] if len(runs) > 1 else None
