"""How well kinds are told: by a classifier learnt from labels, or without any.

``python -m bench kind --train FILE.csv --test FILE.csv`` learns from the first file and is judged
on the second; columns ``text`` and ``label``, any labels; ``--no-tune`` leaves the encoder as it
is, which takes a minute instead of several. ``python -m bench kind`` alone judges the
annotation that needs no labels, on statements written for this project; with ``--corrections N``
also what N kinds that a reviewer says (``--only-wrong``: where another one was told) bring on
statements that nobody touched, of ``--test`` where given, with the labels bug, feature, question
or those of the annotation; ``--first M`` of its rows.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.corrections import kinds_of, over_seeds, taught_kinds
from bench.themes import peak_rss_mb
from groundswell.config import Config
from groundswell.domain import content_id
from groundswell.errors import IngestError
from models.encoding.embedding import Encoder, embed, load_encoder
from models.encoding.model_folder import ModelFolder, find_model
from models.statements.annotation import annotate
from models.statements.annotator import CorrectedStatements, example_texts
from models.statements.kind_classifier import fit_kind_classifier

STATEMENTS = Path(__file__).with_name("kind_statements.csv")
_FIELD_BYTES = 2**31 - 1  # a ticket can quote a whole log in one field


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Judge the classifier on two files, or the annotation on the project's own statements."""
    options = _options(argv)
    settings = Config().embedding
    encoder = load_encoder(
        options.model,
        backend=settings.backend,
        cache=settings.cache,
        threads=settings.threads,
    )
    if options.corrections:
        return judge_corrections(
            _labelled(options), encoder, options.corrections, only_wrong=options.only_wrong
        )
    if options.train is None:
        return judge_annotation(read_columns(STATEMENTS, COLUMNS), encoder)
    train = read_columns(options.train, ("text", "label"))
    test = read_columns(options.test, ("text", "label"))
    base = None if options.no_tune or options.model == "hashing" else find_model(options.model)
    return judge_classifier(train, test, encoder, seed=options.seed, base=base)


COLUMNS = ("text", "kind", "polarity", "severity")
SEEDS = range(1, 11)
"""Of the halves."""


def judge_classifier(
    train: Sequence[dict[str, str]],
    test: Sequence[dict[str, str]],
    encoder: Encoder,
    *,
    seed: int,
    base: ModelFolder | None = None,
) -> dict[str, Any]:
    """Learn from `train` and return F1 on `test`, the mean over labels and of each.

    `base` is a model to tune on the labels, None to do without.
    """
    began = perf_counter()
    print(f"learning from {len(train):,} texts", file=sys.stderr)
    model = fit_kind_classifier(
        [row["text"] for row in train],
        [row["label"] for row in train],
        encoder,
        seed=seed,
        base=base,
    )
    fitted = perf_counter()
    found = model.predict([row["text"] for row in test])
    done = perf_counter()
    return {
        "n_train": len(train),
        "n_test": len(test),
        **_f1([row["label"] for row in test], found),
        "seconds_fit": round(fitted - began, 1),
        "seconds_predict": round(done - fitted, 1),
        "seconds": round(done - began, 1),
        "peak_rss_mb": peak_rss_mb(),
    }


def judge_corrections(
    rows: Sequence[tuple[str, str]], encoder: Encoder, count: int, *, only_wrong: bool
) -> dict[str, Any]:
    """Say kinds in half of (text, label) and judge the other half, for some seeds."""
    texts, kinds = [text for text, _ in rows], kinds_of([label for _, label in rows])
    said = CorrectedStatements(texts, embed(texts, encoder), kinds)
    examples = embed(example_texts(), encoder)
    return over_seeds(
        [taught_kinds(said, examples, count, seed=s, only_wrong=only_wrong) for s in SEEDS]
    )


def judge_annotation(rows: Sequence[dict[str, str]], encoder: Encoder) -> dict[str, Any]:
    """Annotate `rows`; F1 of the kinds, Spearman's rank correlation of polarity and severity.

    Severity is judged over all rows and over those that a person called a problem.
    """
    from scipy.stats import spearmanr

    texts = [row["text"] for row in rows]
    vectors, examples = embed(texts, encoder), embed(example_texts(), encoder)
    began = perf_counter()
    found = annotate([content_id(text) for text in texts], texts, vectors, examples)
    seconds = perf_counter() - began
    problems = [place for place, row in enumerate(rows) if row["kind"] == "problem"]
    polarity = [float(row["polarity"]) for row in rows]
    severity = [float(row["severity"]) for row in rows]
    seen = [one.severity for one in found]
    pairs = {
        "spearman_polarity": (polarity, [one.polarity for one in found]),
        "spearman_severity": (severity, seen),
        "spearman_severity_of_problems": (
            [severity[place] for place in problems],
            [seen[place] for place in problems],
        ),
    }
    right = sum(row["kind"] == one.kind for row, one in zip(rows, found, strict=True))
    return {
        "n": len(rows),
        "accuracy": round(right / len(rows), 4),
        **_f1([row["kind"] for row in rows], [one.kind for one in found]),
        **{name: round(float(spearmanr(*pair).statistic), 4) for name, pair in pairs.items()},
        "seconds": round(seconds, 4),
    }


def read_columns(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file.

    Raises
    ------
    IngestError
        It is not UTF-8, lacks one of `columns`, or has no row.
    """
    csv.field_size_limit(_FIELD_BYTES)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: not a CSV file in UTF-8 ({error}); save it as one") from None
    if not rows or any(row.get(name) is None for row in rows for name in columns):
        raise IngestError(f"{path}: expected rows with the columns {', '.join(columns)}")
    return rows


def _labelled(options: argparse.Namespace) -> list[tuple[str, str]]:
    if options.test is None:
        return [(row["text"], row["kind"]) for row in read_columns(STATEMENTS, COLUMNS)]
    rows = read_columns(options.test, ("text", "label"))[: options.first]
    return [(row["text"], row["label"]) for row in rows]


def _f1(true: Sequence[str], found: Sequence[str]) -> dict[str, Any]:
    from sklearn.metrics import f1_score

    labels = sorted(set(true))
    each = f1_score(true, found, labels=labels, average=None, zero_division=0.0)
    shares = {label: round(float(share), 4) for label, share in zip(labels, each, strict=True)}
    return {"f1_macro": round(float(each.mean()), 4), "f1": shares}


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench kind", description=__doc__)
    parser.add_argument("--train", type=Path, help="CSV file: text,label")
    parser.add_argument("--test", type=Path, help="CSV file: text,label")
    parser.add_argument("--corrections", type=int, metavar="N", help="kinds that are said")
    parser.add_argument("--only-wrong", action="store_true", help="only those told wrongly")
    parser.add_argument("--first", type=int, metavar="M", help="rows of --test")
    parser.add_argument("--model", default=Config().embedding.model)
    parser.add_argument(
        "--no-tune", action="store_true", help="learn in a minute, without tuning the encoder"
    )
    parser.add_argument("--seed", type=int, default=Config().ranking.seed)
    options = parser.parse_args(argv)
    alone = options.corrections and options.train is None
    if (options.train is None) != (options.test is None) and not alone:
        parser.error("--train and --test go together")
    return options
