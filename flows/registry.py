"""Versions of models as a run uses them: which is in use, its parts, and how a new one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flows.context import Known, RunContext
from flows.statements import annotator_id, built_in_annotator_id, encoder_id
from groundswell import __version__
from groundswell.config import Config
from groundswell.domain import (
    MODEL_KINDS,
    GateResult,
    ModelKind,
    ModelVersion,
    VersionState,
    content_id,
)
from groundswell.domain.versions import compared_with
from groundswell.errors import ConfigError
from groundswell.files import write_whole
from groundswell.model_files import ModelFiles
from groundswell.report import Changes, Measure, ModelReport
from groundswell.store import Store
from models.gates import verdicts
from models.themes.model import ThemeModel, from_bytes, to_bytes
from models.themes.state import ASSIGNMENTS, THEMES, ThemeState, from_parts

FIT_VERSION = 2
"""Raised when the same statements and settings would give other themes."""

MODEL = "model.safetensors"
"""Part of a version: its arrays."""
WORDS = "words.safetensors"
"""Part of a version: the words that its statements use."""
REPORT = "report.json"
"""Part of a version: what was found of it."""
OPENED = "themes were opened for what was said in none"
"""Why there is a version of the themes that nobody fitted."""
BUILT_IN = "what is built in"
"""Why there is a version without files: where nothing was learned yet, one can go back to that."""
ADOPTED = "somebody adopted them"
"""Why there is a version of the weights that no retraining made."""
NOTED = frozenset({OPENED, BUILT_IN, ADOPTED})
"""Why a version is there that was never a challenger."""


def kinds_named(names: Sequence[str]) -> tuple[ModelKind, ...]:
    """Return kinds of models by their names, in the order in which they rest on one another.

    Raises
    ------
    ConfigError
        There is no such kind.
    """
    unknown = [one for one in names if one not in MODEL_KINDS]
    if unknown:
        raise ConfigError(f"{unknown[0]}: no kind of model; known: {', '.join(MODEL_KINDS)}")
    return tuple(kind for kind in MODEL_KINDS if kind in names)


def files_of(config: Config) -> ModelFiles:
    """Return where the parts of versions lie."""
    return ModelFiles(config.models.registry)


def load_model(context: Known) -> ThemeModel | None:
    """Return the fitted themes that are in use, or None before the first fit.

    Raises
    ------
    ModelError
        Their file is gone or was changed.
    """
    version = context.store.versions.champion("themes")
    return None if version is None else read_model(context.config, version)


def read_model(config: Config, version: ModelVersion) -> ThemeModel:
    """Return the fitted themes of a version.

    Raises
    ------
    ModelError
        Their file is gone or was changed.
    """
    return from_bytes(files_of(config).get(version, MODEL))


def read_state(config: Config, version: ModelVersion) -> ThemeState:
    """Return the themes of a version and their statements, as they were when it was kept.

    Raises
    ------
    ModelError
        A file is gone or was changed.
    """
    files = files_of(config)
    return from_parts({part: files.get(version, part) for part in (ASSIGNMENTS, THEMES)})


def freshness(context: Known, version: ModelVersion) -> GateResult:
    """Say whether a challenger is of today's data and was compared with what is in use."""
    of_kind = context.store.versions.all(version.kind)
    champion = context.store.versions.champion(version.kind)
    counts = context.store.feedback.counts(annotator_id(context))
    now = counts.statements - counts.uninformative
    return verdicts.fresh(
        champion=champion.version if champion else None,
        parent=compared_with(version, of_kind),
        unseen=max(0.0, 1.0 - version.statements / now) if now and version.statements else 0.0,
        encoder_fits=any(
            one.encoder_id == version.encoder_id for one in context.store.versions.all("encoder")
        ),
    )


def keep_report(
    context: RunContext,
    version: ModelVersion,
    measures: Sequence[Measure],
    changes: Changes | None,
) -> ModelVersion:
    """Write what was found of a challenger, for the registry and for people, and note where."""
    import reports

    report = ModelReport.of(version, measures, changes)
    folder = context.config.report.folder.absolute() / "models"
    for name, data in reports.render_model(report).items():
        write_whole(folder / name, data)
    document = reports.model_json(report).encode()
    digest = files_of(context.config).put(version.kind, REPORT, document)
    return replace(version, files={**version.files, REPORT: digest})


def read_report(config: Config, version: ModelVersion) -> ModelReport | None:
    """Return what was found of a version; None: it was not judged.

    Raises
    ------
    ModelError
        Its file is gone or was changed.
    """
    import reports

    if REPORT not in version.files:
        return None
    return reports.model_from_json(files_of(config).get(version, REPORT).decode())


def is_known(context: Known, kind: ModelKind, ids: str) -> bool:
    """Tell whether a version was made of the same already, with the same encoder."""
    encoder = encoder_id(context.config)
    versions = context.store.versions.all(kind)
    return any(one.snapshot.get("ids") == ids and one.encoder_id == encoder for one in versions)


def fingerprint(context: Known) -> str:
    """Name the encoder and the settings that decide which themes the same statements have."""
    settings = context.config.themes.model_dump_json(
        exclude={"refit_growth", "refit_left_out", "certified_stability"}
    )
    # Learned kinds change what is told of themes, not which there are.
    return content_id(built_in_annotator_id(context.config), settings, str(FIT_VERSION))


def as_version(
    context: RunContext,
    kind: ModelKind,
    parts: Mapping[str, bytes],
    *,
    state: VersionState = "challenger",
    snapshot: Mapping[str, Any],
    settings: Mapping[str, Any],
    print_of: str = "",
    why: str = "",
    metrics: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """Write the parts of a new version and return the row that will point to them."""
    store, files = context.store, files_of(context.config)
    before = store.versions.champion(kind)
    return ModelVersion(
        kind=kind,
        version=store.versions.next_number(kind),
        encoder_id=encoder_id(context.config),
        fingerprint=print_of,
        run_id=context.run.run_id,
        snapshot={**snapshot, **_decided(store, context)},
        settings=settings,
        files={part: files.put(kind, part, data) for part, data in parts.items()},
        state=state,
        why=why,
        code_version=__version__,
        parents=() if before is None else ((kind, before.version),),
        metrics=metrics or {},
    )


def keep_built_in(context: RunContext, kind: ModelKind, print_of: str) -> None:
    """Note that what is built in is in use, before the first version is learned."""
    versions = context.store.versions
    if versions.champion(kind) is None:
        version = as_version(
            context, kind, {}, snapshot={}, settings={}, print_of=print_of, why=BUILT_IN
        )
        versions.promote(context.lease, context.run.run_id, version)


def keep_themes(
    context: RunContext,
    model: ThemeModel,
    settings: Mapping[str, Any],
    *,
    snapshot: Mapping[str, Any],
    why: str,
    parts: Mapping[str, bytes] | None = None,
) -> ModelVersion:
    """Write a fitted clustering with what belongs to it and return the row for it."""
    return as_version(
        context,
        "themes",
        {MODEL: to_bytes(model), **(parts or {})},
        snapshot=snapshot,
        settings=settings,
        print_of=fingerprint(context),
        why=why,
    )


def _decided(store: Store, context: RunContext) -> dict[str, Any]:
    """Return the last decision that counted, and its hash."""
    said = store.decisions.verdicts(context.decided_by)
    return {"decisions": said.number, "hash": said.hash}
