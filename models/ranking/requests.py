"""Features that customers ask for by name: several solutions to one need stay apart.

Inside a need, the statements that request something are grouped by meaning and letters. A group is
a solution of its own if enough customers ask for it and it has words that the other requests of the
need do not say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from groundswell.domain import FeatureCandidate, IntArray, NeedTheme, Vectors
from models.linking.words import find_stems, read_words

FEWEST_VOICES = 3
"""Customers that ask for a solution; two may have talked to each other."""

APART = 0.65
"""Mean distance from which requests are different solutions: one less the weighted mean of the
cosines in meaning and letters (decision record 0017)."""

LETTERS_WEIGHT = 0.3
"""Weight of the likeness in letters, beside 1 for that in meaning."""

COMMON = 0.5
"""Share of a solution's statements from which a word is its own ..."""
ELSEWHERE = 0.2
"""... if at most this share of the need's other requests has it."""

MOST_TEXTS = 500
"""Requests of one need that are grouped, those that belong to it most: grouping takes the square
of them."""

TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Requested:
    """A solution that customers ask for, as a candidate."""

    candidate: FeatureCandidate
    """Covers its need as far as those who request anything of it ask for this."""
    statement_ids: tuple[str, ...]
    """Sorted."""
    words: tuple[str, ...]
    """Stems that tell it from the need's other requests, most telling first."""


@dataclass(frozen=True, slots=True)
class _Solution:
    rows: IntArray
    words: tuple[str, ...]


def propose_requested(
    mentions: pd.DataFrame,
    themes: Sequence[NeedTheme],
    vectors: Mapping[str, Vectors],
    *,
    min_membership: float = 0.15,
) -> list[Requested]:
    """Propose the solutions that are asked for inside each certified need.

    A need with one solution gets a candidate for it only where that names something which the
    need's keywords do not: else the need's own candidate says it all.

    Parameters
    ----------
    mentions
        From `models.evidence.voices.usable`, with kind.
    vectors
        Unit vector by text hash; statements without one are left out.
    min_membership
        0 to 1; a statement that belongs to a need less than this does not count for it.

    Returns
    -------
    list of Requested
        By theme id, then most voices first.
    """
    asked = mentions[
        (mentions["kind"] == "request")
        & (mentions["membership"] >= min_membership)
        & mentions["text_hash"].isin(list(vectors))
    ]
    by_theme = dict(list(asked.groupby("theme_id")))
    return [
        requested
        for theme in sorted(themes, key=lambda theme: theme.theme_id)
        if theme.state == "certified" and theme.theme_id in by_theme
        for requested in _solutions_of(theme, by_theme[theme.theme_id], vectors)
    ]


def _solutions_of(
    theme: NeedTheme, asked: pd.DataFrame, vectors: Mapping[str, Vectors]
) -> list[Requested]:
    """Return the solutions of one need, most voices first."""
    order = ["membership", "text_hash", "statement_id"]
    asked = asked.sort_values(order, ascending=[False, True, True]).reset_index(drop=True)
    texts = asked.drop_duplicates("text_hash").head(MOST_TEXTS)
    if asked["voice"].nunique() < FEWEST_VOICES or len(texts) < 2:
        return []
    found = _group(texts, np.array([vectors[key] for key in texts["text_hash"]]))
    groups = pd.Series(found, index=texts["text_hash"])
    asked = asked.assign(group=asked["text_hash"].map(groups)).dropna(subset=["group"])
    solutions = _with_words(asked)
    known = {stem for keyword in theme.keywords for stem in find_stems(keyword)}
    if len(solutions) < 2:
        solutions = [one for one in solutions if set(one.words) - known]
    made = [_requested(theme, asked, solution, vectors) for solution in solutions]
    return sorted(made, key=lambda one: (-one.candidate.coverage[0][1], one.candidate.candidate_id))


def _group(texts: pd.DataFrame, rows: Vectors) -> IntArray:
    """Return the group of each text, by average linkage."""
    from sklearn.cluster import AgglomerativeClustering

    words = read_words(texts["text"].tolist(), [])
    letters = (words.query_letters @ words.query_letters.T).toarray()
    alike = np.round(rows.astype(np.float64) @ rows.astype(np.float64).T, 6)
    distance = 1.0 - (alike + LETTERS_WEIGHT * letters) / (1.0 + LETTERS_WEIGHT)
    np.fill_diagonal(distance, 0.0)
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=APART
    )
    return np.asarray(model.fit_predict(np.clip(distance, 0.0, None)), dtype=np.int64)


def _with_words(asked: pd.DataFrame) -> list[_Solution]:
    """Return the groups with enough voices that have words of their own."""
    stems = [set(find_stems(text)) for text in asked["text"]]
    groups = asked["group"].to_numpy()
    solutions = []
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        if asked["voice"].iloc[inside].nunique() < FEWEST_VOICES:
            continue
        outside = np.flatnonzero(groups != group)
        shares = {
            stem: (_share(stem, stems, inside), _share(stem, stems, outside))
            for stem in set().union(*(stems[row] for row in inside))
        }
        own = [s for s, (here, there) in shares.items() if here >= COMMON and there <= ELSEWHERE]
        if own:
            telling = sorted(own, key=lambda s: (shares[s][1] - shares[s][0], s))
            solutions.append(_Solution(inside, tuple(telling)))
    return solutions


def _share(stem: str, stems: Sequence[set[str]], rows: IntArray) -> float:
    return sum(stem in stems[row] for row in rows) / max(len(rows), 1)


def _requested(
    theme: NeedTheme, asked: pd.DataFrame, solution: _Solution, vectors: Mapping[str, Vectors]
) -> Requested:
    mine = asked.iloc[solution.rows]
    sentence = _central(mine, vectors)
    share = mine["voice"].nunique() / asked["voice"].nunique()
    candidate = FeatureCandidate(
        # Named by its words, which stay when more customers ask for the same.
        candidate_id=f"request-{theme.theme_id}-{solution.words[0]}",
        title=_short(sentence),
        need=sentence,
        coverage=((theme.theme_id, float(share)),),
        reason=f"asked for by {mine['voice'].nunique()} of the {asked['voice'].nunique()}"
        " customers who request something of this need",
    )
    return Requested(candidate, tuple(sorted(set(mine["statement_id"]))), solution.words)


def _central(mine: pd.DataFrame, vectors: Mapping[str, Vectors]) -> str:
    """Return the statement in the middle of a solution, of those that fit in a title if any do."""
    rows = np.array([vectors[key] for key in mine["text_hash"]], dtype=np.float64)
    nearness = np.round(rows @ rows.sum(axis=0), 6)
    sentences = [" ".join(str(text).split()) for text in mine["text"]]
    fits = np.array([len(sentence) <= TITLE_CHARACTERS for sentence in sentences])
    return sentences[int(np.where(fits | ~fits.any(), nearness, -np.inf).argmax())]


def _short(sentence: str) -> str:
    if len(sentence) <= TITLE_CHARACTERS:
        return sentence
    return sentence[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " …"
