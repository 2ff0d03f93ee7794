"""How estimates for a team turned out: how to combine them, how far they miss, what they forgot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, WorkItem
from models.effort.finished_work import FinishedWork
from models.effort.intervals import SHARE, Spread, conformal_quantile, measure_spread
from models.effort.own_estimates import BoolArray, Combination, fit_combination
from models.evidence.inputs import EffortParameters


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What finished work says about estimates of one team's work."""

    combination: Combination
    spread: Spread
    """Of estimates by analogy alone."""
    combined_spread: Spread
    """Of estimates in which the team's own are combined with analogy."""
    uplift: str
    """A sentence; empty where too few of its estimates are known."""


def read_track_record(
    team: str | None,
    work: FinishedWork,
    own: FloatArray,
    missed: FloatArray,
    parameters: EffortParameters,
) -> TrackRecord:
    """Read the record of a team, that of everybody where it has under `conformal_min` items.

    Parameters
    ----------
    team
        None: not known, so everybody's work counts.
    own, missed : ndarrays of shape (n_items,)
        The teams' own estimates as ln(days), and ln(actual / forecast by analogy); NaN: not known.
    """
    by_team = np.array([team is None or item.team == team for item in work.items], bool)
    combination = fit_combination(work.log_days, own, work.log_days - missed, by_team)
    return TrackRecord(
        combination,
        _spread(missed, by_team, parameters),
        _spread(combination.missed, by_team, parameters),
        uplift_sentence(work.items, team, parameters.conformal_min),
    )


def _spread(missed: FloatArray, by_team: BoolArray, parameters: EffortParameters) -> Spread:
    known = ~np.isnan(missed)
    enough = (known & by_team).sum() >= parameters.conformal_min
    return measure_spread(missed[known & by_team if enough else known], parameters)


def uplift_sentence(finished: Sequence[WorkItem], team: str | None, least: int) -> str:
    """Say how far estimates were exceeded: by the team, else by all; empty under `least` items.

    Parameters
    ----------
    finished
        Oldest first; only those with an estimate in days count.
    """
    estimated = [item for item in finished if item.estimate_days and item.actual_days]
    by_team = [item for item in estimated if item.team == team]
    whose = f"work of {team}"
    if team is None or len(by_team) < least:
        whose, by_team = "finished work", estimated
    if len(by_team) < least:
        return ""
    ratios = np.array([(i.actual_days or 0.0) / (i.estimate_days or 1.0) for i in by_team])
    times = conformal_quantile(ratios, SHARE)
    return (
        f"{whose} took at most {times:.2g} times its estimate in {100 * SHARE:g} % of cases"
        f" ({len(by_team):,} items)"
    )
