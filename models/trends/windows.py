"""Count voices in windows of time and in versions of the product.

A voice counts once in a window, however often it writes there, so windows are compared with
windows of the same length: in a longer one more voices are heard twice.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from groundswell.domain import NOISE, FloatArray, IntArray
from models.trends.rises import Counted

EARLY = 0.9
"""Quantile of the ages of a version's mentions that says when it came out: a few customers give
a version that was not out yet, or that they left long ago."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who spoke of what and when; arrays aligned, one row per statement."""

    themes: IntArray
    """Themes in ascending order, shape (n_themes,); the others point into it."""
    theme: IntArray
    """Place of the theme, -1 for none."""
    voice: IntArray
    age_days: FloatArray
    version: IntArray
    """Place in `versions`, -1 where it is not known."""
    versions: tuple[str, ...]
    """In the order in which they came out."""

    def within(self, oldest_days: float) -> "Spoken":
        """Return the rows up to an age."""
        kept = self.age_days < oldest_days
        return Spoken(
            self.themes,
            self.theme[kept],
            self.voice[kept],
            self.age_days[kept],
            self.version[kept],
            self.versions,
        )


def read_spoken(mentions: pd.DataFrame) -> Spoken:
    """Return the rows that count: none after the moment, each statement once.

    A statement that belongs to several themes counts for the one it belongs to most, so that a
    burst of one need does not raise its neighbours.

    Parameters
    ----------
    mentions
        statement_id, theme_id, membership, voice, age_days and, if known, version.
    """
    table = mentions[mentions["age_days"] >= 0.0]
    table = table.sort_values(
        ["statement_id", "membership", "theme_id"], ascending=[True, False, True]
    ).drop_duplicates("statement_id")
    theme_ids = table["theme_id"].to_numpy(np.int64)
    themes = np.unique(theme_ids[theme_ids != NOISE])
    age = table["age_days"].to_numpy(np.float64)
    version, versions = _read_versions(table, age)
    return Spoken(
        themes=themes,
        theme=np.where(theme_ids == NOISE, -1, np.searchsorted(themes, theme_ids)),
        voice=pd.factorize(table["voice"])[0].astype(np.int64),
        age_days=age,
        version=version,
        versions=versions,
    )


def count_windows(
    spoken: Spoken, *, window_days: int, part_days: int, most_windows: int, fewest_windows: int
) -> Counted | None:
    """Count the newest part of a window, and as many parts of the same length before the window.

    Parameters
    ----------
    window_days
        The past begins behind it, also for its parts: what rises now is no past yet.
    most_windows
        Whole windows of past that are looked back at most.
    fewest_windows
        Whole windows of past without which nothing is said.

    Returns
    -------
    Counted or None
        Windows of the past newest first. None: the past is too short, or nobody spoke.
    """
    if not len(spoken.age_days):
        return None
    past_days = min(float(spoken.age_days.max()) - window_days, most_windows * window_days)
    windows = int(past_days // part_days)
    if past_days < fewest_windows * window_days:
        return None
    block = np.floor((spoken.age_days - window_days) / part_days).astype(np.int64) + 1
    block[spoken.age_days < window_days] = windows + 1  # in the window but not in its newest part
    block[spoken.age_days < part_days] = 0
    counts, totals = _count(spoken, block, windows + 1)
    if totals[0] == 0 or totals[1:].sum() == 0:
        return None
    return Counted(counts[:, 0], float(totals[0]), counts[:, 1:], totals[1:])


def count_versions(spoken: Spoken) -> tuple[FloatArray, FloatArray]:
    """Return voices by theme and version, shape (n_themes, n_versions), and by version."""
    return _count(spoken, spoken.version, len(spoken.versions))


def _read_versions(table: pd.DataFrame, age: FloatArray) -> tuple[IntArray, tuple[str, ...]]:
    if "version" not in table or table["version"].isna().all():
        return np.full(len(table), -1, np.int64), ()
    names = table["version"].astype(object).to_numpy()
    came = pd.Series(age).groupby(names).quantile(EARLY)
    order = sorted(came.index, key=lambda name: (-came[name], name))
    places = {name: place for place, name in enumerate(order)}
    return np.array([places.get(name, -1) for name in names], np.int64), tuple(order)


def _count(spoken: Spoken, block: IntArray, blocks: int) -> tuple[FloatArray, FloatArray]:
    """Return voices by theme and block, and of all themes and none by block."""
    known = (block >= 0) & (block < blocks)
    theme, voice, block = spoken.theme[known], spoken.voice[known], block[known]
    voices = int(spoken.voice.max(initial=0)) + 1
    cells = np.unique((theme * blocks + block)[theme >= 0] * voices + voice[theme >= 0]) // voices
    totals = np.unique(block * voices + voice) // voices
    shape = (len(spoken.themes), blocks)
    by_theme = np.bincount(cells, minlength=shape[0] * blocks).reshape(shape)
    by_block = np.bincount(totals, minlength=blocks)
    return by_theme.astype(np.float64), by_block.astype(np.float64)
