"""No spelling of a URL, no redirect and no name leads into the own network."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from groundswell.errors import IngestError
from ingest.apis import ApiSource, read_pages
from ingest.apis.addresses import is_public, read_url, resolve
from tests.ingest.apis.fake_apis import CASES, Answered, Call, Item, items, reply
from tests.ingest.apis.fault_server import Api, Server, _Handler, serve, serving
from tests.ingest.apis.reading import TOKEN, Store, client


def words(text: str) -> list[str]:
    return text.split()


INSIDE = words("""
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.8.9.1
    168.63.129.16 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.254 192.0.0.192 192.0.2.1
    192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 ::ffff:10.0.0.1
    ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::a9fe:a9fe
    2002:7f00:1:: 2002:a9fe:a9fe:: 2002:0a00:0001::1 2001:0:7f00:1:: 2001:db8::1 2001:10::1
    3fff::1 5f00::1 100::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 fe80::1 fe80::5efe:127.0.0.1
    2a00:1450::5efe:127.0.0.1 2a00:1450::200:5efe:10.0.0.1 fec0::1 ff02::1 ff0e::1
""")
OUTSIDE = words("8.8.8.8 93.184.216.34 2606:4700::1111 64:ff9b::8.8.8.8 2002:0808:0808::1")
SPELLINGS = words("""
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 0x7F.0X0.0.1 017700000001
    0177.0.0.1 0177.0.0.01 00127.0.0.1 127.0.0.1. 127.0.0.1.. 0 0.0.0.0 00 0x0 127.0.0.0x1
    127.000.000.001 0x7f.0x0.0x0.0x1 0177.0.1 127.0x1 4294967297 99999999999 256.0.0.1
    １２７.0.0.1 127。0。0。1 ①②⑦.⓪.⓪.① 127.0.0.1%00 127.0.0.1%2f 127.0.0.1%2eexample.com
    %31%32%37.0.0.1 %6c%6f%63alhost localhost localhost. LOCALHOST ｌｏｃａｌｈｏｓｔ localhost%00
    [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1]
    [::127.0.0.1] [64:ff9b::127.0.0.1] [2002:7f00:1::] [fe80::1%25lo] [fe80::1%lo] [::1%lo]
    user@127.0.0.1 user:pass@127.0.0.1 example.com@127.0.0.1 example.com%40127.0.0.1 @127.0.0.1
    example.com\\@127.0.0.1 127.0.0.1\\@example.com -127.0.0.1 .127.0.0.1
    127.0.0.1,example.com ::1 [::1 ::1] [127.0.0.1] 0x7f.0.0.1. 2852039166 0xa9fea9fe
    169.254.43518 [::ffff:a9fe:a9fe] 127.0.0.1;example.com
""")  # noqa: RUF001 - full-width letters and digits are one of the tricks


@pytest.fixture
def trap() -> Iterator[ThreadingHTTPServer]:
    """A server that nobody may reach; `reached` counts who did."""

    class Trap(ThreadingHTTPServer):
        reached = 0

        def get_request(self) -> tuple[object, object]:  # type: ignore[override]
            Trap.reached += 1
            return super().get_request()

        def handle_error(self, request: object, client_address: object) -> None:
            """Half a greeting of TLS is enough."""

    server = Trap(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def nowhere(world: Sequence[Item], call: Call) -> Answered:
    return reply([])


def leading_inside(host: str, port: int) -> Sequence[str]:
    """Resolve numbers as the system does, every name to this machine."""
    try:
        found = socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
    except OSError:
        return ["127.0.0.1"]
    return [str(entry[4][0]) for entry in found]


def error_of(
    url: str, resolving: Callable[[str, int], Sequence[str]] = resolve, **more: object
) -> str:
    source = ApiSource("wishes", "rest", url, **more)  # type: ignore[arg-type]
    with pytest.raises(IngestError) as caught:
        list(read_pages(source, "", client(Api(nowhere, []), resolve=resolving)))
    return str(caught.value)


def test_more_than_a_hundred_ways_in_are_tried() -> None:
    assert len({*INSIDE, *SPELLINGS}) > 120


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_refused_behind_any_name(address: str) -> None:
    assert not is_public(ip_address(address))
    error = error_of("https://inner.example.com/", lambda host, port: ["8.8.8.8", address])
    assert "not on the open Internet" in error
    assert address not in error


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_host_reaches_a_server_inside(
    trap: ThreadingHTTPServer, host: str
) -> None:
    error = error_of(f"https://{host}:{trap.server_port}/", leading_inside)
    assert "the URL" in error or "not on the open Internet" in error
    assert trap.reached == 0  # type: ignore[attr-defined]


def test_the_trap_is_reached_where_allow_hosts_names_it(trap: ThreadingHTTPServer) -> None:
    place = f"127.0.0.1:{trap.server_port}"
    assert "broke off" in error_of(f"https://{place}/", allow_hosts=(place,))
    assert trap.reached > 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "https:///path",
        "https:example.com",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com/\r\nHost: inner",
        "https://example.com/\t",
        "javascript:alert(1)",
        "https://[::1/",
        "https://" + "a" * 300 + ".example.com/",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(IngestError, match="the URL"):
        read_url(url, "wishes")


def test_without_https_only_a_host_of_allow_hosts_is_asked() -> None:
    assert "only https" in error_of("http://example.com/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:{trap}/",
        "http://127.0.0.1:{trap}/",
        "//127.0.0.1:{trap}/",
        "https://2130706433:{trap}/",
        "https://[::ffff:127.0.0.1]:{trap}/",
        "https://localhost:{trap}/",
        "http://127.0.0.1:{own}@127.0.0.1:{trap}/",
        "/\\127.0.0.1:{trap}/",
        "\\\\127.0.0.1:{trap}/",
        "file:///etc/passwd",
    ],
)
def test_no_redirect_leads_inside(
    server: Server, trap: ThreadingHTTPServer, status: int, target: str
) -> None:
    link = target.format(trap=trap.server_port, own=server.server_port)

    def moved(world: Sequence[Item], call: Call) -> Answered:
        return Answered(b"", {"Location": link}, status)

    api = serve(server, moved, [])
    error = error_of(api.base + "/", allow_hosts=(api.base.removeprefix("http://"),))
    assert any(words in error for words in ("the URL", "open Internet", "only https", "answered"))
    assert trap.reached == 0  # type: ignore[attr-defined]


def test_redirects_without_end_are_left_after_five(server: Server) -> None:
    def moved(world: Sequence[Item], call: Call) -> Answered:
        return Answered(b"", {"Location": f"/{len(call.path)}{call.path}"}, 302)

    api = serve(server, moved, [])
    assert "answered 302" in error_of(api.base + "/", allow_hosts=(api.base[7:],))
    assert len(api.calls) == 6


def test_a_redirect_to_another_host_carries_no_secret(server: Server) -> None:
    with serving() as other:
        there = serve(other, CASES["rest_link"].fake, items(3))
        api = serve(
            server,
            lambda world, call: Answered(b"", {"Location": f"{there.base}/v1/wishes"}, 302),
            [],
        )
        hosts = (api.base[7:], there.base[7:])
        source = CASES["rest_link"].source(
            api.base, allow_hosts=hosts, headers={"X-Team": "payroll"}
        )
        assert Store("id").pull(source, client(api))
    assert api.calls[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in there.calls[0].headers
    assert "x-team" not in there.calls[0].headers


@pytest.mark.parametrize("link", ["http://127.0.0.1:1/v1/wishes?after=5", "//example.com/next"])
def test_a_next_page_on_another_host_is_not_followed(server: Server, link: str) -> None:
    def onwards(world: Sequence[Item], call: Call) -> Answered:
        return reply([{"id": 1}], Link=f'<{link}>; rel="next"')

    api = serve(server, onwards, [])
    store = Store("id")
    assert not store.pull(CASES["rest_link"].source(api.base), client(api))
    assert "not followed" in store.errors[0]
    assert len(store.pages) == 1


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(
    server: Server,
) -> None:
    asked = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    api = serve(server, CASES["rest_link"].fake, items(23))
    place = f"wishes.test:{server.server_port}"  # a name that no real resolver knows
    source = CASES["rest_link"].source(f"http://{place}", allow_hosts=(place,))
    store = Store("id")
    assert store.pull(source, client(api, resolve=rebinding)), store.errors
    assert asked == ["wishes.test"]
    assert {call.headers["host"] for call in api.calls} == {place}


def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    api = serve(server, CASES["rest_link"].fake, items(3))
    assert Store("id").pull(CASES["rest_link"].source(api.base), client(api))


def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "wishes.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    with serving() as secure:
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        api = serve(secure, CASES["rest_link"].fake, items(3))
        trusted = ssl.create_default_context(cafile=str(certificate))
        here = client(api, tls=trusted, resolve=lambda host, port: ["127.0.0.1"])
        found = {}
        for name in ("wishes.test", "other.test"):
            place = f"{name}:{secure.server_port}"
            store = Store("id")
            source = CASES["rest_link"].source(f"https://{place}", allow_hosts=(place,))
            found[name] = store.pull(source, here), "".join(store.errors)
    assert found["wishes.test"] == (True, "")
    assert "certificate is not valid" in found["other.test"][1]
    assert names == ["wishes.test", "other.test"]


def test_no_redirect_leads_from_https_to_http(server: Server, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "wishes.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    plain = serve(server, CASES["rest_link"].fake, items(3))
    with serving() as secure:
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        moved = Answered(b"", {"Location": f"{plain.base}/v1/wishes"}, 302)
        api = serve(secure, lambda world, call: moved, [])
        trusted = ssl.create_default_context(cafile=str(certificate))
        here = client(api, tls=trusted, resolve=lambda host, port: ["127.0.0.1"])
        place = f"wishes.test:{secure.server_port}"
        hosts = (place, plain.base[7:])
        store = Store("id")
        source = CASES["rest_link"].source(f"https://{place}", allow_hosts=hosts)
        assert not store.pull(source, here)
    assert "from https to http" in store.errors[0]
    assert plain.calls == []


def self_signed(folder: Path, name: str) -> Path:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(pem)
    )
    return path
