"""A program's way to the models: which versions there are, and asking for another one in use."""

from dataclasses import dataclass

from groundswell.domain import GateResult, ModelKind, ModelVersion
from groundswell.domain.versions import differences
from groundswell.report import ModelReport
from reports import MODELS
from web.api.endpoints import Call
from web.api.jobs import AskedFor
from web.guard import Refused
from web.pages.models import known
from web.pages.models_asking import ask_promotion, ask_retraining, ask_return
from web.versions import OfKind, by_kind, find, report_of


@dataclass(frozen=True, slots=True)
class KindOfModel:
    """One kind of model with all its versions."""

    kind: ModelKind
    says: str
    """What it says, in words."""
    in_use: str | None
    """Name of the version in use; null: none is."""
    goes_back_to: str | None
    """Name of the version that is gone back to; null: there is none."""
    versions: tuple[ModelVersion, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class ModelList:
    """The kinds of models of which there is a version."""

    models: tuple[KindOfModel, ...]


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """A value in which a version differs from the one it was compared with."""

    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class WholeVersion:
    """One version with all that was found of it."""

    name: str
    version: ModelVersion
    can_be_used: bool
    """A person may put it in use; if anything is `against` it, with `anyway` and a reason."""
    against: tuple[GateResult, ...]
    """Gates that it does not pass by now."""
    report: ModelReport
    missing: str
    """Why the report holds no more than the store knows, such as a file that is gone; else
    empty."""
    differences: tuple[VersionDifference, ...]
    """From the version that it was compared with."""


def models(call: Call) -> ModelList:
    """List the versions of all models, and which are in use."""
    return ModelList(tuple(map(_listed, by_kind(call.context.store))))


def model(call: Call) -> WholeVersion:
    """Tell all of one version: what it was made of, its gates and measures, what it changes."""
    context = call.context
    version = find(context.store, call.parts["version"])
    if version is None:
        raise Refused(404, "no such version; /api/v1/models lists them")
    standing = known(context).standing(version)
    parent = version.parent
    before = None if parent is None else context.store.versions.get(version.kind, parent)
    found = differences(before, version) if before else []
    return WholeVersion(
        version.name,
        version,
        standing.can_be_used,
        standing.against,
        *report_of(context.config, version),
        tuple(VersionDifference(*one) for one in found),
    )


def retrain(call: Call) -> AskedFor:
    """Ask for challengers of models, made of all there is by now and compared with those in use.

    What passes every gate is put in use, or waits for a person.
    """
    body = call.body
    return AskedFor(
        *ask_retraining(call.context, body.models, body.reason.strip(), waits=body.wait)
    )


def promote(call: Call) -> AskedFor:
    """Ask for a version to be put in use; the gates are looked at once more when it is done."""
    body, name = call.body, call.parts["version"]
    return AskedFor(*ask_promotion(call.context, name, body.reason.strip(), anyway=body.anyway))


def roll_back(call: Call) -> AskedFor:
    """Ask for the version before to be put back in use, with the last report made with it.

    Reports that were made since are withdrawn; feedback and decisions stay.
    """
    body, kind = call.body, call.parts["kind"]
    return AskedFor(*ask_return(call.context, kind, body.to, body.reason.strip()))


def _listed(of: OfKind) -> KindOfModel:
    every = (*of.others, of.champion) if of.champion else of.others
    return KindOfModel(
        of.kind,
        MODELS[of.kind],
        of.champion.name if of.champion else None,
        of.before.name if of.before else None,
        tuple(sorted(every, key=lambda one: -one.version)),
    )
