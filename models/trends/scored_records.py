"""The records that carry a score, as the arrays a regression needs.

The score is the rating or the answer to "would you recommend us", whichever more records have:
the two are different scales and are not mixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from groundswell.domain import FloatArray, IntArray

LEVEL_RECORDS = 30
"""Records from which a version, channel or month counts by itself; the rest are pooled."""
LEVELS = 40
"""Versions, channels or months that count by themselves at most, those with most records: keeps
the fit of a product with hundreds of versions as quick as any other."""


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """What is scored."""

    column: str
    name: str
    """Plural, for sentences: ``ratings``."""
    unit: str


SCALES = (
    ScoreScale("rating", "ratings", "rating points (1-5)"),
    ScoreScale("nps", "NPS answers", "NPS answer points (0-10)"),
)


@dataclass(frozen=True, slots=True)
class ScoredRecords:
    """Scored records in the order of their ids; arrays without a note have shape (n_records,)."""

    scale: ScoreScale
    score: FloatArray
    voice: IntArray
    """Number of the customer, from 0."""
    weight: FloatArray
    """Every customer has 1, shared alike by the sets of themes that it speaks of."""
    theme_ids: tuple[int, ...]
    """The columns of `themes`, ascending."""
    themes: csr_array
    """Strongest membership of the record's statements, 0 to 1, shape (n_records, n_themes)."""
    theme_voices: IntArray
    """Customers with a scored record of the theme, shape (n_themes,)."""
    controls: csr_array
    """Ones, then an indicator of each level but the most common, (n_records, 1 + n_levels)."""
    controlled: tuple[str, ...]
    """What the controls stand for, of version, channel and month."""

    def only(self, chosen: IntArray) -> "ScoredRecords":
        """Return the same records with some of the themes; `chosen` are places in them."""
        return replace(
            self,
            theme_ids=tuple(self.theme_ids[place] for place in chosen),
            themes=self.themes[:, chosen],
            theme_voices=self.theme_voices[chosen],
        )


def scored_records(
    mentions: pd.DataFrame, theme_ids: Sequence[int], min_membership: float
) -> ScoredRecords:
    """Gather the records that carry a score; none where there is neither rating nor NPS.

    Parameters
    ----------
    mentions
        From `models.evidence.voices.usable_mentions`, noise included: those who voice no theme are
        what the others are compared with. The columns version and channel may be absent.
    min_membership
        0 to 1; mentions below it do not count.
    """
    scale = max(SCALES, key=lambda one: _scored(mentions, one)["record_id"].nunique())
    table = _scored(mentions, scale).sort_values(["record_id", "statement_id", "theme_id"])
    records = table.drop_duplicates("record_id")
    voice, _ = pd.factorize(records["voice"], sort=True)
    ids = tuple(sorted(set(theme_ids)))
    themes = _memberships(table, ids, min_membership)
    controls, controlled = _controls(records)
    return ScoredRecords(
        scale=scale,
        score=records[scale.column].to_numpy(np.float64),
        voice=voice.astype(np.int64),
        weight=_weights(voice, themes),
        theme_ids=ids,
        themes=themes,
        theme_voices=_count_voices(themes, voice),
        controls=controls,
        controlled=controlled,
    )


def _scored(mentions: pd.DataFrame, scale: ScoreScale) -> pd.DataFrame:
    if scale.column not in mentions:
        return mentions.iloc[:0].assign(**{scale.column: np.empty(0)})
    return mentions[mentions[scale.column].notna()]


def _memberships(table: pd.DataFrame, ids: Sequence[int], min_membership: float) -> csr_array:
    """Return the strongest membership of each record, records in the order of their ids."""
    record, names = pd.factorize(table["record_id"], sort=True)
    theme = pd.Index(ids, dtype=np.int64).get_indexer(pd.Index(table["theme_id"]))
    heard = (theme >= 0) & (table["membership"] >= min_membership).to_numpy()
    pairs = pd.DataFrame({"record": record, "theme": theme, "p": table["membership"].to_numpy()})
    strongest = pairs[heard].groupby(["record", "theme"])["p"].max()
    place = (strongest.index.get_level_values(0), strongest.index.get_level_values(1))
    return csr_array((strongest.to_numpy(np.float64), place), shape=(len(names), len(ids)))


def _weights(voice: IntArray, themes: csr_array) -> FloatArray:
    """Return weights of which each voice has 1, shared alike by what it speaks of.

    What it speaks of is a set of themes: saying the same five hundred times leaves what else it
    says as heavy as it was.
    """
    names = np.random.default_rng(0).integers(2**62, size=themes.shape[1])  # no two sets sum alike
    spoken_of = csr_array((themes.data > 0, themes.indices, themes.indptr), shape=themes.shape)
    said = pd.DataFrame({"voice": voice, "set": spoken_of.astype(np.int64) @ names})
    alike = said.groupby(["voice", "set"])["set"].transform("size")
    sets = said.groupby("voice")["set"].transform("nunique")
    return np.asarray(1.0 / (alike * sets), dtype=np.float64)


def _count_voices(themes: csr_array, voice: IntArray) -> IntArray:
    record, theme = themes.nonzero()
    pairs = np.unique(np.stack([theme, voice[record]]), axis=1)
    return np.bincount(pairs[0], minlength=themes.shape[1])


def _controls(records: pd.DataFrame) -> tuple[csr_array, tuple[str, ...]]:
    columns = {name: records[name] for name in ("version", "channel") if name in records}
    columns["month"] = records["created_at"].dt.strftime("%Y-%m")
    levels = {name: _levels(column) for name, column in columns.items()}
    ones = csr_array(np.ones((len(records), 1)))
    used = tuple(name for name, level in levels.items() if level.shape[1] > 0)
    return hstack([ones, *(levels[name] for name in used)], format="csr"), used


def _levels(column: pd.Series) -> csr_array:
    """Return indicators of the levels with enough records, without the most common level.

    Rare levels are pooled; what is not known is a level too.
    """
    code, names = pd.factorize(column, sort=True)
    code = np.where(code < 0, len(names), code)
    number = np.bincount(code, minlength=len(names) + 1)
    order = np.argsort(-number, kind="stable")
    own = order[:LEVELS][number[order[:LEVELS]] >= LEVEL_RECORDS]
    place = np.full(len(number), len(own))
    place[own] = np.arange(len(own))
    level = place[code]
    shown = level > 0
    places = (np.flatnonzero(shown), level[shown] - 1)
    shape = (len(column), int(level.max(initial=0)))
    return csr_array((np.ones(len(places[0])), places), shape=shape)
