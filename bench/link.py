"""How well texts about the same thing are found, and how true the probabilities are.

``python -m bench link --data FILE.csv [--half fitted|kept] [--vectors FILE.npy]``. The file has the
columns ``query,doc,relevant``, one judged pair a row, relevant being 1 or 0. A query that has rows
with 0 is asked about the docs of its rows. A query with nothing but 1 is asked about every doc of
the file, and what the file does not list counts as 0. A row without a query adds a doc to those, a
row without a doc a query that nothing matches. ``--half`` takes half of the queries, by their hash.

map
    mean over the queries that have a match of the average precision;
hit@3
    share of these queries with a match among their first three docs;
precision_at_recall_70
    of all pairs from the most probable down, the best precision where seven in ten matches or more
    are found;
ece
    expected calibration error of the three most probable docs of each query: mean distance between
    probability and share of matches in ten equal bins, by their pairs. Over all pairs, nearly all
    of which are rightly next to 0, it is ``ece_all`` and says little;
..._cosine, ..._bm25
    the same by the cosine of the vectors alone, and by stems of words alone (Okapi BM25).

With ``--corrections N`` a drawn reviewer who knows the truth answers N of the matches that are
shown for half of the queries; the figures are of those of the other half, before and after.
``--only-wrong``: only where the match is told wrongly.

``python -m bench link --build REQUESTS.csv FEATURES.csv OUT.csv`` makes such a file of feature
requests and what was released, ``--titles ITEMS.csv OUT.csv`` of titles and descriptions, and
``--fit FILE.csv ...`` fits the numbers of `models.linking.chances` to the fitted halves.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bench.corrections import over_seeds, taught_links
from groundswell.config import Config
from groundswell.domain import FloatArray, Vectors, content_id
from groundswell.errors import IngestError
from models.encoding.embedding import embed, load_encoder
from models.evidence.inputs import cosine
from models.linking.link_foresight import calibration_error
from models.linking.matching import Texts, match
from models.linking.words import find_stems

COLUMNS = ("query", "doc", "relevant")
SEEDS = range(1, 11)
"""Of which matches are answered."""
FIRST = 3
"""Docs of a query that a person would look at."""
RECALL = 0.7
BM25_SATURATION, BM25_LENGTH = 1.2, 0.75
"""k1 and b, at the usual values of Robertson and Zaragoza (2009), "The Probabilistic Relevance
Framework: BM25 and Beyond", section 3.4."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Queries that are asked about the same docs."""

    queries: list[str]
    docs: list[str]
    relevant: NDArray[np.bool_]
    """Shape (n_queries, n_docs)."""


Scorer = Callable[[Asked, Texts, Texts], FloatArray]


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Measure one file, or make one, or fit."""
    from bench.link_fit import fit_files
    from bench.link_sets import build_requests, build_titles

    options = _options(argv)
    if options.build:
        return build_requests(*options.build)
    if options.titles:
        return build_titles(*options.titles)
    if options.fit:
        return fit_files(options.fit)
    asked = [*read_pairs(options.data, half=options.half)]
    vectors = vectors_of(asked, options.vectors)
    if options.corrections:
        return judge_corrections(asked, vectors, options.corrections, options.only_wrong)
    return judge(asked, vectors)


def judge(asked: Sequence[Asked], vectors: dict[str, Vectors]) -> dict[str, Any]:
    """Score every pair in three ways and compare with what is relevant."""
    result: dict[str, Any] = {
        "queries": sum(len(group.queries) for group in asked),
        "docs": len({doc for group in asked for doc in group.docs}),
        "matches": int(sum(group.relevant.sum() for group in asked)),
    }
    scorers: dict[str, Scorer] = {"": _probable, "_cosine": _by_cosine, "_bm25": _by_words}
    for name, score in scorers.items():
        scores = [score(group, *texts_of(group, vectors)) for group in asked]
        relevant = [group.relevant for group in asked]
        result |= {f"{key}{name}": value for key, value in order_quality(scores, relevant).items()}
        if not name:
            result |= calibration(scores, relevant)
    return result


def judge_corrections(
    asked: Sequence[Asked], vectors: dict[str, Vectors], count: int, only_wrong: bool
) -> dict[str, Any]:
    """Answer matches of half of the queries, and judge those of the other half."""
    halves: dict[bool, list[tuple[FloatArray, NDArray[np.bool_]]]] = {True: [], False: []}
    for group in asked:
        scores = _probable(group, *texts_of(group, vectors))
        for query, values, truth in zip(group.queries, scores, group.relevant, strict=True):
            halves[half_of(query) == "kept"].append((values, truth))
    return over_seeds(
        [
            taught_links(halves[True], halves[False], count, seed=seed, only_wrong=only_wrong)
            for seed in SEEDS
        ]
    )


def order_quality(
    scores: Sequence[FloatArray], relevant: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Return how well scores order each query's docs, and all pairs."""
    precision, hits = [], []
    for values, truth in _rows(scores, relevant):
        if truth.any():
            ordered = truth[np.argsort(-values, kind="stable")]
            found = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
            precision.append(float(found[ordered].mean()))
            hits.append(bool(ordered[:FIRST].any()))
    flat = np.concatenate([values.ravel() for values in scores])
    truth = np.concatenate([values.ravel() for values in relevant])
    return {
        "map": round(float(np.mean(precision)), 4),
        "hit@3": round(float(np.mean(hits)), 4),
        "precision_at_recall_70": round(_precision_at(flat, truth), 4),
    }


def calibration(
    scores: Sequence[FloatArray], relevant: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Return the calibration of the first docs of each query, and of all pairs."""
    first: list[tuple[FloatArray, NDArray[np.bool_]]] = []
    for values, truth in _rows(scores, relevant):
        order = np.argsort(-values, kind="stable")[:FIRST]
        first.append((values[order], truth[order]))
    shown, true = (np.concatenate(part) for part in zip(*first, strict=True))
    flat = np.concatenate([values.ravel() for values in scores])
    truth = np.concatenate([values.ravel() for values in relevant])
    sure = shown >= 0.5
    return {
        "ece": round(calibration_error(shown, true), 4),
        "ece_all": round(calibration_error(flat, truth), 4),
        "sure": int(sure.sum()),
        "sure_precision": round(float(true[sure].mean()), 4) if sure.any() else np.nan,
    }


def read_pairs(path: Path, *, half: str | None = None) -> Iterator[Asked]:
    """Read judged pairs, those who are asked about the same docs together.

    Raises
    ------
    IngestError
        It is not UTF-8, a column is missing, relevant is neither 0 nor 1, or no query has a match.
    """
    judged: dict[str, dict[str, bool]] = defaultdict(dict)
    docs: set[str] = set()
    for query, doc, relevant in _rows_of(path):
        docs |= {doc} - {""}
        if query and (half is None or half_of(query) == half):
            judged[query] |= {doc: relevant == "1"} if doc else {}
    if not any(any(pairs.values()) for pairs in judged.values()):
        raise IngestError(f"{path}: no query has a doc with relevant 1; nothing can be measured")
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for query, pairs in sorted(judged.items()):
        listed = not all(pairs.values())
        groups[tuple(sorted(pairs if listed else docs))].append(query)
    for among, queries in groups.items():
        table = [[judged[query].get(doc, False) for doc in among] for query in queries]
        yield Asked(queries, list(among), np.array(table, dtype=np.bool_))


def half_of(query: str) -> str:
    """Return the half that a query belongs to, by its hash."""
    return "fitted" if int(content_id(query)[:8], 16) % 2 else "kept"


def texts_of(group: Asked, vectors: dict[str, Vectors]) -> tuple[Texts, Texts]:
    """Return queries and docs of a group with their vectors."""
    queries, docs = (
        Texts(texts, np.array([vectors[text] for text in texts], dtype=np.float32))
        for texts in (group.queries, group.docs)
    )
    return queries, docs


def vectors_of(asked: Sequence[Asked], path: Path | None = None) -> dict[str, Vectors]:
    """Return the vector of each text; from a file in the order of their sorted texts."""
    texts = sorted({text for group in asked for text in (*group.queries, *group.docs)})
    if path is not None:
        rows = np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
        if len(rows) != len(texts):
            raise IngestError(f"{path}: {len(rows)} rows; there are {len(texts)} distinct texts")
        return dict(zip(texts, rows, strict=True))
    print(f"embedding {len(texts):,} texts", file=sys.stderr)
    settings = Config().embedding
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    return dict(zip(texts, np.asarray(embed(texts, encoder)), strict=True))


def _probable(group: Asked, queries: Texts, docs: Texts) -> FloatArray:
    found = match(queries, docs, count=len(group.docs))
    scores = np.zeros(group.relevant.shape)
    np.put_along_axis(scores, found.docs, found.probability, axis=1)
    return scores


def _by_cosine(group: Asked, queries: Texts, docs: Texts) -> FloatArray:
    return cosine(queries.vectors, docs.vectors)


def _by_words(group: Asked, queries: Texts, docs: Texts) -> FloatArray:
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=find_stems)
    counts = counter.fit_transform(docs.texts).tocoo()
    having = np.bincount(counts.col, minlength=counts.shape[1])
    idf = np.log1p((counts.shape[0] - having + 0.5) / (having + 0.5))
    lengths = np.bincount(counts.row, counts.data, counts.shape[0])
    relative = 1.0 - BM25_LENGTH + BM25_LENGTH * lengths / lengths.mean()
    full = counts.data * (BM25_SATURATION + 1.0)
    weights = idf[counts.col] * full / (counts.data + BM25_SATURATION * relative[counts.row])
    table = sp.csr_array((weights, (counts.row, counts.col)), shape=counts.shape)
    asked = sp.csr_array(counter.transform(queries.texts) > 0)
    return np.asarray((asked @ table.T).toarray(), dtype=np.float64)


def _precision_at(scores: FloatArray, true: NDArray[np.bool_]) -> float:
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(true[order])
    # Pairs with equal scores come in together.
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0.0, True))
    enough = ends[found[ends] >= RECALL * found[-1]]
    return float((found[enough] / (enough + 1)).max())


def _rows(
    scores: Sequence[FloatArray], relevant: Sequence[NDArray[np.bool_]]
) -> Iterator[tuple[FloatArray, NDArray[np.bool_]]]:
    for values, truth in zip(scores, relevant, strict=True):
        yield from zip(values, truth, strict=True)


def _rows_of(path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(COLUMNS) - set(reader.fieldnames or ()):
                raise IngestError(f"{path}: no column {min(missing)}; expected {','.join(COLUMNS)}")
            for line, row in enumerate(reader, start=2):
                query, doc, relevant = ((row[name] or "").strip() for name in COLUMNS)
                if relevant not in ("0", "1"):
                    raise IngestError(f"{path}:{line}: relevant is {relevant!r}; expected 0 or 1")
                yield query, doc, relevant
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: {error}; expected CSV in UTF-8") from None


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench link",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=Path, help="CSV file: query,doc,relevant")
    what.add_argument("--build", type=Path, nargs=3, metavar=("REQUESTS", "FEATURES", "OUT"))
    what.add_argument("--titles", type=Path, nargs=2, metavar=("ITEMS", "OUT"))
    what.add_argument("--fit", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--corrections", type=int, metavar="N", help="matches that are answered")
    parser.add_argument("--only-wrong", action="store_true", help="only those told wrongly")
    parser.add_argument("--half", choices=("fitted", "kept"), help="half of the queries")
    parser.add_argument("--vectors", type=Path, help="vectors of the sorted texts, not encoded")
    return parser.parse_args(argv)
