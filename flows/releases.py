"""What our releases did to the needs they served, and what that tells of the next ones."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from groundswell.config import Config

if TYPE_CHECKING:
    from groundswell.domain import FeatureCandidate
    from models.evidence.inputs import Evidence
    from models.outcomes.before_after import ReleaseEffect
    from models.outcomes.realised import Effectiveness
    from models.outcomes.shipped import Release

UNKNOWN_AREA = "(no area)"


def measured_effectiveness(
    config: Config, evidence: "Evidence", candidates: "Sequence[FeatureCandidate]"
) -> dict[str, tuple[float, float]]:
    """Return what releases so far say of each candidate's effectiveness, by its area.

    Returns
    -------
    dict of candidate id to (a, b) of a Beta distribution
        Only of areas in which a release was measured.
    """
    _, effects = effects_of_releases(config, evidence, candidates)
    known = {one.area: (one.a, one.b) for one in believed(config, evidence, candidates, effects)}
    areas = _areas(evidence, candidates)
    return {
        one.candidate_id: known[areas[one.candidate_id]]
        for one in candidates
        if areas[one.candidate_id] in known
    }


def effects_of_releases(
    config: Config, evidence: "Evidence", candidates: "Sequence[FeatureCandidate]"
) -> "tuple[list[Release], list[ReleaseEffect]]":
    """Return what was released, and what became of the needs of those that serve one."""
    from models.evidence.voices import usable_mentions
    from models.outcomes.before_after import measure_releases
    from models.outcomes.shipped import find_releases

    settings = config.ranking
    releases = find_releases(evidence, candidates, likely=settings.signal_probability)
    table = usable_mentions(evidence)
    table = table[table["membership"] >= settings.min_membership]
    return releases, measure_releases(table, candidates, releases, evidence.as_of)


def believed(
    config: Config,
    evidence: "Evidence",
    candidates: "Sequence[FeatureCandidate]",
    effects: "Sequence[ReleaseEffect]",
) -> "list[Effectiveness]":
    """Return what the measured releases say of each area's effectiveness."""
    from models.outcomes.realised import update_effectiveness

    areas = _areas(evidence, candidates)
    return update_effectiveness(
        ((areas[one.release.candidate_id], one.effect) for one in effects),
        prior=config.money.effectiveness,
    )


def _areas(evidence: "Evidence", candidates: "Sequence[FeatureCandidate]") -> dict[str, str]:
    """Return the area of each candidate: that of the closest work item that has one."""
    area = {item.item_id: item.area for item in evidence.items}
    found: dict[str, str] = defaultdict(lambda: UNKNOWN_AREA)
    for candidate in candidates:
        known = (area[one] for one in candidate.item_ids if area.get(one))
        found[candidate.candidate_id] = next(known, None) or UNKNOWN_AREA
    return found
