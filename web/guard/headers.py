"""The headers of every answer, whoever wrote it: a page, an error, a refusal, a static file."""

from secrets import token_urlsafe

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE = "groundswell.nonce"
"""Where the nonce of the answer stands in the scope of a request."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": under it a browser sends "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
        " microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()"
    ),
}
"""No page can change these."""

HSTS = "max-age=31536000"
"""A year; said only over https, where alone a browser believes it."""


class Headers:
    """Sets the headers; stands outside of everything, so that no error escapes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[NONCE] = token_urlsafe(16)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                complete(headers, scope[NONCE])
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = HSTS
            await send(message)

        await self._app(scope, receive, send_with_headers)


def complete(headers: MutableHeaders, nonce: str) -> None:
    """Add what every answer has to the headers of one."""
    headers.update(ALWAYS)
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Security-Policy", policy(nonce))


def policy(nonce: str, *more: str) -> str:
    """Return the Content-Security-Policy of a page: what has the nonce, and nothing from outside.

    `more`: further sources of style sheets, such as the hash of one.
    """
    styles = " ".join((f"'nonce-{nonce}'", *more))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src {styles}",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
