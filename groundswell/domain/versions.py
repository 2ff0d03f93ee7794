"""Versions of what is learned: what each was made of, how it did, and which one is in use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

ModelKind = Literal["encoder", "themes", "kinds", "matches", "effort", "weights"]
"""Text to vectors; statements to needs; statements to kinds; texts to the chance that they mean
the same; how far estimates miss; and the criteria's weights."""
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)

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


def file_name(kind: ModelKind, part: str, sha256: str) -> str:
    """Return what the file of a part is called.

    Named by its content: no file is ever written over, and equal ones are one.
    """
    stem, _, suffix = part.partition(".")
    return f"{kind}-{stem}-{sha256[:16]}.{suffix}"
