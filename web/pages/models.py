"""The pages of the models: which version is in use, and what speaks for and against the others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import ModelKind, ModelVersion
from groundswell.domain.versions import TRAINED, differences
from groundswell.report import ModelReport
from reports import MODELS, measured, model_json
from reports.model_words import better
from web.guard import Context
from web.pages.rendering import not_found, page
from web.reading import newest
from web.versions import (
    OfKind,
    Standing,
    by_kind,
    find,
    report_of,
    standing,
)

PLACE = "/models"
SHOWN = 12
"""Versions of a kind below the one in use, the newest; the others by a link."""
ASKED = ("retrain", "promote", "rollback")
"""Jobs that change which versions there are or which is in use."""
ELSEWHERE = frozenset(
    {
        *("state", "run_id", "why", "settings: put_in_use_by", "settings: because"),
        *("settings: run", "files: report.json"),
    }
)
"""What the page of a version tells in another place."""
DIGEST = 32
"""Characters from which a hexadecimal value is a hash, of which the first twelve will do."""
_LONG_NUMBER = re.compile(r"-?[0-9]+\.[0-9]{5,}")


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of model as the page shows it."""

    of: OfKind
    found: ModelReport | None
    """What was found of the version in use; None: nothing is in use."""
    others: tuple[Standing, ...]
    """The newest of those that are not."""

    @property
    def versions(self) -> tuple[ModelVersion, ...]:
        """Return the versions on the page."""
        first = (self.of.champion,) if self.of.champion else ()
        return (*first, *(one.version for one in self.others))


def show_all(request: Request, context: Context) -> Response:
    """Answer with every kind of model and its versions."""
    shown = None if request.query_params.get("all") else SHOWN
    found = known(context)
    cards = [_card(context, found, of, shown) for of in found.kinds]
    every = [one for card in cards for one in card.versions]
    return page(
        request,
        context,
        "models.html",
        title="Models",
        cards=cards,
        began=_began(context, every),
        kinds=TRAINED,
        drift=context.store.ledger.drift(),
        waits_anyhow=context.config.models.promote == "person",
        jobs=[one for one in context.store.jobs.newest(20) if one.is_open and one.kind in ASKED],
        **_words(context),
    )


def show(request: Request, context: Context) -> Response:
    """Answer with one version: its report, and what may be done with it."""
    version = find(context.store, request.path_params["version"])
    if version is None:
        return _nothing(request, context)
    now = known(context)
    report, missing = report_of(context.config, version)
    parent = None if version.parent is None else context.store.versions.get(*_parent(version))
    return page(
        request,
        context,
        "model_version.html",
        title=version.name,
        crumbs=[(PLACE, "Models")],
        version=version,
        found=report,
        missing=missing,
        of=now.of(version.kind),
        standing=now.standing(version),
        parent=parent,
        differences=_told(parent, version) if parent else [],
        began=_began(context, [version]),
        **_words(context),
    )


def document(request: Request, context: Context) -> Response:
    """Hand out what was found of a version without loss."""
    version = find(context.store, request.path_params["version"])
    if version is None:
        return _nothing(request, context)
    report, _ = report_of(context.config, version)
    return Response(model_json(report), media_type="application/json")


@dataclass(frozen=True, slots=True)
class Known:
    """What every version is held against."""

    kinds: tuple[OfKind, ...]
    encoders: frozenset[str]
    """Ids of those there are vectors of."""
    statements: int | None
    """Those that the newest report rests on; None: there is none."""

    def standing(self, version: ModelVersion) -> Standing:
        """Return what may be done with a version."""
        return standing(version, self.of(version.kind), self.encoders, self.statements)

    def of(self, kind: ModelKind) -> OfKind:
        """Return all versions of a kind."""
        return next(one for one in self.kinds if one.kind == kind)


def known(context: Context) -> Known:
    """Return what every version is held against now."""
    kinds, reading = by_kind(context.store), newest(context.store)
    every = [one for of in kinds for one in (of.champion, *of.others) if one is not None]
    encoders = {one.encoder_id for one in every if one.kind == "encoder"}
    in_use = {of.champion.encoder_id for of in kinds if of.champion}  # also before any was noted
    totals = reading.report.totals if reading else None
    said = totals.statements - totals.uninformative if totals else None
    return Known(kinds, frozenset(encoders | in_use), said)


def _card(context: Context, known: Known, of: OfKind, shown: int | None) -> Card:
    return Card(
        of,
        report_of(context.config, of.champion)[0] if of.champion else None,
        tuple(known.standing(one) for one in of.others[:shown]),
    )


def _began(context: Context, versions: Iterable[ModelVersion]) -> dict[int, datetime]:
    """Return when the runs began that made versions or put them in use."""
    runs = {run for one in versions for run in (one.run_id, one.promoted_in) if run is not None}
    return context.store.ledger.started(runs)


def _words(context: Context) -> dict[str, Any]:
    return {
        "says": MODELS,
        "value": measured,
        "better": better,
        "may_plan": context.reviewer.may("plan"),
    }


def _parent(version: ModelVersion) -> tuple[Any, int]:
    return version.kind, version.parent or 0


def _told(before: ModelVersion, now: ModelVersion) -> list[tuple[str, str, str]]:
    """Return what differs, long values cut short; what is told elsewhere is left out."""
    return [
        (what.replace("_", " "), _short(was), _short(later))
        for what, was, later in differences(before, now)
        if what not in ELSEWHERE and not what.startswith("metrics:")
    ]


def _short(value: str) -> str:
    is_hash = len(value) >= DIGEST and all(letter in "0123456789abcdef" for letter in value)
    if is_hash:
        return f"{value[:12]}…"
    return f"{float(value):.4g}" if _LONG_NUMBER.fullmatch(value) else value


def _nothing(request: Request, context: Context) -> Response:
    advice = "The page of the models lists the versions there are."
    return not_found(request, context, "No such version", advice)
