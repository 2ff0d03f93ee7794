"""The theme map as drawn: circles that say their voices, labels that hide nothing."""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from groundswell.report import Changes, Estimate, IdeaReport, Rise, ThemeSummary
from reports.map_labels import LINE_HEIGHT, label_width
from reports.page import report_html
from reports.theme_map import AREA_COLOURS, area_classes, legend, theme_map
from tests.web.pages.chromium import CHROMIUM, REQUIRED, browser

__all__ = ["browser"]

needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists() and os.environ.get(REQUIRED) != "1",
    reason=f"{CHROMIUM} is missing: apt-get install chromium",
)
SIZES = [(1040, 560), (360, 420)]
RISE = Rise("need", date(2026, 3, 1), 14, 6.0, Estimate(2.3, 1.5, 3.4, "x"), 0.98, None)
LABELS = (
    "Timer",
    "Round up",
    "WEEKLY SUMMARY",
    "Überstunden zählen",
    "日付の形式",
    "📎 receipts",
    "Wi-Fi",
    "Round up minutes per client and project on an invoice",
    "Kilometre allowance",
    "Offline timer that survives a restart",
    "minimum mm MM WW",
    "Stundenzettelgenehmigungsverfahren",
)

Box = tuple[float, float, float, float]


def theme(number: int, voices: int = 10, x: float = 0.0, y: float = 0.0) -> ThemeSummary:
    return ThemeSummary(
        theme_id=number,
        label=f"need {number}",
        keywords=(),
        state="certified",
        stability=0.8,
        size=voices,
        voices=voices,
        area="Timers",
        x=x,
        y=y,
        quote="",
        candidate_id=None,
    )


def some_themes(count: int, seed: int, spread: float = 1.0) -> tuple[ThemeSummary, ...]:
    """Return themes all over the map, or on a heap, of long and short names and many sizes."""
    chance = random.Random(seed)
    return tuple(
        replace(
            theme(number, 1 + int(300 / number ** chance.uniform(0.3, 1.5))),
            label=chance.choice(LABELS),
            x=chance.uniform(-spread, spread),
            y=chance.uniform(-spread, spread),
            area=chance.choice("abcdef"),
            state=chance.choice(("certified", "certified", "provisional")),
            rises=(RISE,) if chance.random() < 0.15 else (),
        )
        for number in range(1, count + 1)
    )


def drawn(
    themes: Sequence[ThemeSummary], width: int = 1040, height: int = 560
) -> ElementTree.Element:
    return ElementTree.fromstring(theme_map(themes, width, height))


def circles(drawing: ElementTree.Element) -> list[tuple[float, float, float]]:
    """Return x, y and radius of each circle, the largest first."""
    return [
        (float(one.attrib["cx"]), float(one.attrib["cy"]), float(one.attrib["r"]))
        for one in drawing.iter("circle")
    ]


def lines_of(text: ElementTree.Element) -> list[str]:
    return [line for line in text.itertext() if line]


def box_of(text: ElementTree.Element) -> Box:
    """Return left, top, right and bottom of a label, however its lines are anchored."""
    lines = lines_of(text)
    width = max(label_width(line) for line in lines)
    x, first = float(text.attrib["x"]), float(text.attrib["y"])
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[text.attrib["text-anchor"]]
    # the letters reach 11 pixels above the line and 3 below
    return left, first - 11.0, left + width, first + 3.0 + LINE_HEIGHT * (len(lines) - 1)


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def distance(box: Box, x: float, y: float) -> float:
    return hypot(x - min(max(x, box[0]), box[2]), y - min(max(y, box[1]), box[3]))


def leaders(drawing: ElementTree.Element) -> list[list[float]]:
    """Return x and y of both ends of each line from a circle to its label."""
    path = drawing.find("path[@class='leader']")
    lines = [] if path is None else path.attrib["d"].split("M")[1:]
    return [[float(n) for n in line.replace("L", " ").split()] for line in lines]


def along(leader: list[float]) -> Iterator[tuple[float, float]]:
    x, y, to_x, to_y = leader
    for n in range(101):
        yield x + (to_x - x) * n / 100, y + (to_y - y) * n / 100


def assert_labels_hide_nothing(drawing: ElementTree.Element, width: int, height: int) -> None:
    boxes = [box_of(text) for text in drawing.iter("text")]
    assert not any(meet(one, other) for one, other in combinations(boxes, 2))
    round_ = circles(drawing)
    for left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= width and bottom <= height
        # a label touches one circle at most, its own, and then lies wholly inside it
        touched = [c for c in round_ if distance((left, top, right, bottom), *c[:2]) < c[2] - 0.1]
        assert len(touched) <= 1
        for x, y, r in touched:
            assert hypot(max(x - left, right - x), max(y - top, bottom - y)) <= r + 0.2
    for leader in leaders(drawing):
        passed = [box for box in boxes if any(distance(box, *at) < 0.1 for at in along(leader))]
        assert passed == []


def test_a_circles_area_is_its_voices() -> None:
    # a quarter of the voices is half of the radius; the largest radius is 560 / 11
    drawing = drawn([theme(1, voices=100), theme(2, voices=25, x=1.0)])
    assert [r for _, _, r in circles(drawing)] == [50.9, 25.5]


def test_many_circles_together_cover_no_more_than_an_eighth_of_the_map() -> None:
    themes = [theme(n, voices=200) for n in range(100)]
    covered = sum(3.1416 * r**2 for _, _, r in circles(drawn(themes)))
    # a hundred of radius 560 / 11 would cover 1.4 maps
    assert covered / (1040 * 560) == pytest.approx(0.12, rel=0.02)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("count", [0, 1, 5, 100, 300])
def test_labels_meet_neither_one_another_nor_the_edge_nor_foreign_circles(
    count: int, width: int, height: int
) -> None:
    for seed in range(3):
        drawing = drawn(some_themes(count, seed), width, height)
        assert_labels_hide_nothing(drawing, width, height)
        # at least a label every hundred pixels of width, or one each
        assert len(list(drawing.iter("text"))) >= min(count, width // 100)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.1, 1.0, 5.0]),
    st.sampled_from(SIZES),
)
def test_labels_hide_nothing_on_a_heap_either(
    count: int, seed: int, spread: float, size: tuple[int, int]
) -> None:
    assert_labels_hide_nothing(drawn(some_themes(count, seed, spread), *size), *size)


def test_the_most_voiced_are_named_first() -> None:
    themes = [replace(t, label=f"{t.theme_id}") for t in some_themes(150, 3, spread=0.6)]
    most = sorted(themes, key=lambda t: (-t.voices, t.theme_id))[:10]
    named = [text.text for text in drawn(themes).iter("text")]
    assert named[:10] == [t.label for t in most]
    assert len(named) == 1040 // 26


def test_a_label_without_room_beside_its_circle_is_led_to_it() -> None:
    # eight large circles stand close around a small one
    ring = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)]
    around = [theme(n, 400, x=0.1 * x, y=0.2 * y) for n, (x, y) in enumerate(ring)]
    drawing = drawn([*around, theme(99, 60)])
    small = circles(drawing)[-1]
    assert "need 99" in [text.text for text in drawing.iter("text")]
    led = [
        leader
        for leader in leaders(drawing)
        if hypot(leader[0] - small[0], leader[1] - small[1]) < small[2]
    ]
    (label,) = [box_of(text) for text in drawing.iter("text") if text.text == "need 99"]
    assert len(led) == 1
    assert hypot(led[0][0] - small[0], led[0][1] - small[1]) == pytest.approx(small[2] / 2, abs=0.2)
    # the line ends 3 pixels before the letters
    assert distance(label, *led[0][2:]) <= 5.0


def test_only_the_ten_most_voiced_are_led_across_other_circles() -> None:
    across = {True: 0, False: 0}
    for seed in range(4):
        drawing = drawn([replace(t, label=f"{t.theme_id}") for t in some_themes(150, seed, 0.3)])
        round_ = circles(drawing)
        for leader in leaders(drawing):
            own = min(
                round_, key=lambda c: abs(hypot(leader[0] - c[0], leader[1] - c[1]) - c[2] / 2)
            )
            foreign = [c for c in round_ if hypot(c[0] - own[0], c[1] - own[1]) >= c[2]]
            crossed = any(
                hypot(x - c[0], y - c[1]) < c[2] for c in foreign for x, y in along(leader)
            )
            across[round_.index(own) < 10] += crossed
    assert across[True] > 0
    assert across[False] == 0


def test_a_label_stands_above_its_circle_where_it_can() -> None:
    drawing = drawn([replace(theme(1), label="too long to stand within")])
    ((x, y, r),) = circles(drawing)
    (text,) = drawing.iter("text")
    # two lines of 15 pixels with a margin of 3 around them
    assert box_of(text)[3] == pytest.approx(y - r - 3.0, abs=1.1)
    assert float(text.attrib["x"]) == x


def test_the_order_of_the_themes_does_not_matter() -> None:
    themes = some_themes(80, 4)
    for width, height in SIZES:
        assert theme_map(themes[::-1], width, height) == theme_map(themes, width, height)


def test_a_theme_stays_where_it_is_whatever_comes_and_goes() -> None:
    (x, y, _), *_ = circles(drawn([theme(1, voices=50, x=0.25, y=0.5)]))
    # so many that the largest circle is made smaller
    others = [theme(n, 49, x=-1.0 + n / 50, y=1.0) for n in range(2, 99)]
    assert circles(drawn([theme(1, voices=50, x=0.25, y=0.5), *others]))[0][:2] == (x, y)
    # 63 pixels stay free at each edge: 63 + 0.625 * (1040 - 126), 63 + 0.25 * (560 - 126)
    assert (x, y) == pytest.approx((634.2, 171.4), abs=0.15)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_circle_or_mark_leaves_the_map(width: int, height: int) -> None:
    corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (2.0, 2.0)]
    themes = [replace(theme(n, 50, *at), rises=(RISE,)) for n, at in enumerate(corners)]
    for x, y, r in circles(drawn(themes, width, height)):
        assert r + 2 < x < width - r - 2
        assert r + 8 < y < height - r - 2  # the mark is 7 pixels higher


def test_a_rising_theme_has_a_mark_and_says_so_in_words() -> None:
    themes = [theme(1, 50, x=-1.0), replace(theme(2, 1, x=1.0), rises=(RISE,), state="provisional")]
    drawing = drawn(themes)
    (mark,) = drawing.iterfind("path[@class='rise']")
    x, y, r = circles(drawing)[1]
    # astride the top of its circle: 5 pixels to each side, 2 below and 7 above
    assert mark.attrib["d"] == f"M{x - 5:.1f} {y - r + 2:.1f}H{x + 5:.1f}L{x:.1f} {y - r - 7:.1f}Z"
    assert "Most voices: need 1 (50), need 2 (1). Rising: need 2." in (
        drawing.findtext("desc") or ""
    )
    tooltips = [circle.findtext("title") for circle in drawing.iter("circle")]
    assert tooltips == ["need 1: 50 voices", "need 2: 1 voice, rising, provisional"]
    assert [circle.attrib["class"] for circle in drawing.iter("circle")] == ["a0", "a0 provisional"]


def test_of_many_rising_themes_the_description_names_three() -> None:
    themes = [replace(theme(n, 50 - n), rises=(RISE,)) for n in range(1, 6)]
    said = drawn(themes).findtext("desc") or ""
    assert said.endswith("Rising: need 1, need 2, need 3 and 2 more.")


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Dark mode", ["Dark mode"]),
        ("Round up minutes per client", ["Round up minutes", "per client"]),
        (
            "Round up the minutes of every single client before Monday",
            ["Round up the", "minutes of every…"],
        ),
        ("Refund that is not showing up", ["Refund that is", "not showing up"]),
        ("Stundenzettelgenehmigungsverfahren", ["Stundenzettelgene…"]),
        (
            "Export all as PDF, to spreadsheets, documents",
            ["Export all as PDF,", "to spreadsheets…"],
        ),
        ("a\n b\u202e<script>", ["a", "b[U+202E]<script>"]),
    ],
)
def test_a_long_label_has_two_even_lines_and_is_shortened_by_words(
    label: str, lines: list[str]
) -> None:
    (text,) = drawn([replace(theme(1), label=label)]).iter("text")
    assert lines_of(text) == lines
    assert [line.attrib["dy"] for line in text.iter("tspan")] == ["15"]


def test_a_label_that_fits_stands_in_its_circle() -> None:
    (text,) = drawn([replace(theme(1, 10), label="alarm")]).iter("text")
    assert text.attrib["text-anchor"] == "middle"
    # the middle of the map is at 280; the letters stand from 4 above it to 11 - 7.5 below
    assert (text.attrib["x"], text.attrib["y"]) == ("520", "283.5")


def test_the_largest_areas_have_colours_of_their_own() -> None:
    themes = tuple(replace(theme(n, voices=100 - n), area=f"area {n:02d}") for n in range(11))
    classes = area_classes(themes)
    assert classes["area 00"] == "a0"
    assert classes["area 06"] == "a6"
    assert {classes[f"area {n:02d}"] for n in range(7, 11)} == {f"a{AREA_COLOURS - 1}"}
    assert legend(themes)[-1] == ("a7", "4 smaller areas")


def test_one_theme_and_none_are_drawn() -> None:
    parts = [part.tag for part in drawn([theme(1)], 360, 420)]
    assert parts == ["title", "desc", "circle", "path", "text"]
    assert [part.tag for part in drawn([], 360, 420)] == ["title", "desc"]
    assert legend(()) == []


def test_the_page_explains_marks_only_where_there_are_some(
    report: IdeaReport, changes: Changes
) -> None:
    plain = tuple(replace(t, state="certified", rises=()) for t in report.themes)
    marked = (replace(plain[0], rises=(RISE,)), replace(plain[1], state="provisional"), *plain[2:])
    for themes, times in ((plain, 0), (marked, 1)):
        page = report_html(replace(report, themes=themes), changes)
        assert page.count("</svg>rising</li>") == times
        assert page.count("</svg>provisional</li>") == times
        assert page.count("<small>rising</small></td>") == times


@needs_chromium
@pytest.mark.parametrize(
    ("width", "shown", "size"), [(1280, "wide", SIZES[0]), (400, "narrow", SIZES[1])]
)
def test_a_browsers_letters_fit_the_boxes_that_were_kept_free(
    browser: Browser,
    report: IdeaReport,
    changes: Changes,
    tmp_path: Path,
    width: int,
    shown: str,
    size: tuple[int, int],
) -> None:
    full = replace(report, ideas=report.ideas[:1], themes=some_themes(120, 5))
    (tmp_path / "map.html").write_text(report_html(full, changes), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((tmp_path / "map.html").as_uri())
    found = page.evaluate(f"""
        [...document.querySelectorAll('.map svg.{shown} text')].map(text => {{
            const box = text.getBBox();
            const lines = [...text.childNodes].map(part => part.textContent).filter(line => line);
            return [lines, [box.x, box.y, box.x + box.width, box.y + box.height]];
        }})""")
    page.close()
    assert len(found) >= 10
    for lines, (left, top, right, bottom) in found:
        assert right - left <= max(label_width(line) for line in lines)
        assert bottom - top <= LINE_HEIGHT * len(lines) + 1.0  # capitals with dots
        assert left >= 0 and top >= 0
        assert right <= size[0] and bottom <= size[1]
    assert not any(meet(one, other) for (_, one), (_, other) in combinations(found, 2))
