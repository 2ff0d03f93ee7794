"""What new statements are compared with, and the alarms where they are something else by now."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from flows.context import Known
from flows.registry import OPENED, WORDS, files_of, fingerprint, read_model
from flows.statements import annotator_id, encoder_id
from groundswell.domain import DriftAlarm, IntArray, ModelVersion
from groundswell.domain.decisions import TEACHING
from groundswell.store import Store
from models.evidence.voices import name_voices
from models.themes import drift, vocabulary
from models.themes.drift import Made, Sample
from models.themes.fitting import ThemeFit
from models.themes.held_out import lie_of, lie_of_references
from models.themes.placement import describe

if TYPE_CHECKING:
    import pandas as pd

COMPARED = "compared"
"""Name under which a version's settings hold what new statements are compared with."""


def to_compare(found: ThemeFit, table: "pd.DataFrame") -> tuple[dict[str, Any], bytes]:
    """Return what new statements will be compared with, for a version's settings, and its words.

    Parameters
    ----------
    table
        text and kind of each text of the fit, in its order.
    """
    texts = table["text"].tolist()
    words, elsewhere_unseen = vocabulary.read_words(texts)
    kept = vocabulary.to_bytes(words)
    if len(found.model.theme_ids) == 0:
        return {}, kept
    rows = _some(len(found.core))
    chosen = found.core[rows]
    sample = drift.sample_of(
        lie_of_references(found.model, rows),
        elsewhere_unseen[chosen],
        table["kind"].iloc[chosen].tolist(),
        len(rows),
    )
    return {COMPARED: asdict(sample)}, kept


def find_drift(context: Known) -> tuple[DriftAlarm, ...]:
    """Return in which ways what came since the fit in use is unlike what it was made of.

    Raises
    ------
    ModelError
        One of its files is gone or was changed.
    """
    version = context.store.versions.champion("themes")
    if version is None or COMPARED not in version.settings:
        return ()
    if version.encoder_id != encoder_id(context.config):
        return ()
    fit = Sample(**version.settings[COMPARED])
    new = _new(context, version)
    if new is None:
        return ()
    least, remedy = context.config.themes.refit_left_out, _remedy(context.store)
    return drift.alarms(fit, new, left_out=least, remedy=remedy)


def why_retrain(context: Known, alarms: tuple[DriftAlarm, ...] = ()) -> str:
    """Return why the themes should be fitted anew, in words, or nothing.

    What was made since the fit in use, and is not in use, was held back by a gate, waits for a
    person, or was gone back from. It would come out the same until there is something new.
    """
    version = context.store.versions.champion("themes")
    if version is None:
        return "there are none yet"
    reason = _what_is_new(context, version) or (alarms[0].found if alarms else "")
    held = held_back(context.store)
    if held is not None and not _what_is_new(context, held):
        return ""
    return reason


def held_back(store: Store) -> ModelVersion | None:
    """Return the newest fit of the themes if it was made after the one in use."""
    champion = store.versions.champion("themes")
    fits = [one for one in store.versions.all("themes") if one.why != OPENED]
    if champion is None or not fits:
        return None
    newest = max(fits, key=_fitted_in)
    return newest if _fitted_in(newest) > _fitted_in(champion) else None


def _fitted_in(version: ModelVersion) -> int:
    return int(version.settings["fitted_in"])


def _what_is_new(context: Known, fit: ModelVersion) -> str:
    store, config = context.store, context.config
    counts = store.feedback.counts(annotator_id(context))
    statements = counts.statements - counts.uninformative
    decisions = _decisions(context, int(fit.snapshot.get("decisions", 0)))
    return drift.what_is_new(
        Made(fit.fingerprint, fit.statements),
        Made(fingerprint(context), statements, decisions),
        growth=config.themes.refit_growth,
        decisions=config.models.retrain_decisions,
    )


def _decisions(context: Known, after: int) -> int:
    """Count the decisions that models learn from, made after one and by the moment that counts."""
    by = context.decided_by
    made = context.store.decisions.log(after=after)
    return sum(one.kind in TEACHING and (by is None or one.at <= by) for one in made)


def _new(context: Known, version: ModelVersion) -> Sample | None:
    """Return what is found of the statements that came since a fit; None: too few to tell."""
    model_id = annotator_id(context)
    said = context.store.feedback.said_after(_fitted_in(version), model_id)
    said = said.assign(voice=name_voices(said))
    table = said.groupby("text_hash", sort=True).agg(
        text=("text", "first"), kind=("kind", "first"), voice=("voice", "first")
    )
    if len(table) < drift.FEWEST_NEW:
        return None
    table = table.iloc[_some(len(table))]
    texts = table["text"].tolist()
    model = read_model(context.config, version)
    vectors = context.store.vectors.load(encoder_id(context.config), table.index.tolist())
    words = vocabulary.from_bytes(files_of(context.config).get(version, WORDS))
    return drift.sample_of(
        lie_of(model, describe(model, vectors, texts)),
        vocabulary.unseen_shares(texts, words),
        table["kind"].tolist(),
        table["voice"].nunique(),
    )


def _remedy(store: Store) -> str:
    held = held_back(store)
    if held is None:
        return "'groundswell retrain' fits the themes anew"
    return f"'groundswell models show {held.name}' says why what was made instead is not in use"


def _some(count: int) -> IntArray:
    """Return places of at most `MOST_TEXTS` of `count`, evenly; hashes order them by chance."""
    most = min(count, drift.MOST_TEXTS)
    return np.linspace(0, count - 1, most).astype(np.int64)
