import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.inert import APART, inert_cell, markdown_text, one_line, unlinked, visible

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "％1", "|a"]  # noqa: RUF001
DISGUISES = ["", " ", "\u00a0", "'", '"', "\ufeff", "\u200b", "\u202e", " '\u200f\"", "\u201c"]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_however_it_is_disguised(formula: str, disguise: str) -> None:
    assert inert_cell(disguise + formula) == "'" + disguise + formula


@pytest.mark.parametrize("text", ["", "Jira", "'quoted' words", "a = b", "3-4 days", " 7", "ü+"])
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert inert_cell(text) == text


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = inert_cell(text)
    assert cell.removeprefix("'") == text or cell == text
    skipped = {c for c in cell if unicodedata.category(c) in ("Zs", "Cf")} | set("'\"`´‘’“”")  # noqa: RUF001
    first = cell.lstrip("".join(skipped))[:1]
    assert cell.startswith("'") or first not in set("=+-@|%\t\r\n\0＝＋－＠｜％")  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc\u202etxt.exe", "abc[U+202E]txt.exe"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("tag\U000e0041", "tag[U+E0041]"),
        ("bell\x07", "bell[U+0007]"),
        ("line\nbreak\tand tab", "line\nbreak\tand tab"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001
        ("pay\u200dpal", "pay[U+200D]pal"),
        ("عربي", "عربي"),
    ],
)
def test_hidden_characters_are_shown_and_writing_is_kept(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_reorders_text_stays(text: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]", visible(text))


def test_one_line_has_no_line_breaks() -> None:
    assert one_line("62 hours\n\n  lost\t!") == "62 hours lost !"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# heading\n- item", "\\# heading - item"),
        ("![x](http://evil.example)", "!\\[x\\](http\\://evil.example)"),
        ("<b>&amp;</b>", "\\<b\\>\\&amp;\\</b\\>"),
        ("a | b", "a \\| b"),
        ("- item", "\\- item"),
        ("www.evil.example", "www\\.evil.example"),
    ],
)
def test_markdown_in_customers_words_is_only_text(text: str, written: str) -> None:
    assert markdown_text(text) == written


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("ask @octocat", "ask @|octocat"),
        ("see #12 and GH-4", "see #|12 and GH|-4"),
        ("https://evil.example", "https:|//evil.example"),
        ("www.evil.example", "www|.evil.example"),
        ("mailto:a@b.example", "mailto|:a@|b.example"),
        ("at 10:30, 5 # 6 @ home", "at 10:30, 5 # 6 @ home"),
    ],
)
def test_what_a_tracker_would_link_is_kept_apart(text: str, apart: str) -> None:
    assert unlinked(text) == apart.replace("|", APART)
