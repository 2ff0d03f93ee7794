"""The job a need serves, in the customers' own clauses: when, what for, and what they do instead.

People say it themselves: "so that nobody edits a paid timesheet", "when the router dies", "so I
rework 900 lines each month". The clauses are quoted and never rephrased. English alone is read.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from groundswell.domain import NeedTheme
from groundswell.report import Job, JobPart

SHOWN = 3
"""Clauses of one kind that are shown of a need."""

_SAYS = r"([^.!?\n;]{8,140})"
_WHO = r"(?:i|we|people|everyone|everybody|staff|they|customers|users|employees|managers)"
CLAUSES: Mapping[JobPart, re.Pattern[str]] = {
    "when": re.compile(rf"\b(?:when|whenever|every time|each time) {_WHO}\b{_SAYS}", re.IGNORECASE),
    "what for": re.compile(rf"\b(?:so that|in order to|to be able to) {_SAYS}", re.IGNORECASE),
    "instead": re.compile(
        rf"\bso (?:i|we)(?! (?:can|could|see|get|know|may|might)\b){_SAYS}", re.IGNORECASE
    ),
}
"""What each kind of clause looks like. Who can do something thereby says what for; who does
something for want of it says what is done instead."""
_ABLE = re.compile(rf"\bso (?:i|we) (?:can|could|see|get|know|may|might)\b{_SAYS}", re.IGNORECASE)


def find_jobs(
    mentions: pd.DataFrame, themes: Sequence[NeedTheme], *, min_membership: float = 0.15
) -> dict[int, tuple[Job, ...]]:
    """Find the clauses that tell the job of each need.

    Parameters
    ----------
    mentions
        From `models.evidence.voices.usable`; language may lack.
    min_membership
        0 to 1; a statement that belongs to a need less than this does not count for it.

    Returns
    -------
    dict of theme id to clauses
        By kind, then those that belong to the need most; each of another customer, at most
        `SHOWN` of a kind. Needs without any are left out.
    """
    living = {theme.theme_id for theme in themes}
    rows = mentions[mentions["theme_id"].isin(living) & (mentions["membership"] >= min_membership)]
    if "language" in rows:
        rows = rows[rows["language"].isna() | (rows["language"] == "en")]
    rows = rows[["theme_id", "membership", "statement_id", "text", "voice"]].sort_values(
        ["theme_id", "membership", "statement_id"], ascending=[True, False, True]
    )
    by_need = dict(list(rows.groupby("theme_id")))
    found = {need: _jobs_of(by_need[need]) for need in sorted(living) if need in by_need}
    return {need: jobs for need, jobs in found.items() if jobs}


def _jobs_of(said: pd.DataFrame) -> tuple[Job, ...]:
    jobs: dict[JobPart, list[Job]] = {part: [] for part in CLAUSES}
    heard = set()
    for text, voice, statement in zip(
        said["text"], said["voice"], said["statement_id"], strict=True
    ):
        if all(len(shown) == SHOWN for shown in jobs.values()):
            break
        for part, words in _clauses(text):
            if len(jobs[part]) < SHOWN and (part, voice) not in heard:
                heard.add((part, voice))
                jobs[part].append(Job(part, words, statement))
    return tuple(job for part in CLAUSES for job in jobs[part])


def _clauses(text: str) -> list[tuple[JobPart, str]]:
    """Return the clauses of a statement with their kinds, in the order of the kinds."""
    found = [(part, match) for part, like in CLAUSES.items() for match in like.finditer(text)]
    found += [("what for", match) for match in _ABLE.finditer(text)]
    return [(part, " ".join(match.group(0).split())) for part, match in found]
