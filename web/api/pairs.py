"""A program's way to pairs: the next question, the answer, and what the answers teach."""

from dataclasses import dataclass

from groundswell.errors import DecisionError
from groundswell.report import Estimate, Learning, Quote, RankedIdea
from web.api.deciding import Made
from web.api.endpoints import Call
from web.guard import Refused
from web.learning import answered_by, teachable
from web.pages.learnt import learning_now
from web.pages.pairs import is_answered, question_for, quote_of, record_answer, sitting_of
from web.reading import newest


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an idea is from the middle one in a criterion."""

    criterion: str
    z: float
    """In standard deviations; of `effort`, above 0 speaks against it."""


@dataclass(frozen=True, slots=True)
class IdeaOfPair:
    """An idea of a pair; without rank and score, so that they do not answer."""

    candidate_id: str
    title: str
    need: str
    quote: Quote | None
    """A customer's words."""
    voices: float
    revenue: Estimate
    effort_p50: float
    """Person-days."""
    criteria: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class NextPair:
    """The pair to be asked about next."""

    run: int | None
    """Whose figures these are; an answer names it."""
    left: IdeaOfPair | None
    """Null, as `right`: none is left to ask about, or the strategy multiplies."""
    right: IdeaOfPair | None
    answered: int
    """Pairs that you have answered."""
    can_learn: bool
    """Answers teach the weights of the strategy of the settings."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What all answers teach."""

    learning: Learning | None
    """Null: nobody has answered yet."""
    answered: int
    """Pairs that you have answered."""
    version: int
    """Of what is decided about the weights: the `expected_version` of `adopt` about `ranking`."""


def next_pair(call: Call) -> NextPair:
    """Tell which two ideas to ask you about next: those whose answer teaches most."""
    context, reading = call.context, newest(call.context.store)
    question, _ = question_for(context, reading, sitting_of(call.query.skip, None))
    left, right = map(_told, question) if question else (None, None)
    return NextPair(
        run=reading.report.run.run_id if reading else None,
        left=left,
        right=right,
        answered=len(answered_by(context.store.decisions.verdicts(), context.reviewer.name)),
        can_learn=teachable(context.config),
    )


def answer_pair(call: Call) -> Made:
    """Record which of two ideas you would build first; undoing the decision takes it back."""
    context, body, reading = call.context, call.body, newest(call.context.store)
    if reading is None:
        raise Refused(404, "no report yet; 'groundswell run' makes one")
    if is_answered(context, body.left, body.right):
        raise Refused(409, "you have answered this pair; undo that decision to answer anew")
    pair = (body.left, body.right)
    try:
        return Made((record_answer(context, pair, body.answer, str(body.run), reading),))
    except DecisionError as error:
        raise Refused(422, str(error)) from None


def learnt(call: Call) -> Learnt:
    """Tell which weights follow from the answers, how sure, and whether they can be used."""
    context, verdicts = call.context, call.context.store.decisions.verdicts()
    learning, _ = learning_now(context, newest(context.store), verdicts)
    mine = len(answered_by(verdicts, context.reviewer.name))
    return Learnt(learning, mine, verdicts.ranking.version)


def _told(idea: RankedIdea) -> IdeaOfPair:
    return IdeaOfPair(
        candidate_id=idea.candidate_id,
        title=idea.title,
        need=idea.need,
        quote=quote_of(idea),
        voices=idea.voices,
        revenue=idea.revenue,
        effort_p50=idea.effort.p50,
        criteria=tuple(Standing(part.criterion, part.z) for part in idea.parts),
    )
