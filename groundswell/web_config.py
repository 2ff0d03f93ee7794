"""The tables of ``config.toml`` about the review app: where it listens, and who signs in how."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from groundswell.accounts import Role
from groundswell.section import Section

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""By which this machine's own browsers reach it."""


def _network(text: str) -> str:
    ip_network(text)
    return text


HostName = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$")]
Network = Annotated[str, AfterValidator(_network)]
Hours = Annotated[float, Field(ge=0.25, le=8760)]


def is_private_way(url: str) -> bool:
    """Tell whether what is sent to a URL can be read by nobody on the way: https, or loopback."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _issuer(url: str) -> str:
    if url and not is_private_way(url):
        raise ValueError("expected an https address such as https://id.example.com")
    return url


class OidcConfig(Section):
    """``[web.oidc]``."""

    issuer: Annotated[str, AfterValidator(_issuer)] = ""
    """Address of the provider as it spells it itself; empty: nobody signs in with one."""
    client_id: str = ""
    secret_variable: str = "GROUNDSWELL_OIDC_SECRET"  # noqa: S105 - the name of a variable
    name: str = ""
    newcomers: bool = False
    domains: Annotated[tuple[str, ...], Field(strict=False)] = ()
    group_claim: str = "groups"
    roles: Mapping[str, Role] = {}
    default_role: Role | Literal[""] = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0

    @property
    def shown(self) -> str:
        """What the provider is called on pages."""
        return self.name or (urlsplit(self.issuer).hostname or "")

    @model_validator(mode="after")
    def _is_whole(self) -> "OidcConfig":
        if self.issuer and not self.client_id:
            raise ValueError(
                "[web.oidc] has an issuer and no client_id; the provider gives you one"
            )
        if self.newcomers and not (self.domains or self.roles):
            raise ValueError(
                "[web.oidc] newcomers lets in everybody whom the provider knows; name domains or"
                " roles, or set newcomers = false"
            )
        if self.newcomers and not (self.roles or self.default_role):
            raise ValueError("[web.oidc] newcomers have no role; name roles or default_role")
        return self


class WebConfig(Section):
    """``[web]``."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8765
    hosts: Annotated[tuple[HostName, ...], Field(strict=False)] = ()
    https: bool = False
    proxies: Annotated[tuple[Network, ...], Field(strict=False)] = ("127.0.0.1", "::1")
    idle_hours: Hours = 12.0
    session_hours: Hours = 168.0
    oidc: OidcConfig = OidcConfig()

    @model_validator(mode="after")
    def _provider_answers_over_https(self) -> "WebConfig":
        if self.oidc.issuer and not self.https and not (self.is_loopback and not self.hosts):
            raise ValueError(
                "[web.oidc] needs https = true, and a proxy that speaks it: what the provider"
                " sends back would travel unencrypted"
            )
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        return _is_loopback(self.host)

    @property
    def is_for_one(self) -> bool:
        """Whether no login is needed as long as nobody has an account.

        Not behind a proxy, nor under a name: then others reach it, though it is the loopback
        interface that listens. Nor where a provider says who somebody is.
        """
        return self.is_loopback and not self.https and not self.hosts and not self.oidc.issuer

    @property
    def names(self) -> tuple[str, ...]:
        """What the Host header may say, apart from the port."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        return (*LOOPBACK_NAMES, own, *self.hosts)

    @property
    def address(self) -> str:
        """Where a reader finds the pages, without a slash at the end."""
        if self.https:
            return f"https://{self.hosts[0] if self.hosts else self.host}"
        host = self.hosts[0] if self.hosts else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
