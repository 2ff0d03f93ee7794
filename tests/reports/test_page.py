import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import reports
from groundswell.report import Changes, IdeaReport, ReviewVerdict
from reports.inert import visible
from reports.page import anchor, environment, report_html

TEMPLATES = Path(reports.__file__).parent / "templates"
KEPT = {
    "status",
    "state",
    "criterion",
    "monthly_voices",
    "named_by",
    "view",
    "kind",
}  # closed lists and months, not text
PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<math><mtext><style><img src=x onerror=alert(1)></style>",
    "<details open ontoggle=alert(1)>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';*{display:none}</style>",
    "<a href=javascript:alert(1)>x</a>",
    "--><!--<script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</table></section></main><h1>forged</h1>",
    "{{ 7 * 7 }}{% for x in () %}",
    "{{ ''.__class__.__mro__ }}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "\u202e<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",  # noqa: RUF001
    "`${alert(1)}`",
    "<plaintext>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<use href='data:image/svg+xml,<svg onload=alert(1)>'/>",
]


class Structure(HTMLParser):
    """Counts elements and attribute names, collects ids, links, headings and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.values: dict[str, list[str]] = {"id": [], "href": []}
        self.headings: list[int] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        for name, value in attrs:
            if name in self.values:
                self.values[name].append(value or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def everywhere(value: Any, text: str) -> Any:
    """Put `text` in the place of every string."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(everywhere(item, text) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in KEPT]
        return replace(value, **{name: everywhere(getattr(value, name), text) for name in names})
    return value


@pytest.fixture(scope="session")
def rich(report: IdeaReport) -> IdeaReport:
    return replace(report, ideas=report.ideas[:2], themes=report.themes[:4])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_forges_no_element_and_no_attribute(
    rich: IdeaReport, changes: Changes, payload: str
) -> None:
    harmless = "x" * len(visible(payload))
    hostile, twin = (
        Structure(report_html(everywhere(rich, text), everywhere(changes, text)))
        for text in (payload, harmless)
    )
    assert hostile.elements == twin.elements
    assert hostile.attributes == twin.attributes
    assert all(href.startswith(("#", "data:image/svg+xml,")) for href in hostile.values["href"])
    assert visible(payload) in "".join(hostile.texts).replace("\n", "")


def test_there_is_no_script_and_no_inline_style(report: IdeaReport, changes: Changes) -> None:
    page = Structure(report_html(report, changes))
    assert not {"script", "iframe", "object", "embed", "form", "base", "img"} & set(page.elements)
    assert not [name for name in page.attributes if name == "style" or name.startswith("on")]
    assert page.elements["style"] == 1


def test_the_policy_names_the_one_style_sheet(report: IdeaReport, changes: Changes) -> None:
    page = report_html(report, changes)
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;"
    (found,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert found.replace("&#39;", "'").replace("&#43;", "+").startswith(policy)
    assert "url(http" not in style
    assert "@import" not in style


def test_equal_values_are_equal_pages(report: IdeaReport, changes: Changes) -> None:
    assert reports.render(report, changes) == reports.render(report, changes)


def test_the_files_have_their_names(report: IdeaReport, changes: Changes) -> None:
    names = [
        "report.html",
        "ideas.csv",
        "ideas.xlsx",
        "ideas.json",
        "changes.md",
        "changes.json",
    ]
    assert list(reports.render(report, changes)) == names


def test_every_link_leads_somewhere_and_every_id_is_one(
    report: IdeaReport, changes: Changes
) -> None:
    page = Structure(report_html(report, changes))
    assert len(set(page.values["id"])) == len(page.values["id"])
    local = {href.removeprefix("#") for href in page.values["href"] if href.startswith("#")}
    assert local <= set(page.values["id"])
    assert {anchor(idea) for idea in report.ideas} <= local


def test_an_anchor_outlives_the_rank_and_is_never_shared(report: IdeaReport) -> None:
    idea = report.ideas[0]
    assert anchor(replace(idea, rank=9)) == anchor(idea) == "idea-need-1"
    names = ("a b", "a-b", "a_b", "a_20_b", "ä b", "a<b")
    assert len({anchor(replace(idea, candidate_id=name)) for name in names}) == len(names)
    assert anchor(replace(idea, candidate_id="a <b")) == "idea-a_20__3c_b"


def test_headings_are_in_order(report: IdeaReport, changes: Changes) -> None:
    levels = Structure(report_html(report, changes)).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, now in pairwise(levels):
        assert now <= before + 1


def test_hidden_characters_are_marked(report: IdeaReport, changes: Changes) -> None:
    page = report_html(report, changes)
    assert "Pausa[U+202E]ecno yap[U+202C] [U+200B]automatically" in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", page)


def test_the_page_says_what_it_rests_on(report: IdeaReport, changes: Changes) -> None:
    words = " ".join(" ".join(Structure(report_html(report, changes)).texts).split())
    for said in (
        "Records 1,284",
        "Not yet a theme 21 %",
        "Quarantined 9",
        "Written 2025-09-01 to 2026-05-31: ticket 540",
        ". 2,210 statements; 37 duplicates and 21 messages sent again counted once; 113 bare",
        "Since run 6 of 2026-05-25: 143 new records.",
        "L3: feedback, ratings, accounts, market signals",
        "Next: 20 finished work items with actual days",
        "80 %: EUR 967 k to EUR 1.6 M · 64 voices · tickets, survey",
        "Havelock & Daughters LLP (enterprise) · rated 2 of 5 · ticket ·",
        "LedgerLark shipped",
        "In the top ten",
        "Churn uplift of 3 % a year is an assumption.",
        "Without the survey it would rank 2.",
    ):
        assert said in words, said


def test_unknown_money_is_never_zero(report: IdeaReport, changes: Changes) -> None:
    page = report_html(report, changes)
    section = page[page.index(f'<article class="idea" id="{anchor(report.ideas[6])}"') :]
    section = section[: section.index("</article>")]
    assert "<dt>Revenue at stake</dt><dd>n/a</dd>" in section
    assert "<b>no data</b><small>accounts file missing</small>" in section
    assert "EUR" not in section


def test_the_summary_names_what_to_decide(report: IdeaReport, changes: Changes) -> None:
    page = report_html(report, changes)
    summary = page[page.index('id="summary"') : page.index('id="ranking"', page.index("<main>"))]
    found = re.findall("<h4>([^<]*)</h4>", summary)
    assert found[:6] == [
        "Top tier",
        "Close calls",
        "Rising",
        "Back again",
        "Look again",
        "Ask before building",
    ]


def test_a_report_without_ideas_is_a_page_too(report: IdeaReport) -> None:
    empty = replace(report, ideas=(), themes=(), weights=(), notes=(), versions=())
    first = Changes(None, None, 0, (), ())
    page = report_html(replace(empty, totals=replace(report.totals, channels=())), first)
    assert "No ideas yet" in page
    assert "First run" in page


def test_an_idea_without_any_evidence_is_shown(
    report: IdeaReport, changes: Changes, rebuilt: Callable[..., IdeaReport]
) -> None:
    bare = replace(
        report.ideas[0],
        parts=(),
        priority=0.0,
        monthly_voices=(),
        segments=(),
        channels=(),
        askers=(),
        quotes=(),
        counter_quotes=(),
        signals=(),
        badges=(),
        what_would_change=(),
        need="",
    )
    page = report_html(rebuilt((bare,)), changes)
    assert "What customers say" not in page
    assert "Priority" in page


def test_two_hundred_ideas_fit_in_two_megabytes(large_report: IdeaReport, changes: Changes) -> None:
    page = report_html(large_report, changes)
    assert page.count("<article") == 200
    assert len(page.encode()) <= 2_000_000
    assert "From rank 21 on, an idea shows fewer quotes" in page


def test_escaping_is_on_for_every_template_and_nothing_is_exempt() -> None:
    assert environment().autoescape is True
    for template in TEMPLATES.iterdir():
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), template.name
    made = {
        path.name
        for path in Path(reports.__file__).parent.glob("*.py")
        if re.search(r"Markup\((?!\"\"\))", path.read_text(encoding="utf-8"))
    }
    assert made == {"page.py", "svg.py"}  # the style sheet, and the builder that escapes


def test_what_reviewers_say_stands_at_the_idea_and_only_as_text(
    report: IdeaReport, changes: Changes
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    verdict = ReviewVerdict(
        *("rejected", None, "bob", at, "Not our <b>market</b>.", "For drivers."),
        *((("effort_days", "ann"),), 4, "need-1"),
    )
    ideas = (replace(report.ideas[0], verdict=verdict), *report.ideas[1:])
    page = report_html(replace(report, ideas=ideas), changes)
    for words in ("Not our &lt;b&gt;market&lt;/b&gt;.", "For drivers.", "effort days by", "bob"):
        assert words in page
        assert words == "bob" or words not in report_html(report, changes)


def test_the_page_links_to_a_plan_that_lies_beside_it_and_to_no_other(
    report: IdeaReport, changes: Changes
) -> None:
    link = '<a href="plan.html">'
    assert link not in report_html(report, changes)
    assert link in report_html(report, changes, has_plan=True)
    assert link in reports.render(report, changes, has_plan=True)["report.html"].decode()
