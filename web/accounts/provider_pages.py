"""Signing in with a provider: to it, back from it, and out of it."""

import re
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.web_config import OidcConfig, WebConfig
from web.accounts.oidc.admitting import NotAdmitted, admit
from web.accounts.oidc.asking import ProviderError
from web.accounts.oidc.pending import LASTS, Pending
from web.accounts.oidc.provider import Attempt, Provider
from web.accounts.pages import login_page, own_path, signed_in
from web.accounts.secrets import begin_session, session_of
from web.guard.gate import LOGIN, client_address, own_origin, too_many
from web.guard.rates import SIGN_INS_OF_ADDRESS, Limiter, address_key
from web.guard.routes import PUBLIC, Context, Route

BEGIN, RETURN, LEAVE = (f"{LOGIN}/provider{rest}" for rest in ("", "/return", "/out"))
COOKIE = "groundswell-signing-in"
LONGEST = 4096
"""Characters of a code; those of today have some hundred."""
_ERROR = re.compile(r"[a-z_]{1,40}")


def sign_in_routes(settings: OidcConfig) -> tuple[Route, ...]:
    """Return the addresses for signing in with the provider; none where none is named."""
    return ProviderPages(settings).routes() if settings.issuer else ()


class ProviderPages:
    """The three pages and what they share: the provider, and the sign-ins on their way."""

    def __init__(self, settings: OidcConfig) -> None:
        self._settings = settings
        self._provider = Provider(settings)
        self._pending = Pending()
        self._by_address = Limiter(SIGN_INS_OF_ADDRESS)

    def routes(self) -> tuple[Route, ...]:
        """Return their addresses."""
        return (
            Route(BEGIN, ("GET",), PUBLIC, self.begin),
            Route(RETURN, ("GET",), PUBLIC, self.come_back),
            Route(LEAVE, ("GET",), PUBLIC, self.leave),
        )

    def begin(self, request: Request, context: Context) -> Response:
        """Send the browser to the provider."""
        self._count(request, context)
        wanted = own_path(request.query_params.get("next", ""))
        browser = request.cookies.get(_cookie(context.config.web), "") or token_urlsafe(32)
        attempt = Attempt(
            state=token_urlsafe(32),
            nonce=token_urlsafe(32),
            verifier=token_urlsafe(48),
            redirect_uri=own_origin(request) + RETURN,
            wanted=wanted,
            began_at=context.now,
        )
        try:
            place = self._provider.sign_in_address(attempt, context.now)
        except ProviderError as error:
            return self._failed(context, error, wanted)
        self._pending.keep(browser, attempt)
        response = RedirectResponse(place, 303)
        _set_cookie(response, browser, context.config.web)
        return response

    def come_back(self, request: Request, context: Context) -> Response:
        """Take the browser back from the provider: check what it brings, begin a session."""
        self._count(request, context)
        query = request.query_params
        browser = request.cookies.get(_cookie(context.config.web), "")
        attempt = self._pending.take(browser, query.get("state", ""), context.now)
        if attempt is None:
            told = "This sign-in was not begun in this browser, or too long ago; begin again."
            return login_page(context, "/", told, 403)
        try:
            claims = self._claims(query, attempt, context)
            user = admit(claims, self._settings, context.store, context.now)
        except ProviderError as error:
            return self._failed(context, error, attempt.wanted)
        except NotAdmitted as error:
            return login_page(context, attempt.wanted, f"You are not let in: {error}.", 403)
        web = context.config.web
        before = session_of(request, web)
        secret = begin_session(context.store, user, context.now, web, instead_of=before)
        if secret is None:
            return login_page(context, attempt.wanted, "This account was just changed.", 403)
        return signed_in(context, secret, attempt.wanted)

    def leave(self, request: Request, context: Context) -> Response:
        """Send the browser to the provider to sign out there, too."""
        self._count(request, context)
        try:
            place = self._provider.sign_out_address(own_origin(request) + LOGIN, context.now)
        except ProviderError as error:
            return self._failed(context, error, "/")
        if place is None:
            return login_page(context, "/", f"{self._settings.shown} offers no signing out.", 404)
        return RedirectResponse(place, 303)

    def _claims(
        self, query: Mapping[str, str], attempt: Attempt, context: Context
    ) -> Mapping[str, Any]:
        if query.get("iss", self._settings.issuer) != self._settings.issuer:
            raise ProviderError("did not send you back, another one did")
        if "error" in query:
            told = query["error"] if _ERROR.fullmatch(query["error"]) else "no reason"
            raise ProviderError(f"did not sign you in ({told})")
        code = query.get("code", "")
        if not 0 < len(code) <= LONGEST:
            raise ProviderError("sent you back without a code")
        return self._provider.claims(attempt, code, context.now)

    def _failed(self, context: Context, error: ProviderError, wanted: str) -> Response:
        told = f"{self._settings.shown} {error}."
        return login_page(context, wanted, told, 502)

    def _count(self, request: Request, context: Context) -> None:
        wait = self._by_address.take(address_key(client_address(request)), context.now)
        if wait:
            raise too_many(wait)


def _cookie(web: WebConfig) -> str:
    return f"__Host-{COOKIE}" if web.https else COOKIE


def _set_cookie(response: Response, browser: str, web: WebConfig) -> None:
    # Lax: the way back from the provider is a link of another site.
    response.set_cookie(
        _cookie(web),
        browser,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=web.https,
        httponly=True,
        samesite="lax",
    )
