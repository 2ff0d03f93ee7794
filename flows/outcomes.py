"""After shipping: who is to be told of an idea, and what became of needs that were met."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.context import Reading
from flows.encoders import serving
from flows.evidence import gather_evidence
from flows.overview import find_idea, reading
from flows.ranking import load_report
from flows.releases import believed, effects_of_releases
from groundswell.config import Config
from groundswell.errors import ConfigError
from groundswell.report import Audience

if TYPE_CHECKING:
    from groundswell.domain import FeatureCandidate
    from models.evidence.inputs import Evidence
    from models.outcomes.before_after import ReleaseEffect
    from models.outcomes.pace import LeadTime, Share
    from models.outcomes.realised import Effectiveness


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast needs are met, and how well."""

    lead_time: "LeadTime"
    satisfied_reach: tuple[tuple[str, float], ...]
    """(quarter, voices per 90 days of needs that fell after a release in it)."""
    top_shipped: "Share"
    """Of the ten most voiced needs at the start of each quarter, shipped within two quarters."""
    effort_calibration: "Share"
    """Finished items whose person-days lay in the 80 % interval foretold at the quarter's start."""
    demand_calibration: "Share"
    """Needs whose voices of 90 days lay in the 80 % interval foretold at the quarter's start."""
    effectiveness: tuple["Effectiveness", ...]
    """What share of a need a release removes, by area."""
    releases: tuple["ReleaseEffect", ...]
    """Newest first."""


def read_audience(config: Config, name: str) -> Audience:
    """Gather who is to be told of an idea of the newest report, by its id or rank."""
    from models.outcomes.audience import gather_audience

    evidence, candidates, candidate_id = _known(config, name)
    candidate = next((one for one in candidates if one.candidate_id == candidate_id), None)
    if candidate is None:
        raise ConfigError(f"idea {name}: is no candidate any more; 'groundswell run' ranks anew")
    settings = config.ranking
    return gather_audience(
        evidence,
        candidates,
        candidate,
        min_membership=settings.min_membership,
        likely=settings.signal_probability,
    )


def read_pace(config: Config) -> Pace:
    """Measure how fast needs were met up to the newest report's moment, and what came of it."""
    from models.evidence.inputs import EffortParameters
    from models.evidence.voices import usable_mentions
    from models.outcomes import backcast, pace
    from models.outcomes.before_after import in_need, strongest

    evidence, candidates, _ = _known(config, None)
    as_of, settings = evidence.as_of, config.ranking
    table = usable_mentions(evidence)
    spoken = in_need(strongest(table[table["membership"] >= settings.min_membership]))
    releases, effects = effects_of_releases(config, evidence, candidates)
    times = backcast.need_times(spoken, candidates, releases)
    needs = [one for one in candidates if one.coverage]
    tops = backcast.top_needs(spoken, times, needs, as_of)
    demand = backcast.foretell_demand(spoken, needs, as_of, settings.half_life_days)
    efforts = backcast.foretell_efforts(
        evidence.items, evidence.item_vectors, EffortParameters(**config.effort.model_dump())
    )
    return Pace(
        lead_time=pace.lead_time(times, as_of.date()),
        satisfied_reach=tuple(pace.satisfied_reach(effects)),
        top_shipped=pace.shipped_of_top(
            tops, [(one.candidate_id, one.day) for one in releases], as_of.date()
        ),
        effort_calibration=pace.calibration(efforts),
        demand_calibration=pace.calibration(demand),
        effectiveness=tuple(believed(config, evidence, candidates, effects)),
        releases=tuple(reversed(effects)),
    )


def _known(
    config: Config, name: str | None
) -> "tuple[Evidence, list[FeatureCandidate], str | None]":
    """Return the evidence at the newest report's moment, the candidates, and an idea's id."""
    with reading(config) as store:
        report = load_report(store)
        candidate_id = None if name is None else find_idea(report, name).candidate_id
        evidence = gather_evidence(Reading(serving(config, store), store))
        return replace(evidence, as_of=report.as_of), store.ideas.candidates(), candidate_id
