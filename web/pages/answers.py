"""What a page answers where nothing was decided: somebody came first, or it cannot be."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from groundswell.errors import ConflictError
from web.guard import Context, Refused
from web.pages.rendering import page
from web.pages.wording import in_a_sentence, in_words, naming
from web.reading import newest


def conflict_page(
    request: Request,
    context: Context,
    conflict: ConflictError,
    *,
    action: str,
    version: int,
    wanted: Sequence[tuple[str, str]],
    back: str,
) -> Response:
    """Answer with what stands by somebody else and what was wanted, to decide once more.

    Parameters
    ----------
    action
        Where the form goes that decides all the same.
    version
        What its sender has then seen.
    wanted
        Names and values.
    back
        Where to go to leave it as it is.
    """
    name = naming(newest(context.store))
    return page(
        request,
        context,
        "conflict.html",
        title="Somebody decided first",
        status=409,
        told=in_a_sentence(str(conflict), name),
        now=in_words(conflict.now, name),
        first=conflict.decision,
        version=version,
        wanted=wanted,
        form=context.form.multi_items(),
        action=action,
        place=back,
    )


def refused_page(request: Request, context: Context, told: str, back: str) -> Response:
    """Answer with why nothing was decided."""
    return page(
        request, context, "refused.html", title="Not decided", status=400, told=told, place=back
    )


def whole_number(text: str) -> int:
    """Return the number that a form or an address holds.

    Raises
    ------
    Refused
        It holds none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(400, f"expected a whole number, not {text[:20]!r}")
    return int(text)
