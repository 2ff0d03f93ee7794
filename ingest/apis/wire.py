"""One request and one reply over a connection to an address that was checked.

A name is resolved once, every address it stands for is checked, and the connection goes to the
one that was checked: a name that answers differently the next time gains nothing. One deadline
holds for connecting, headers and body together, however slowly a server drips.
"""

import json
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from ssl import SSLCertVerificationError, SSLContext

import httpcore2

from groundswell.errors import IngestError
from ingest.apis.addresses import WebAddress, first_public
from ingest.apis.source import Reply, Trouble

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to addresses; raises `OSError`."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_STEP = 1 << 16


class Wire:
    """Connections to the hosts of one source, kept open between requests."""

    def __init__(
        self,
        resolve: Resolver,
        is_lifted: Callable[[str, int], bool],
        monotonic: Callable[[], float],
        tls: SSLContext | None = None,
    ) -> None:
        # Its debug lines hold the headers of replies, and a reply may tell what was sent.
        logging.getLogger("httpcore2").setLevel(logging.INFO)
        self._backend = _CheckedBackend(resolve, is_lifted, monotonic)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            network_backend=self._backend,
            max_connections=2,
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def exchange(
        self,
        address: WebAddress,
        headers: Sequence[tuple[str, str]],
        body: object,
        until: float,
        max_bytes: int,
    ) -> Reply:
        """Send one request (a GET, with a body a POST) and read the whole reply.

        Parameters
        ----------
        body
            Bytes are JSON, a text is a form, both written already; all else is written as JSON.
        until
            The moment, in seconds of the monotonic clock, by which the reply must be there.
        max_bytes
            Largest body, unpacked.

        Raises
        ------
        Trouble
            The connection failed, broke off or took too long.
        IngestError
            The host may not be reached, its certificate is not valid, or the body is too large.
        """
        self._backend.until = until
        content, kind = _content(body)
        fixed = [("Host", address.authority), ("Accept-Encoding", "gzip")]
        if content is not None:
            fixed += [("Content-Type", kind), ("Content-Length", str(len(content)))]
        method = "GET" if content is None else "POST"
        with (
            _plain_errors(address),
            self._pool.stream(
                method, address.url, headers=[*fixed, *headers], content=content
            ) as response,
        ):
            found = {
                name.decode("ascii").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            pieces = _unpacked(response.iter_stream(), found.get("content-encoding", ""))
            return Reply(response.status, found, _joined(pieces, max_bytes, address))


class _CheckedBackend(httpcore2.NetworkBackend):
    def __init__(
        self,
        resolve: Resolver,
        is_lifted: Callable[[str, int], bool],
        monotonic: Callable[[], float],
    ) -> None:
        self._resolve = resolve
        self._is_lifted = is_lifted
        self._monotonic = monotonic
        self._system = httpcore2.SyncBackend()
        self.until = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except OSError:
            addresses = ()
        if not addresses:
            raise Trouble("the name is not known to the network")
        lifted = self._is_lifted(host, port)
        address = addresses[0] if lifted else first_public(host, addresses)
        return _TimedStream(self._system.connect_tcp(address, port, self.left()), self)

    def left(self) -> float:
        """Return the seconds left; raises `Trouble` if there are none."""
        left = self.until - self._monotonic()
        if left <= 0:
            raise Trouble("no whole reply in time")
        return left


class _TimedStream(httpcore2.NetworkStream):
    """Gives every single read only what is left of the time for the whole."""

    def __init__(self, stream: httpcore2.NetworkStream, backend: _CheckedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._backend.left()
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._backend
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _content(body: object) -> tuple[bytes | None, str]:
    """Return what is sent, and its media type."""
    if isinstance(body, str):
        return body.encode(), "application/x-www-form-urlencoded"
    if body is None or isinstance(body, bytes):
        return body, "application/json"
    return json.dumps(body).encode(), "application/json"


@contextmanager
def _plain_errors(address: WebAddress) -> Iterator[None]:
    try:
        yield
    except httpcore2.TimeoutException:
        raise Trouble("no whole reply in time") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error) as error:
        if _is_certificate(error):
            raise IngestError(
                f"{address.shown}: the certificate is not valid for this host;"
                " check the address, and the authorities this machine trusts"
            ) from None
        raise Trouble("the connection failed or broke off") from None


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the body in pieces of bounded size, however well it was packed."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        yield from chunks
        return
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
    for chunk in chunks:
        left = chunk
        while left and not unpack.eof:
            yield unpack.decompress(left, _STEP)
            left = unpack.unconsumed_tail
    while piece := unpack.decompress(b"", _STEP):
        yield piece
    if not unpack.eof:
        raise Trouble("the reply ends in the middle")


def _joined(pieces: Iterable[bytes], max_bytes: int, address: WebAddress) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise IngestError(
                f"{address.shown}: the reply is over {max_bytes:,} bytes;"
                " ask for smaller pages, or check that the address is the right one"
            )
    return bytes(body)
