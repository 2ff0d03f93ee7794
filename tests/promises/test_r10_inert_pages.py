"""Whatever anybody writes stays text: each payload, in each field, on each page, in a browser.

Every text that a customer, a source, a file, a reviewer or a program can write holds a part of
the payloads, each with a mark beside it that says which payload and which field it is. All pages
of the routing table are opened, and the report from its file. A case is a mark that was met on a
page; the page must do nothing, ask nobody else, and have the elements of a page on which all was
harmless.
"""

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import sha256
from itertools import compress
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from groundswell.domain import Draft
from groundswell.domain.drafts import sameness
from groundswell.report import IdeaReport
from groundswell.store import open_store
from reports.page import report_html
from tests.promises.payloads import FAMILIES, PAYLOADS
from tests.web.pages.chromium import Watched, browser, require_chromium, served
from tests.web.pages.filling import NOON, Shown, by_hand, config_in, fill
from tests.web.pages.planning import plan_for, with_plan, write_plan
from tests.web.pages.routes import every_address
from tests.web.people import PASSWORDS, Clock, add_token, add_user, sign_in
from tests.web.people import browser as client_of
from web.app import create_app
from web.reading import newest

require_chromium()

__all__ = ["browser"]

PARTS = 4
"""Payloads are spread over so many stores: the texts of a page stay of a length that is drawn."""

# Words that our own code gives a meaning to; all else may come from outside.
OURS = {
    *("status", "state", "named_by", "part", "criterion", "monthly_voices", "badges", "view"),
    *("kind", "category", "statement_id", "record_id"),
}
MARK = re.compile(r"q([0-9]+)f([0-9]+)q")
SEEN = """() => [
    [...new Set(document.documentElement.outerHTML.match(/q[0-9]+f[0-9]+q/g))].join(' '),
    [...document.querySelectorAll('*')]
        .filter(e => !['text', 'tspan'].includes(e.localName))
        .map(e => [e.localName, ...e.getAttributeNames()].join(' ')).sort().join('\\n'),
]"""
"""What a page holds: its marks, and its elements with the names of their attributes."""
FIELDS: dict[str, int] = {}
SKIPPED = " \u00a0\"'`\u00b4\u2018\u2019\u201c\u201d\ufeff\u200b\u200e\u200f\u202a\u202e"
"""What a sheet may pass over before it takes a cell for a formula."""
FORMULA = "=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20\uff5c\uff05"
IDS = ("candidate_id", "idea_id")
"""Fields that an address is made of, in which all of the payloads find no room."""

Mark = Callable[[str, int, int], str]
"""What to put in for a payload: it, its number, that of the field."""


@pytest.fixture(scope="module")
def report() -> IdeaReport:
    some = [by_hand.IDEAS[n] for n in (0, 4, 5, 8, 10)]
    ideas = [by_hand.idea(n, words, len(some)) for n, words in enumerate(some, 1)]
    found: IdeaReport = by_hand.build(tuple(ideas))
    return found


def marked(payload: str, number: int, field: int) -> str:
    """Return a payload with its mark."""
    return f"{payload} q{number}f{field}q "


def harmless(payload: str, number: int, field: int) -> str:
    """Return as many letters and the mark."""
    return f"{'x' * len(payload)} q{number}f{field}q "


@dataclass(frozen=True)
class Writing:
    """What puts payloads before every text."""

    payloads: Sequence[str]
    mark: Mark

    def each(self, field: str) -> list[str]:
        """Return each payload by itself."""
        at = FIELDS.setdefault(field, len(FIELDS))
        return [self.mark(one, PAYLOADS.index(one), at) for one in self.payloads]

    def say(self, text: str, field: str = "") -> str:
        """Return a text with all payloads before it, of an id with one."""
        if field.endswith(IDS):  # the same wherever the idea is named
            told = self.each(IDS[0])
            return f"item-{text} {told[crc32(text.encode()) % len(told)]}"  # in the same order
        told = self.each(field or f"a record's {re.sub('[0-9]', '', text)}")
        return "".join(told) + text

    def reword(self, value: Any, field: str = "") -> Any:
        """Return a value with every text that may come from outside said so."""
        if isinstance(value, str):
            return self.say(value, field)
        if isinstance(value, tuple):
            return tuple(self.reword(one, field) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            kind = type(value).__name__
            told = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in OURS}
            return replace(value, **{k: self.reword(v, f"{kind}.{k}") for k, v in told.items()})
        return value

    def decisions(self, idea: str) -> Iterator[Draft]:
        """Yield what reviewers write: reasons, comments, titles, briefs, and their own names."""
        names = self.each("Decision.reviewer")
        for n, text in enumerate(self.each("Decision.reason")):
            reviewer, line = " ".join(names[n].split())[-199:], " ".join(text.split())[-199:]
            yield Draft("comment", idea, reviewer, NOON, reason=text)
            yield Draft("edit", idea, "ann", NOON, changes={"title": line, "brief": text})
            yield Draft("rename", "theme-1", "ann", NOON, changes={"label": line})
            yield Draft("link", idea, reviewer, NOON, changes={sameness(f"deal-{line}"): True})
        yield Draft("reject", idea, "ann", NOON, reason=self.say("no", "Decision.reject"))
        yield Draft("comment", "theme-1", "ann", NOON, reason=self.say("no", "Decision.comment"))


@dataclass(frozen=True)
class Site:
    """A store full of what people wrote, with the plan and the report beside it."""

    shown: Shown
    client: TestClient
    """Signed in."""
    app: Any
    file: Path
    """The report."""


def site(folder: Path, report: IdeaReport, writing: Writing) -> Site:
    folder.mkdir()
    config = config_in(folder)
    said = writing.reword(report)
    shown = fill(config, said, say=writing.say)
    write_plan(shown, plan_for(said))
    file = config.report.folder / "report.html"
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        reading = newest(store)
        assert reading is not None
        body = report_html(reading.report, reading.changes).encode()
        file.write_bytes(body)
        whole = [(file.name, sha256(body).hexdigest(), len(body))]
        store.ideas.save_files(lease, reading.report.run.run_id, str(file.parent), whole)
        idea = shown.report.ideas[0].candidate_id
        store.decisions.record_all([(draft, None) for draft in writing.decisions(idea)])
    add_user(config, "ann", "admin")
    for label in writing.each("ApiToken.label"):
        add_token(config, "ann", "read", label=label)
    app = create_app(config, passwords=PASSWORDS, clock=Clock())
    client = client_of(config, app=app)
    sign_in(client)
    return Site(shown, client, app, file)


@dataclass
class Met:
    """What was met on the way."""

    cases: int = 0
    pages: int = 0
    marks: set[tuple[str, str]] = field(default_factory=set)


def elements(browser: Browser, place: Site, addresses: Sequence[str], met: Met) -> list[str]:
    """Open pages that have to be quiet; return the elements of each."""
    with served(place.app) as origin:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        cookie = place.client.cookies["groundswell"]
        context.add_cookies([{"name": "groundswell", "value": cookie, "url": origin}])
        watched, found = Watched(context), []
        for address in (*(origin + one for one in addresses), place.file.as_uri()):
            assert watched.open(address) == [], address
            told, quiet = watched.page.evaluate(SEEN)
            marks = set(MARK.findall(told))
            met.cases, met.pages = met.cases + len(marks), met.pages + 1
            met.marks |= marks
            # In no order: which of a pair stands on the left is drawn by ids, and these differ.
            found.append(quiet)
        context.close()
    return found


def are_pages(report: IdeaReport, folder: Path) -> list[bool]:
    """Tell of every address whether it is a page, by a store of few words."""
    shown = with_plan(report, folder)
    answers = [shown.client.get(address) for address in every_address(shown)]
    assert {answer.status_code for answer in answers} <= {200, 404}
    return [answer.headers["content-type"].startswith("text/html") for answer in answers]


def test_no_payload_does_anything_in_any_field_of_any_page(
    browser: Browser, report: IdeaReport, tmp_path: Path
) -> None:
    met, quiet, pages = Met(), None, are_pages(report, tmp_path / "plain")
    for part in range(PARTS):
        writing = Writing(PAYLOADS[part::PARTS], marked)
        if quiet is None:
            twin = site(tmp_path / "quiet", report, replace(writing, mark=harmless))
            quiet = elements(browser, twin, list(compress(every_address(twin.shown), pages)), Met())
        attacked = site(tmp_path / f"attacked-{part}", report, writing)
        addresses = list(compress(every_address(attacked.shown), pages))
        found = elements(browser, attacked, addresses, met)
        for address, one, other in zip((*addresses, "file"), found, quiet, strict=True):
            assert one == other, address
    sys.stdout.write(
        f"{met.cases:,} cases: {len(PAYLOADS)} payloads, {len({f for _, f in met.marks})} fields,"
        f" {met.pages} pages opened\n"
    )
    assert len(PAYLOADS) >= 150 and all(FAMILIES.values())
    assert {int(number) for number, _ in met.marks} == set(range(len(PAYLOADS)))
    assert met.cases >= 10_000


def test_a_breach_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    breaches = {
        "<img src=x onerror=alert(1)>": "dialog: 1",
        '<script src="https://evil.example/x.js"></script>': "https://evil.example/x.js",
        '<p style="background:url(//evil.example/x)">x</p>': "evil.example",
    }
    watched = Watched(browser.new_context())
    for n, (payload, told) in enumerate(breaches.items()):
        file = tmp_path / f"{n}.html"
        file.write_text(f"<!doctype html><title>x</title><p>{payload}", encoding="utf-8")
        watched.open(file.as_uri())
        watched.page.wait_for_timeout(100)
        assert any(told in one for one in watched.noted), (payload, watched.noted)


def test_no_cell_of_any_export_is_a_formula(report: IdeaReport, tmp_path: Path) -> None:
    first = report.ideas[0]
    ideas = [
        Writing([payload], lambda one, _number, _field: one).reword(first) for payload in PAYLOADS
    ]
    ranked = [replace(i, rank=n, candidate_id=f"need-{n}") for n, i in enumerate(ideas, 1)]
    shown = fill(config_in(tmp_path), replace(report, ideas=tuple(ranked)))
    columns = "columns=voices,trend,revenue,effort,score,tier,status,mentions,top10,net,badges"
    body = shown.client.get(f"/export/ideas.csv?{columns}").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == len(PAYLOADS) + 1
    for cell in (cell for row in rows for cell in row):
        bare = cell.lstrip(SKIPPED)
        assert cell.startswith("'") or bare[:1] not in set(FORMULA) or is_number(cell), repr(cell)
    sheet = shown.client.get(f"/export/ideas.xlsx?{columns}").content
    book = load_workbook(io.BytesIO(sheet))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    titles = {str(cell.value) for cell in cells}
    assert sum(title.endswith(first.title) for title in titles) == len(PAYLOADS)


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", cell) is not None
