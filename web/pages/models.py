"""The pages of the models: which version is in use, and what speaks for and against the others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import ModelVersion
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
    cards = [_card(context, of, shown) for of in by_kind(context.store)]
    every = [one for card in cards for one in card.versions]
    return page(
        request,
        context,
        "models.html",
        title="Models",
        cards=cards,
        began=_began(context, every),
        kinds=TRAINED,
        waits_anyhow=context.config.models.promote == "person",
        jobs=[one for one in context.store.jobs.newest(20) if one.is_open and one.kind in ASKED],
        **_words(context),
    )


def show(request: Request, context: Context) -> Response:
    """Answer with one version: its report, and what may be done with it."""
    version = find(context.store, request.path_params["version"])
    if version is None:
        return _nothing(request, context)
    of = next(one for one in by_kind(context.store) if one.kind == version.kind)
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
        of=of,
        standing=standing_now(context, version),
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


def standing_now(context: Context, version: ModelVersion) -> Standing:
    """Return what may be done with a version, by what the newest report rests on."""
    champion = context.store.versions.champion(version.kind)
    return standing(version, champion, statements_by_now(context))


def statements_by_now(context: Context) -> int | None:
    """Return how many statements the newest report rests on; None: there is none."""
    reading = newest(context.store)
    if reading is None:
        return None
    return reading.report.totals.statements - reading.report.totals.uninformative


def _card(context: Context, of: OfKind, shown: int | None) -> Card:
    now = statements_by_now(context)
    return Card(
        of,
        report_of(context.config, of.champion)[0] if of.champion else None,
        tuple(standing(one, of.champion, now) for one in of.others[:shown]),
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
