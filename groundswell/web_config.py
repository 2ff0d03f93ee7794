"""The table of ``config.toml`` about the review app: where it listens and how it is reached."""

from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from groundswell.section import Section

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""By which this machine's own browsers reach it."""


def _network(text: str) -> str:
    ip_network(text)
    return text


HostName = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$")]
Network = Annotated[str, AfterValidator(_network)]
Hours = Annotated[float, Field(ge=0.25, le=8760)]


class WebConfig(Section):
    """``[web]``."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8765
    hosts: Annotated[tuple[HostName, ...], Field(strict=False)] = ()
    https: bool = False
    proxies: Annotated[tuple[Network, ...], Field(strict=False)] = ("127.0.0.1", "::1")
    idle_hours: Hours = 12.0
    session_hours: Hours = 168.0

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_for_one(self) -> bool:
        """Whether no login is needed as long as nobody has an account.

        Not behind a proxy, nor under a name: then others reach it, though it is the loopback
        interface that listens.
        """
        return self.is_loopback and not self.https and not self.hosts

    @property
    def names(self) -> tuple[str, ...]:
        """What the Host header may say, apart from the port."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        return (*LOOPBACK_NAMES, own, *self.hosts)
