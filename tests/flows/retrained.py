"""A small installation with six clear needs, and challengers that somebody tampered with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from flows import steps
from flows.context import RunContext, Step
from flows.registry import MODEL, files_of, read_model, read_state
from groundswell.config import Config, load_config
from groundswell.domain import NOISE, ModelVersion
from groundswell.store import StepResult, open_store
from models.themes.model import ThemeModel, to_bytes
from models.themes.state import ThemeState, to_parts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEEDS = (
    "offline mode for trains without network",
    "invoice export to a spreadsheet fails",
    "dark theme for tired eyes at night",
    "calendar sync with the office planner",
    "push message arrives late on the phone",
    "single sign on with company accounts",
)
SETTINGS = """
[embedding]
model = 'hashing'
[themes]
min_statements = 5
[ranking]
draws = 100
[[sources]]
name = 'survey'
path = 'survey.csv'
"""


def write_rows(folder: Path, count: int, needs: tuple[str, ...] = NEEDS) -> None:
    rows = [
        f"{n},{needs[n % len(needs)]} case {n},{(NOW - timedelta(hours=9 * n)).date()},{1 + n % 3}"
        for n in range(count)
    ]
    text = "\n".join(["id,text,created_at,rating", *rows]) + "\n"
    (folder / "survey.csv").write_text(text, encoding="utf-8")


def installation(folder: Path, count: int = 300) -> Config:
    """Make an installation and run it once."""
    write_rows(folder, count)
    (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    config = load_config(folder / "config.toml")
    steps.run(steps.REFRESH, config, kind="refresh")
    return config


Tampering = Callable[[ThemeModel, ThemeState], tuple[ThemeModel, ThemeState]]


def tampered(
    tampering: Tampering | None = None, **changes: Any
) -> Callable[[Step, RunContext], StepResult]:
    """Take steps, and tamper with the challenger as soon as it is made."""

    def take(step: Step, context: RunContext) -> StepResult:
        result = step(context)
        if step is steps.train_challengers:
            (version,) = context.store.versions.made_in(context.run.run_id)
            if tampering is not None:
                version = _rewritten(context, version, tampering)
            row = {key: make(version) for key, make in changes.items()}
            context.store.versions.keep(context.lease, replace(version, **row))
        return result

    return take


def newest(config: Config) -> ModelVersion:
    with open_store(config.store.database) as store:
        return store.versions.all("themes")[-1]


def champion(config: Config) -> ModelVersion | None:
    with open_store(config.store.database) as store:
        return store.versions.champion("themes")


def _rewritten(context: RunContext, version: ModelVersion, tampering: Tampering) -> ModelVersion:
    before = read_model(context.config, version), read_state(context.config, version)
    model, state = tampering(*before)
    parts = {MODEL: to_bytes(model), **to_parts(state)}
    files = files_of(context.config)
    return replace(version, files={p: files.put("themes", p, data) for p, data in parts.items()})


def shuffled(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Give every statement the place of another one."""
    chance = np.random.default_rng(5)
    table = state.assignments.copy()
    order = chance.permutation(len(table))
    for column in ("theme_id", "membership", "variant_id"):
        table[column] = table[column].to_numpy()[order]
    labels = chance.permutation(model.labels)
    return replace(model, labels=labels), replace(state, assignments=table)


def without_a_need(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Let one need go, and its statements be in none."""
    gone = int(model.theme_ids[0])
    kept = model.theme_ids != gone
    table = state.assignments.copy()
    table.loc[table["theme_id"] == gone, "theme_id"] = NOISE
    return (
        replace(
            model,
            labels=np.where(model.labels == gone, NOISE, model.labels),
            theme_ids=model.theme_ids[kept],
            centroids=model.centroids[kept],
        ),
        replace(
            state,
            assignments=table,
            themes=tuple(one for one in state.themes if one.theme_id != gone),
            retired={**state.retired, gone: ()},
        ),
    )


def renumbered(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Call every need by the number of another one."""
    ids = model.theme_ids.tolist()
    other = {NOISE: NOISE, **dict(zip(ids, [*ids[1:], ids[0]], strict=True))}
    table = state.assignments.copy()
    table["theme_id"] = table["theme_id"].map(other)
    labels = np.array([other[one] for one in model.labels.tolist()])
    return replace(model, labels=labels), replace(state, assignments=table)


def not_finite(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    centroids = model.centroids.copy()
    centroids[0, 0] = np.nan
    return replace(model, centroids=centroids), state


def too_long(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    return replace(model, references=model.references * np.float16(2.0)), state


def another_list(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    gone = int(model.theme_ids[0])
    themes = tuple(one for one in state.themes if one.theme_id != gone)
    return model, replace(state, themes=themes, retired={gone: ()})


def sure_of_what_is_wrong(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Have neighbours vote for the next need, all of one mind."""
    ids = model.theme_ids.tolist()
    other = dict(zip(ids, [*ids[1:], ids[0]], strict=True))
    half = np.arange(len(model.labels)) % 5 < 2
    wrong = np.array([other.get(one, NOISE) for one in model.labels.tolist()])
    return replace(model, labels=np.where(half, wrong, model.labels)), state


def bloated(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Put words that nobody said into the file."""
    weights = np.zeros(8_000_000, dtype=np.float32)
    columns = np.zeros(8_000_000, dtype=np.int32)
    return (
        replace(
            model,
            word_weights=np.concatenate([model.word_weights, weights]),
            word_columns=np.concatenate([model.word_columns, columns]),
        ),
        state,
    )


def heirs_forgotten(model: ThemeModel, state: ThemeState) -> tuple[ThemeModel, ThemeState]:
    """Let need 0 go on under another number, and nobody know of it."""
    other = {0: 50}
    table = state.assignments.copy()
    table["theme_id"] = table["theme_id"].replace(other)
    order = np.argsort([other.get(one, one) for one in model.theme_ids.tolist()])
    ids = np.array([other.get(one, one) for one in model.theme_ids.tolist()])
    themes = [replace(t, theme_id=other.get(t.theme_id, t.theme_id)) for t in state.themes]
    return (
        replace(
            model,
            labels=np.where(model.labels == 0, 50, model.labels),
            theme_ids=ids[order],
            centroids=model.centroids[order],
        ),
        replace(state, assignments=table, themes=tuple(themes), retired={0: ()}),
    )
