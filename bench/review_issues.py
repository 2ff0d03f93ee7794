"""Which issues emerge in the reviews of each version, as a release view of the rises shows them.

An issue is a phrase that problems and requests of one version have more often than those of the
versions before. It is put into its statements: the most central one, then those that are central
and say something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from groundswell.domain import NOISE, IntArray, Vectors, content_id
from models.encoding.embedding import Encoder, embed
from models.naming.phrases import find_phrases
from models.statements.annotation import annotate
from models.statements.annotator import example_texts
from models.statements.splitting import split_statements
from models.trends.emerging import EmergingParameters, read_releases

KINDS = ("problem", "request")
"""Of the statements that an issue is made of; praise is no issue."""

SHOWN = 3
"""Statements that put an issue, as in the paper of the protocol."""

SAME_ISSUE = 0.5
"""Share of its voices that a phrase has in common with a stronger one from which on both are one
issue."""

LIKENESS = 0.7
"""Weight against what is shown already, beside centrality. Carbonell and Goldstein (1998), "The
use of MMR", SIGIR 1998."""

PARAMETERS = EmergingParameters(sensitivity="high", min_voices=3, fdr=0.3, at_least=3)
"""A version has few reviews: hints are looked for, not alarms."""


@dataclass(frozen=True, slots=True)
class Said:
    """The statements of all reviews."""

    table: pd.DataFrame
    """One row per statement: text, voice, version, age_days, kind."""
    vectors: Vectors
    """Shape (n_statements, dims)."""
    as_of: datetime


def read_statements(reviews: pd.DataFrame, encoder: Encoder) -> Said:
    """Split reviews into statements, embed them and tell their kinds.

    Parameters
    ----------
    reviews
        date (datetime64), version, text. Each review is a voice.
    """
    last = reviews["date"].max()
    rows = [
        (statement.text, number, version, float((last - date).days))
        for number, (date, version, text) in enumerate(
            zip(reviews["date"], reviews["version"], reviews["text"], strict=True)
        )
        for statement in split_statements(str(number), text)
    ]
    table = pd.DataFrame(rows, columns=["text", "voice", "version", "age_days"])
    texts = sorted(set(table["text"]), key=content_id)
    vectors = embed(texts, encoder)
    hashes = [content_id(text) for text in texts]
    told = annotate(hashes, texts, vectors, embed(example_texts(), encoder))
    place = {text: number for number, text in enumerate(texts)}
    own = table["text"].map(place).to_numpy(np.int64)
    kinds = np.array([annotation.kind for annotation in told], dtype=object)
    return Said(
        table.assign(kind=kinds[own]), vectors[own], last.to_pydatetime().replace(tzinfo=UTC)
    )


def find_issues(said: Said) -> dict[str, list[IntArray]]:
    """Return by version its issues, strongest first, each as places of its statements."""
    mentions, phrases = _mentions(said.table[said.table["kind"].isin(KINDS)])
    rises = read_releases(mentions, said.as_of, PARAMETERS)
    places = mentions.groupby(["version", "theme_id"])["place"]
    issues = {}
    for version, found in rises.items():
        order = sorted(found, key=lambda one: (-(found[one].ratio.low or 0.0), phrases[one]))
        issues[version] = _issues(
            said, [places.get_group((version, one)).to_numpy(np.int64) for one in order]
        )
    return issues


def _mentions(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return a mention for each phrase of each statement, the phrases in the place of themes."""
    found = [(place, find_phrases(text)) for place, text in table["text"].items()]
    phrases = sorted({phrase for _, some in found for phrase in some})
    number = {phrase: place for place, phrase in enumerate(phrases)}
    rows = [
        (place, f"{place} {phrase}", number.get(phrase, NOISE))
        for place, some in found
        for phrase in (some or [""])  # a statement without phrases counts towards the total
    ]
    mentions = pd.DataFrame(rows, columns=["place", "statement_id", "theme_id"])
    said = table.loc[mentions["place"], ["voice", "version", "age_days"]].reset_index(drop=True)
    return pd.concat([mentions.assign(membership=1.0), said], axis=1), phrases


def _issues(said: Said, groups: Sequence[IntArray]) -> list[IntArray]:
    voices = said.table["voice"].to_numpy()
    taken: list[set[int]] = []
    issues = []
    for places in groups:
        own = set(voices[places].tolist())
        if any(len(own & other) > SAME_ISSUE * len(own) for other in taken):
            continue
        taken.append(own)
        issues.append(places[_typical(said.vectors[places])])
    return issues


def _typical(vectors: Vectors) -> IntArray:
    """Return places of the most central rows that do not say the same."""
    exact = vectors.astype(np.float64)
    centre = exact.mean(axis=0)
    central = np.round(exact @ centre / max(float(np.linalg.norm(centre)), 1e-12), 6)
    alike = np.round(exact @ exact.T, 6)
    chosen: list[int] = [int(central.argmax())]
    while len(chosen) < min(SHOWN, len(exact)):
        worth = central - LIKENESS * alike[:, chosen].max(axis=1)
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return np.array(chosen, dtype=np.int64)
