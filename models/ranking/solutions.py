"""What customers ask for by name to meet a need: several solutions to one need stay apart.

Inside a need, the statements that request something are grouped by meaning and letters. A group is
a solution of its own if enough customers ask for it and it has words that the other requests of the
need do not say.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from groundswell.domain import FeatureCandidate, IntArray, NeedTheme, Vectors
from groundswell.report import Solution
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

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class _Group:
    rows: IntArray
    words: tuple[str, ...]


def find_solutions(
    mentions: pd.DataFrame,
    themes: Sequence[NeedTheme],
    vectors: Mapping[str, Vectors],
    *,
    min_membership: float = 0.15,
) -> dict[int, tuple[Solution, ...]]:
    """Find the solutions that are asked for inside each certified need.

    A need with one solution shows it only where that names something which the need's keywords do
    not: else the need itself says it all.

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
    dict of theme id to solutions
        Most voices first; needs without a solution are left out.
    """
    asked = mentions.loc[
        (mentions["kind"] == "request")
        & (mentions["membership"] >= min_membership)
        & mentions["text_hash"].isin(list(vectors)),
        ["theme_id", "membership", "text_hash", "statement_id", "voice", "text"],
    ]
    by_theme = dict(list(asked.groupby("theme_id")))
    found = {
        theme.theme_id: _solutions_of(theme, by_theme[theme.theme_id], vectors)
        for theme in sorted(themes, key=lambda theme: theme.theme_id)
        if theme.state == "certified" and theme.theme_id in by_theme
    }
    return {need: solutions for need, solutions in found.items() if solutions}


def solution_candidates(found: Mapping[int, Sequence[Solution]]) -> list[FeatureCandidate]:
    """Return each solution as a candidate of its own.

    It covers its need as far as those who ask for anything there ask for it, so that it stands
    beside the need's own candidate and below it.
    """
    return [
        FeatureCandidate(
            candidate_id=f"request-{need}-{solution.key}",
            title=solution.words,
            need=solution.words,
            coverage=((need, solution.voices / solution.of),),
            reason=f"asked for by {solution.voices} of the {solution.of} customers who ask for"
            " anything here",
        )
        for need, solutions in sorted(found.items())
        for solution in solutions
    ]


def _solutions_of(
    theme: NeedTheme, asked: pd.DataFrame, vectors: Mapping[str, Vectors]
) -> tuple[Solution, ...]:
    """Return the solutions of one need, most voices first."""
    order = ["membership", "text_hash", "statement_id"]
    asked = asked.sort_values(order, ascending=[False, True, True]).reset_index(drop=True)
    texts = asked.drop_duplicates("text_hash").head(MOST_TEXTS)
    if asked["voice"].nunique() < FEWEST_VOICES or len(texts) < 2:
        return ()
    found = _group(texts, np.array([vectors[key] for key in texts["text_hash"]]))
    groups = pd.Series(found, index=texts["text_hash"])
    asked = asked.assign(group=asked["text_hash"].map(groups)).dropna(subset=["group"])
    solutions = _with_words(asked)
    known = {stem for keyword in theme.keywords for stem in find_stems(keyword)}
    if len(solutions) < 2:
        solutions = [one for one in solutions if set(one.words) - known]
    made = [_solution(asked, group, vectors) for group in solutions]
    return tuple(sorted(made, key=lambda one: (-one.voices, one.words)))


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


def _with_words(asked: pd.DataFrame) -> list[_Group]:
    """Return the groups with enough voices that have words of their own."""
    stems = [set(find_stems(text)) for text in asked["text"]]
    everywhere, groups = _count(stems), asked["group"].to_numpy()
    solutions = []
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        if asked["voice"].iloc[inside].nunique() < FEWEST_VOICES:
            continue
        here, rest = _count(stems[row] for row in inside), len(stems) - len(inside)
        shares = {
            stem: (count / len(inside), (everywhere[stem] - count) / max(rest, 1))
            for stem, count in here.items()
        }
        own = [s for s, (here, there) in shares.items() if here >= COMMON and there <= ELSEWHERE]
        if own:
            telling = sorted(own, key=lambda s: (shares[s][1] - shares[s][0], s))
            solutions.append(_Group(inside, tuple(telling)))
    return solutions


def _count(stems: Iterable[set[str]]) -> Counter[str]:
    """Return how many have each stem."""
    return Counter(chain.from_iterable(stems))


def _solution(asked: pd.DataFrame, group: _Group, vectors: Mapping[str, Vectors]) -> Solution:
    mine = asked.iloc[group.rows]
    return Solution(
        words=_short(_central(mine, vectors)),
        voices=mine["voice"].nunique(),
        of=asked["voice"].nunique(),
        statement_ids=tuple(sorted(set(mine["statement_id"]))),
        key=group.words[0],
    )


def _central(mine: pd.DataFrame, vectors: Mapping[str, Vectors]) -> str:
    """Return the statement in the middle of a solution, a short one if there is any."""
    rows = np.array([vectors[key] for key in mine["text_hash"]], dtype=np.float64)
    nearness = np.round(rows @ rows.sum(axis=0), 6)
    sentences = [" ".join(str(text).split()) for text in mine["text"]]
    fits = np.array([len(sentence) <= SHOWN_CHARACTERS for sentence in sentences])
    return sentences[int(np.where(fits | ~fits.any(), nearness, -np.inf).argmax())]


def _short(sentence: str) -> str:
    if len(sentence) <= SHOWN_CHARACTERS:
        return sentence
    return sentence[:SHOWN_CHARACTERS].rsplit(" ", 1)[0] + " …"
