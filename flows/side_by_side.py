"""What people would see of today's data: with the models in use, and with challengers.

Each is tried on a copy of the store of its own; of many statements both at once, in two processes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flows.apart import can_work_apart, done_apart
from flows.context import Known, Progress, RunContext, Silence
from flows.copies import copied, sweep
from flows.decisions import what_was_decided
from flows.encoders import renewed
from flows.naming import called
from flows.shaping import wishes_of
from groundswell.config import Config
from groundswell.domain import ModelVersion
from groundswell.report import IdeaReport
from models.gates.constraints import Constraints, check_constraints
from models.themes.shaping import strongest

MANY = 20_000
"""Statements from which both are tried at once: another process takes seconds to begin."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What people would see."""

    report: IdeaReport
    places: Mapping[str, int]
    """Statement id to the need it is shown in, `NOISE` for none."""
    constraints: Constraints


@dataclass(frozen=True, slots=True)
class _Moment:
    """When it would be seen."""

    now: datetime
    as_of: datetime | None

    def clock(self) -> datetime:
        return self.now


def side_by_side(context: RunContext, versions: Sequence[ModelVersion]) -> tuple[Shown, Shown]:
    """Return what the models in use show of today's data, and what challengers would."""
    sweep(context.config, "challenge")
    moment = _Moment(context.run.started_at, context.as_of)
    with (
        copied(context.config, context.store, "challenge", context.lease) as as_is,
        copied(context.config, context.store, "challenge", context.lease) as tried,
        _as_is(context, as_is, moment) as before,
    ):
        after = _show(tried, moment, versions, context.progress)
        return before(), after


def _show(
    copy: Config, moment: _Moment, versions: Sequence[ModelVersion], progress: Progress
) -> Shown:
    """Put versions in use in a copy and return what it then shows."""
    from flows import steps
    from flows.ranking import ranked_to_compare
    from flows.retraining import put_in_use

    with steps.opened_run(
        copy, kind="refresh", progress=progress, as_of=moment.as_of, clock=moment.clock
    ) as context:
        for version in versions:
            put_in_use(context, version)
        for step in (steps.place_themes, steps.propose_candidates):
            steps.do(step, renewed(context))
        context = renewed(context)
        places = _places(context)
        return Shown(ranked_to_compare(context), places, _constraints(context, places))


@contextmanager
def _as_is(context: RunContext, copy: Config, moment: _Moment) -> Iterator[Callable[[], Shown]]:
    """Give a function that returns what a copy shows without a challenger."""
    if context.store.feedback.counts().statements < MANY or not can_work_apart():
        seen = _show(copy, moment, (), context.progress)
        yield lambda: seen
        return
    with done_apart(_show, copy, moment, (), Silence()) as made:
        yield made


def _constraints(context: Known, places: Mapping[str, int]) -> Constraints:
    shown = called(context, context.store.themes.themes())
    needs = {one.theme_id: one for one in shown if one.level == "need"}
    decided = what_was_decided(context)
    named = {n: one.label for n, one in decided.themes.items() if one.label is not None}
    lost = [(one.target, one.reason) for one in decided.needs_review]
    wishes = wishes_of(context, context.store.shapes.found_themes())
    return check_constraints(named, lost, wishes, places, needs)


def _places(context: Known) -> dict[str, int]:
    first = strongest(context.store.shapes.shown_assignments())
    return dict(zip(first["statement_id"], first["theme_id"].tolist(), strict=True))
