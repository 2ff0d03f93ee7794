"""The pages for signing in and out, and one's own account; plain forms that need no script."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from groundswell.accounts import User, user_name
from web.accounts.passwords import FEWEST_CHARACTERS, Passwords
from web.accounts.secrets import begin_session, drop_cookie, session_of, set_cookie
from web.guard.gate import LOGIN, client_address, too_many
from web.guard.rates import LOGINS_OF_ACCOUNT, LOGINS_OF_ADDRESS, Limiter, address_key
from web.guard.refusals import Refused
from web.guard.routes import PUBLIC, Context, Route

if TYPE_CHECKING:
    from jinja2 import Environment

WRONG = "Name or password is wrong."
"""Whatever of it is: an unknown name, a wrong password, somebody who was locked out."""

LONGEST_NAME = 200
"""Characters of a name that is counted; no user's is longer than 64."""


class AccountPages:
    """The pages and what they share: the limits of attempts, and the hashing."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._by_account = Limiter(LOGINS_OF_ACCOUNT)
        self._by_address = Limiter(LOGINS_OF_ADDRESS)

    def routes(self) -> tuple[Route, ...]:
        """Return their addresses."""
        return (
            Route(LOGIN, ("GET",), PUBLIC, self.ask),
            Route(LOGIN, ("POST",), PUBLIC, self.sign_in),
            Route("/logout", ("POST",), "read", self.sign_out),
            Route("/account", ("GET",), "read", self.account),
            Route("/account/password", ("POST",), "read", self.change_password),
            Route("/account/tokens/{token}/revoke", ("POST",), "read", self.revoke),
        )

    def ask(self, request: Request, context: Context) -> Response:
        """Show the form, to somebody who is signed in the page they wanted."""
        wanted = own_path(request.query_params.get("next", ""))
        if context.reviewer.name or _needs_none(context):
            return RedirectResponse(wanted, 303)
        return login_page(context, wanted, left="left" in request.query_params)

    def sign_in(self, request: Request, context: Context) -> Response:
        """Check name and password; begin a session with a new secret."""
        typed, password = context.form.get("name", ""), context.form.get("password", "")
        wanted = own_path(context.form.get("next", ""))
        name = _spelt(typed)
        self._count(name, request, context)
        user = context.store.accounts.user(name)
        secret = None
        if self._passwords.matches(user, password) and user is not None:
            before = session_of(request, context.config.web)
            secret = _begin(context, user, instead_of=before)
        if secret is None or user is None:
            return login_page(context, wanted, WRONG, 403, name=typed[:LONGEST_NAME])
        self._by_account.give_back(name)
        renewed = self._passwords.renewed(user.password_hash, password)
        if renewed is not None:
            context.store.accounts.rehash(user, renewed)
        return signed_in(context, secret, wanted)

    def sign_out(self, _request: Request, context: Context) -> Response:
        """End this session, or with ``everywhere`` all of this user's."""
        session_hash = _session(context)
        if context.form.get("everywhere"):
            context.store.accounts.end_sessions(context.reviewer.name)
        else:
            context.store.accounts.end_session(session_hash)
        tied = context.store.identities.of(context.reviewer.name)
        response = RedirectResponse(f"{LOGIN}?left" if tied else LOGIN, 303)
        drop_cookie(response, context.config.web)
        return response

    def account(self, request: Request, context: Context) -> Response:
        """Show who one is, the own tokens, and the forms to change the password and sign out."""
        done = "The password was changed." if "changed" in request.query_params else ""
        return _account(context, done=done)

    def change_password(self, request: Request, context: Context) -> Response:
        """Change the own password; every other session ends, and this one gets a new secret."""
        _session(context)
        name = context.reviewer.name
        self._count(name, request, context)
        user = context.store.accounts.user(name)
        if not self._passwords.matches(user, context.form.get("current", "")) or user is None:
            return _account(context, 403, problem="The current password is wrong.")
        self._by_account.give_back(name)
        new = context.form.get("new", "")
        if new != context.form.get("again", ""):
            return _account(context, 422, problem="The new password was typed in two ways.")
        try:
            password_hash = self._passwords.hash(new)
        except ValueError as error:
            return _account(context, 422, problem=f"{str(error).capitalize()}.")
        context.store.accounts.set_password(name, password_hash)
        changed = replace(user, password_hash=password_hash)
        secret = _begin(context, changed, instead_of=None)
        return signed_in(context, secret, "/account?changed")

    def revoke(self, request: Request, context: Context) -> Response:
        """Revoke one of the own tokens."""
        _session(context)
        wanted = request.path_params["token"]
        mine = context.store.accounts.tokens([context.reviewer.name])
        if wanted not in {token.token_id for token in mine}:
            raise Refused(404, "no such token of yours")
        context.store.accounts.revoke_token(wanted)
        return RedirectResponse("/account", 303)

    def _count(self, name: str, request: Request, context: Context) -> None:
        address = address_key(client_address(request))
        wait = self._by_address.take(address, context.now)
        wait = wait or self._by_account.take(name, context.now)
        if wait:
            raise too_many(wait)


def own_path(text: str) -> str:
    r"""Return an address of ours to go on to, ``/`` for whatever leads elsewhere.

    A browser takes ``//host`` and ``/\host`` for another site, and leaves out tabs and line ends.
    """
    ours = text.startswith("/") and text.isascii() and text.isprintable()
    return text if ours and not text.startswith("//") and "\\" not in text else "/"


def login_page(
    context: Context,
    wanted: str,
    problem: str = "",
    status: int = 200,
    *,
    name: str = "",
    left: bool = False,
) -> Response:
    """Return the page to sign in on.

    Parameters
    ----------
    wanted
        Where to go on to, an address of ours.
    problem
        What went wrong, in one line.
    left
        Somebody has just signed out who may want to leave the provider, too.
    """
    provider = context.config.web.oidc.shown
    known = {"wanted": wanted, "problem": problem, "name": name, "provider": provider}
    return _page("login.html", context, status, left=left and bool(provider), **known)


def signed_in(context: Context, secret: str | None, path: str) -> Response:
    """Lead on, with the new session's secret."""
    response = RedirectResponse(path, 303)
    if secret is not None:
        set_cookie(response, secret, context.config.web)
    return response


def _begin(context: Context, user: User, *, instead_of: str | None) -> str | None:
    store, web = context.store, context.config.web
    return begin_session(store, user, context.now, web, instead_of=instead_of)


def _spelt(name: str) -> str:
    try:
        return user_name(name)
    except ValueError:
        return name.strip().casefold()[:LONGEST_NAME]


def _needs_none(context: Context) -> bool:
    return context.config.web.is_for_one and not context.store.accounts.any_users()


def _session(context: Context) -> str:
    if context.session_hash is None:
        raise Refused(403, "only somebody who signed in with a browser can do this")
    return context.session_hash


def _account(context: Context, status: int = 200, *, problem: str = "", done: str = "") -> Response:
    name = context.reviewer.name
    user = context.store.accounts.user(name)
    return _page(
        "account.html",
        context,
        status,
        reviewer=context.reviewer,
        has_password=user is not None and bool(user.password_hash),
        provider=context.config.web.oidc.shown if context.store.identities.of(name) else "",
        signed_in=context.session_hash is not None,
        tokens=context.store.accounts.tokens([name]),
        soon=context.now + timedelta(days=7),
        now=context.now,
        fewest=FEWEST_CHARACTERS,
        problem=problem,
        done=done,
    )


def _page(template: str, context: Context, status: int = 200, **values: Any) -> Response:
    page = _templates().get_template(template)
    return HTMLResponse(page.render(nonce=context.nonce, **values), status)


@cache
def _templates() -> "Environment":
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    # The report's style sheet gives the colours, so that all pages look like one product.
    folders = ChoiceLoader([PackageLoader("web"), PackageLoader("reports")])
    return Environment(loader=folders, autoescape=True, undefined=StrictUndefined)
