"""What is said of a challenger beside the version in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell.domain import GateResult, ModelVersion
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
    """Ends of an interval of the difference, challenger less champion: 90 % for themes, else 80 %;
    None: not known."""
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

    @classmethod
    def of(
        cls,
        version: ModelVersion,
        measures: Sequence[Measure] = (),
        changes: Changes | None = None,
    ) -> "ModelReport":
        """Return the report of a version, with what was measured beyond what its row says."""
        return cls(
            kind=version.kind,
            version=version.version,
            champion=version.parent,
            run_id=version.run_id,
            why=version.why,
            code_version=version.code_version,
            encoder_id=version.encoder_id,
            snapshot=version.snapshot,
            settings=version.settings,
            measures=tuple(measures),
            gates=version.judged,
            changes=changes,
        )

    @property
    def name(self) -> str:
        """What the version is called: ``themes-7``."""
        return f"{self.kind}-{self.version}"

    @property
    def passed(self) -> bool:
        """Whether every gate let it through."""
        return all(gate.passed for gate in self.gates)
