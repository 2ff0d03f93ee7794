"""How far corrections of themes reach statements that nobody touched.

``python -m bench learn --data FILE.csv [--vectors FILE.npy] [--decisions N] [--seed S ...]``. The
file has the columns ``text`` and ``label``. A drawn reviewer who knows the labels looks at what
the pages show of the themes found and makes N decisions, those that gain most first: merges,
splits by up to ten sorted statements of each side, moves of single statements. Then a metric is
learned from where statements are shown now, and all is fitted anew in it. A list has one entry
for each seed. Scores are of the texts that no decision named and that stand for no theme that one
named, the same ones throughout:

before
    as found;
shaped
    with the decisions laid over what was found, without a metric;
learned
    as found anew in the learned metric, no decision laid over it;
after
    found anew in the learned metric, the decisions laid over it as a pipeline does;
continued
    found anew in the learned metric, drawn to the themes as they were shown (`Earlier`);
unasked
    found anew in a metric learned from the themes as found, without a decision: what of the
    gain is no answer to what reviewers said.

``ami_after_touched`` is of the other texts.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.learn_reviewer import Reviewer, shown_with
from bench.themes import Labelled, read_labelled, read_vectors
from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, Vectors
from models.themes.fitting import Earlier, fit_themes
from models.themes.lineage import match_themes
from models.themes.metric import STRENGTHS, Metric, fit_metric, metric_of
from models.themes.wishes import read_wishes


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Correct the themes of one file once for each seed, and look at what was left alone."""
    options = _options(argv)
    said = read_labelled(options.data)
    vectors = read_vectors(said, options.vectors)
    names = {label: place for place, label in enumerate(sorted(set(said.labels)))}
    labels = np.array([names[said.labels[row]] for row in said.first_rows], np.int64)
    found = _fit(vectors, said)
    unasked = None
    if options.unasked:
        unasked = _fit(
            Metric(metric_of(vectors, found, STRENGTHS[-1]), STRENGTHS[-1], 0.0).apply(vectors),
            said,
        )
    rounds: list[dict[str, Any]] = []
    for seed in options.seed:
        print(f"seed {seed}: deciding", file=sys.stderr)
        reviewer = Reviewer(vectors, labels, found, np.random.default_rng(seed))
        reviewer.decide(options.decisions)
        rounds.append(_learn(reviewer, said, unasked))
        print(rounds[-1], file=sys.stderr)
    return {
        "n": len(labels),
        "seeds": options.seed,
        **{key: [one[key] for one in rounds] for key in rounds[0]},
    }


def _learn(reviewer: Reviewer, said: Labelled, unasked: IntArray | None) -> dict[str, Any]:
    """Learn from what a reviewer decided, and judge it."""
    began = perf_counter()
    pairs = np.array(reviewer.must, np.int64), np.array(reviewer.cannot, np.int64)
    metric = fit_metric(reviewer.vectors, *pairs, reviewer.shown)
    learned_in = perf_counter() - began
    changed = metric.apply(reviewer.vectors)
    learned = _fit(changed, said) if metric.kept else reviewer.found
    after = _laid_over(reviewer, changed, learned) if metric.kept else reviewer.shown
    shown = Earlier(reviewer.shown, None)
    continued = _fit(changed, said, shown) if metric.kept else reviewer.shown
    touched = np.isin(np.arange(len(learned)), reviewer.touched())
    states = {
        "before": reviewer.found,
        "shaped": reviewer.shown,
        "learned": learned,
        "after": after,
        "continued": continued,
    }
    if unasked is not None:
        states["unasked"] = unasked
    result: dict[str, Any] = {"decisions": sum(reviewer.made.values()), **reviewer.made}
    result |= {"touched": int(touched.sum()), "strength": metric.strength, "lead": metric.lead}
    for state, themes in states.items():
        ami, ari = _scores(reviewer.labels[~touched], themes[~touched])
        result |= {f"ami_{state}_untouched": ami, f"ari_{state}_untouched": ari}
    result["ami_before"] = _scores(reviewer.labels, reviewer.found)[0]
    result["ami_after_touched"] = _scores(reviewer.labels[touched], after[touched])[0]
    return {
        **result,
        "themes_learned": len(set(learned.tolist()) - {NOISE}),
        "seconds_metric": round(learned_in, 1),
    }


def _fit(vectors: Vectors, said: Labelled, before: Earlier | None = None) -> IntArray:
    """Return the theme of each distinct text, as a fit finds it."""
    settings = Config().themes
    fit = fit_themes(
        vectors,
        said.distinct,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        before=before,
    )
    labels = np.full(len(vectors), NOISE, np.int64)
    labels[fit.core] = fit.model.labels
    return labels


def _laid_over(reviewer: Reviewer, vectors: Vectors, found: IntArray) -> IntArray:
    """Return where texts are shown when the decisions are laid over another fit."""
    before, now = (
        {str(row): int(theme) for row, theme in enumerate(themes)}
        for themes in (reviewer.found, found)
    )
    old, new = (
        {theme: str(theme) for theme in set(themes.values()) - {NOISE}} for themes in (before, now)
    )
    lineage = match_themes(
        before,
        now,
        next_id=max(old) + 1,
        old_labels=old,
        new_labels=new,
        held=set(reviewer.verdicts) & set(old),
    )
    ids = {NOISE: NOISE, **lineage.ids}
    numbered = np.array([ids[int(theme)] for theme in found], np.int64)
    wishes = read_wishes(reviewer.verdicts, set(lineage.ids.values()), lineage.retired)
    return shown_with(vectors, numbered, wishes, reviewer.shown)


def _scores(labels: IntArray, themes: IntArray) -> tuple[float, float]:
    """Return AMI and ARI, those in no theme counted as one."""
    from sklearn import metrics

    ami = metrics.adjusted_mutual_info_score(labels, themes)
    return round(float(ami), 4), round(float(metrics.adjusted_rand_score(labels, themes)), 4)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench learn")
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one round for each")
    parser.add_argument("--unasked", action="store_true", help="also learn without a decision")
    return parser.parse_args(argv)
