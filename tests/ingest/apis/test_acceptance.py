"""The bar that every connector must pass, whatever the network and the server do.

``APIS_SCRIPTS=1000`` tries so many scripts of faults for each connector.
"""

import json
import os
import random
from collections.abc import Mapping, Sequence
from itertools import islice

import pytest

from ingest.apis import CONNECTORS, Limits, read_pages
from tests.ingest.apis.fake_apis import (
    CASES,
    START,
    Answered,
    Call,
    Case,
    Item,
    items,
    reply,
    seconds,
)
from tests.ingest.apis.fault_server import FAULTS, NOW, PASSING, Api, Server, serve
from tests.ingest.apis.reading import LIMITS, TOKEN, Store, client

SCRIPTS = int(os.environ.get("APIS_SCRIPTS", "60"))
COUNT = 23
WORLD = items(COUNT, tied=range(6, 19))  # 13 changed at one moment: more than two pages of five
MOVING = (
    "apple_reviews",
    "feed",
    "github",
    "github_discussions",
    "rest_changes",
    "rest_pages",
)
Rows = Mapping[str, Mapping[str, object]]


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def fault_free(server: Server, case: Case, world: list[Item]) -> tuple[Rows, Api]:
    api = serve(server, case.fake, world)
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api)), store.errors
    return store.rows, api


def unlike(found: Rows, expected: Rows) -> list[str]:
    """Return the ids whose rows differ."""
    ids = sorted(found.keys() | expected.keys())
    return [id for id in ids if found.get(id) != expected.get(id)]


def plain(store: Store) -> set[str]:
    """Return the numbers of the items in a store."""
    return {key.removeprefix("D_").rpartition(":")[2] for key in store.rows}


def test_every_connector_is_held_to_the_bar() -> None:
    assert {case.api for case in CASES.values()} == set(CONNECTORS)


def test_everything_is_read(server: Server, case: Case) -> None:
    rows, _ = fault_free(server, case, WORLD)
    assert len(rows) == COUNT


def test_the_default_columns_are_in_every_row(server: Server, case: Case) -> None:
    rows, _ = fault_free(server, case, WORLD)
    columns = set(CONNECTORS[case.api].columns.values())
    if case.api == "rest":
        columns = {"id", "text", "created_at"}
    assert [columns - set(row) for row in rows.values()] == [set()] * COUNT


def test_a_second_pull_adds_nothing_and_asks_for_changes_only(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD)
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api))
    first, read = dict(store.rows), sum(len(page.rows) for page in store.pages)
    assert store.pull(case.source(api.base), client(api))
    assert unlike(store.rows, first) == []
    if case.changes:
        assert sum(len(page.rows) for page in store.pages) - read <= COUNT // 2


def test_a_second_pull_finds_what_is_new_changed_or_late(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD)
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api))
    newest = max(item.updated for item in WORLD)
    same_moment = Item(101, newest, newest, "came in the second that was read last")
    late = Item(102, newest - 600, newest - 600, "came late, within the overlap")
    new = Item(103, newest + 600, newest + 600, "is new")
    api.world += [same_moment, late, new]
    assert store.pull(case.source(api.base), client(api))
    assert {"101", "102", "103"} <= plain(store)


def test_a_second_pull_reads_all_that_is_new_however_many_pages(server: Server, case: Case) -> None:
    api = serve(server, case.fake, items(COUNT))
    store, source = Store(case.id_field), case.source(api.base)
    assert store.pull(source, client(api))
    api.world = items(2 * COUNT)
    assert store.pull(source, client(api))
    assert len(store.rows) == 2 * COUNT


@pytest.mark.parametrize("name", ["github", "rest_changes"])
@pytest.mark.parametrize("tied", [range(6, 19), range(10, COUNT)])
def test_an_item_that_leaves_a_crowded_second_takes_none_of_the_others_along(
    server: Server, name: str, tied: range
) -> None:
    case = CASES[name]
    for moment in range(2, 10):
        api = serve(server, case.fake, items(COUNT, tied=tied))

        def leave(number: int, api: Api = api, moment: int = moment, tied: range = tied) -> None:
            if number == moment:
                api.world[tied.start].updated = NOW - 9000

        api.before = leave
        store = Store("id")
        assert store.pull(case.source(api.base), client(api))
        assert len(store.rows) == COUNT, moment


@pytest.mark.parametrize("name", ["github", "rest_changes"])
def test_a_server_that_leaves_out_the_moment_asked_for_loses_nothing(
    server: Server, name: str
) -> None:
    def strict(world: Sequence[Item], call: Call) -> Answered:
        since = call.query.get("since") or call.query.get("changed_after")
        after = seconds(since) if since and "T" in since else int(since or 0)
        return CASES[name].fake([item for item in world if item.updated > after], call)

    for tied in (range(0), range(3, 5), range(6, 19), range(10, COUNT)):
        api = serve(server, strict, items(COUNT, tied=tied))
        store = Store("id")
        assert store.pull(CASES[name].source(api.base), client(api))
        assert len(store.rows) == COUNT


@pytest.mark.parametrize("name", ["github", "discourse", "rest_changes", "zendesk", "rest_link"])
@pytest.mark.parametrize("number", [2, 3, 4])
def test_the_first_page_in_place_of_another_is_noticed(
    server: Server, name: str, number: int
) -> None:
    case = CASES[name]
    api = serve(server, case.fake, items(COUNT), faults={number: "first"})
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api)), store.errors
    assert len(store.rows) == COUNT


def test_pages_in_a_circle_are_an_error(server: Server) -> None:
    def circle(world: Sequence[Item], call: Call) -> Answered:
        after = {"": "5", "5": "10", "10": "5"}[call.query.get("after", "")]
        link = f'<{call.path}?after={after}>; rel="next"'
        return reply([{"id": int(after)}], Link=link)

    api = serve(server, circle, [])
    store = Store("id")
    assert not store.pull(CASES["rest_link"].source(api.base), client(api))
    assert "already read" in store.errors[0]
    assert len(api.calls) <= 2 + 5


@pytest.mark.parametrize("case", ["github", "intercom", "zendesk", "rest_changes"])
def test_a_change_is_read_again(server: Server, case: str) -> None:
    api = serve(server, CASES[case].fake, items(COUNT))
    store, source = Store("id"), CASES[case].source(api.base)
    assert store.pull(source, client(api))
    api.world[2].text, api.world[2].updated = "Never mind.", NOW - 100
    assert store.pull(source, client(api))
    assert "Never mind." in json.dumps(store.rows["3"])


def test_killed_between_any_two_pages_it_goes_on_to_the_same_end(
    server: Server, case: Case
) -> None:
    whole, api = fault_free(server, case, WORLD)
    asked = len(api.calls)
    pages = len(list(read_pages(case.source(api.base), "", client(api))))
    assert pages > 3
    for killed_after in range(1, pages):
        api = serve(server, case.fake, WORLD)
        store, source = Store(case.id_field), case.source(api.base)
        running = read_pages(source, "", client(api))
        for page in islice(running, killed_after):
            store.commit(page)
        del running
        before = len(api.calls)
        assert store.pull(source, client(api))
        assert unlike(store.rows, whole) == []
        assert len(api.calls) - before <= asked - killed_after  # it did not begin again


def test_any_script_of_faults_ends_in_the_same_rows_or_an_error_that_a_rerun_repairs(
    server: Server, case: Case
) -> None:
    whole, quiet = fault_free(server, case, WORLD)
    repaired = 0
    for script in range(SCRIPTS):
        chance = random.Random(f"{case.fake.__name__} {script}")
        faults = _script(chance)
        api = serve(server, case.fake, WORLD, faults=faults)
        store, source = Store(case.id_field), case.source(api.base)
        runs = store.pull_until_done(source, client(api))
        assert unlike(store.rows, whole) == [], (script, faults, store.errors)
        assert len(api.calls) <= 3 * (len(quiet.calls) + 2 * (runs - 1)), (script, faults)
        assert TOKEN not in repr((store.pages, store.errors)), (script, faults)
        repaired += runs > 1
    assert 0 < repaired < SCRIPTS  # both ways of ending are met


def _script(chance: random.Random) -> dict[int, str]:
    names = [name for name in FAULTS if name not in ("stalled", "first")]
    faults: dict[int, str] = {}
    for number in range(12):
        fault = chance.choice(names)
        # An empty page is believed the third time.
        if chance.random() < 0.4 and (fault != "empty" or [*faults.values()].count(fault) < 2):
            faults[number] = fault
    return faults


def test_items_that_change_while_they_are_read_are_not_passed_over(
    server: Server, case: Case
) -> None:
    for script in range(max(5, SCRIPTS // 6)):
        chance = random.Random(f"changes {script}")
        tied = range(6, 19) if script % 2 else range(10, COUNT)
        api = serve(server, case.fake, items(COUNT, tied=tied))

        def change(number: int, api: Api = api, chance: random.Random = chance) -> None:
            if number < 12 and chance.random() < 0.6:
                _change(api, chance, number)

        api.before = change
        store, source = Store(case.id_field), case.source(api.base)
        assert store.pull(source, client(api)), store.errors
        moved = {item.number for item in api.world if item.updated > NOW - 10_000}
        # What moves to a place behind one's back is met by the next pull.
        missed = moved if case.fake.__name__ in MOVING else set()
        assert {str(item.number) for item in WORLD if item.number not in missed} <= plain(store)
        api.before = lambda number: None
        api.clock.passed += 7200
        assert store.pull(source, client(api)), store.errors
        now, _ = fault_free(server, case, api.world)
        if case.api != "discourse":  # its list does not tell of changes
            assert unlike(store.rows, now) == [], script
        assert store.rows.keys() == now.keys(), script


def _change(api: Api, chance: random.Random, number: int) -> None:
    moment = NOW - 9_000 + 60 * number
    if chance.random() < 0.3:
        api.world.append(Item(200 + number, moment, moment, f"New while reading {number}"))
    else:
        item = chance.choice(api.world)
        item.updated, item.text = moment, f"Changed while reading {number}"


@pytest.mark.parametrize("fault", PASSING)
def test_a_burst_of_faults_costs_at_most_three_times_the_requests(
    server: Server, case: Case, fault: str
) -> None:
    whole, quiet = fault_free(server, case, WORLD)
    n = len(quiet.calls)
    for start in range(0, n, 2):
        api = serve(server, case.fake, WORLD, faults={start: fault, start + 1: fault})
        store = Store(case.id_field)
        assert store.pull(case.source(api.base), client(api)), store.errors
        assert unlike(store.rows, whole) == []
        assert len(api.calls) == n + 2 <= 3 * n
    for_ever = serve(server, case.fake, WORLD, faults=dict.fromkeys(range(500), fault))
    store = Store(case.id_field)
    assert not store.pull(case.source(for_ever.base), client(for_ever))
    assert len(for_ever.calls) <= 3


def test_a_server_that_stalls_is_left_after_the_time_for_one_request(
    server: Server, case: Case
) -> None:
    whole, _ = fault_free(server, case, WORLD)
    api = serve(server, case.fake, WORLD, faults={1: "stalled"})
    store, hasty = Store(case.id_field), Limits(request_seconds=0.15)
    assert store.pull(case.source(api.base), client(api, limits=hasty)), store.errors
    assert unlike(store.rows, whole) == []


def test_the_same_page_for_ever_is_an_error(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD, faults=dict.fromkeys(range(1, 99), "again"))
    store = Store(case.id_field)
    assert not store.pull(case.source(api.base), client(api))
    assert len(api.calls) <= 8
    api.faults = {}
    assert store.pull(case.source(api.base), client(api))
    assert len(store.rows) == COUNT


def test_pages_without_end_are_left_and_gone_on_with(server: Server, case: Case) -> None:
    whole, api = fault_free(server, case, WORLD)
    few = Limits(pages=2, body_bytes=LIMITS.body_bytes)
    store, source = Store(case.id_field), case.source(api.base)
    assert not store.pull(source, client(api, limits=few))
    assert len(store.pages) == 2
    assert "over 2 pages" in store.errors[0]
    store.pull_until_done(source, client(api, limits=few))
    assert unlike(store.rows, whole) == []


def test_a_packed_reply_that_grows_without_bound_is_stopped(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD, faults={0: "bomb"})
    store = Store(case.id_field)
    assert not store.pull(case.source(api.base), client(api))
    assert "over 2,000,000 bytes" in store.errors[0]
    assert len(api.calls) == 1


def test_a_form_to_log_in_is_named(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD, faults={1: "html"})
    store = Store(case.id_field)
    assert not store.pull(case.source(api.base), client(api))
    assert "HTML" in store.errors[0]
    assert "secret" in store.errors[0]
    assert len(api.calls) == 2


def test_a_position_in_the_future_gives_nothing_and_no_error(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD)
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api))
    if not case.changes or case.api in ("zendesk", "feed"):
        return  # they keep no moment of their own
    kept = json.loads(store.cursor)
    ahead = json.dumps({**kept, "base": "2031-01-01T00:00:00+00:00"})
    pages = list(read_pages(case.source(api.base), ahead, client(api)))
    assert sum(len(page.rows) for page in pages) <= 5  # newest first: one page must be looked at
    assert json.loads(pages[-1].cursor)["base"].startswith("2031")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_server_whose_clock_is_a_day_off_loses_nothing(
    server: Server, case: Case, days: int
) -> None:
    world = items(COUNT, gap=3600)
    shift = NOW + days * 86_400 - world[-1].updated
    for item in world:
        item.created, item.updated = item.created + shift, item.updated + shift
    api = serve(server, case.fake, world)
    api.clock.passed = 3 * 86_400.0 if case.api == "zendesk" else 0.0
    store, source = Store(case.id_field), case.source(api.base)
    assert store.pull(source, client(api))
    moment = world[-1].updated + 300
    api.world.append(Item(COUNT + 1, moment, moment, "the next wish by the server's clock"))
    api.clock.passed += 300
    assert store.pull(source, client(api))
    assert len(store.rows) == COUNT + 1


def test_an_item_dated_years_ahead_does_not_hide_those_after_it(server: Server, case: Case) -> None:
    odd = Item(99, NOW + 10**8, NOW + 10**8, "written in 2029, says its clock")
    api = serve(server, case.fake, [*WORLD, odd])
    api.clock.passed = 2.0 * 10**8 if case.api == "zendesk" else 0.0
    store, source = Store(case.id_field), case.source(api.base)
    assert store.pull(source, client(api))
    moment = NOW + (3 * 10**8 if case.api == "zendesk" else 60)
    api.world.append(Item(100, moment, moment, "written after that"))
    api.clock.passed += 3600 + (2.0 * 10**8 if case.api == "zendesk" else 0)
    assert store.pull(source, client(api))
    assert len(store.rows) == COUNT + 2


def test_a_cursor_of_another_source_counts_as_none(server: Server, case: Case) -> None:
    api = serve(server, case.fake, WORLD)
    store = Store(case.id_field)
    assert store.pull(case.source(api.base), client(api))
    other = case.source(api.base, params={"only": "this"})
    again = Store(case.id_field, cursor=store.cursor)
    assert again.pull(other, client(api))
    assert again.rows.keys() == store.rows.keys()


def test_rows_are_counted_through_the_pull_even_when_it_is_taken_up_again(
    server: Server, case: Case
) -> None:
    _, api = fault_free(server, case, WORLD)
    source = case.source(api.base)
    first = next(read_pages(source, "", client(api)))
    rest = list(read_pages(source, first.cursor, client(api)))
    lines = [row.line for page in (first, *rest) for row in page.rows]
    assert lines == list(range(1, len(lines) + 1))
    assert START < NOW
