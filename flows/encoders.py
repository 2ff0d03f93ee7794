"""The encoder in use, and another one that is asked for: embedded beside it, then switched."""

from dataclasses import replace

from flows.context import RunContext
from flows.registry import as_version
from flows.statements import embed_new, encoder_id
from groundswell.config import Config
from groundswell.domain import ModelVersion
from groundswell.store import Store

ASKED_IN_SETTINGS = "[embedding] asks for it"


def serving(config: Config, store: Store) -> Config:
    """Return the settings with the encoder in use in the place of one that is only asked for."""
    champion = store.versions.champion("encoder")
    return config if champion is None else with_encoder(config, champion)


def with_encoder(config: Config, version: ModelVersion) -> Config:
    """Return the settings with the encoder of a version."""
    chosen = {name: version.settings[name] for name in ("model", "backend")}
    return config.model_copy(update={"embedding": config.embedding.model_copy(update=chosen)})


def renewed(context: RunContext) -> RunContext:
    """Return the context with the encoder that is in use by now."""
    return replace(context, config=serving(context.wanted, context.store))


def another_is_asked_for(context: RunContext) -> bool:
    """Tell whether the settings ask for another encoder than the one in use."""
    return _chosen(context.wanted) != _chosen(context.config)


def keep_encoder(context: RunContext) -> None:
    """Note which encoder is in use: the first, or one whose code became another."""
    champion = context.store.versions.champion("encoder")
    if champion is None or champion.encoder_id != encoder_id(context.config):
        version = _as_version(context, "the first" if champion is None else "its code changed")
        context.store.versions.promote(context.lease, context.run.run_id, version)


def train_encoder(context: RunContext, _reason: str) -> ModelVersion | None:
    """Embed every text by the encoder that is asked for; None: it is the one in use.

    What was embedded is kept at once, so an interrupted run goes on where it was.
    """
    if not another_is_asked_for(context):
        return None
    other = replace(context, config=context.wanted)
    embed_new(other)
    return _as_version(other, ASKED_IN_SETTINGS)


def beside(context: RunContext, made: list[ModelVersion]) -> RunContext:
    """Return the context in which the other challengers of a run are made: with its encoder."""
    encoders = [one for one in made if one.kind == "encoder"]
    if not encoders:
        return context
    return replace(context, config=with_encoder(context.wanted, encoders[-1]))


def _as_version(context: RunContext, why: str) -> ModelVersion:
    model, backend = _chosen(context.config)
    return as_version(
        context,
        "encoder",
        {},
        snapshot={"texts": context.store.vectors.count(encoder_id(context.config))},
        settings={"model": model, "backend": backend},
        print_of=encoder_id(context.config),
        why=why,
    )


def _chosen(config: Config) -> tuple[str, str]:
    return config.embedding.model, config.embedding.backend
