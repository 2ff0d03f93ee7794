"""The body of a request: bounded in bytes, fields and time before anybody looks at it."""

from urllib.parse import parse_qsl

from anyio import fail_after
from starlette.requests import ClientDisconnect, Request

from web.guard.origins import SAFE
from web.guard.refusals import Refused
from web.guard.routes import Form

MOST_BYTES = 256 * 1024
"""Of a body: a bulk action on all of 2,000 ideas takes some 60 KB."""

MOST_FIELDS = 5_000

MOST_SECONDS = 15
"""Until the body is there."""

FORM = "application/x-www-form-urlencoded"
KINDS = (FORM, "application/json")


async def read_body(request: Request, *, seconds: float = MOST_SECONDS) -> bytes:
    """Return the body of a request that changes something; that of a read is not looked at.

    Raises
    ------
    Refused
        It is too large (413), too slow (408), of another kind than a form or JSON (415), or
        broke off (400).
    """
    if request.method in SAFE:
        return b""
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or int(said[:20]) > MOST_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        with fail_after(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise Refused(408, f"the request took longer than {seconds:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the request broke off") from None
    if body and _kind(request) not in KINDS:
        raise Refused(415, f"expected a body of type {' or '.join(KINDS)}")
    return bytes(body)


def read_form(request: Request, body: bytes) -> Form:
    """Return the fields of a form, none of a body that is no form.

    Raises
    ------
    Refused
        It is not UTF-8, has too many fields, or a NUL, which no database keeps.
    """
    if not body or _kind(request) != FORM:
        return Form()
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise Refused(400, f"expected a form in UTF-8 of at most {MOST_FIELDS:,} fields") from None
    if any("\0" in name or "\0" in value for name, value in fields):
        raise Refused(400, "a field holds a NUL character")
    return Form(fields)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large() -> Refused:
    return Refused(413, f"expected a body of at most {MOST_BYTES:,} bytes")
