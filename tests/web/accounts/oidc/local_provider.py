"""An OpenID provider on this machine: real HTTP, real keys, and every fault a test asks for."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "groundswell-review", "s3cret of the client"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1"})
"""Another one's key under the same name."""
Key = RSAKey | ECKey


@dataclass
class LocalProvider:
    """What it answers; a test changes it."""

    clock: Callable[[], datetime]
    issuer: str = ""
    key: Key = field(default_factory=lambda: RSA)
    alg: str = "RS256"
    keys: list[Key] = field(default_factory=lambda: [RSA])
    claims: dict[str, Any] = field(default_factory=dict)
    """Over those of a good token; a None takes one away."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Over those of a good one."""
    seconds: float = 0.0
    """Before each answer."""
    status: int = 200
    """Of each answer."""
    token: str | None = None
    """In place of the signed one."""
    asked: list[str] = field(default_factory=list)
    """Paths, in order."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code to what was asked when it was given out; each is taken once."""

    def sign_in(self, address: str, subject: str = "s1", **claims: Any) -> str:
        """Be the provider's page on which somebody signs in; return where it leads back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = token_hex(8)
        self.codes[code] = {**asked, "claims": json.dumps({"sub": subject, **claims})}
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Return status and document of an answer."""
        self.asked.append(path)
        time.sleep(self.seconds)
        if self.status != 200:
            return self.status, {"error": "server_error"}
        if path == "/.well-known/openid-configuration":
            return 200, self._told()
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.keys]}
        if path == "/token":
            return self._exchanged(form, authorization)
        return 404, {}

    def _told(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "end_session": "out"}
        found = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **found, **self.metadata}

    def _exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        challenge = sha256(form.get("code_verifier", "").encode()).digest()
        spelt = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        good = asked is not None and (
            (form["grant_type"], form["redirect_uri"], spelt, asked["code_challenge_method"])
            == ("authorization_code", asked["redirect_uri"], asked["code_challenge"], "S256")
        )
        if not good or asked is None:
            return 400, {"error": "invalid_grant"}
        token = self.token or self._signed(asked)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(self.clock().timestamp())
        told = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **json.loads(asked["claims"]),
            **self.claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        header = {"alg": self.alg, "kid": self.key.kid}
        return jwt.encode(header, told, self.key, algorithms=[self.alg])


@contextmanager
def serving(provider: LocalProvider) -> Iterator[LocalProvider]:
    """Serve a provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*provider.answer(urlsplit(self.path).path, {}, ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            said = self.headers.get("Authorization", "")
            self._send(*provider.answer(urlsplit(self.path).path, form, said))

        def _send(self, status: int, document: Any) -> None:
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status in (301, 302, 307):
                self.send_header("Location", f"{provider.issuer}/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
