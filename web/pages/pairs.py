"""Which of these two first? A pair at a time, five in a sitting, and what the answers teach.

Nothing but the log remembers anything: how far a sitting has come and what was skipped stand in the
address.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain import Decision, Draft
from groundswell.errors import DecisionError
from groundswell.report import CriterionPart, Quote, RankedIdea
from reports.waterfall import Scale, Step
from web.guard import Context, Refused
from web.learning import answered_by, next_question, taught, teachable
from web.pages import learnt
from web.pages.answers import whole_number
from web.pages.rendering import page
from web.reading import Reading, newest

if TYPE_CHECKING:
    from models.preference.choosing import Pair

MOST_SKIPPED = 20
"""Pairs that an address remembers as skipped; the oldest are asked about again."""


SCALE = Scale(-3.0, 3.0)
"""Of the bars of both ideas, in standard deviations of a criterion."""

Row = tuple[str, tuple[Step | None, Step | None]]
"""A criterion and how far each idea lies from the middle one in it; None: it plays no part."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """How far a reviewer has come."""

    done: int
    skipped: tuple[tuple[str, str], ...]

    def address(self, *, said: int | None = None, skip: tuple[str, str] | None = None) -> str:
        """Return the address of the next question."""
        skipped = self.skipped if skip is None else (*self.skipped, skip)[-MOST_SKIPPED:]
        query = [("done", self.done), *(("skip", name) for pair in skipped for name in pair)]
        return "/pairs?" + urlencode(query if said is None else [*query, ("said", said)])

    @property
    def pairs(self) -> "frozenset[Pair]":
        """Return what was skipped, in the order in which a pair is known."""
        from models.preference.choosing import pair_of

        return frozenset(pair_of(*pair) for pair in self.skipped)


def show(request: Request, context: Context) -> Response:
    """Answer with the pair to be asked next, or with what was learnt when the sitting is over."""
    from models.preference.choosing import SITTING

    sitting = sitting_of(request.query_params.getlist("skip"), request.query_params.get("done"))
    reading = newest(context.store)
    question, answers = question_for(context, reading, sitting)
    over = sitting.done > 0 and sitting.done % SITTING == 0
    if answers and (over or question is None):
        return learnt.show(request, context)
    return page(
        request,
        context,
        "pairs.html",
        title="Which of these two first?",
        report=reading.report if reading else None,
        can_learn=teachable(context.config),
        strategy=context.config.ranking.strategy,
        two=question or (),
        rows=_rows(*question) if question else (),
        quotes=[quote_of(idea) for idea in question or ()],
        scale=SCALE,
        sitting=sitting,
        number=sitting.done % SITTING + 1,
        of=SITTING,
        skip=sitting.address(skip=_ids(question)) if question else "",
        last=own_answer(context, request.query_params.get("said", "")),
    )


def answer(request: Request, context: Context) -> Response:
    """Record which of two ideas a reviewer would build first, then ask the next."""
    form, reading = context.form, newest(context.store)
    sitting = sitting_of(form.getlist("skip"), form.get("done"))
    left, right, said = (form.get(name, "") for name in ("left", "right", "answer"))
    if said not in ("left", "right", "neither") or reading is None:
        raise Refused(400, f"no such answer: {said[:20]!r}")
    if is_answered(context, left, right):  # sent twice
        return RedirectResponse(sitting.address(), 303)
    try:
        made = record_answer(context, (left, right), said, form.get("run", ""), reading)
    except DecisionError as error:
        return _refused(request, context, str(error), sitting)
    further = Sitting(sitting.done + 1, sitting.skipped)
    return RedirectResponse(further.address(said=made.number), 303)


def take_back(request: Request, context: Context) -> Response:
    """Withdraw an answer of one's own, and ask again."""
    form = context.form
    sitting = sitting_of(form.getlist("skip"), form.get("done"))
    before = Sitting(max(sitting.done - 1, 0), sitting.skipped)
    found = own_answer(context, form.get("number", ""))
    if found is None:
        return _refused(request, context, "no answer of yours that stands", sitting)
    reviewer = context.reviewer.name
    context.store.decisions.undo(found.number, reviewer=reviewer, at=context.now)
    return RedirectResponse(before.address(), 303)


def question_for(
    context: Context, reading: Reading | None, sitting: Sitting
) -> tuple[tuple[RankedIdea, RankedIdea] | None, int]:
    """Return the pair to ask next, the left one first, and how many answers there are of all.

    No pair where there is no report, nothing can be learned, or every pair was answered.
    """
    if reading is None or not teachable(context.config):
        return None, 0
    found = taught(context.store, context.config, context.store.decisions.verdicts())
    name, answers = context.reviewer.name, len(found.learned.answers)
    return next_question(reading, found, name, context.config, sitting.pairs), answers


def record_answer(
    context: Context, pair: tuple[str, str], said: str, run: str, reading: Reading
) -> Decision:
    """Record which idea of a pair (left, right) who asks would build first.

    Parameters
    ----------
    said
        ``left``, ``right`` or ``neither``.
    run
        Whose figures were shown.

    Raises
    ------
    DecisionError
        These are not figures and ideas of the newest report, or no two ideas.
    """
    if run != str(reading.report.run.run_id) or not set(pair) <= set(reading.ideas):
        raise DecisionError("a newer report came in between; the pair is asked with its figures")
    return context.store.decisions.record(_draft(context, *pair, said, reading))


def is_answered(context: Context, left: str, right: str) -> bool:
    """Tell whether who asks has answered a pair."""
    from models.preference.choosing import pair_of

    known = answered_by(context.store.decisions.verdicts(), context.reviewer.name)
    return pair_of(left, right) in known


def quote_of(idea: RankedIdea) -> Quote | None:
    """Return a customer's words that are not shown as the need already; None: there are none."""
    others = [quote for quote in idea.quotes if quote.text != idea.need]
    return next(iter(others or idea.quotes), None)


def own_answer(context: Context, named: str) -> Decision | None:
    """Return an answer that the reader gave and that stands, by its number in an address."""
    if not named:
        return None
    number, verdicts = whole_number(named), context.store.decisions.verdicts()
    found = context.store.decisions.log(after=max(number - 1, 0), limit=1)
    for one in found:
        own = one.kind == "prefer" and one.reviewer == context.reviewer.name
        if own and one.number == number and number not in verdicts.undone:
            return one
    return None


def sitting_of(skipped: Sequence[str], done: str | None) -> Sitting:
    """Return how far a reviewer has come, from the address or a form."""
    pairs = tuple(zip(skipped[::2], skipped[1::2], strict=False))[-MOST_SKIPPED:]
    return Sitting(whole_number(done or "0"), pairs)


def _draft(context: Context, left: str, right: str, said: str, reading: Reading) -> Draft:
    idea, other = (right, left) if said == "right" else (left, right)
    changes = {
        "over": other,
        "side": "right" if said == "right" else "left",
        "run": reading.report.run.run_id,
        "tie": said == "neither",
    }
    return Draft("prefer", idea, context.reviewer.name, context.now, changes)


def _rows(one: RankedIdea, other: RankedIdea) -> list[Row]:
    steps = [{part.criterion: _step(part) for part in idea.parts} for idea in (one, other)]
    names = dict.fromkeys([*steps[0], *steps[1]])
    return [(name, (steps[0].get(name), steps[1].get(name))) for name in names]


def _step(part: CriterionPart) -> Step:
    """Return how far an idea lies from the middle one, to the right what speaks for it."""
    z = -part.z if part.criterion == "effort" else part.z
    return Step(replace(part, spread=0.0), 0.0, z)


def _ids(two: tuple[RankedIdea, RankedIdea]) -> tuple[str, str]:
    return two[0].candidate_id, two[1].candidate_id


def _refused(request: Request, context: Context, told: str, sitting: Sitting) -> Response:
    title, place = "Not answered", sitting.address()
    return page(request, context, "refused.html", title=title, status=400, told=told, place=place)
