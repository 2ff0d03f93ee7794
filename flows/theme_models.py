"""Fitted theme models on disk, and the rows of the store that point to them."""

from hashlib import sha256
from typing import Any

from flows.context import Known, RunContext
from flows.statements import annotator_id, encoder_id
from groundswell.domain import content_id
from groundswell.errors import ModelError
from groundswell.files import write_whole
from groundswell.store import ModelRow
from models.themes.model import ThemeModel, from_bytes, to_bytes

FIT_VERSION = 2
"""Raised when the same statements and settings would give other themes."""


def load_model(context: Known) -> ThemeModel | None:
    """Return the fitted model that is in use, or None before the first fit.

    Raises
    ------
    ModelError
        Its file is gone or was changed.
    """
    row = context.store.themes.current_model()
    if row is None:
        return None
    path = context.config.embedding.cache / row.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: {error.strerror}; fit it again with 'groundswell retrain'"
        ) from None
    if sha256(data).hexdigest() != row.sha256:
        raise ModelError(f"{path}: was changed; fit it again with 'groundswell retrain'")
    return from_bytes(data)


def fingerprint(context: RunContext) -> str:
    """Name the encoder and the settings that decide which themes the same statements have."""
    settings = context.config.themes.model_dump_json(
        exclude={"refit_growth", "refit_left_out", "certified_stability"}
    )
    return content_id(annotator_id(context.config), settings, str(FIT_VERSION))


def keep_model(
    context: RunContext, model: ThemeModel, statements: int, settings: dict[str, Any]
) -> ModelRow:
    """Write the file of arrays and return the row that will point to it."""
    current = context.store.themes.current_model()
    data = to_bytes(model)
    # Named by its content: another store may keep its models in the same folder.
    name = f"themes-{sha256(data).hexdigest()[:16]}.safetensors"
    return ModelRow(
        version=1 if current is None else current.version + 1,
        encoder_id=encoder_id(context.config),
        fingerprint=fingerprint(context),
        settings={"run": context.run.run_id, **settings},
        file=name,
        sha256=write_whole(context.config.embedding.cache / name, data),
        statements=statements,
    )
