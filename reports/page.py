"""The report as one HTML page that needs no script, no network and no other file."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from groundswell.report import Changes, IdeaReport, RankedIdea
from reports import changes as moves
from reports import charts, explanations, figures, summary, theme_map, waterfall
from reports.inert import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an idea's section shows: how many pieces of evidence, and details or only the sums."""

    details: bool
    quotes: int
    counter_quotes: int
    askers: int
    analogues: int
    months: int


_ALL_SHOWN = _Shown(True, quotes=20, counter_quotes=5, askers=8, analogues=5, months=18)
_FEW_SHOWN = _Shown(False, quotes=1, counter_quotes=1, askers=3, analogues=2, months=0)
# Two hundred ideas must stay below 2 MB, so that the page opens at once: a long report shows
# all its evidence for the first ideas only.
_LONG, _FIRST = 60, 20
_THEMES = 60
"""Themes with a paragraph of their own, those with most voices."""


def report_html(report: IdeaReport, changes: Changes, *, has_plan: bool = False) -> str:
    """Return the page; it links to plan.html where that lies beside it.

    Its policy allows no script, no request and only the one style sheet it contains, whose hash
    it names. Every text is escaped, and characters that would hide or reorder it are marked.
    """
    page = environment().get_template("report.html")
    return page.render(
        report=report,
        changes=changes,
        currency=report.currency,
        has_plan=has_plan,
        **style_sheets("report.css"),
        tiers=[(tier, tuple(ideas)) for tier, ideas in groupby(report.ideas, lambda i: i.tier)],
        decisions=summary.decisions(report, changes),
        scale=waterfall.shared_scale(report.ideas),
        anchors={idea.candidate_id: anchor(idea) for idea in report.ideas},
        themes_shown=_FIRST if len(report.ideas) > _LONG else _THEMES,
        all_shown_to=_FIRST if len(report.ideas) > _LONG else len(report.ideas),
        all_shown=_ALL_SHOWN,
        few_shown=_FEW_SHOWN,
    )


def style_sheets(*names: str) -> "dict[str, Markup | str]":
    """Return a page's ``style``, these files one after the other, and its ``style_hash``."""
    from markupsafe import Markup

    style = "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {
        "style": Markup(style),  # noqa: S704 - our own files
        "style_hash": f"sha256-{digest}",
    }


def anchor(idea: RankedIdea) -> str:
    """Return the id of an idea's section; it stays the same when the rank changes."""
    safe = (c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in idea.candidate_id)
    return "idea-" + "".join(c if c != "_2d_" else "-" for c in safe)


@cache
def environment() -> "Environment":
    """Return the template engine; escaping is on whatever a template's name is."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        charts=charts,
        explanations=explanations,
        figures=figures,
        moves=moves,
        theme_map=theme_map,
        waterfall=waterfall,
    )
    return found


def _shown(value: object) -> object:
    # Drawings are Markup, a subclass, and have marked their own texts.
    return visible(value) if type(value) is str else value
