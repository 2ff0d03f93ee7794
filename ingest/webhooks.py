"""Telling a webhook: one signed request to an address that was checked, and what came of it.

The signature is that of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256
over id, time and body, under a key that both sides know. No redirect is followed, and an error
names the host alone: of some services the whole address is a secret.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

from groundswell.errors import ConfigError, IngestError
from groundswell.webhook_config import WebhookConfig
from ingest.apis.addresses import WebAddress, is_lifted, read_url
from ingest.apis.pull import Client
from ingest.apis.source import Trouble
from ingest.apis.waiting import asked_wait

REQUEST_SECONDS = 10.0
"""For one request from connecting to the last byte."""

MOST_BYTES = 1_000_000
"""Of a reply, of which nothing but its status is used."""

KEY_PREFIX = "whsec_"
KEY_BYTES = (24, 64)
"""Fewest and most bytes of a key, as the standard wants."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook is, and the key by which it knows us."""

    name: str
    address: WebAddress = field(repr=False)
    key: bytes = field(repr=False)
    """Empty: nothing is signed."""
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request."""

    status: int | None
    """None: there was no reply."""
    found: str
    """In a few words, without address, secret or what was replied."""
    wait_seconds: float | None = None
    """How long the receiver asks to wait; None: it does not say."""

    @property
    def arrived(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def target_of(hook: WebhookConfig, environ: Mapping[str, str] = os.environ) -> Target:
    """Return where a webhook is.

    Raises
    ------
    ConfigError
        A variable is not set, the address may not be used, or the key is none. What a variable
        holds is never told.
    """
    where = f"[[webhooks]] {hook.name}"
    url = hook.url or _variable(hook.url_variable, where, environ)
    try:
        address = read_url(url, where)
    except IngestError as error:
        raise ConfigError(str(error)) from None
    lifted = is_lifted(address.host, address.port, hook.allow_hosts)
    if address.scheme != "https" and not lifted:
        raise ConfigError(
            f"{where}: only https is used; write https://, or name {address.host}:{address.port}"
            " in allow_hosts"
        )
    key = b""
    if hook.secret_variable:
        key = _key(_variable(hook.secret_variable, where, environ), hook.secret_variable, where)
    return Target(hook.name, address, key, hook.allow_hosts)


def send(target: Target, message_id: str, body: bytes, client: Client) -> Outcome:
    """Send a body of JSON once and say what came of it."""
    from ingest.apis.wire import Wire

    moment = str(int(client.now()))
    headers = [("User-Agent", "groundswell"), ("webhook-id", message_id)]
    headers.append(("webhook-timestamp", moment))
    if target.key:
        headers.append(("webhook-signature", sign(target.key, message_id, moment, body)))
    hosts, address = target.allow_hosts, target.address
    wire = Wire(
        client.resolve,
        lambda host, port: is_lifted(host, port, hosts),
        client.monotonic,
        client.tls,
    )
    try:
        until = client.monotonic() + REQUEST_SECONDS
        reply = wire.exchange(address, headers, body, until, MOST_BYTES)
    except (Trouble, IngestError) as error:
        return Outcome(None, str(error).replace(address.shown, address.host))
    finally:
        wire.close()
    found = f"answered {reply.status}"
    if 300 <= reply.status < 400:
        found += "; redirects are not followed, write the address that it leads to"
    return Outcome(reply.status, found, asked_wait(reply.headers, client.now()))


def sign(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """Return the signature of a message, version 1.

    Parameters
    ----------
    moment
        When it is sent, in whole seconds since 1970.
    """
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def new_key() -> str:
    """Return a new key as its variable holds it."""
    return KEY_PREFIX + base64.b64encode(token_bytes(32)).decode()


def _variable(name: str, where: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"{where}: the environment variable {name} is not set; set it")
    return value


def _key(text: str, name: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(KEY_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    fewest, most = KEY_BYTES
    if not text.startswith(KEY_PREFIX) or not fewest <= len(key) <= most:
        raise ConfigError(
            f"{where}: the environment variable {name} holds no key; expected {KEY_PREFIX} and"
            f" {fewest} to {most} bytes in base64, as 'groundswell webhooks secret' prints"
        )
    return key
