"""What the answers about pairs teach of the weights, and having the next run use it."""

from math import exp

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain import Draft, Verdicts, replay
from groundswell.domain.decisions import RANKING
from groundswell.errors import DecisionError
from groundswell.report import Estimate, Learning
from web.guard import Context, Refused
from web.learning import answered_by, taught, teachable
from web.pages.answers import whole_number
from web.pages.rendering import page
from web.reading import Reading, newest

PLACE = "/pairs/learnt"


def show(request: Request, context: Context) -> Response:
    """Answer with the weights that all answers teach, and whether they can be used."""
    reading, verdicts = newest(context.store), context.store.decisions.verdicts()
    learning, enough = learning_now(context, reading, verdicts)
    return page(
        request,
        context,
        "pairs_learnt.html",
        title="What was learnt",
        crumbs=[("/pairs", "Pairs")],
        report=reading.report if reading else None,
        learning=learning,
        habits=_habits(learning),
        enough=enough,
        mine=len(answered_by(verdicts, context.reviewer.name)),
        ranking=verdicts.ranking,
        can_learn=teachable(context.config),
        strategy=context.config.ranking.strategy,
        may_review=context.reviewer.may("review"),
        may_plan=context.reviewer.may("plan"),
    )


def learning_now(
    context: Context, reading: Reading | None, verdicts: Verdicts
) -> tuple[Learning | None, bool]:
    """Return what the answers teach, and whether they are enough; None: nothing yet."""
    from models.preference.learning import as_learning

    if reading is None or not teachable(context.config):
        return None, False
    found = taught(context.store, context.config, verdicts).learned
    if not len(found.answers):
        return None, False
    return as_learning(found, verdicts.ranking.weights), found.reliance.enough


def adopt(request: Request, context: Context) -> Response:
    """Have the next run use the learned weights, or those of the settings again."""
    form = context.form
    use = form.get("use", "")
    if use not in ("learned", "settings"):
        raise Refused(400, f"no such weights: {use[:20]!r}")
    through = whole_number(form.get("through", "")) if use == "learned" else None
    if through is not None and not can_be_used(context, through):
        return _refused(request, context, "these weights cannot be used yet")
    reason, name = form.get("reason", "").strip(), context.reviewer.name
    draft = Draft("adopt", RANKING, name, context.now, {"weights": through}, reason)
    try:
        context.store.decisions.record(draft, whole_number(form.get("version", "")))
    except DecisionError as error:
        return _refused(request, context, str(error))
    return RedirectResponse(f"{PLACE}#use", 303)


def can_be_used(context: Context, through: int) -> bool:
    """Tell whether the log up to a decision teaches weights that can be used."""
    log = context.store.decisions.log(limit=through)
    if not teachable(context.config) or len(log) != through:
        return False
    return taught(context.store, context.config, replay(log)).learned.reliance.usable


def _habits(learning: Learning | None) -> list[str]:
    """Write what the left side, and one place more, do to the odds."""
    return [_odds(pull) for pull in (learning.side_pull, learning.place_pull)] if learning else []


def _odds(pull: Estimate) -> str:
    """Write odds with their 80 % interval: ``1.35 times (1.02 to 1.79)``."""
    value, low, high = (exp(at or 0.0) for at in (pull.value, pull.low, pull.high))
    return f"{value:.2f} times ({low:.2f} to {high:.2f})"


def _refused(request: Request, context: Context, told: str) -> Response:
    title = "Not decided"
    return page(request, context, "refused.html", title=title, status=400, told=told, place=PLACE)
