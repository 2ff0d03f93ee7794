"""What is told where new statements are no longer what the themes in use were made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

DriftKind = Literal["left out", "distance", "kinds", "words"]
"""Of new statements: more are in no theme; they lie farther from theirs; they are of other kinds;
they use words that the fit never saw."""

ALARMS = "drift"
"""Name under which the result of the step ``update_themes`` holds the alarms."""


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """One way in which new statements differ from those that the themes were fitted on."""

    kind: DriftKind
    found: str
    """What was found, and against what."""
    remedy: str
    """What would do."""

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.found}; {self.remedy}"


def as_detail(alarms: tuple[DriftAlarm, ...]) -> dict[str, Any]:
    """Return alarms as the detail of a step holds them; none: nothing."""
    return {ALARMS: [asdict(one) for one in alarms]} if alarms else {}


def alarms_in(detail: Mapping[str, Any]) -> tuple[DriftAlarm, ...]:
    """Read what `as_detail` wrote."""
    return tuple(DriftAlarm(**one) for one in detail.get(ALARMS, ()))
