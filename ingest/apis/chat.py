"""Questions to the operator's own language model, over an interface such as OpenAI's.

One question is one request: without tools, without memory of the one before, without a second
try. What comes back is text of unknown worth, for the caller to judge. Nothing that goes wrong
here ends a run.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

from groundswell.errors import IngestError
from ingest.apis.addresses import WebAddress, is_public, read_url
from ingest.apis.documents import at, read_json
from ingest.apis.pull import Client
from ingest.apis.source import Reply, Trouble, Unusable

ANSWER_TOKENS = 100
"""Most that the model may write: more than a short title in JSON. Cut off, it is no JSON."""
BODY_BYTES = 65_536
"""Largest reply: room for `ANSWER_TOKENS` many times over."""
FAILURES_IN_A_ROW = 3
"""Questions without an answer, one after another, that end the asking: the endpoint is away."""

Message = tuple[str, str]
"""(role, text)."""

_PATH = "/chat/completions"
_CONTENT = "choices.0.message.content"
_INSIDE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
_OWN = tuple(map(ip_network, _INSIDE))
"""This machine and private networks; not link-local, where services with secrets are."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom to ask, and how much."""

    url: str
    """Base address, such as ``http://127.0.0.1:11434/v1``; ``/chat/completions`` is added."""
    model: str
    key_variable: str = ""
    """Name of the environment variable that holds the key; empty: none is sent."""
    timeout_seconds: float = 20.0
    """For one question, from connecting to the last byte."""
    total_seconds: float = 300.0
    """For all of them."""
    max_calls: int = 200


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Key of a question to what the model wrote, whatever that is."""
    calls: int = 0
    warning: str = ""
    """One line for the log if a question got no answer; never a word of a reply."""


def ask_endpoint(
    endpoint: Endpoint, questions: Mapping[str, Sequence[Message]], client: Client
) -> Answers:
    """Ask each question once, in the order given, as far as time and calls reach.

    The connection goes to the host and port of `Endpoint.url` and nowhere else; redirects are
    not followed. By https that is any name or address of the open Internet. An address of this
    machine or of a private network must stand there itself (or ``localhost``, read as
    127.0.0.1), and may be asked by http. A name that leads inside is refused.

    Parameters
    ----------
    questions
        Key to messages.
    client
        Its environment, clock, resolver and TLS are used; its limits are not.
    """
    if not questions:
        return Answers()
    try:
        with _asking(endpoint, client) as asker:
            return asker.ask_all(questions)
    except IngestError as error:
        return Answers(warning=f"names: {error}; names made here stay")


@contextmanager
def _asking(endpoint: Endpoint, client: Client) -> Iterator["_Asker"]:
    base = read_url(endpoint.url, "[naming] url")
    path, mark, query = base.target.partition("?")
    address = replace(base, target=f"{path.rstrip('/')}{_PATH}{mark}{query}")
    asker = _Asker(endpoint, client, address, _read_key(endpoint, client))
    try:
        yield asker
    finally:
        asker.wire.close()


class _Asker:
    def __init__(self, endpoint: Endpoint, client: Client, address: WebAddress, key: str) -> None:
        from ingest.apis.wire import Wire

        self._endpoint = endpoint
        self._address = address
        self._shown = address.shown
        self._key = key
        self._inside = _inside(address.host)
        if address.scheme != "https" and not self._inside:
            raise IngestError(
                f"[naming] url: {address.shown}: only https is used; write https://, or the address"
                " itself if it is in your own network"
            )
        self._monotonic = client.monotonic
        self._end = client.monotonic() + endpoint.total_seconds
        self._find = client.resolve
        self.wire = Wire(
            self._resolve, lambda host, port: self._inside != "", client.monotonic, client.tls
        )

    def ask_all(self, questions: Mapping[str, Sequence[Message]]) -> Answers:
        texts: dict[str, str] = {}
        calls = in_a_row = 0
        reason = ""
        for key, messages in questions.items():
            if calls >= self._endpoint.max_calls or self._monotonic() >= self._end:
                reason = reason or f"{self._shown}: no calls or no time are left"
                break
            if in_a_row == FAILURES_IN_A_ROW:
                break
            calls += 1
            try:
                texts[key] = self._ask(messages)
                in_a_row = 0
            except IngestError as error:
                reason, in_a_row = str(error), in_a_row + 1
            except (Trouble, Unusable) as error:
                reason, in_a_row = f"{self._shown}: {error}", in_a_row + 1
        return Answers(texts, calls, self._warning(reason, len(questions), len(texts)))

    def _ask(self, messages: Sequence[Message]) -> str:
        headers = [("accept", "application/json"), ("user-agent", "groundswell")]
        if self._key:
            headers.append(("authorization", f"Bearer {self._key}"))
        body = {
            "model": self._endpoint.model,
            "messages": [{"role": role, "content": text} for role, text in messages],
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS,
            "response_format": {"type": "json_object"},
        }
        until = min(self._monotonic() + self._endpoint.timeout_seconds, self._end)
        return self._words(self.wire.exchange(self._address, headers, body, until, BODY_BYTES))

    def _words(self, reply: Reply) -> str:
        if reply.status != 200:
            raise Unusable(f"answered {reply.status}; {self._remedy(reply.status)}")
        found = at(read_json(reply), _CONTENT)
        if not isinstance(found, str):
            raise Unusable("answered without words; check that url leads to chat completions")
        if self._key and self._key in found:
            raise Unusable("sent its key back; check that url leads to the right place")
        return found

    def _remedy(self, status: int) -> str:
        if status in (401, 403):
            variable = self._endpoint.key_variable
            return f"check the key in {variable}" if variable else "set key_variable"
        if 300 <= status < 400:
            return "write the address that it leads to in url"
        return "check url and model, or try again later"

    def _warning(self, reason: str, asked: int, answered: int) -> str:
        if asked == answered:
            return ""
        return (
            f"names: {reason}; {asked - answered} of {asked} questions got no answer,"
            " names made here stay"
        )

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        if self._inside:
            return (self._inside,)  # no name service is asked, so none can lead elsewhere
        found = self._find(host, port)
        if not all(is_public(ip_address(text.partition("%")[0])) for text in found):
            raise IngestError(
                f"{self._shown}: stands for an address that is not on the open Internet;"
                " write the address itself if it is meant"
            )
        return found


def _inside(host: str) -> str:
    """Return the address of a host that is named as one of the own network; else nothing."""
    text = "127.0.0.1" if host == "localhost" else host
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return text if any(address in net for net in _OWN if net.version == address.version) else ""


def _read_key(endpoint: Endpoint, client: Client) -> str:
    if not endpoint.key_variable:
        return ""
    key = client.environ.get(endpoint.key_variable, "").strip()
    if not key or not (key.isascii() and key.isprintable()):
        raise IngestError(
            f"[naming] key_variable: the environment variable {endpoint.key_variable}"
            f" {'holds no plain text' if key else 'is not set'}; put the endpoint's key there"
        )
    return key
