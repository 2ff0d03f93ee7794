"""The provider: what it says of itself, its keys, and the exchange of a code for who somebody is.

OpenID Connect Core 1.0, the authorisation code flow, with PKCE (RFC 7636) and the issuer in the
answer (RFC 9207). Authlib makes the requests and knows the rules of an ID token, joserfc checks
its signature.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from groundswell.web_config import OidcConfig, is_private_way
from web.accounts.oidc.asking import ProviderError, Session

if TYPE_CHECKING:
    from authlib.oauth2 import OAuth2Client
    from joserfc.jwk import KeySet
    from joserfc.jwt import Token

SCOPE = "openid email profile"
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
"""Signatures that are believed: by a key of the provider's alone, so neither ``none`` nor HMAC."""
KEPT = timedelta(hours=1)
"""How long what the provider says of itself, and its keys, are believed without asking again."""
RENEWED = timedelta(minutes=1)
"""Keys are asked for again because of a token with another key at most this often."""
PAUSE = timedelta(seconds=5)
"""How long nobody asks again a provider that has just given no answer."""
LEEWAY = 60
"""Seconds by which the two clocks may differ."""
LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0, 2)."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider says of itself."""

    metadata: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Keys:
    """The provider's public keys."""

    keys: "KeySet"
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way: what was sent along and has to come back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    wanted: str
    """Where to go on to afterwards."""
    began_at: datetime


class Provider:
    """Asks one provider and remembers what it says of itself."""

    def __init__(self, settings: OidcConfig) -> None:
        self._settings = settings
        self._session = Session(settings.timeout_seconds)
        self._known: Known | None = None
        self._keys: Keys | None = None
        self._failed: tuple[str, datetime] | None = None
        self._turn = Lock()

    def sign_in_address(self, attempt: Attempt, now: datetime) -> str:
        """Return where a browser is sent to sign in; raises `ProviderError`."""
        place = self._place("authorization_endpoint", now)
        url, _ = self._client(attempt.redirect_uri, now).create_authorization_url(
            place, state=attempt.state, code_verifier=attempt.verifier, nonce=attempt.nonce
        )
        return str(url)

    def sign_out_address(self, back: str, now: datetime) -> str | None:
        """Return where a browser signs out of the provider, too; None: it offers no such place."""
        from authlib.common.urls import add_params_to_uri

        if not self._metadata(now).get("end_session_endpoint"):
            return None
        place = self._place("end_session_endpoint", now)
        told = [("client_id", self._settings.client_id), ("post_logout_redirect_uri", back)]
        return str(add_params_to_uri(place, told))

    def claims(self, attempt: Attempt, code: str, now: datetime) -> Mapping[str, Any]:
        """Return what the provider vouches for about who signed in.

        Raises
        ------
        ProviderError
            The code is not taken, or the ID token is not to be believed.
        """
        from authlib.oauth2 import OAuth2Error

        place = self._place("token_endpoint", now)
        client = self._client(attempt.redirect_uri, now)
        try:
            answer = client.fetch_token(
                place,
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
        except (OAuth2Error, ValueError):
            raise ProviderError("does not take its own code; begin again") from None
        if not isinstance(answer.get("id_token"), str):
            raise ProviderError("answers without an ID token")
        return self._checked(answer, attempt.nonce, now)

    def _checked(self, answer: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        issuer, client_id = self._settings.issuer, self._settings.client_id
        try:
            token = self._verified(answer["id_token"], now)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": issuer},
                    "aud": {"essential": True, "value": client_id},
                },
                {
                    "nonce": nonce,
                    "client_id": client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            why = str(error) or type(error).__name__
            raise ProviderError(f"sent an ID token that is not to be believed ({why})") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise ProviderError("sent an ID token without a subject")
        return dict(claims)

    def _verified(self, token: str, now: datetime) -> "Token":
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        keys = self._current_keys(now)
        try:
            return jwt.decode(token, keys.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:  # it may have changed its keys
            if now - keys.at < RENEWED:
                raise
        return jwt.decode(token, self._current_keys(now, anew=True).keys, algorithms=ALGORITHMS)

    def _client(self, redirect_uri: str, now: datetime) -> "OAuth2Client":
        from authlib.oauth2 import OAuth2Client

        secret = os.environ.get(self._settings.secret_variable, "").strip() or None
        offered = self._metadata(now).get("token_endpoint_auth_methods_supported")
        basic = not isinstance(offered, list) or "client_secret_basic" in offered
        method = "client_secret_basic" if basic else "client_secret_post"
        return OAuth2Client(
            self._session,
            client_id=self._settings.client_id,
            client_secret=secret,
            token_endpoint_auth_method=method if secret else "none",
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _place(self, name: str, now: datetime) -> str:
        place = self._metadata(now).get(name)
        if not isinstance(place, str) or not is_private_way(place):
            raise ProviderError(f"names no {name} that is https")
        return place

    def _metadata(self, now: datetime) -> Mapping[str, Any]:
        with self._turn:
            if self._known is None or now - self._known.at >= KEPT:
                if self._failed is not None and now - self._failed[1] < PAUSE:
                    raise ProviderError(self._failed[0])  # those in the queue wait no longer
                try:
                    self._known = Known(self._asked(), now)
                except ProviderError as error:
                    self._failed = str(error), now
                    raise
            return self._known.metadata

    def _asked(self) -> Mapping[str, Any]:
        issuer = self._settings.issuer
        found = self._session.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            named = str(found.get("issuer"))[:200]
            raise ProviderError(f"calls itself {named!r}; write [web.oidc] issuer that way")
        return found

    def _current_keys(self, now: datetime, *, anew: bool = False) -> Keys:
        place = self._place("jwks_uri", now)
        with self._turn:
            if anew or self._keys is None or now - self._keys.at >= KEPT:
                self._keys = Keys(_keys_in(self._session.get(place)), now)
            return self._keys


def _keys_in(document: Mapping[str, Any]) -> "KeySet":
    """Return the keys for signatures; those of other use or unknown kind are passed over."""
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    listed = document.get("keys")
    signing = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use") != "enc"
    ]
    try:
        return KeySet.import_key_set({"keys": signing})
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderError("names keys that cannot be read") from None
