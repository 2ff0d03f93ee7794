"""How well the issues that emerge in reviews meet the changelog, and how sure alarms are.

``python -m bench emerging --reviews FILE.csv --changelog FILE.csv [--seed N]``. Files: reviews
``date,version,rating,text``; changelog ``version,terms``, key terms with commas between them,
versions in the order in which they came out. Without files only planted rises are measured.
`bench.changelog_terms` says how issues are judged, `bench.review_issues` how they are found,
`bench.planted_rises` what is planted.
"""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.changelog_terms import Issues, Meetings, expected_terms, read_changelog
from bench.planted_rises import watch
from bench.review_issues import Said, find_issues, read_statements
from groundswell.config import Config
from groundswell.errors import IngestError
from models.encoding.embedding import load_encoder
from models.trends.emerging import EmergingParameters

QUARTERS = 72
"""Watched without a rise; with fewer the rate of false alarms is known to a third at best."""

PLANTED = 360
STRICT_WORDS = 2
"""Of a term's words, for the keys that end in ``_strict``; the others ask for one."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Compare emerging issues with the changelog, and measure the alarms on planted rises."""
    options = _options(argv)
    result: dict[str, Any] = {}
    if options.reviews is not None:
        changelog = read_changelog(options.changelog)
        reviews = read_reviews(options.reviews)
        said = _said(reviews[reviews["version"].isin(list(changelog))])
        result = compare_issues(said, find_issues(said), changelog, seed=options.seed)
    print("watching planted rises", file=sys.stderr)
    watched = watch(
        options.seed,
        quarters=options.quarters,
        planted=options.planted,
        parameters=EmergingParameters(),
    )
    return {**result, **watched}


def compare_issues(
    said: Said, issues: Issues, changelog: Mapping[str, Sequence[str]], *, seed: int
) -> dict[str, Any]:
    """Return precision, recall and their harmonic mean, of the issues and of chance.

    Of chance the mean over the draws, and what one draw in twenty exceeds.
    """
    terms = expected_terms(changelog)
    texts, versions = said.table["text"].tolist(), said.table["version"].tolist()
    result: dict[str, Any] = {"statements": len(texts), "versions": len(terms)}
    for ending, words in (("", 1), ("_strict", STRICT_WORDS)):
        meetings = Meetings(texts, versions, terms, words=words)
        score = meetings.score(issues)
        chance = meetings.by_chance(issues, seed)
        alike = meetings.by_chance(issues, seed, same_length=True)
        result |= {"issues": score.issues, "terms": score.terms}
        result |= {
            f"precision{ending}": round(score.precision, 4),
            f"recall{ending}": round(score.recall, 4),
            f"f{ending}": round(score.f, 4),
            f"f_random{ending}": round(float(chance.mean()), 4),
            f"f_random_95{ending}": round(float(np.quantile(chance, 0.95)), 4),
            f"lift{ending}": round(score.f - float(chance.mean()), 4),
            f"lift_same_length{ending}": round(score.f - float(alike.mean()), 4),
        }
    return result


def read_reviews(path: Path) -> pd.DataFrame:
    """Read a file of reviews: date, version and text, in a canonical order.

    Raises
    ------
    IngestError
        It is not UTF-8, or a column is missing, or a date is none, or there is no row.
    """
    wanted = ["date", "version", "text"]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[row.get(name) for name in wanted] for row in csv.DictReader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: not a CSV file in UTF-8 ({error}); save it as one") from None
    if not rows or any(value is None for row in rows for value in row):
        raise IngestError(f"{path}: expected rows with {', '.join(wanted)} under these names")
    table = pd.DataFrame(rows, columns=wanted)
    table["date"] = pd.to_datetime(table["date"], errors="coerce")
    if table["date"].isna().any():
        raise IngestError(f"{path}: a date is missing or wrong; expected it as YYYY-MM-DD")
    return table.sort_values(wanted).reset_index(drop=True)


def _said(reviews: pd.DataFrame) -> Said:
    settings = Config().embedding
    print(f"embedding {len(reviews):,} reviews", file=sys.stderr)
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    return read_statements(reviews, encoder)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench emerging", description=__doc__)
    parser.add_argument("--reviews", type=Path, help="CSV file: date,version,rating,text")
    parser.add_argument("--changelog", type=Path, help="CSV file: version,terms")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quarters", type=int, default=QUARTERS, help="without a rise")
    parser.add_argument("--planted", type=int, default=PLANTED, help="rises; an even number")
    options = parser.parse_args(argv)
    if (options.reviews is None) != (options.changelog is None):
        parser.error("--reviews and --changelog belong together")
    return options
