"""What an issue says, and that foreign words stay words in it."""

import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.report import IdeaReport, RankedIdea, ReviewVerdict
from reports.handover import Details, adf, brief_of, digest, markdown, wiki
from reports.handover.blocks import Quoted
from reports.handover.brief import QUOTES, WORDS_CHARS
from reports.inert import APART

MARK = "groundswell/need-1/abcdefgh"
JIRA_CHARS = 32_767
"""Longest description that Jira takes."""
GITHUB_CHARS = 65_536

_UNESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A backslash before punctuation, which CommonMark takes away."""

ATTACKS = (
    "@octocat and @octo/team",
    "see #12, octo/app#3 and GH-4",
    "fixes https://github.com/octo/app/issues/1",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1)) www.evil.example",
    "<img src=x onerror=alert(1)> <!-- -->",
    "{code}x{code} {color:red}y{color} {html}<b>{html}",
    "[~accountid:123] [^file.txt] !http://evil.example/x.png!",
    r"\{code} \\{code} \@octocat \[x](y) \\",
    "h1. Title\nbq. said\n# one\n* two\n||a||b||",
    "-----\n=====\n1. first\n+++ more",
    "$x^2$ `code` ~~gone~~ **bold** _it_ ??cite??",
    "=HYPERLINK(1)",
    "mailto:a@b.example file:///etc/passwd",
)
hostile = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(st.sampled_from("@#:/\\{}[]()!|*_-+?^~%<>&`$ \nwbqh1.x=\u200b\u202e"), max_size=20),
)


def with_words(report: IdeaReport, text: str) -> RankedIdea:
    """Return an idea of which everything that people wrote is this text."""
    idea = report.ideas[0]
    quote = replace(idea.quotes[0], text=text, place=text, channel=text, segment=text)
    asker = replace(idea.askers[0], name=text, segment=text, status="churned")
    signal = replace(idea.signals[0], headline=text, source=text)
    effort = replace(
        idea.effort,
        basis=text,
        analogues=(replace(idea.effort.analogues[0], item_id=text, title=text),),
    )
    said = ReviewVerdict(
        "accepted", None, "ann", datetime(2026, 3, 1, tzinfo=UTC), text, text, (), 1, "need-1"
    )
    return replace(
        idea,
        verdict=said,
        title=text,
        need=text,
        status_reason=text,
        badges=(text,),
        quotes=(quote,),
        counter_quotes=(quote,),
        askers=(asker,),
        signals=(signal,),
        effort=effort,
        parts=(replace(idea.parts[0], note=text, sources=(text,)),),
    )


def test_a_brief_says_what_the_report_knows(report: IdeaReport) -> None:
    idea = report.ideas[0]
    text = markdown(brief_of(idea, report, MARK, Details("https://x.example/report.html")).blocks)
    for expected in (
        f"## The need\n\n{idea.need}",
        "Rank 1 of 12 (80 %: 1–2), tier 1",  # noqa: RUF001
        "Speaks for it, +0.59 standard deviations: Reach, 38.5 voices per 90 days (80 %: 30 to",
        "tickets.csv:20 · 2026-02-02 · ticket · enterprise · rated 2 · record 000",
        "## Who says the opposite",
        "Revenue at stake: EUR 1.2 M per year (80 %: EUR 744 k to EUR 1.9 M)",
        "Nordlicht Ingenieure GmbH: mid-market, EUR 96 k a year",
        "Estudio Ñandú: small, n/a",
        "9 d, P80 15 d (80 %: 4.5 d to 20 d), from 10 similar finished items",
        "TL-41 PDF letterhead per client: took 9 d, estimated 8 d, finished 2025-04-12",
        "Report: <https://x.example/report.html>",
        f"Groundswell idea: {MARK}\n",
    ):
        assert expected in text
    assert all(quote.text in text for quote in idea.quotes)


def test_what_is_not_known_is_named_and_never_zero(report: IdeaReport) -> None:
    unknown = next(i for i in report.ideas if i.revenue.value is None)
    text = markdown(brief_of(unknown, report, MARK, Details()).blocks)
    assert "Not known, so it counts neither way: Revenue at stake" in text
    assert "Revenue at stake: n/a" in text


def test_offsets_lead_back_into_the_record(report: IdeaReport) -> None:
    idea = report.ideas[0]
    quote = replace(idea.quotes[0], start=10, end=84, record_id="abc")
    brief = brief_of(replace(idea, quotes=(quote,)), report, MARK, Details())
    (said,) = [b for b in brief.blocks if isinstance(b, Quoted) and "tickets.csv:20" in b.source]
    assert said.words == f"“{quote.text}”"
    assert said.source.endswith("record abc characters 10 to 84")


def test_of_a_need_that_few_voice_no_word_is_said(report: IdeaReport) -> None:
    idea, details = replace(report.ideas[0], voices=4.9), Details(least_voices=5)
    brief = brief_of(idea, report, MARK, details)
    text = markdown(brief.blocks)
    assert (brief.title, idea.need in text) == (idea.candidate_id, False)
    assert "Too few customers voice it" in text
    assert "Reach, 38.5 voices" in text
    assert not any(quote.text in text for quote in (*idea.quotes, *idea.counter_quotes))
    assert "Nordlicht" not in text
    enough = markdown(brief_of(replace(idea, voices=5.0), report, MARK, details).blocks)
    assert idea.quotes[0].text in enough
    said = ReviewVerdict("accepted", None, "a", None, "", None, (("title", "a"),), 1, "need-1")
    named = brief_of(replace(idea, verdict=said, title="Ours"), report, MARK, details)
    assert named.title == "Ours"


def test_without_accounts_no_name_and_no_amount_is_said(report: IdeaReport) -> None:
    idea = report.ideas[0]
    text = markdown(brief_of(idea, report, MARK, Details(accounts=False)).blocks)
    assert "Nordlicht" not in text
    assert "Revenue" not in text
    assert "EUR" not in text
    assert idea.quotes[0].text in text


def test_the_digest_changes_with_what_is_said(report: IdeaReport) -> None:
    one, two = (brief_of(report.ideas[n], report, MARK, Details()) for n in (0, 1))
    assert digest(one) == digest(brief_of(report.ideas[0], report, MARK, Details()))
    assert digest(one) != digest(two)


@settings(max_examples=150, deadline=None)
@given(text=hostile)
def test_markdown_holds_nothing_that_acts(report: IdeaReport, text: str) -> None:
    brief = brief_of(with_words(report, text), report, MARK, Details())
    written = markdown(brief.blocks)
    body = written.replace(f"Groundswell idea: {MARK}", "")
    assert not re.search(r"@\w", body)  # a mention notifies
    assert not re.search(r"#\w|GH-\d", body)  # a reference shows up in another issue
    assert not re.search(r"\w://|www\.", body)
    assert not re.search(r"(?<!\\)[\[\]`*_|~$&<]", body.replace("- [ ] ", "- "))
    assert not re.search(r"(?m)^(?!>( |$))(?!## )(?!- ) *(>|#|-|\+|=|\d+[.)]\s)", body)


@settings(max_examples=150, deadline=None)
@given(text=hostile)
def test_wiki_markup_holds_nothing_that_acts(report: IdeaReport, text: str) -> None:
    brief = brief_of(with_words(report, text), report, MARK, Details())
    for line in wiki(brief.blocks).replace(MARK, "").splitlines():
        own = re.match(r"h3\. |bq\. |\* |— |", line)
        assert own
        foreign = line[own.end() :]
        left = _unescaped(foreign)
        assert not re.search(r"[#*_+?^~|%{}\[\]()!@]", left), foreign
        assert "\\\\" not in foreign  # two are a line break
        assert not re.search(r"(?<!\w)-|-(?!\w)", left)
        assert not re.match(r"(bq|h\d)\.", foreign)
        assert not re.search(r"\w://|\bwww\.", foreign)


def _unescaped(line: str) -> str:
    """Return what Jira does not take for escaped: a backslash behind a backslash escapes nothing.

    After the rule of @atlaskit/editor-wikimarkup-transformer, parser/utils/escape.js.
    """
    return re.sub(r"(?<!\\)\\[-#*_+?^~|%{}\[\]()!@]", "x", line)


@settings(max_examples=60, deadline=None)
@given(text=hostile)
def test_a_document_of_jira_holds_text_and_own_links_only(report: IdeaReport, text: str) -> None:
    link = "https://x.example/report.html"
    document = adf(brief_of(with_words(report, text), report, MARK, Details(link)).blocks)
    assert json.loads(json.dumps(document)) == document
    nodes = list(_nodes(document))
    assert {node["type"] for node in nodes} <= {
        *("doc", "heading", "paragraph", "text", "bulletList", "listItem", "blockquote")
    }
    assert all(node["text"] for node in nodes if node["type"] == "text")
    marks = [mark for node in nodes for mark in node.get("marks", ())]
    assert marks == [{"type": "link", "attrs": {"href": link}}]


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for inner in node.get("content", ()):
        yield from _nodes(inner)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_shown_is_what_was_said(report: IdeaReport, attack: str) -> None:
    brief = brief_of(with_words(report, attack), report, MARK, Details())
    words = " ".join(attack.split())
    shown = _UNESCAPED.sub(r"\1", markdown(brief.blocks).replace(APART, ""))
    assert words in shown


def test_the_longest_words_stay_within_the_limits_of_the_trackers(report: IdeaReport) -> None:
    idea = with_words(report, "{code}! " * 5000)
    place = replace(idea.quotes[0], place="a" * 60 + ".csv:1234567", channel="c", segment="s")
    quotes = tuple(replace(place, record_id=f"{n:032x}") for n in range(20))
    longest = replace(idea, quotes=quotes, counter_quotes=quotes, status_reason="", badges=())
    plain = replace(
        longest,
        askers=(),
        signals=(),
        parts=report.ideas[0].parts,
        effort=report.ideas[0].effort,
    )
    brief = brief_of(plain, report, MARK, Details())
    assert len(wiki(brief.blocks)) < JIRA_CHARS
    assert len(markdown(brief.blocks)) < GITHUB_CHARS
    assert len(brief.title) <= 200
    said = [block for block in brief.blocks if isinstance(block, Quoted)]
    assert len(said) == QUOTES + 3
    assert all(len(block.words) < WORDS_CHARS + 120 for block in said)
    assert all("[cut; whole in" in block.words for block in said)
    assert asdict(said[0])["words"].startswith("“{code}!")


def test_what_the_team_says_stands_before_the_figures(report: IdeaReport) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    said = ReviewVerdict(
        *("accepted", None, "ann", at, "Three deals.", "For drivers.\n\nNot for planners."),
        *((), 4, "need-1"),
    )
    idea = replace(report.ideas[0], verdict=said)
    text = markdown(brief_of(idea, report, MARK, Details()).blocks)
    told = (
        "## What the team says\n\nFor drivers.\n\nNot for planners.\n\n"
        "Accepted by ann on 2026-03-01: Three deals.\n\n"
    )
    assert told in text
    assert text.index(told) < text.index("## Why now")
    nothing = markdown(brief_of(report.ideas[0], report, MARK, Details()).blocks)
    assert "What the team says" not in nothing


def test_a_brief_that_is_not_handed_over_has_no_mark(report: IdeaReport) -> None:
    text = markdown(brief_of(report.ideas[0], report, "", Details()).blocks)
    assert "groundswell/" not in text and "last line" not in text
    assert f"{report.ideas[0].candidate_id} in run" in text
