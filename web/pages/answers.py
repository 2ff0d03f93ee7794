"""What a page answers where nothing was decided: somebody came first, or it cannot be."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import IdeaVerdict, Verdict
from groundswell.errors import ConflictError
from web.guard import Context, Refused
from web.pages.rendering import page

OF_IDEAS = ("status", "until", "title", "brief", "effort_days", "fit", "release", "team")
OF_THEMES = ("label", "pinned", "merged_into", "retired", "split_from")


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
    return page(
        request,
        context,
        "conflict.html",
        title="Somebody decided first",
        status=409,
        told=str(conflict),
        now=in_words(conflict.now),
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


def in_words(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what stands, as names and values."""
    fields = OF_IDEAS if isinstance(verdict, IdeaVerdict) else OF_THEMES
    values = ((name.replace("_", " "), getattr(verdict, name)) for name in fields)
    return [(name, str(value)) for name, value in values if value is not None]
