"""Versions of models as pages and programs are shown them, and what may be done with each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from groundswell.config import Config
from groundswell.domain import MODEL_KINDS, GateResult, ModelKind, ModelVersion
from groundswell.domain.versions import UNUSABLE, against, compared_with, one_before, version_named
from groundswell.errors import ModelError
from groundswell.model_files import ModelFiles
from groundswell.report import ModelReport

if TYPE_CHECKING:
    from groundswell.store import Store

REPORT = "report.json"
"""Part of a version: what was found of it."""
KEPT = 32
"""Model reports in memory; what a version's report says never changes."""


@dataclass(frozen=True, slots=True)
class OfKind:
    """All versions of one kind of model."""

    kind: ModelKind
    champion: ModelVersion | None
    """The one in use."""
    before: ModelVersion | None
    """The one that is gone back to; None: there is none."""
    others: tuple[ModelVersion, ...]
    """Those that are not in use, the newest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be done with a version."""

    version: ModelVersion
    against: tuple[GateResult, ...]
    """Gates that it does not pass by now."""

    @property
    def barred(self) -> tuple[GateResult, ...]:
        """Those of them that nobody can overrule."""
        return tuple(gate for gate in self.against if gate.name in UNUSABLE)

    @property
    def can_be_used(self) -> bool:
        """Whether a person may put it in use, in spite of a gate or not."""
        kept = self.version.state != "retired" or self.version.can_return
        return self.version.state != "champion" and kept and not self.barred

    @property
    def waits(self) -> bool:
        """Whether it passed every gate, and a person is to put it in use."""
        judged = self.version.state == "challenger" and bool(self.version.gates)
        return judged and not self.against


def by_kind(store: "Store") -> tuple[OfKind, ...]:
    """Return the kinds of which there is a version: the themes, which all see, and the others."""
    every = store.versions.all()
    there = {one.kind for one in every}
    return tuple(
        _of_kind(kind, every)
        for kind in sorted(MODEL_KINDS, key=lambda kind: kind != "themes")
        if kind in there
    )


def find(store: "Store", name: str) -> ModelVersion | None:
    """Return a version by its name; None: there is none."""
    named = version_named(name)
    return None if named is None else store.versions.get(*named)


def standing(
    version: ModelVersion, of: OfKind, encoders: Collection[str], statements: int | None
) -> Standing:
    """Return what may be done with a version, as far as can be told without the feedback.

    Whoever puts it in use looks once more.

    Parameters
    ----------
    of
        All versions of its kind.
    encoders
        Ids of those there are vectors of.
    statements
        Those that say more than a bare verdict, in the newest report; None: not known.
    """
    from models.gates import verdicts

    made_of = version.statements
    every = of.others if of.champion is None else (of.champion, *of.others)
    fresh = verdicts.fresh(
        champion=of.champion.version if of.champion else None,
        parent=compared_with(version, every),
        unseen=max(0.0, 1.0 - made_of / statements) if statements and made_of else 0.0,
        encoder_fits=version.encoder_id in encoders,
    )
    return Standing(version, against(version, fresh))


def report_of(config: Config, version: ModelVersion) -> tuple[ModelReport, str]:
    """Return what was found of a version, and why that is no more than the store knows.

    That is so where it was not judged, and where its file is gone or was changed: then alone
    there is something to say, in one line.
    """
    import reports

    if REPORT not in version.files:
        return ModelReport.of(version), ""
    try:
        document = _document(config.models.registry, version.kind, version.files[REPORT])
    except ModelError as error:
        return ModelReport.of(version), str(error)
    return reports.model_from_json(document) or ModelReport.of(version), ""


def _of_kind(kind: ModelKind, every: Sequence[ModelVersion]) -> OfKind:
    mine = [one for one in reversed(every) if one.kind == kind]
    champion = next((one for one in mine if one.state == "champion"), None)
    others = tuple(one for one in mine if one is not champion)
    return OfKind(kind, champion, one_before(every, kind), others)


@lru_cache(KEPT)
def _document(registry: str, kind: ModelKind, digest: str) -> str:
    part = ModelVersion(kind, 1, "", "", 0, {}, files={REPORT: digest})
    return ModelFiles(registry).get(part, REPORT).decode()
