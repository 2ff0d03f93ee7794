"""Where a connector may connect to: which URLs it takes, and which addresses are public.

A URL comes from the settings, but also from a reply (a next page, a redirect), and a name can
stand for any address at all. Nothing inside the operator's own network may be reached unless
``allow_hosts`` names it.
"""

import re
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

from groundswell.errors import IngestError
from ingest.sources.rows import shorten

PORTS = {"http": 80, "https": 443}

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62}\.?)+")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_TARGET = "/?:@!$&'()*+,;=%-._~[]|"
_INSIDE = tuple(
    map(
        ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24"),  # protocol assignments, relays of 6to4
            "168.63.129.16/32",  # the metadata service of Azure, though the address is public
            *("64:ff9b:1::/48", "2001::/23", "3fff::/20"),  # local NAT64, Teredo, documentation
        ),
    )
)
_WORLD = ip_network("2000::/3")
_EMBEDDING = ((ip_network("64:ff9b::/96"), 0), (ip_network("2002::/16"), 80))
"""Networks whose addresses carry an IPv4 address, and how many bits stand after it."""
_ISATAP = (0x00005EFE, 0x02005EFE)
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A URL, taken apart and spelled in one way."""

    scheme: str
    host: str
    """Lower case and ASCII; an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query, percent-encoded."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two pages of one server share."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host, and port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole of it."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown(self) -> str:
        """Host and path for a message; a query may hold a secret."""
        return shorten(self.authority + self.target.partition("?")[0], 120)


def read_url(text: str, where: str) -> WebAddress:
    """Take a URL apart.

    Raises
    ------
    IngestError
        Not an http or https URL, or one that two programs could read in two ways. The message
        begins with `where` and never shows the URL, which may hold a password.
    """
    if "\\" in text or not text.isprintable() or " " in text:
        raise _refused(where, "has a backslash, a blank or a control character")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused(where, "cannot be read") from None
    if parts.scheme not in PORTS:
        raise _refused(where, "does not begin with https://")
    if "@" in parts.netloc:
        raise _refused(where, "holds a user name or password, which belong in token_env")
    host = _host(parts.hostname or "", where)
    path = quote(parts.path or "/", _TARGET)
    target = path + (f"?{quote(parts.query, _TARGET)}" if parts.query else "")
    return WebAddress(parts.scheme, host, port or PORTS[parts.scheme], target)


def follow(page: WebAddress, link: str, where: str) -> WebAddress:
    """Return where a link on a page leads; raises `IngestError` as `read_url` does."""
    if "\\" in link or not link.isprintable():
        raise _refused(where, "has a backslash or a control character")
    try:
        return read_url(urljoin(page.url, link), where)
    except ValueError:
        raise _refused(where, "cannot be read") from None


def is_lifted(host: str, port: int, allow_hosts: Collection[str]) -> bool:
    """Whether ``allow_hosts`` names this host: ``10.0.0.5:8080``, or without a port for 443."""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" in allow_hosts or (port == PORTS["https"] and name in allow_hosts)


def is_public(address: Address) -> bool:
    """Whether an address, and every IPv4 address hidden in it, is one of the open Internet."""
    if address.is_multicast or not address.is_global:
        return False
    if any(address in network for network in _INSIDE if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return True
    hidden = _hidden(address)
    if hidden is not None:
        return is_public(hidden)
    return address in _WORLD


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name as the system gives them; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def first_public(host: str, addresses: Sequence[str]) -> str:
    """Return the first address of a name.

    Raises
    ------
    IngestError
        Any of them is not public: a name that stands for both is a trap.
    """
    for text in addresses:
        if not is_public(ip_address(text.partition("%")[0])):
            raise IngestError(
                f"{host}: stands for an address that is not on the open Internet;"
                " name it in allow_hosts if it is meant"
            )
    return addresses[0]


def _host(name: str, where: str) -> str:
    """Return a host in its one spelling; refuse names that some programs read as a number."""
    if ":" in name:
        try:
            return str(IPv6Address(name.replace("%", "?")))  # no zone: it names a network card
        except ValueError:
            raise _refused(where, "has a host that is no IPv6 address") from None
    try:
        host = name.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise _refused(where, "has a host that is no name and no address")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise _refused(where, "has a host that is a number in disguise") from None
    return host


def _hidden(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    value = int(address)
    if (value >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(value & 0xFFFFFFFF)
    for network, after in _EMBEDDING:
        if address in network:
            return IPv4Address((value >> after) & 0xFFFFFFFF)
    return None


def _refused(where: str, found: str) -> IngestError:
    return IngestError(f"{where}: the URL {found}; write one such as https://example.com/api")
