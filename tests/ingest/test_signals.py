from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundswell.config import SourceConfig, SourceKind
from groundswell.domain import AcceptedRow, MarketSignal
from ingest import read_source
from ingest.privacy import Privacy

PRIVACY = Privacy(key=b"0" * 32)


def values(tmp_path: Path, kind: SourceKind, text: str, **settings: Any) -> list[object]:
    """The values of the rows, and the reason in place of one that has none."""
    path = tmp_path / settings.pop("file", "input.csv")
    path.write_text(text, encoding="utf-8")
    rows = read_source(SourceConfig(name="export", kind=kind, path=path, **settings), PRIVACY)
    return [row.value if isinstance(row, AcceptedRow) else row.reason for row in rows]


def test_signals(tmp_path: Path) -> None:
    text = (
        "signal,key,date,value,unit,source,geo,competitor\n"
        "stars,offline,2026-03-01,412,stars,github,US,\n"
        "Jobs,rota planner,2026-03-01,7,,,,Shiftotter\n"
        "gossip,x,2026-03-01,1,,,,\n"
        "stars,,2026-03-01,1,,,,\n"
        "stars,x,soon,1,,,,\n"
        "stars,x,2026-03-01,,,,,\n"
    )
    when = datetime(2026, 3, 1, tzinfo=UTC)
    assert values(tmp_path, "signals", text) == [
        MarketSignal("stars", "offline", 412.0, "stars", when, "github", geo="US"),
        MarketSignal("jobs", "rota planner", 7.0, "", when, "export", competitor="Shiftotter"),
        "bad_value",
        "missing_id",
        "bad_date",
        "bad_number",
    ]


@pytest.mark.parametrize("header", ["Week", "Day", "Month", "Time"])
def test_trends_as_google_exports_them(tmp_path: Path, header: str) -> None:
    text = (
        "Category: All categories\n\n"
        f"{header},offline notes: (United States),shift swap: (Worldwide)\n"
        "2026-01-04,<1,100\n2026-01-11,,0\n2026-01-18,101,5\nlater,1,1\n"
    )
    first, second = datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
    assert values(tmp_path, "trends", text) == [
        MarketSignal("trends", "offline notes", 0.5, "index", first, "export", geo="United States"),
        MarketSignal("trends", "shift swap", 100.0, "index", first, "export", geo="Worldwide"),
        MarketSignal("trends", "shift swap", 0.0, "index", second, "export", geo="Worldwide"),
        "number_out_of_range",
        "bad_date",
    ]


@pytest.mark.parametrize(
    ("time", "hour"), [("2026-09", 0), ("2026-09-01T05", 5), ("2026-09-01", 0)]
)
def test_trends_may_go_by_months_and_hours(tmp_path: Path, time: str, hour: int) -> None:
    (signal,) = values(tmp_path, "trends", f"Time,a: (US)\n{time},5\n")
    assert isinstance(signal, MarketSignal)
    assert signal.observed_at == datetime(2026, 9, 1, hour, tzinfo=UTC)


def texts(found: list[object]) -> list[tuple[str, str | None, str]]:
    return [(s.key, s.competitor, s.text) for s in found if isinstance(s, MarketSignal)]


def test_a_changelog_gives_one_signal_for_each_thing_a_release_brings(tmp_path: Path) -> None:
    text = (
        "version,date,release\n"
        '7.1,2026-03-01,"Thanks! This version includes:\n• Offline notes\n  on phones\n- Dark"\n'
        "7.0,2026-02-01,-5% battery use.\n"
        "6.9,2026-01-01,Plain\n"
        "6.8,2025-12-01,\n"
    )
    found = values(tmp_path, "changelog", text, competitor="Shiftotter")
    assert texts(found) == [
        ("7.1", "Shiftotter", "Offline notes on phones"),
        ("7.1", "Shiftotter", "Dark"),
        ("7.0", "Shiftotter", "-5% battery use."),
        ("6.9", "Shiftotter", "Plain"),
    ]
    assert found[-1] == "missing_text"
    assert all(s.kind == "competitor" for s in found if isinstance(s, MarketSignal))


def test_a_changelog_without_a_competitor_is_our_own(tmp_path: Path) -> None:
    text = "# Log\n## [Unreleased]\n- Soon\n## [1.1.0] - 2026-03-01\n### Added\n- Offline notes\n"
    found = values(tmp_path, "changelog", text, file="CHANGELOG.md")
    assert found[0] == "bad_date"
    assert texts(found) == [("1.1.0", None, "Offline notes")]


def test_a_date_format_is_a_matter_of_the_source(tmp_path: Path) -> None:
    text = "version,date,release\n1.0,2021年12月20日,First\n"
    (signal,) = values(tmp_path, "changelog", text, date_format="%Y年%m月%d日")
    assert isinstance(signal, MarketSignal)
    assert signal.observed_at == datetime(2021, 12, 20, tzinfo=UTC)


def test_an_hour_of_several_terms_gives_a_signal_each(tmp_path: Path) -> None:
    text = "Category: All categories\n\nTime,rota app: (US),shift app: (US)\n2026-09-26T05,<1,7\n"
    found = values(tmp_path, "trends", text)
    hour = datetime(2026, 9, 26, 5, tzinfo=UTC)
    assert [(s.key, s.value, s.observed_at) for s in found if isinstance(s, MarketSignal)] == [
        ("rota app", 0.5, hour),
        ("shift app", 7.0, hour),
    ]


def test_a_release_in_html_gives_a_signal_for_each_item(tmp_path: Path) -> None:
    notes = "<h2>New</h2><UL class='x'><li>Offline<br>rota</li><li>Dark</UL><p>Thanks!</p>"
    text = f'version,date,release\n7.1,2026-03-01,"{notes}"\n'
    assert texts(values(tmp_path, "changelog", text)) == [
        ("7.1", None, "Offline rota"),
        ("7.1", None, "Dark"),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",Shift reminders by text,", [("Shift reminders by text",) * 2]),
        ("7.1,Shift reminders by text,", [("7.1", "Shift reminders by text")]),
        ("7.1,Shift reminders by text,Swaps", [("7.1", "Swaps")]),
        (",Shift reminders by text,Swaps", [("Shift reminders by text", "Swaps")]),
        (",Version 7.1,", []),
    ],
)
def test_the_title_of_a_post_speaks_where_it_has_no_text(
    tmp_path: Path, row: str, expected: list[tuple[str, str]]
) -> None:
    text = f"date,version,title,release\n2026-03-01,{row}\n"
    found = values(tmp_path, "changelog", text)
    assert [(key, said) for key, _, said in texts(found)] == expected
    assert expected or found == ["missing_text"]


def test_a_release_made_to_take_long_does_not(tmp_path: Path) -> None:
    notes = "<li" * 16_000
    assert len(values(tmp_path, "changelog", f"date,release\n2026-03-01,{notes}\n")) == 1


def test_a_store_listing_gives_a_signal_for_each_number(tmp_path: Path) -> None:
    text = (
        "date,app,competitor,rank,rating,ratings,geo\n"
        '2026-03-01,Fernwork,,14,4.5,"1,204",us\n2026-03-01,,Shiftotter,3,,,\n'
        "2026-03-01,Fernwork,,,,,\n2026-03-01,,,3,,,\n2026-03-01,Fernwork,,0,,,\n"
    )
    day = datetime(2026, 3, 1, tzinfo=UTC)
    ours: tuple[datetime, str, None, str, str] = (day, "export", None, "", "us")
    found = values(tmp_path, "store_listing", text)
    assert found == [
        MarketSignal("rank", "Fernwork: rank", 14.0, "place, 1 is best", *ours),
        MarketSignal("reviews_ext", "Fernwork: rating", 4.5, "stars, 0 to 5", *ours),
        MarketSignal("reviews_ext", "Fernwork: ratings", 1204.0, "ratings", *ours),
        MarketSignal(
            *("rank", "Shiftotter: rank", 3.0, "place, 1 is best"), day, "export", "Shiftotter"
        ),
        *("bad_number", "missing_id", "number_out_of_range"),
    ]
    signals = [signal for signal in found if isinstance(signal, MarketSignal)]
    assert len({signal.signal_id for signal in signals}) == 4


def test_a_file_of_listings_may_be_one_competitors(tmp_path: Path) -> None:
    text = "date,rank\n2026-03-01,3\n"
    (signal,) = values(tmp_path, "store_listing", text, competitor="Shiftotter")
    assert isinstance(signal, MarketSignal)
    assert (signal.key, signal.competitor) == ("Shiftotter: rank", "Shiftotter")


def test_stars(tmp_path: Path) -> None:
    text = (
        '{"date": "2026-03-01", "repository": "fernwork/app", "stars": 412}\n'
        '{"date": "2026-03-01", "repository": "otter/otter", "stars": 0, "competitor": "Otter"}\n'
        '{"date": "2026-03-01", "repository": "fernwork/app"}\n'
        '{"date": "2026-03-01", "stars": 1}\n'
    )
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert values(tmp_path, "stars", text, file="stars.jsonl") == [
        MarketSignal("stars", "fernwork/app", 412.0, "stars", day, "export"),
        MarketSignal("stars", "otter/otter", 0.0, "stars", day, "export", "Otter"),
        *("bad_number", "missing_id"),
    ]
