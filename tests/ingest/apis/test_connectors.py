"""What is particular to one API."""

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.apis import CONNECTORS, ApiSource, read_pages
from ingest.apis.addresses import read_url
from ingest.apis.documents import at, moment, to_row
from ingest.apis.paging import check_source
from ingest.apis.source import Position
from ingest.feedback import FEEDBACK
from ingest.sources.rows import MAX_COLUMNS, RawRow, RowFault
from ingest.values import Cells
from tests.ingest.apis.fake_apis import CASES, START, Answered, Call, Item, items, reply
from tests.ingest.apis.fault_server import Server, serve
from tests.ingest.apis.reading import Store, client, rows


def fixed(body: bytes) -> object:
    return lambda world, call: Answered(body)


def read_all(server: Server, api: str, body: bytes, **more: object) -> list[RawRow]:
    running = serve(server, fixed(body), [])  # type: ignore[arg-type]
    told = {"url": running.base + "/", "allow_hosts": (running.base[7:],), **more}
    source = ApiSource("wishes", api, **told)  # type: ignore[arg-type]
    return [row for page in read_pages(source, "", client(running)) for row in rows(page)]


def test_an_object_becomes_columns_with_dots_and_lists_of_words() -> None:
    item = {
        "id": 1,
        "user": {"login": "ana", "plan": {"name": "pro"}},
        "tags": ["pdf", "export"],
        "labels": [{"id": 7, "name": "feature"}, {"id": 8}, {"colour": {}}],
        "milestone": None,
        "nothing": {},
    }
    assert to_row(4, item) == RawRow(
        4,
        None,
        None,
        {
            "id": 1,
            "user.login": "ana",
            "user.plan.name": "pro",
            "tags": ["pdf", "export"],
            "labels": ["feature", 8],
            "milestone": None,
        },
    )


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "json_syntax"),
        (None, "json_syntax"),
        ([1], "json_syntax"),
        ({f"k{n}": n for n in range(MAX_COLUMNS + 1)}, "field_count"),
        ({"text": "a\0b"}, "nul_byte"),
        ({"text": "\ud800"}, "lone_surrogate"),
        ({"text": "a" * 131_073}, "field_too_long"),
        ({f"k{n}": "a" * 100_001 for n in range(10)}, "row_too_long"),
        (nested(66), "json_too_deep"),
    ],
)
def test_an_item_that_no_row_can_hold_is_quarantined_alone(item: object, reason: str) -> None:
    row = to_row(3, item)
    assert isinstance(row, QuarantinedRow)
    assert (row.line, row.reason, row.byte_start) == (3, reason, None)
    assert len(row.raw) <= 4096


def test_just_within_the_limits_a_row_is_a_row() -> None:
    for item in ({f"k{n}": n for n in range(MAX_COLUMNS)}, {"t": "a" * 131_072}, nested(65)):
        assert isinstance(to_row(1, item), RawRow)


def test_a_number_beyond_64_bits_spoils_its_cell_and_nothing_else(server: Server) -> None:
    body = b'[{"id": 1, "big": 99999999999999999999, "huge": 1e400, "odd": NaN}, {"id": 2}]'
    first, second = read_all(server, "rest", body)
    assert [type(first.fields[name]) for name in ("big", "huge", "odd")] == [RowFault] * 3
    assert (first.fields["id"], second.fields["id"]) == (1, 2)


def test_a_reply_nested_without_end_is_an_error(server: Server) -> None:
    with pytest.raises(IngestError, match="nested too deep"):
        read_all(server, "rest", b"[" * 200_000)


def test_a_path_leads_through_objects_and_lists() -> None:
    document = {"a": [{"b": 5}]}
    assert at(document, "a.0.b") == 5
    assert at(document, "") is document
    assert [at(document, path) for path in ("a.1.b", "a.b", "x", "a.0.b.c")] == [None] * 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-05-28T20:26:40Z", datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)),
        ("2026-05-28T22:26:40+02:00", datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)),
        ("2026-05-28", datetime(2026, 5, 28, tzinfo=UTC)),
        (START, datetime.fromtimestamp(START, UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31", None),
        ("soon", None),
        (1e300, None),
        (True, None),
        (None, None),
    ],
)
def test_moments_are_read_or_left_out(value: object, expected: datetime | None) -> None:
    assert moment(value) == expected


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("rest")])
def test_the_default_columns_are_readable_as_feedback(server: Server, name: str) -> None:
    case = CASES[name]
    api = serve(server, case.fake, items(7))
    connector = CONNECTORS[case.api]
    assert {"id", "text", "created_at"} <= set(connector.columns)
    assert set(connector.columns) <= {*FEEDBACK.required, *FEEDBACK.optional, "votes"}
    found = {}
    for page in read_pages(case.source(api.base), "", client(api)):
        for row in rows(page):
            cells = Cells(row.fields, connector.columns, connector.date_format)
            found[cells.required("id")] = cells.required_moment("created_at")
            assert "please add export" in str(cells.text("text"))
            assert (cells.number("votes", 0) or 1) > 0
            assert cells.number("rating", 1, 5) in (None, 4.0)
    assert len(found) == 7
    assert min(found.values()) == datetime.fromtimestamp(START, UTC)


def test_github_leaves_out_pull_requests_but_walks_over_them(server: Server) -> None:
    def mixed(world: Sequence[Item], call: Call) -> Answered:
        whole = CASES["github"].fake(world, call)
        listed = json.loads(whole.body)
        for item in listed:
            if item["id"] % 3 == 0:
                item["pull_request"] = {"url": "https://example.com"}
        return Answered(json.dumps(listed).encode(), whole.headers)

    api = serve(server, mixed, items(23))
    store = Store("id")
    assert store.pull(CASES["github"].source(api.base), client(api))
    assert sorted(map(int, store.rows)) == [n for n in range(1, 24) if n % 3]


def test_a_page_of_pull_requests_alone_is_not_asked_for_again(server: Server) -> None:
    def pulls(world: Sequence[Item], call: Call) -> Answered:
        whole = CASES["github"].fake(world, call)
        body = whole.body.replace(b'"id": 1', b'"pull_request": {}, "id": 1')
        return Answered(body, whole.headers)  # those numbered 1 and 10 to 19

    world = items(23)
    quiet = serve(server, CASES["github"].fake, world)
    assert Store("id").pull(CASES["github"].source(quiet.base), client(quiet))
    api = serve(server, pulls, world)
    store = Store("id")
    assert store.pull(CASES["github"].source(api.base), client(api))
    assert [] in [page.rows for page in store.pages]
    assert len(store.rows) == 23 - 11
    assert len(api.calls) == len(quiet.calls)


def test_github_asks_for_changes_since_the_day_of_the_settings(server: Server) -> None:
    api = serve(server, CASES["github"].fake, items(23))
    source = CASES["github"].source(api.base, since=date(2026, 5, 29), params={"labels": "wish"})
    store = Store("id")
    assert store.pull(source, client(api))
    assert api.calls[0].query["since"] == "2026-05-28T23:30:00Z"  # less the overlap
    assert api.calls[0].query["labels"] == "wish"
    assert sorted(map(int, store.rows)) == list(range(5, 24))  # 20:26:40 and an hour each


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "NOT_FOUND", "evil\n<b>"])
def test_an_error_of_graphql_is_told_by_its_kind_alone(server: Server, kind: str) -> None:
    body = json.dumps({"errors": [{"type": kind, "message": "said\nby others"}]}).encode()
    options = {"repository": "octo/app"}
    with pytest.raises(IngestError) as caught:
        read_all(server, "github_discussions", body, options=options)
    error = str(caught.value)
    assert "said" not in error
    assert "<b>" not in error
    assert ("put off, 3 times" in error) == (kind == "RATE_LIMITED")
    assert ("NOT_FOUND" in error) == (kind == "NOT_FOUND")


def test_a_single_review_of_apple_is_an_object_and_none_is_nothing(server: Server) -> None:
    entry = {"id": {"label": "1"}, "im:rating": {"label": "5"}, "content": {"label": "Good"}}
    options = {"app": "123", "storefronts": "us"}
    body = json.dumps({"feed": {"entry": {**entry}}}).encode()
    api = serve(server, lambda world, call: Answered(body), [])
    source = CASES["apple_reviews"].source(api.base, options=options)
    (row,) = rows(next(read_pages(source, "", client(api))))
    assert (row.fields["id.label"], row.fields["storefront"]) == ("1", "us")
    assert read_all(server, "apple_reviews", b'{"feed": {"author": {}}}', options=options) == []


def test_the_app_itself_is_no_review(server: Server) -> None:
    listed = [{"im:name": {"label": "The app"}}, {"id": {"label": "2"}, "im:rating": {"label": 1}}]
    body = json.dumps({"feed": {"entry": listed}}).encode()
    api = serve(server, lambda world, call: Answered(body), [])
    source = CASES["apple_reviews"].source(api.base)
    assert [row.fields["id.label"] for row in rows(next(read_pages(source, "", client(api))))] == [
        "2"
    ]


def test_apple_is_asked_for_ten_pages_of_each_storefront_at_most(server: Server) -> None:
    api = serve(server, CASES["apple_reviews"].fake, items(200))
    store = Store("id.label")
    assert store.pull(CASES["apple_reviews"].source(api.base), client(api))
    pages = [call.path.split("/")[1] for call in api.calls]
    assert (pages.count("us"), pages.count("gb")) == (10, 10)


RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Changes</title>
<item><title>2.4: calendar</title><link>https://rival.example.com/2.4</link><guid>g-24</guid>
<pubDate>Tue, 02 Jun 2026 10:00:00 +0200</pubDate><dc:creator>Rival</dc:creator>
<description>Short.</description><content:encoded><![CDATA[<p>Calendar view.</p>]]>
</content:encoded><category>planning</category><category>views</category></item>
<item><title>2.3: export</title><link>https://rival.example.com/2.3</link>
<description>Export &amp; import.</description></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Releases</title>
<entry><id>tag:1</id><title>v1.2</title><link rel="edit" href="https://e.example.com/edit"/>
<link rel="alternate" href="https://e.example.com/v1.2"/><updated>2026-06-02T08:00:00Z</updated>
<author><name>Ana</name></author><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Dark mode.</p><p>Faster <b>ex</b>port.</p></div>
</content></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/"><channel/><item><title>Old</title>
  <link>https://o.example.com/1</link><description>RSS 1.0</description></item></rdf:RDF>"""


def test_rss_is_read_with_its_dates_in_iso(server: Server) -> None:
    first, second = read_all(server, "feed", RSS)
    assert first.fields == {
        "id": "g-24",
        "title": "2.4: calendar",
        "text": "<p>Calendar view.</p>",
        "published": "2026-06-02T10:00:00+02:00",
        "updated": None,
        "author": "Rival",
        "link": "https://rival.example.com/2.4",
        "categories": ["planning", "views"],
    }
    assert second.fields["id"] == "https://rival.example.com/2.3"  # no guid: its address
    assert second.fields["text"] == "Export & import."


def test_atom_and_rss_1_are_read(server: Server) -> None:
    (entry,) = read_all(server, "feed", ATOM)
    assert entry.fields["text"] == "Dark mode.\nFaster export."
    assert (entry.fields["link"], entry.fields["author"]) == ("https://e.example.com/v1.2", "Ana")
    assert entry.fields["published"] == "2026-06-02T08:00:00Z"
    (old,) = read_all(server, "feed", RDF)
    assert (old.fields["id"], old.fields["text"]) == ("https://o.example.com/1", "RSS 1.0")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (RSS[:-300], "the feed is not whole"),
        (b"", "the feed is not whole"),
        (b"<opml/>", "neither RSS nor Atom"),
        (b"<html><body>Log in<br></body></html>", "HTML"),
        (b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "entities"),
        (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>', "entities"),
    ],
)
def test_half_a_feed_or_a_dangerous_one_is_an_error(
    server: Server, body: bytes, words: str
) -> None:
    with pytest.raises(IngestError, match=words):
        read_all(server, "feed", body)


def test_a_feed_nested_without_end_does_no_harm(server: Server) -> None:
    deep = b"<rss><item><title>" + b"<a>" * 100_000 + b"t" + b"</a>" * 100_000
    (row,) = read_all(server, "feed", deep + b"</title></item></rss>")
    assert row.fields["title"] == "t"


def test_an_unchanged_feed_is_not_sent_again(server: Server) -> None:
    api = serve(server, CASES["feed"].fake, items(12))
    store, source = Store("id"), CASES["feed"].source(api.base)
    assert store.pull(source, client(api))
    asked = len(api.calls)
    assert store.pull(source, client(api))
    assert len(api.calls) == asked + 1
    assert store.pages[-1].rows == []
    api.world.append(Item(99, START + 10**7, START + 10**7, "please add export news"))
    assert store.pull(source, client(api))
    assert len(store.rows) == 13


def test_rest_pages_by_offset(server: Server) -> None:
    def offsets(world: Sequence[Item], call: Call) -> Answered:
        start, size = int(call.query["skip"]), int(call.query["limit"])
        return reply({"result": {"rows": [{"id": i.number} for i in world[start : start + size]]}})

    api = serve(server, offsets, items(23))
    options = {"style": "offset", "page_param": "skip", "size_param": "limit", "page_size": "5"}
    source = ApiSource(
        "wishes",
        "rest",
        api.base,
        options={**options, "items": "result.rows"},
        allow_hosts=(api.base[7:],),
    )
    store = Store("id")
    assert store.pull(source, client(api))
    assert len(store.rows) == 23
    assert "authorization" not in api.calls[0].headers  # no token_env: nothing is sent


def test_rest_follows_an_address_in_the_reply(server: Server) -> None:
    def onwards(world: Sequence[Item], call: Call) -> Answered:
        start = int(call.query.get("from", 0))
        more = f"/list?from={start + 5}" if start + 5 < len(world) else None
        return reply({"items": [{"id": i.number} for i in world[start : start + 5]], "next": more})

    api = serve(server, onwards, items(23))
    source = ApiSource(
        "wishes",
        "rest",
        api.base + "/list",
        options={"style": "next_url", "items": "items"},
        allow_hosts=(api.base[7:],),
    )
    store = Store("id")
    assert store.pull(source, client(api))
    assert len(store.rows) == 23


def documented() -> list[dict[str, object]]:
    page = (Path(__file__).parents[3] / "docs" / "connectors.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [entry for block in blocks for entry in tomllib.loads(block)["sources"]]


def test_every_connector_is_documented_by_an_example_that_works() -> None:
    assert {str(entry["api"]) for entry in documented()} == set(CONNECTORS)
    for entry in documented():
        told = {key: entry[key] for key in entry if key not in ("kind", "columns")}
        told["allow_hosts"] = tuple(told.get("allow_hosts", ()))  # type: ignore[arg-type]
        source = ApiSource(**told)  # type: ignore[arg-type]
        connector = CONNECTORS[source.api]
        check_source(source, connector)
        request = connector.ask(source, Position())
        assert read_url(request.url, "here").scheme == "https"


def test_every_option_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "connectors.md").read_text(encoding="utf-8")
    options = {name for connector in CONNECTORS.values() for name in connector.options}
    assert [name for name in options if not re.search(rf"\b{name}\b", page)] == []


def test_a_short_page_of_apple_is_not_taken_for_the_last(server: Server) -> None:
    def short(world: Sequence[Item], call: Call) -> Answered:
        whole = json.loads(CASES["apple_reviews"].fake(world, call).body)
        if "page=1/" in call.path:
            del whole["feed"]["entry"][0]
        return reply(whole)

    api = serve(server, short, items(40))
    store = Store("id.label")
    assert store.pull(CASES["apple_reviews"].source(api.base), client(api))
    assert len(store.rows) == 40 - 2  # one less on the first page of either storefront
