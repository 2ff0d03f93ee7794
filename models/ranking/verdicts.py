"""What reviewers said, as the ranking heeds it.

A verdict is on a need by its id. Ids stay over refits, but a need can end; then what was said of it
goes to the one need that holds most of its statements, or back to the reviewers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten
from typing import TypeVar

import numpy as np

from groundswell.domain import (
    FeatureCandidate,
    FloatArray,
    IdeaVerdict,
    NeedTheme,
    StatementVerdict,
    ThemeVerdict,
    Verdicts,
)
from groundswell.domain.blanking import FORGOTTEN
from groundswell.domain.drafts import need_of, sameness
from groundswell.report import ReviewVerdict
from models.effort.estimates import StatedDays
from models.linking.statuses import Found
from models.ranking.known_work import Heard
from models.themes.lineage import MOST, Heirs, resolve

REASON_LENGTH = 160
"""Characters of a reviewer's reason that a status repeats: two lines; the log has all of it."""

_Said = TypeVar("_Said", IdeaVerdict, ThemeVerdict)


@dataclass(frozen=True, slots=True)
class NeedsReview:
    """Something said of an idea or theme that is not there any more."""

    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Attached:
    """What reviewers said, each thing of one idea or theme that lives, or to be reviewed."""

    ideas: Mapping[str, IdeaVerdict]
    """By candidate id; `IdeaVerdict.target` is another where that lives on in this."""
    themes: Mapping[int, ThemeVerdict]
    """By theme id; so too here."""
    needs_review: tuple[NeedsReview, ...]
    """By target."""


def attach_verdicts(
    verdicts: Verdicts,
    living: Collection[int],
    retired: Mapping[int, Heirs],
    found: Collection[int] = (),
) -> Attached:
    """Say what each verdict is about now.

    What was said of a theme that ended goes to its heir, where one heir holds more than `MOST` of
    its statements, has no verdict of its own, and is the heir of no other such theme.

    Parameters
    ----------
    living
        Ids of the themes that live, of all levels.
    retired
        From the store: every theme that ever ended, with its heirs at that time.
    found
        Ids of the themes as the fit found them. One of these, or one that people made, which is
        not shown since it was merged or retired by a person, keeps what was said of it.
    """
    said = {one.target: one for one in verdicts.ideas.values() if one.says_something}
    needs = {need: one for one in said.values() if (need := need_of(one.target)) is not None}
    themes = {n: one for n, one in verdicts.themes.items() if one.says_something}
    placed, lost = _follow(needs, living, retired, "need")
    chosen, gone = _follow(themes, {*living, *found, *_put_away(themes)}, retired, "theme")
    items = {target: one for target, one in said.items() if need_of(target) is None}
    return Attached(
        ideas=items | {f"need-{need}": one for need, one in placed.items()},
        themes=chosen,
        needs_review=tuple(sorted([*lost, *gone], key=lambda one: one.target)),
    )


def without_idea(
    attached: Attached, candidates: Sequence[FeatureCandidate]
) -> tuple[NeedsReview, ...]:
    """Return the verdicts on ideas that are not proposed at present, and why not."""
    proposed = {one.candidate_id for one in candidates}
    meets = {f"item-{item}": one for one in candidates for item in one.item_ids}
    found = []
    for target, verdict in sorted(attached.ideas.items()):
        if target in proposed:
            continue
        if target in meets:
            reason = f"it is part of {meets[target].candidate_id} now"
        elif need_of(target) is not None:
            reason = f"{target} is not certain enough to be an idea at present"
        else:
            reason = "it is not open in the backlog any more"
        found.append(NeedsReview(verdict.target, reason))
    return tuple(found)


def without_other(attached: Attached, known: Collection[str]) -> tuple[NeedsReview, ...]:
    """Return what was said of things that are not known any more.

    Parameters
    ----------
    known
        As `models.linking.said.name_of` names what ideas are compared with now.
    """
    return tuple(
        NeedsReview(verdict.target, f"{other} is not known any more")
        for _, verdict in sorted(attached.ideas.items())
        for other in sorted(set(verdict.links) - set(known))
    )


def without_statement(
    verdicts: Mapping[str, StatementVerdict], known: Collection[str]
) -> tuple[NeedsReview, ...]:
    """Return what was said of statements not among the `known` ids; not of erased people's."""
    lost = [one for key, one in verdicts.items() if one.kind and not key.startswith(FORGOTTEN)]
    reason = "its message was reworded or erased"
    return tuple(NeedsReview(one.target, reason) for one in lost if one.statement_id not in known)


def review_notes(attached: Attached, more: Sequence[NeedsReview] = ()) -> list[str]:
    """Return sentences for the report: what needs review, and what moved."""
    notes = [
        f"Needs review: what was decided on {one.target}; {one.reason}."
        for one in sorted([*attached.needs_review, *more], key=lambda one: one.target)
    ]
    moved = [(one.target, now) for now, one in attached.ideas.items() if one.target != now]
    moved += [
        (one.target, f"theme-{now}") for now, one in attached.themes.items() if now != one.theme_id
    ]
    return notes + [
        f"What was decided on {was}, which ended, now holds for {now}, its heir: look at it again."
        for was, now in sorted(moved)
    ]


def says_something(verdict: IdeaVerdict | None) -> bool:
    """Tell whether a reviewer said anything that still stands."""
    return verdict is not None and verdict.says_something


def entitled(candidate: FeatureCandidate, verdict: IdeaVerdict | None) -> FeatureCandidate:
    """Return the candidate under the title that a reviewer gave it, if one did."""
    if verdict is None or verdict.title is None:
        return candidate
    return replace(candidate, title=verdict.title)


def told_rejection(verdict: IdeaVerdict | None) -> str:
    """Return when, by whom and why an idea was rejected; empty: it was not."""
    if verdict is None or verdict.status != "rejected" or verdict.at is None:
        return ""
    why = shorten(verdict.reason, REASON_LENGTH, placeholder=" …")
    return f"rejected on {verdict.at:%Y-%m-%d} by {verdict.reviewer}: {why}"


def refused(theme: NeedTheme, verdict: IdeaVerdict | None, heard: Heard) -> list[Found]:
    """Return a reviewer's rejection of a need's idea as what its status follows from."""
    told = told_rejection(verdict)
    if verdict is None or verdict.at is None or not told:
        return []
    on = verdict.at.date()
    then = heard.voices(theme.theme_id, on)
    return [Found("rejected", verdict.target, theme.label, 1.0, "", on, then, told)]


def stated_days(verdicts: Mapping[str, IdeaVerdict]) -> dict[str, StatedDays]:
    """Return the person-days that reviewers set, by candidate id."""
    stated = {}
    for candidate_id, verdict in verdicts.items():
        if verdict.effort_days is not None:
            by = verdict.signed["effort_days"]
            told = f"{verdict.effort_days:g} days set by {by.reviewer} ({by.at:%Y-%m-%d})"
            stated[candidate_id] = StatedDays(verdict.effort_days, told)
    return stated


def same_work(verdicts: Mapping[str, IdeaVerdict]) -> dict[str, dict[str, bool]]:
    """Return what reviewers said of work items, by candidate id: item id to whether it is it."""
    return {
        candidate_id: {
            other.removeprefix("item-"): same
            for other, same in verdict.links.items()
            if other.startswith("item-")
        }
        for candidate_id, verdict in verdicts.items()
        if verdict.links
    }


def fit_by_hand(
    fit: FloatArray, candidates: Sequence[FeatureCandidate], verdicts: Mapping[str, IdeaVerdict]
) -> FloatArray:
    """Return the fit of each candidate, as a reviewer set it where one did.

    Parameters
    ----------
    fit : ndarray of shape (n_candidates,)
        0 to 1; NaN: not known.
    """
    by_hand = [
        one.fit if (one := verdicts.get(candidate.candidate_id)) is not None else None
        for candidate in candidates
    ]
    return np.array(
        [own if own is not None else value for own, value in zip(by_hand, fit, strict=True)],
        np.float64,
    )


def review_verdict(verdict: IdeaVerdict | None, day: date) -> ReviewVerdict | None:
    """Return a verdict as the report of a day shows it; None: nothing was said."""
    if verdict is None or not verdict.says_something:
        return None
    due = verdict.until is not None and verdict.until <= day
    return ReviewVerdict(
        status="undecided" if due else verdict.status,
        until=verdict.until,
        reviewer=verdict.reviewer,
        at=verdict.at,
        reason=verdict.reason,
        brief=verdict.brief,
        set_by=(*_set_by(verdict), *_linked_by(verdict)),
        version=verdict.version,
        decided_for=verdict.target,
    )


def _set_by(verdict: IdeaVerdict) -> list[tuple[str, str]]:
    return [
        (name, verdict.signed[name].reviewer)
        for name in ("title", "brief", "effort_days", "fit")
        if getattr(verdict, name) is not None
    ]


def _linked_by(verdict: IdeaVerdict) -> list[tuple[str, str]]:
    return [
        (f"{'the same as' if same else 'not'} {other}", verdict.signed[sameness(other)].reviewer)
        for other, same in sorted(verdict.links.items())
    ]


def _put_away(themes: Mapping[int, ThemeVerdict]) -> set[int]:
    """Return the themes that people made and then merged or retired: no fit could end them."""
    made = (one for one in themes.values() if one.split_from is not None)
    return {one.theme_id for one in made if one.merged_into is not None or one.retired}


def _follow(
    said: Mapping[int, _Said],
    living: Collection[int],
    retired: Mapping[int, Heirs],
    kind: str,
) -> tuple[dict[int, _Said], list[NeedsReview]]:
    """Return what each living theme is told, and what finds no place."""
    placed = {theme: one for theme, one in sorted(said.items()) if theme in living}
    claims: dict[int, list[int]] = {}
    lost = {}
    for theme in sorted(said.keys() - placed.keys()):
        heirs = [heir for heir in resolve(theme, retired) if heir[0] in living]
        reason = _no_heir(heirs, placed, kind)
        if reason:
            lost[theme] = reason
        else:
            claims.setdefault(heirs[0][0], []).append(theme)
    for heir, themes in claims.items():
        if len(themes) == 1:
            placed[heir] = said[themes[0]]
        for theme in themes if len(themes) > 1 else ():
            rivals = ", ".join(f"{kind}-{one}" for one in themes if one != theme)
            lost[theme] = f"it went into {kind}-{heir}, as did {rivals}"
    return placed, [NeedsReview(said[theme].target, reason) for theme, reason in lost.items()]


def _no_heir(heirs: Sequence[tuple[int, float]], own: Collection[int], kind: str) -> str:
    """Return why no heir takes over what was said; empty: the first one does."""
    if not heirs:
        return "it is not there any more, and nothing took it over"
    shown = ", ".join(f"{kind}-{heir} ({100 * share:.0f} %)" for heir, share in heirs[:3])
    if heirs[0][1] <= MOST:
        return f"it fell apart into {shown}"
    if heirs[0][0] in own:
        return f"it went into {shown}, of which something was decided as well"
    return ""
