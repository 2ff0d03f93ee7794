"""Asking for challengers, for another version in use, or for the one before.

Nothing is done here: a job is queued, and the worker, who does it, looks at the gates once more.
"""

from collections.abc import Sequence
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import ModelKind, ModelVersion
from groundswell.domain.versions import TRAINED
from groundswell.jobs import Manner, QueuedJob
from web.guard import Context, Refused
from web.pages.jobs import ask_job, queued, reason_in
from web.pages.models import PLACE, known
from web.pages.rendering import page
from web.versions import by_kind, find

THEN = {"gates": "", "wait": "wait"}
"""What becomes of a challenger that passes: it is put in use, or waits for a person."""


def retrain(request: Request, context: Context) -> Response:
    """Queue a run that makes challengers."""
    then = context.form.get("then", "gates")
    if then not in THEN:
        raise Refused(400, f"then: {then[:20]!r}; expected {' or '.join(THEN)}")
    kinds = context.form.getlist("model")
    return queued(ask_retraining(context, kinds, reason_in(context), waits=then == "wait"))


def promote(request: Request, context: Context) -> Response:
    """Queue the promotion of a version."""
    anyway = bool(context.form.get("anyway"))
    name = request.path_params["version"]
    try:
        return queued(ask_promotion(context, name, reason_in(context), anyway=anyway))
    except Refused as refused:
        return _refused(request, context, refused, f"{PLACE}/{name}")


def roll_back(request: Request, context: Context) -> Response:
    """Queue the way back to the version before."""
    kind, to = request.path_params["kind"], context.form.get("to", "")
    try:
        return queued(ask_return(context, kind, to, reason_in(context)))
    except Refused as refused:
        return _refused(request, context, refused, PLACE)


def ask_retraining(
    context: Context, kinds: Sequence[str], reason: str, *, waits: bool
) -> tuple[QueuedJob, bool]:
    """Queue a run that makes challengers of kinds of models; none named: of all.

    Returns
    -------
    tuple
        The job, and whether it was queued already; so of the others here.

    Raises
    ------
    Refused
        A kind is not made by a retraining.
    """
    unknown = [one for one in kinds if one not in TRAINED]
    if unknown:
        known = ", ".join(TRAINED)
        raise Refused(400, f"{unknown[0][:20]!r} is no kind that is retrained; known: {known}")
    chosen = [kind for kind in TRAINED if kind in kinds]
    subject = "" if len(chosen) == len(TRAINED) else " ".join(chosen)
    waits = waits or context.config.models.promote == "person"
    return ask_job(context, "retrain", reason, subject, "wait" if waits else "")


def ask_promotion(
    context: Context, name: str, reason: str, *, anyway: bool
) -> tuple[QueuedJob, bool]:
    """Queue the promotion of a version.

    Raises
    ------
    Refused
        There is no such version, it is in use, or a gate speaks against it that nobody can
        overrule, or that is to be overruled without a reason.
    """
    version = _version(context, name)
    standing = known(context).standing(version)
    if version.state == "champion":
        raise Refused(409, f"{name}: is in use already")
    told = "; ".join(f"the gate '{gate.name}' says: {gate.told}" for gate in standing.against)
    if not standing.can_be_used:
        raise Refused(409, f"{name}: cannot be used{': ' if told else ''}{told}")
    if told and not (anyway and reason):
        raise Refused(409, f"{name}: {told}; in spite of that it takes a reason")
    manner: Manner = "anyway" if told else ""
    return ask_job(context, "promote", reason, name, manner)


def ask_return(context: Context, kind: str, to: str, reason: str) -> tuple[QueuedJob, bool]:
    """Queue the way back to the version before; `to` is the one that was seen to be that.

    Raises
    ------
    Refused
        There is none before, or it is another one by now.
    """
    found = next((of for of in by_kind(context.store) if of.kind == kind), None)
    if kind not in get_args(ModelKind) or found is None:
        raise Refused(404, f"{kind[:20]!r}: there is no version of such a model")
    if found.before is None:
        raise Refused(409, f"{kind}: there is no version before to go back to")
    if found.before.name != to:
        raise Refused(409, f"{kind}: {found.before.name} is the version before; look at it again")
    return ask_job(context, "rollback", reason, to)


def _version(context: Context, name: str) -> ModelVersion:
    version = find(context.store, name)
    if version is None:
        raise Refused(404, "no such version; the page of the models lists them")
    return version


def _refused(request: Request, context: Context, why: Refused, place: str) -> Response:
    told, title = str(why), "Not done"
    return page(
        request, context, "refused.html", title=title, status=why.status, told=told, place=place
    )
