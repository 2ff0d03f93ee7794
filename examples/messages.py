"""Who says what, when: the hand-written statements become dated messages of customers.

A line of ``sentences/KEY.txt`` is ``CHANNEL | TITLE | BODY``; a survey or chat line has no
title. CHANNEL is t (ticket), r1 to r5 (review with stars), s0 to s10 (survey with score), c
(chat) or k (tracker). ``!`` before it: written by the loud account. ``+``: written after the
release that solved the need. Lines of ``two_needs.txt`` begin with ``NEED+NEED``.
"""

import re
import tomllib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from examples.customers import LAST_DAY, Customer

FIRST_MONTH = (2026, 2)
MONTHS = 9
RELIEF = date(2026, 6, 16)
"""Our release 4.6.0, which solved the need of the lines marked ``+``."""

_LINE = re.compile(
    r"(?:(?P<needs>[a-z_]+\+[a-z_]+) )?(?P<mark>[!+]?)(?P<channel>[trsck])(?P<rating>\d*)"
    r" \| (?:(?P<title>[^|]+) \| )?(?P<body>[^|]+)"
)
_HOURS = {"t": (6, 18), "r": (0, 1), "s": (7, 21), "c": (5, 22), "k": (7, 20)}
_NO_ACCOUNT = {"t": 0.06, "r": 1.0, "s": 0.10, "c": 0.18, "k": 0.05}
EXACT_COPIES, NEAR_COPIES, LOUD_COPIES = 26, 46, 14


@dataclass(frozen=True, slots=True)
class Need:
    """A planted need and how it spreads over time and accounts."""

    key: str
    description: str
    months: tuple[int, ...]
    accounts: int
    include: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    loud_account: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message before a channel gives it an id and a format."""

    needs: tuple[str, ...]
    """Empty for praise and chatter."""
    topic: str
    """Name of the file it comes from."""
    mark: str
    channel: str
    rating: int | None
    title: str
    body: str
    when: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    customer: Customer | None = None
    author: str = ""
    copy: str = ""
    """``exact`` or ``near``, when it repeats the message at index `original`."""
    original: int = -1


def load_needs(path: Path) -> dict[str, Need]:
    """Read the planted needs in the order of the file."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        key: Need(
            key=key,
            description=table["description"],
            months=tuple(table["months"]),
            accounts=table["accounts"],
            include=tuple(table.get("include", ())),
            segments=tuple(table.get("segments", ())),
            loud_account=table.get("loud_account", ""),
        )
        for key, table in tables.items()
    }


def write_messages(
    folder: Path, needs: dict[str, Need], customers: Sequence[Customer]
) -> list[Message]:
    """Give every hand-written line a date and a sender, and repeat some of them.

    Copies stand at the end and point back to their originals.
    """
    messages: list[Message] = []
    for path in sorted(folder.glob("*.txt")):
        rng = Random(f"topic {path.stem}")  # noqa: S311 - invented data, not secrets
        lines = [_parse(path, line) for line in path.read_text(encoding="utf-8").splitlines()]
        dated = _date(rng, lines, needs)
        messages += _cast(rng, dated, needs.get(path.stem), customers)
    return messages + _copies(messages)


def _parse(path: Path, line: str) -> Message:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{path}: not 'CHANNEL | TITLE | BODY': {line}")
    topic = path.stem
    alone = () if topic in ("praise", "noise") else (topic,)
    return Message(
        needs=tuple(match["needs"].split("+")) if match["needs"] else alone,
        topic=topic,
        mark=match["mark"],
        channel=match["channel"],
        rating=int(match["rating"]) if match["rating"] else None,
        title=match["title"] or "",
        body=match["body"],
    )


def _date(rng: Random, lines: Sequence[Message], needs: dict[str, Need]) -> list[Message]:
    """Spread the lines over the months in proportion to the weights of their needs."""
    dated = [
        replace(line, when=_moment(rng, RELIEF + timedelta(days=rng.randint(2, 120)), line))
        for line in lines
        if line.mark == "+"
    ]
    groups: dict[tuple[str, ...], list[Message]] = {}
    for line in lines:
        if line.mark != "+":
            groups.setdefault(line.needs, []).append(line)
    for keys, group in groups.items():
        weights = [1.0] * MONTHS
        for key in keys:
            weights = [w * m for w, m in zip(weights, needs[key].months, strict=True)]
        rng.shuffle(group)
        for line, month in zip(group, _quota(rng, len(group), weights), strict=True):
            dated.append(replace(line, when=_moment(rng, _day(rng, month), line)))
    return sorted(dated, key=lambda message: (message.when, message.body))


def _quota(rng: Random, count: int, weights: Sequence[float]) -> list[int]:
    """Return a month for each of `count` lines: whole parts by weight, the rest by lot."""
    total = sum(weights)
    months = [month for month, w in enumerate(weights) for _ in range(int(count * w / total))]
    rest = rng.choices(range(MONTHS), weights, k=count - len(months))
    return months + rest


def _day(rng: Random, month: int) -> date:
    year, first = FIRST_MONTH
    begin = date(year, first + month, 1)
    end = date(year, first + month + 1, 1)
    return begin + timedelta(days=rng.randrange((end - begin).days))


def _moment(rng: Random, day: date, line: Message) -> datetime:
    minutes = 0 if line.channel == "r" else rng.randrange(60)
    hour = rng.randrange(*_HOURS[line.channel])
    return datetime(day.year, day.month, day.day, hour, minutes, tzinfo=UTC)


def _cast(
    rng: Random, messages: Iterable[Message], need: Need | None, customers: Sequence[Customer]
) -> list[Message]:
    """Let the accounts of the need speak in turn, as long as they are customers."""
    turn = deque(_speakers(rng, need, customers))
    loud = need.loud_account if need else ""
    cast = []
    for message in messages:
        customer = None
        if message.mark == "!":
            customer = next(c for c in customers if c.account_id == loud)
        elif rng.random() >= _NO_ACCOUNT[message.channel]:
            while not turn[0].writes_on(message.when.date()):
                turn.rotate(-1)
            customer = turn[0]
            turn.rotate(-1)
        author = rng.choice(customer.authors) if customer else f"u-{rng.randrange(1000, 9000)}"
        rating = None if message.rating is not None and rng.random() < 0.04 else message.rating
        cast.append(replace(message, customer=customer, author=author, rating=rating))
    return cast


def _speakers(rng: Random, need: Need | None, customers: Sequence[Customer]) -> list[Customer]:
    known = [c for c in customers if c.status != "prospect"]
    if need is None:
        return rng.sample(known, 60)
    wanted = [c for c in known if c.account_id in need.include]
    others = [
        c
        for c in known
        if c not in wanted
        and c.account_id != need.loud_account
        and (not need.segments or c.segment in need.segments)
    ]
    return wanted + rng.sample(others, need.accounts - len(wanted))


def _copies(messages: Sequence[Message]) -> list[Message]:
    rng = Random("copies")  # noqa: S311 - invented data, not secrets
    said = [i for i, message in enumerate(messages) if message.needs and message.mark != "+"]
    private = [i for i in said if messages[i].channel in "tck" and messages[i].mark == ""]
    loud = [i for i in said if messages[i].mark == "!"]
    long = [i for i in said if len(messages[i].body) > 30 and messages[i].mark == ""]
    copies = [_exact(rng, messages[i], i) for i in sorted(rng.sample(private, EXACT_COPIES))]
    for pool, size in ((loud, LOUD_COPIES), (long, NEAR_COPIES)):
        copies += [_near(rng, messages[i], i) for i in sorted(rng.sample(pool, size))]
    return copies


def _exact(rng: Random, message: Message, index: int) -> Message:
    """Sent twice, as when somebody presses the button again."""
    later = message.when + timedelta(minutes=rng.randint(1, 4))
    return replace(message, when=later, copy="exact", original=index)


def _near(rng: Random, message: Message, index: int) -> Message:
    """Sent again within nine days, in almost the same words."""
    room = (LAST_DAY - message.when.date()).days
    later = message.when + timedelta(days=min(room, rng.randint(1, 9)))
    body = rng.choice((_hurried, _mistyped, _polite, _insistent))(rng, message.body)
    changed = body if body != message.body else body + " thx"
    return replace(message, when=later, body=changed, copy="near", original=index)


def _hurried(_: Random, body: str) -> str:
    return body.lower().replace("'", "").rstrip(".!?")


def _mistyped(rng: Random, body: str) -> str:
    """Swap two letters in two of the long words."""
    words = body.split(" ")
    for place in sorted(rng.sample(range(len(words)), min(len(words), 8))):
        word = words[place]
        if len(word) > 5 and word.isalpha():
            words[place] = word[:2] + word[3] + word[2] + word[4:]
    return " ".join(words)


def _polite(rng: Random, body: str) -> str:
    return rng.choice(("Hi, ", "Hello again. ", "As I wrote before: ")) + body


def _insistent(rng: Random, body: str) -> str:
    return body + rng.choice((" Any news?", " Please!", " This is urgent for us.", " Thanks."))
