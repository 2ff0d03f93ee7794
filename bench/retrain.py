"""What a retraining takes, whether decisions hold after it, and whether going back restores all.

``python -m bench retrain (--data FILE.csv | --drawn N) [--decisions 200] [--seed 1]``. The file has
the columns ``text`` and ``label``; drawn statements are those of ``bench scale``, whose vectors are
there before anything is measured. Four fifths of the statements are read and ranked; a drawn
reviewer decides, as in ``bench learn``; the others are read; then the themes are retrained, put in
use, and gone back from. Seconds are wall-clock; memory is the most of the whole process.
"""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from bench.learn_reviewer import Reviewer
from bench.scale import draw_statements
from bench.themes import peak_rss_mb, read_labelled
from flows import steps
from flows.context import Asked, RunOutcome, Step
from flows.intake import ingest
from flows.progress import shown_progress
from flows.promotion import promote, roll_back
from flows.statements import encoder_id
from groundswell.config import Config, EmbeddingConfig, ReportConfig, SourceConfig, StoreConfig
from groundswell.domain import NOISE, Draft, IntArray, Vectors, content_id
from groundswell.domain.decisions import FieldValue
from groundswell.store import Store, open_store

FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
"""Of the first row; the others follow a minute apart."""
READ_FIRST = 0.8
"""Share of the statements that the themes in use were fitted on."""
RETRAIN = Asked(kinds=("themes",), why="measured", waits=True)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said, and about what, in the order in which it is read."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: Vectors | None
    """Where they are there already."""


class Recorder(Reviewer):
    """A drawn reviewer whose decisions are kept as the store takes them."""

    drafts: dict[int, tuple[str, int, dict[str, FieldValue]]]
    statements: Sequence[Sequence[str]]
    """Ids of the statements that say each text."""

    def _verdict(self, theme: int, number: int, **says: str) -> None:
        super()._verdict(theme, number, **says)
        kind = "merge" if "merged_into" in says else "split"
        named = {"label": f"split {theme}"} if kind == "split" else {}
        self.drafts[number] = (kind, theme, {**says, **named})

    def _place(self, theme: int, number: int, belong: Sequence[int], stay: Sequence[int]) -> None:
        super()._place(theme, number, belong, stay)
        _, _, changes = self.drafts.setdefault(number, ("move", theme, {}))
        for rows, here in ((belong, True), (stay, False)):
            ids = (key for row in rows for key in self.statements[row])
            changes |= {f"statement:{key}": here for key in ids}


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Run, decide, retrain, and go back."""
    options = _options(argv)
    said = _stated(options)
    with TemporaryDirectory(prefix="bench-") as folder:
        config = _config(Path(folder))
        first = round(READ_FIRST * len(said.texts))
        _read(config, said, first)
        _refresh(config, steps.REFRESH, "refresh")
        made = _decide(config, said, options)
        _read(config, said, len(said.texts))
        began = perf_counter()
        outcome = _refresh(config, steps.RETRAIN, "retrain", RETRAIN)
        seconds = perf_counter() - began
        return {
            "rows": len(said.texts),
            "decisions": made,
            "seconds": {name: round(step.seconds, 1) for name, step in outcome.counts.items()},
            "seconds_total": round(seconds, 1),
            "peak_rss_mb": peak_rss_mb(),
            **_afterwards(config),
        }


def _afterwards(config: Config) -> dict[str, Any]:
    """Say what the gates found, put the challenger in use and go back."""
    with open_store(config.store.database) as store:
        version = next(one for one in reversed(store.versions.all("themes")) if one.judged)
    before = _reports(config)
    began = perf_counter()
    promote(config, version.name, by="drawn", why="measured", anyway=True)
    between = perf_counter()
    roll_back(config, "themes", by="drawn")
    ended = perf_counter()
    return {
        "gates": {gate.name: gate.told for gate in version.judged},
        "seconds_promote": round(between - began, 1),
        "seconds_rollback": round(ended - between, 1),
        "same_report_after_rollback": _reports(config) == before,
    }


def _decide(config: Config, said: Stated, options: argparse.Namespace) -> Mapping[str, int]:
    """Have a reviewer who knows the labels decide on what was found."""
    label_of = dict(zip(map(content_id, said.texts), said.labels, strict=True))
    with open_store(config.store.database) as store:
        found = _found(store)
        found = found[found.index.isin(list(label_of))]
        reviewer = _reviewer(
            store.vectors.load(encoder_id(config), found.index.tolist()),
            [label_of[key] for key in found.index],
            found["theme_id"].to_numpy(np.int64),
            found["statements"].tolist(),
            options.seed,
        )
        print("deciding", file=sys.stderr)
        reviewer.decide(options.decisions)
        _record(store, reviewer)
    return reviewer.made


def _found(store: Store) -> pd.DataFrame:
    """Return strongest theme and statement ids of each distinct text, by its hash."""
    table = store.shapes.shown_assignments()
    order = ["statement_id", "membership", "theme_id"]
    table = table.sort_values(order, ascending=[True, False, True])
    table = table.drop_duplicates("statement_id")
    said = {
        one.statement_id: one.text_hash
        for one in store.lookups.said(table["statement_id"].tolist())
    }
    table["text_hash"] = table["statement_id"].map(said)
    return table.groupby("text_hash").agg(
        theme_id=("theme_id", "first"), statements=("statement_id", list)
    )


def _reviewer(
    vectors: Vectors,
    labels: Sequence[str],
    found: IntArray,
    statements: Sequence[Sequence[str]],
    seed: int,
) -> Recorder:
    numbers = {label: place for place, label in enumerate(sorted({*labels} - {"NO_THEME"}))}
    numbers["NO_THEME"] = NOISE
    told = np.array([numbers[label] for label in labels], np.int64)
    reviewer = Recorder(vectors, told, found, np.random.default_rng(seed))
    reviewer.drafts, reviewer.statements = {}, statements
    return reviewer


def _record(store: Store, reviewer: Recorder) -> None:
    at = datetime.now(UTC)
    for _, (kind, theme, changes) in sorted(reviewer.drafts.items()):
        draft = Draft(kind, f"theme-{theme}", "drawn", at, changes)  # type: ignore[arg-type]
        store.decisions.record(draft)


def _read(config: Config, said: Stated, count: int) -> None:
    """Write the first statements as a file, read it, and keep the vectors that are there."""
    with _rows(config).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "created_at"))
        for number, text in enumerate(said.texts[:count]):
            writer.writerow((text, (FIRST_MOMENT + timedelta(minutes=number)).isoformat()))
    with shown_progress() as progress:
        ingest(config, progress)
    if said.vectors is not None:
        hashes = [content_id(text) for text in said.texts[:count]]
        new = dict(zip(hashes, range(count), strict=True))
        rows = list(new.values())
        with open_store(config.store.database) as store, store.lease("pipeline") as lease:
            store.vectors.add(lease, encoder_id(config), list(new), said.vectors[rows])


def _refresh(
    config: Config, chosen: tuple[Step, ...], kind: str, asked: Asked = RETRAIN
) -> RunOutcome:
    with shown_progress() as progress:
        return steps.run(chosen, config, kind=kind, progress=progress, asked=asked)  # type: ignore[arg-type]


def _reports(config: Config) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in config.report.folder.iterdir() if path.is_file()
    }


def _stated(options: argparse.Namespace) -> Stated:
    chance = np.random.default_rng(options.seed)
    if options.drawn:
        drawn = draw_statements(options.drawn, 384, seed=options.seed)
        return Stated(drawn.texts, [str(need) for need in drawn.needs], drawn.vectors)
    said = read_labelled(options.data)
    order = chance.permutation(len(said.distinct))
    labels = [said.labels[row] for row in said.first_rows]
    return Stated([said.distinct[n] for n in order], [labels[n] for n in order], None)


def _rows(config: Config) -> Path:
    return config.report.folder.parent / "rows.csv"


def _config(folder: Path) -> Config:
    columns = {"text": "text", "created_at": "created_at"}
    source = SourceConfig(name="rows", path=folder / "rows.csv", columns=columns)
    return Config(
        store=StoreConfig(path=folder / "store.db"),
        sources=(source,),
        embedding=EmbeddingConfig(cache=folder / "models"),
        report=ReportConfig(folder=folder / "report"),
    )


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench retrain", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="CSV file: text,label")
    source.add_argument("--drawn", type=int, help="so many drawn statements")
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
