"""Versions of what is learned: what each was made of, how it did, and which one is in use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

ModelKind = Literal["encoder", "themes", "kinds", "matches", "effort", "weights"]
"""Text to vectors; statements to needs; statements to kinds; texts to the chance that they mean
the same; how far estimates miss; and the criteria's weights."""
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)

TRAINED: tuple[ModelKind, ...] = ("encoder", "kinds", "themes", "matches", "weights")
"""Those that a retraining makes, in the order in which one may rest on another."""

ASSIGNMENTS = "assignments.parquet"
"""Part of a version of the themes: where each statement was, for whoever goes back to it."""

GROWN_FROM = "grown_from"
"""Setting of a version that is another one with more themes: the version that was fitted."""

UNUSABLE = frozenset({"whole", "fresh"})
"""Gates that nobody can overrule: what they hold back cannot be used."""

VersionState = Literal["challenger", "champion", "retired", "refused"]
"""Made and not in use; in use; was in use; held back by a gate."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One thing that a challenger must not do worse than the champion."""

    name: str
    passed: bool
    told: str
    """What was found, in a sentence."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of one kind of model."""

    kind: ModelKind
    version: int
    """From 1 within its kind."""
    encoder_id: str
    """Of the vectors it works on."""
    fingerprint: str
    """Of the settings and code that decide what the same data teach."""
    run_id: int
    """The run that made it."""
    snapshot: Mapping[str, Any]
    """What it learned from: counts, ids as hashes, the last decision."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it was made with, and what came of it."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Part to the SHA-256 of its file, which is on disk before this row is."""
    state: VersionState = "challenger"
    why: str = ""
    """Why it was made, in words."""
    code_version: str = ""
    """Of Groundswell."""
    parents: tuple[tuple[str, int], ...] = ()
    """(kind, version) of those it was made from or beside."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """Name to value, on data that it was not made from."""
    gates: tuple[tuple[str, bool, str], ...] = ()
    """As `GateResult`; empty: not judged yet, or the first of its kind."""
    promoted_in: int | None = None
    """The run that put it in use; None: never was."""

    @property
    def name(self) -> str:
        """What it is called: ``themes-7``."""
        return f"{self.kind}-{self.version}"

    @property
    def can_return(self) -> bool:
        """Whether it was in use and can be put in use again as it was then."""
        return self.state == "retired" and (self.kind != "themes" or ASSIGNMENTS in self.files)

    @property
    def fit(self) -> int:
        """The version that was fitted: this one, or the one that has only grown to be this one."""
        return int(self.settings.get(GROWN_FROM, self.version))

    @property
    def parent(self) -> int | None:
        """The version of its kind that it was compared with; None: the first had none."""
        return dict(self.parents).get(self.kind)

    @property
    def statements(self) -> int:
        """How many statements it was made from."""
        return int(self.snapshot.get("statements", 0))

    @property
    def judged(self) -> tuple[GateResult, ...]:
        """What the gates said."""
        return tuple(GateResult(*one) for one in self.gates)

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """The gates it did not pass."""
        return tuple(gate for gate in self.judged if not gate.passed)


def compared_with(version: ModelVersion, of_kind: Collection[ModelVersion]) -> int | None:
    """Return the version that one was compared with; None: with none.

    If that one has only grown since, it is the one in use: what was compared still stands.
    """
    before = next((one for one in of_kind if one.version == version.parent), None)
    now = next((one for one in of_kind if one.state == "champion"), None)
    return now.version if before and now and before.fit == now.fit else version.parent


def version_named(name: str) -> tuple[ModelKind, int] | None:
    """Return kind and number of a name such as ``themes-7``; None: it is no such name."""
    kind, _, number = name.rpartition("-")
    if kind in MODEL_KINDS and number.isascii() and number.isdigit() and len(number) < 10:
        return kind, int(number)
    return None


def one_before(versions: Sequence[ModelVersion], kind: ModelKind) -> ModelVersion | None:
    """Return the version of a kind that is gone back to; None: there is none.

    It is the last of an earlier fit that was in use itself and was kept as it was then; where the
    one in use is of the first fit, the one that it grew from.
    """
    champion = next((v for v in versions if v.kind == kind and v.state == "champion"), None)
    if champion is None:
        return None
    kept = [one for one in versions if one.kind == kind and one.can_return]
    earlier = [one for one in kept if one.fit < champion.fit]
    smaller = [one for one in kept if one.fit == champion.fit and one.version < champion.version]
    return max(earlier or smaller, key=lambda one: (one.fit, one.version), default=None)


def against(version: ModelVersion, fresh: GateResult) -> tuple[GateResult, ...]:
    """Return the gates that speak against putting a version in use.

    Parameters
    ----------
    fresh
        What that gate says by now; it is not asked about what is in use, or was.
    """
    judged = [gate for gate in version.judged if gate.name != fresh.name]
    asked = judged if version.state in ("champion", "retired") else [*judged, fresh]
    return tuple(gate for gate in asked if not gate.passed)


def differences(before: ModelVersion, now: ModelVersion) -> list[tuple[str, str, str]]:
    """Return (what, before, now) of everything in which two versions differ."""
    rows = []
    for name in ("encoder_id", "code_version", "state", "why", "run_id"):
        rows.append((name, str(getattr(before, name)), str(getattr(now, name))))
    for name in ("snapshot", "settings", "metrics", "files"):
        one, other = getattr(before, name), getattr(now, name)
        rows += [
            (f"{name}: {key}", str(one.get(key, "")), str(other.get(key, "")))
            for key in sorted({*one, *other})
        ]
    return [row for row in rows if row[1] != row[2]]


def file_name(kind: ModelKind, part: str, sha256: str) -> str:
    """Return what the file of a part is called.

    Named by its content: no file is ever written over, and equal ones are one.
    """
    stem, _, suffix = part.partition(".")
    return f"{kind}-{stem}-{sha256[:16]}.{suffix}"
