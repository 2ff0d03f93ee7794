"""What the pages of pairs look up: the answers so far, and what they teach.

Ten weights are fitted to the answers in the request, which takes some milliseconds; what reviewers
saw in an earlier report is parsed once and kept, since a report of a run that went well never
changes.
"""

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from groundswell.config import Config
from groundswell.domain import Verdicts, standing_preferences
from groundswell.report import RankedIdea

if TYPE_CHECKING:
    from groundswell.store import Store
    from models.preference.answers import Seen
    from models.preference.choosing import Pair
    from models.preference.learning import Learned
    from models.ranking.strategies import Strategy
    from web.reading import Reading

KEPT = 500
"""Reports of which it is remembered what they showed; some 10 KB each."""

_seen: dict[tuple[str, int, str], "Seen"] = {}
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Taught:
    """The log, and the weights it teaches."""

    verdicts: Verdicts
    learned: "Learned"


def teachable(config: Config) -> bool:
    """Tell whether the weights of the strategy of the settings can be learned."""
    from models.preference.learning import criteria_of

    return bool(criteria_of(_strategy(config)))


def taught(store: "Store", config: Config, verdicts: Verdicts) -> Taught:
    """Return what the decisions teach that `verdicts` was made of."""
    from models.preference.learning import learn_from, runs_wanted

    ready, strategy = store.ideas.reports_ready(), _strategy(config)
    reports = {run: seen_by(store, config, run) for run in sorted(runs_wanted(verdicts, ready))}
    known = {run: seen for run, seen in reports.items() if seen is not None}
    learned = learn_from(config.ranking.strategy, strategy, verdicts, known, ready)
    return Taught(verdicts, learned)


def seen_by(store: "Store", config: Config, run_id: int) -> "Seen | None":
    """Return what the report of a run showed; None: there is none."""
    import reports
    from models.preference.answers import seen_in
    from models.preference.learning import criteria_of

    criteria = criteria_of(_strategy(config))
    key = (store.place, run_id, " ".join(criteria))
    with _turn:
        if key not in _seen:
            document = store.ideas.report(run_id)
            if document is None:
                return None
            for old in list(_seen)[: len(_seen) - KEPT + 1]:
                del _seen[old]
            _seen[key] = seen_in(reports.from_json(document), criteria)
        return _seen[key]


def next_question(
    reading: "Reading",
    found: Taught,
    reviewer: str,
    config: Config,
    skipped: "frozenset[Pair]" = frozenset(),
) -> tuple[RankedIdea, RankedIdea] | None:
    """Return the two ideas to ask a reviewer about, the left one first; None: all are answered."""
    from models.preference.answers import seen_in
    from models.preference.choosing import left_first, next_pair

    open_ideas = [
        idea.candidate_id
        for idea in reading.report.ideas
        if idea.status in ("new", "extends") and not _is_rejected(found.verdicts, idea)
    ]
    pair = next_pair(
        found.learned.posterior,
        seen_in(reading.report, found.learned.posterior.criteria),
        known=answered_by(found.verdicts, reviewer) | skipped,
        ideas=open_ideas,
    )
    if pair is None:
        return None
    one, other = (reading.ideas[name] for name in pair)
    return (one, other) if left_first(pair, reviewer, config.ranking.seed) else (other, one)


def answered_by(verdicts: Verdicts, reviewer: str) -> "frozenset[Pair]":
    """Return the pairs that a reviewer has answered."""
    from models.preference.choosing import pair_of

    return frozenset(
        pair_of(one.idea, one.other)
        for one in standing_preferences(verdicts)
        if one.reviewer == reviewer
    )


def _is_rejected(verdicts: Verdicts, idea: RankedIdea) -> bool:
    found = verdicts.ideas.get(idea.candidate_id)
    return found is not None and found.status == "rejected"


def _strategy(config: Config) -> "Strategy":
    from models.ranking.strategies import known_strategies

    return known_strategies(config.ranking.strategies)[config.ranking.strategy]
