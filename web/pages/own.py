"""What somebody changes of their own alone: anybody who may read may do that, in person."""

from starlette.requests import Request

from web.accounts.asking import has_token
from web.guard import Refused


def require_in_person(request: Request) -> None:
    """Let nobody but a person with a browser go on.

    Raises
    ------
    Refused
        A program asks: a token that may only read changes nothing, not even of its own user's.
    """
    if has_token(request):
        raise Refused(403, "this is for a person with a browser; a program asks below /api/v1")
