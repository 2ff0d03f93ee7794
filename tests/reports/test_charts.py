from xml.etree import ElementTree

from reports import charts
from reports.svg import element, percent


def test_an_element_escapes_texts_and_attributes_but_not_elements() -> None:
    inner = element("title", "a < b & \u202ec")
    outer = element("g", inner, class_='"><script>', aria_hidden="true", r=1.50001, id=None)
    assert outer == (
        '<g class="&#34;&gt;&lt;script&gt;" aria-hidden="true" r="1.5">'
        "<title>a &lt; b &amp; [U+202E]c</title></g>"
    )


def test_percent_has_one_decimal() -> None:
    assert [percent(share) for share in (0.0, 0.12345, 1.0)] == ["0%", "12.3%", "100%"]


def test_a_rank_lies_in_the_middle_of_its_slot() -> None:
    # ten ranks are ten slots of 10 %: ranks 2 to 4 reach from 10 % to 40 %, rank 3 is at 25 %
    _, bar, dot = ElementTree.fromstring(charts.rank_bar(3, 2, 4, 10))
    assert (bar.attrib["x"], bar.attrib["width"]) == ("10%", "30%")
    assert dot.attrib["cx"] == "25%"


def test_a_sparkline_ends_in_its_newest_month() -> None:
    drawn = ElementTree.fromstring(charts.sparkline([("2026-01", 0), ("2026-02", 8)]))
    line, dot = drawn
    # 72 by 22 with 3 pixels of margin: nothing lies at the bottom, the most at the top
    assert line.attrib["points"] == "3,19 69,3"
    assert (dot.attrib["cx"], dot.attrib["cy"]) == ("69", "3")


def test_a_single_month_has_no_line() -> None:
    assert charts.sparkline([("2026-01", 3)]) == ""


def test_months_say_their_counts_and_mark_the_years() -> None:
    months = [("2025-11", 2), ("2025-12", 0), ("2026-01", 4)]
    drawn = ElementTree.fromstring(charts.month_bars(months))
    texts = [text.text for text in drawn.iter("text")]
    assert texts == ["2", "Nov 2025", "0", "Dec", "4", "Jan 2026"]
    assert drawn.findtext("title") == "Voices a month, 2025-11 to 2026-01: 2, 0, 4"


def test_of_many_months_only_peak_and_end_are_numbered() -> None:
    months = [(f"2025-{m:02d}", 30 - abs(m - 4)) for m in range(1, 13)] + [("2026-01", 5)]
    drawn = ElementTree.fromstring(charts.month_bars(months))
    numbers = [text.text for text in drawn.iter("text") if "class" not in text.attrib]
    assert numbers == ["30", "5"]


def test_months_without_voices_are_drawn() -> None:
    assert "Voices a month" in charts.month_bars([("2026-01", 0), ("2026-02", 0)])
