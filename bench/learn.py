"""How far corrections of themes reach statements that nobody touched.

``python -m bench learn --data FILE.csv [--vectors FILE.npy] [--decisions N ...] [--seed S ...]``.
The file has the columns ``text`` and ``label``. A drawn reviewer who knows the labels looks at what
the pages show of the themes found and makes N decisions, those that gain most first: merges,
splits by up to ten sorted statements of each side, moves of single statements. A list has one entry
for each seed and, within it, for each N. Scores are of the texts that no decision named and that
stand for no theme that one named, the same ones throughout a row:

before
    as found;
shaped
    with the decisions laid over what was found;
taught
    the same with what they teach of other statements (`models.themes.teaching`), as after a
    retrain.

``learnt`` says whether the decisions taught anything, ``moved`` how many texts are shown elsewhere
for it. The label ``NO_THEME`` says that a text belongs nowhere.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.learn_reviewer import Reviewer, name, shown_with
from bench.themes import NO_THEME, Labelled, read_labelled, read_vectors
from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, Vectors
from models.themes.fitting import ThemeFit, fit_themes
from models.themes.learnt import learnt_by
from models.themes.placement import describe
from models.themes.teaching import Lesson, teach


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Correct the themes of one file once for each seed, and look at what was left alone."""
    options = _options(argv)
    said = read_labelled(options.data)
    vectors = read_vectors(said, options.vectors)
    names = {label: place for place, label in enumerate(sorted({*said.labels} - {NO_THEME}))}
    names[NO_THEME] = NOISE
    labels = np.array([names[said.labels[row]] for row in said.first_rows], np.int64)
    began = perf_counter()
    fit = _fit(vectors, said)
    seconds_fit = perf_counter() - began
    found = np.full(len(vectors), NOISE, np.int64)
    found[fit.core] = fit.model.labels
    rounds: list[dict[str, Any]] = []
    for seed in options.seed:
        print(f"seed {seed}: deciding", file=sys.stderr)
        reviewer = Reviewer(vectors, labels, found, np.random.default_rng(seed))
        for decisions in sorted(options.decisions):
            reviewer.decide(decisions - sum(reviewer.made.values()))
            rounds.append({"seed": seed, **_learn(reviewer, fit, said)})
            print(rounds[-1], file=sys.stderr)
    return {
        "n": len(labels),
        "seconds_fit": round(seconds_fit, 1),
        **{key: [one[key] for one in rounds] for key in rounds[0]},
    }


def _learn(reviewer: Reviewer, fit: ThemeFit, said: Labelled) -> dict[str, Any]:
    """Learn from what a reviewer decided, and judge it."""
    rows = [name(row) for row in range(len(reviewer.found))]
    wishes = reviewer.wishes()
    began = perf_counter()
    taught = teach(
        Lesson(
            said=describe(fit.model, reviewer.vectors, said.distinct),
            core=fit.core,
            statements=[[row] for row in rows],
            hashes=rows,
            found=reviewer.found,
            wishes=wishes,
            before={},
        )
    )
    seconds = perf_counter() - began
    learnt = learnt_by(
        replace(fit.model, taught=taught),
        lambda hashes: reviewer.vectors[[int(one) for one in hashes]],
        lambda hashes: [said.distinct[int(one)] for one in hashes],
    )
    after = shown_with(reviewer.vectors, reviewer.found, wishes, learnt)
    touched = np.isin(np.arange(len(after)), reviewer.touched())
    result: dict[str, Any] = {"decisions": sum(reviewer.made.values()), **reviewer.made}
    result |= {"touched": int(touched.sum()), "learnt": taught is not None}
    result["moved"] = int((after != reviewer.shown).sum())
    states = {"before": reviewer.found, "shaped": reviewer.shown, "taught": after}
    for state, themes in states.items():
        ami, ari = _scores(reviewer.labels[~touched], themes[~touched])
        result |= {f"ami_{state}_untouched": ami, f"ari_{state}_untouched": ari}
    return {**result, "seconds_taught": round(seconds, 1)}


def _fit(vectors: Vectors, said: Labelled) -> ThemeFit:
    settings = Config().themes
    return fit_themes(
        vectors,
        said.distinct,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
    )


def _scores(labels: IntArray, themes: IntArray) -> tuple[float, float]:
    """Return AMI and ARI, those in no theme counted as one."""
    from sklearn import metrics

    ami = metrics.adjusted_mutual_info_score(labels, themes)
    return round(float(ami), 4), round(float(metrics.adjusted_rand_score(labels, themes)), 4)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench learn")
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    parser.add_argument("--decisions", type=int, nargs="+", default=[200], help="a row for each")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one reviewer for each")
    return parser.parse_args(argv)
