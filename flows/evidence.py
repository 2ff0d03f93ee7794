"""What a ranking is computed from: evidence out of the store, parameters out of the settings."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.context import Known
from flows.decisions import what_was_decided
from flows.naming import named
from flows.registry import load_model
from flows.statements import annotator_id, encoder_id, hashes_of
from groundswell.config import Config
from groundswell.domain import NeedTheme, Vectors, content_id
from groundswell.errors import ConfigError, GroundswellError
from groundswell.report import RankedIdea, Solution

if TYPE_CHECKING:
    import pandas as pd

    from models.evidence.inputs import Evidence, RankingParameters
    from models.ranking.known_work import Heard


_HEARD = (
    *("statement_id", "record_id", "theme_id", "membership", "text_hash", "text", "kind"),
    *("created_at", "author", "account_id", "rating", "nps"),
)
"""What candidates are made from of a mention."""


def check_strategies(config: Config) -> None:
    """Refuse settings whose strategy or own weights mean nothing, before any work is done.

    Raises
    ------
    ConfigError
        Names the strategy, and what would be accepted.
    """
    from models.preference.learning import LEARNED
    from models.ranking.strategies import known_strategies

    try:
        known = known_strategies(config.ranking.strategies)
    except ValueError as error:
        raise ConfigError(f"ranking.strategies: {error}") from None
    if LEARNED in known:
        raise ConfigError(
            f"ranking.strategies: {LEARNED!r} is what weights learned from reviewers are called;"
            " choose another name"
        )
    if config.ranking.strategy not in known:
        raise ConfigError(
            f"ranking.strategy = {config.ranking.strategy!r}: no such strategy;"
            f" known: {', '.join(known)}"
        )


def ranking_parameters(context: Known) -> "RankingParameters":
    """Return the settings as the ranking takes them."""
    from models.evidence.inputs import EffortParameters, MoneyParameters, RankingParameters

    config = context.config
    elsewhere = {"as_of", "link_probability", "return_factor", "pillars", "strategies", "solutions"}
    ranking = config.ranking.model_dump(exclude=elsewhere)
    money = config.money.model_dump()
    return RankingParameters(
        **ranking,
        own_strategies=config.ranking.strategies,
        quotes=config.report.quotes,
        money=MoneyParameters(**money | {"day_rate": _day_rate(context)}),
        effort=EffortParameters(**config.effort.model_dump()),
    )


def _day_rate(context: Known) -> float | None:
    """Return the price of a person-day: as set, else the mean over the days the teams have."""
    if (stated := context.config.money.day_rate) is not None:
        return stated
    teams = context.store.market.capacity(context.known_at)
    priced = [(t.person_days, t.day_rate) for t in teams if t.day_rate is not None]
    days = sum(days for days, _ in priced)
    return sum(days * rate for days, rate in priced) / days if days > 0.0 else None


def reference_key(context: Known) -> str:
    """Return the name of the snapshot that scores refer to: other themes or weights, another."""
    model = context.store.versions.champion("themes")
    version = 0 if model is None else model.version
    strategy = context.config.ranking.strategy
    own = context.config.ranking.strategies.get(strategy)
    name = strategy if own is None else f"{strategy} {content_id(repr(sorted(own.items())))}"
    return f"{name}/{encoder_id(context.config)}/themes-{version}"


def living_needs(context: Known) -> tuple[list[NeedTheme], Vectors]:
    """Return the living needs, without areas, and their centroids."""
    import numpy as np

    from flows.shaping import middles_shown

    model = load_model(context)
    needs = named(context, [t for t in context.store.themes.themes() if t.level == "need"])
    if model is None or not needs:
        return [], np.empty((0, 0), dtype=np.float32)
    middles = dict(zip(model.theme_ids.tolist(), model.centroids, strict=True))
    middles |= middles_shown(context)
    return needs, np.stack([middles[theme.theme_id] for theme in needs])


def vectors_of(context: Known, texts: list[str]) -> Vectors:
    """Return the stored vectors of texts, row by row."""
    return context.store.vectors.load(encoder_id(context.config), hashes_of(texts))


def what_is_heard(context: Known) -> "Heard":
    """Return what customers said and what we released, up to the report's moment."""
    from models.evidence.inputs import signal_texts
    from models.evidence.voices import usable
    from models.ranking.known_work import Heard

    mentions = context.store.feedback.mentions(annotator_id(context), only=_HEARD)
    if not len(mentions):
        return Heard()
    as_of = _as_of(context)
    signals = context.store.market.signals(context.known_at)
    ours = [s for s in signals if s.kind == "competitor" and not s.competitor]
    ours = [signal for signal in ours if signal.observed_at <= as_of]
    return Heard(usable(mentions, as_of), ours, vectors_of(context, signal_texts(ours)))


def gather_evidence(context: Known) -> "Evidence":
    """Return all evidence up to the report's moment."""
    from models.evidence.inputs import Evidence, item_texts, reason_texts, signal_texts
    from models.evidence.voices import usable

    market, as_of = context.store.market, _as_of(context)
    needs, centroids = living_needs(context)
    at = context.known_at
    deals, signals, items = market.deals(at), market.signals(at), market.work_items(at)
    pillars = context.config.ranking.pillars
    return Evidence(
        mentions=usable(context.store.feedback.mentions(annotator_id(context)), as_of),
        themes=needs,
        theme_vectors=centroids,
        as_of=as_of,
        accounts=market.accounts(at),
        deals=deals,
        reason_vectors=vectors_of(context, reason_texts(deals)),
        signals=signals,
        signal_vectors=vectors_of(context, signal_texts(signals)),
        items=items,
        item_vectors=vectors_of(context, item_texts(items)),
        pillars=[(pillar.text, pillar.weight) for pillar in pillars],
        pillar_vectors=vectors_of(context, [pillar.text for pillar in pillars]),
        verdicts=what_was_decided(context).ideas,
    )


def _as_of(context: Known) -> datetime:
    """Return the moment of the report: as asked, as configured, or the newest record's."""
    if context.known_at is not None:
        return context.known_at
    newest = context.store.feedback.counts().last_created_at
    if newest is None:
        raise GroundswellError(
            "no feedback was read, so there is nothing to rank; see 'groundswell quarantine'"
            " and [[sources]] in config.toml"
        )
    return newest


def solutions_asked_for(
    context: Known, mentions: "pd.DataFrame", needs: list[NeedTheme]
) -> dict[int, tuple[Solution, ...]]:
    """Return what customers ask for to meet each need; `mentions` are usable ones with kind."""
    from models.ranking.solutions import find_solutions

    keys = sorted(set(mentions.loc[mentions["kind"] == "request", "text_hash"]))
    vectors = context.store.vectors.load(encoder_id(context.config), keys)
    least = context.config.ranking.min_membership
    by_text = dict(zip(keys, vectors, strict=True))
    return find_solutions(mentions, needs, by_text, min_membership=least)


def in_their_words(
    context: Known, evidence: "Evidence", ideas: tuple[RankedIdea, ...]
) -> tuple[RankedIdea, ...]:
    """Return the ideas with the jobs they serve, and what is asked for to meet their needs."""
    from dataclasses import replace

    from models.evidence.voices import usable_mentions
    from models.ranking.jobs import find_jobs

    table, needs = usable_mentions(evidence), list(evidence.themes)
    found = solutions_asked_for(context, table, needs)
    jobs = find_jobs(table, needs, min_membership=context.config.ranking.min_membership)
    return tuple(
        replace(
            idea,
            solutions=tuple(s for theme in idea.theme_ids for s in found.get(theme, ())),
            jobs=tuple(job for theme in idea.theme_ids for job in jobs.get(theme, ())),
        )
        for idea in ideas
    )
