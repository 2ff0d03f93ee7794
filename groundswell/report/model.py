"""What is said of a challenger beside the version in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundswell.domain import GateResult
from groundswell.report.whole import Changes


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was measured on both, on the same data."""

    name: str
    unit: str
    challenger: float
    champion: float | None
    """None: there is none, or it has no such figure."""
    low: float | None = None
    """80 % interval of the difference, challenger less champion; None: not known."""
    high: float | None = None
    more_is_better: bool | None = None
    """None: neither is."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """A challenger: what it was made of, how it did, and what would change for people."""

    kind: str
    version: int
    champion: int | None
    """Version that it was compared with."""
    run_id: int
    why: str
    code_version: str
    encoder_id: str
    snapshot: Mapping[str, Any]
    settings: Mapping[str, Any]
    measures: tuple[Measure, ...]
    gates: tuple[GateResult, ...]
    changes: Changes | None
    """Themes born, split and merged, and ideas whose rank moves, with the reason; None: it was not
    tried on a copy."""

    @property
    def name(self) -> str:
        """What the version is called: ``themes-7``."""
        return f"{self.kind}-{self.version}"

    @property
    def passed(self) -> bool:
        """Whether every gate let it through."""
        return all(gate.passed for gate in self.gates)
