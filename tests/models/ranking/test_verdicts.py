"""What reviewers said is heeded: rejections, titles, days, fit, and what became of the need."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import (
    Decision,
    Draft,
    FeatureCandidate,
    IdeaVerdict,
    Signature,
    Verdicts,
    WorkItem,
    decide,
    replay,
)
from groundswell.domain.drafts import FIRST_MADE
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.voices import usable
from models.ranking.candidates import propose_candidates
from models.ranking.known_work import Heard
from models.ranking.rank import rank_candidates
from models.ranking.verdicts import (
    NeedsReview,
    attach_verdicts,
    review_notes,
    review_verdict,
    without_idea,
)
from tests.models.conftest import AS_OF

LONG_AGO = AS_OF - timedelta(days=30)


def signed(at: datetime = LONG_AGO, reason: str = "", **fields: Any) -> IdeaVerdict:
    by = {name: Signature(7, "Ana", at, reason) for name in fields}
    return IdeaVerdict("need-0", version=7, signed=by, **fields)


def rejected(reason: str = "not our market") -> IdeaVerdict:
    return signed(reason=reason, status="rejected")


def heard(make_mentions: Any, as_of: datetime, before: int, since: int) -> Heard:
    """Return so many voices of need 0 before it was rejected, and since then."""
    ages = [60.0] * before + [5.0] * since
    rows = [{"days_ago": age, "author": f"user {n}"} for n, age in enumerate(ages)]
    return Heard(usable(make_mentions(rows), as_of))


def proposed(
    axes: Any, make_themes: Any, verdict: IdeaVerdict, heard: Heard | None = None, *items: WorkItem
) -> FeatureCandidate:
    vectors = np.tile(axes(1), (len(items), 1)) if items else axes(0)
    found = propose_candidates(
        make_themes(["offline"]),
        axes(1),
        items,
        vectors,
        heard=heard or Heard(),
        handed={item.item_id: "need-0" for item in items},
        verdicts={"need-0": verdict},
    )
    return found[0]


def test_an_idea_that_a_reviewer_rejected_is_rejected_for_the_reviewers_reason(
    axes: Any, make_themes: Any, make_mentions: Any, as_of: datetime
) -> None:
    found = proposed(axes, make_themes, rejected(), heard(make_mentions, as_of, 6, 5))
    assert found.status == "rejected"
    assert found.reason == (
        "rejected on 2026-05-02 by Ana: not our market; 6 voices then, 11 now; it comes back"
        " from 12"
    )


def test_it_comes_back_when_its_voices_have_doubled(
    axes: Any, make_themes: Any, make_mentions: Any, as_of: datetime
) -> None:
    found = proposed(axes, make_themes, rejected(), heard(make_mentions, as_of, 6, 6))
    assert found.status == "new"
    assert found.reason == (
        "rejected on 2026-05-02 by Ana: not our market; back because the voices grew from 6 to"
        " 12, 2 times or more"
    )


def test_a_returned_idea_has_the_status_it_would_have_else(
    axes: Any, make_themes: Any, make_mentions: Any, as_of: datetime
) -> None:
    item = WorkItem("A-1", "Offline")
    voices = heard(make_mentions, as_of, 6, 6)
    found = proposed(axes, make_themes, rejected(), voices, item)
    assert found.status == "extends"
    assert 'grew from 6 to 12, 2 times or more; open: A-1 "Offline"' in found.reason


@pytest.mark.parametrize(("status", "expected"), [("open", "rejected"), ("done", "shipped")])
def test_a_rejection_counts_before_open_work_but_what_is_done_is_done(
    axes: Any, make_themes: Any, status: Any, expected: str
) -> None:
    item = WorkItem("A-1", "Offline", status=status, finished=date(2026, 1, 9))
    assert proposed(axes, make_themes, rejected(), None, item).status == expected


def test_a_long_reason_is_told_in_short(axes: Any, make_themes: Any) -> None:
    found = proposed(axes, make_themes, rejected("no\n" + "because " * 100))
    assert "by Ana: no because because" in found.reason
    assert " …;" in found.reason
    assert len(found.reason) < 320


def test_a_title_that_a_reviewer_gave_is_the_candidates(axes: Any, make_themes: Any) -> None:
    found = proposed(axes, make_themes, signed(title="Work on trains"))
    assert (found.title, found.need, found.status) == ("Work on trains", "offline", "new")


def test_an_idea_of_the_backlog_alone_can_be_rejected_too(axes: Any) -> None:
    verdict = replace(rejected(), target="item-A-1")
    found = propose_candidates(
        [], axes(0), [WorkItem("A-1", "Dark mode")], axes(1), verdicts={"item-A-1": verdict}
    )
    assert (found[0].status, found[0].reason) == (
        "rejected",
        "rejected on 2026-05-02 by Ana: not our market",
    )


def test_what_a_reviewer_decided_about_is_no_duplicate(axes: Any, make_themes: Any) -> None:
    themes = [replace(theme, keywords=("offline", "mode")) for theme in make_themes(["a", "b"])]
    vectors = np.vstack([axes(1), axes(1)])
    alone = propose_candidates(themes, vectors, [], axes(0))
    accepted = {"need-1": signed(status="accepted")}
    decided = propose_candidates(themes, vectors, [], axes(0), verdicts=accepted)
    assert [one.status for one in alone] == ["new", "duplicate"]
    assert [one.status for one in decided] == ["new", "new"]


@pytest.fixture
def evidence(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Evidence:
    rows = [
        {"theme": need, "author": f"u{need}-{n}", "days_ago": 3.0 * n + 1}
        for need in range(3)
        for n in range(9)
    ]
    return Evidence(
        make_mentions(rows),
        make_themes(["offline", "export", "dark"]),
        axes(3),
        as_of,
        pillars=[("offline", 1.0)],
        pillar_vectors=axes(1),
    )


def ranked(evidence: Evidence, verdicts: Mapping[str, IdeaVerdict]) -> dict[str, Any]:
    evidence = replace(evidence, verdicts=verdicts)
    candidates = propose_candidates(
        evidence.themes, evidence.theme_vectors, [], np.empty((0, 0), np.float32)
    )
    found = rank_candidates(evidence, candidates, RankingParameters(draws=50, strategy="balanced"))
    return {idea.candidate_id: idea for idea in found.ideas}


def test_days_and_fit_that_a_reviewer_set_count_and_the_verdict_is_shown(
    evidence: Evidence,
) -> None:
    before = ranked(evidence, {})
    verdict = signed(status="accepted", effort_days=2.0, fit=0.9, brief="On trains.")
    after = ranked(evidence, {"need-2": replace(verdict, target="need-2")})
    fit = {part.criterion: part.raw.value for part in after["need-2"].parts}
    assert fit["strategic_fit"] == pytest.approx(0.9)
    assert after["need-2"].effort.p50 == 2.0
    assert after["need-2"].effort.basis.startswith("2 days set by Ana (2026-05-02)")
    assert after["need-2"].rank < before["need-2"].rank
    shown = after["need-2"].verdict
    assert (shown.status, shown.reviewer, shown.brief) == ("accepted", "Ana", "On trains.")
    assert shown.set_by == (("brief", "Ana"), ("effort_days", "Ana"), ("fit", "Ana"))
    assert after["need-1"].verdict is None


def test_a_deferral_holds_until_its_day() -> None:
    verdict = signed(status="deferred", until=date(2026, 6, 2))
    told = [review_verdict(verdict, date(2026, 6, day)) for day in (1, 2)]
    assert [one.status for one in told if one] == ["deferred", "undecided"]
    assert review_verdict(IdeaVerdict("need-0", version=3), date(2026, 6, 1)) is None


def verdicts_on(*targets: str) -> Verdicts:
    log: list[Decision] = []
    for target in targets:
        about_theme = target.startswith("theme")
        draft = Draft(
            "rename" if about_theme else "accept",
            target,
            "Ana",
            LONG_AGO,
            {"label": f"called {target}"} if about_theme else {},
        )
        earlier = [one for one in log if one.target == target]
        log.append(decide(draft, earlier, log[-1] if log else None))
    return replay(log)


def test_what_was_said_of_a_living_need_stays_there() -> None:
    found = attach_verdicts(verdicts_on("need-1", "theme-2", "item-A"), {1, 2}, {})
    assert (sorted(found.ideas), sorted(found.themes)) == (["item-A", "need-1"], [2])
    assert found.needs_review == ()


def test_what_was_said_of_an_ended_need_goes_to_the_heir_of_most_of_it() -> None:
    found = attach_verdicts(verdicts_on("need-1", "theme-1"), {2, 3}, {1: ((2, 0.8), (3, 0.2))})
    assert found.ideas["need-2"].target == "need-1"
    assert found.themes[2].label == "called theme-1"
    assert review_notes(found) == [
        "What was decided on need-1, which ended, now holds for need-2, its heir:"
        " look at it again.",
        "What was decided on theme-1, which ended, now holds for theme-2, its heir:"
        " look at it again.",
    ]


@pytest.mark.parametrize(
    ("said", "retired", "reason"),
    [
        (("need-1",), {1: ()}, "it is not there any more, and nothing took it over"),
        (("need-1",), {}, "it is not there any more, and nothing took it over"),
        (
            ("need-1",),
            {1: ((2, 0.5), (3, 0.4))},
            "it fell apart into need-2 (50 %), need-3 (40 %)",
        ),
        (
            ("need-1", "need-2"),
            {1: ((2, 0.9),)},
            "it went into need-2 (90 %), of which something was decided as well",
        ),
        (
            ("need-1", "need-9"),
            {1: ((2, 0.9),), 9: ((2, 0.7),)},
            "it went into need-2, as did need-9",
        ),
    ],
)
def test_what_finds_no_place_needs_review(said: Any, retired: Any, reason: str) -> None:
    found = attach_verdicts(verdicts_on(*said), {2, 3}, retired)
    assert NeedsReview("need-1", reason) in found.needs_review
    assert f"Needs review: what was decided on need-1; {reason}." in review_notes(found)


@pytest.mark.parametrize(
    ("kind", "changes"), [("merge", {"merged_into": "theme-2"}), ("retire", {"retired": True})]
)
def test_a_theme_that_was_split_off_and_put_away_before_any_run_is_not_lost(
    kind: Any, changes: Any
) -> None:
    made = f"theme-{FIRST_MADE}"
    split: Any = {"split_from": "theme-1", "label": "Print", "statement:a": True}
    drafts = (
        Draft("split", made, "Ana", LONG_AGO, split),
        Draft(kind, made, "Ben", AS_OF, changes),
    )
    log: list[Decision] = []
    for draft in drafts:
        log.append(decide(draft, list(log), log[-1] if log else None))
    assert attach_verdicts(replay(log[:1]), {1, 2}, {}).needs_review[0].target == made
    found = attach_verdicts(replay(log), {1, 2}, {})
    assert (sorted(found.themes), found.needs_review) == ([FIRST_MADE], ())


def test_verdicts_on_ideas_that_are_not_proposed_need_review() -> None:
    found = attach_verdicts(verdicts_on("need-1", "need-2", "item-A", "item-B"), {1, 2}, {})
    proposals = [FeatureCandidate("need-1", "a", "a", ((1, 1.0),), item_ids=("A",))]
    assert without_idea(found, proposals) == (
        NeedsReview("item-A", "it is part of need-1 now"),
        NeedsReview("item-B", "it is not open in the backlog any more"),
        NeedsReview("need-2", "need-2 is not certain enough to be an idea at present"),
    )


@st.composite
def lineages(draw: st.DrawFn) -> tuple[set[int], dict[int, tuple[tuple[int, float], ...]]]:
    """Return living themes and retired ones, each with heirs that came later."""
    living = draw(st.sets(st.integers(10, 19), min_size=1))
    retired = {}
    for theme in draw(st.sets(st.integers(0, 9))):
        heirs = draw(st.sets(st.sampled_from([*living, *range(theme + 1, 10)]), max_size=3))
        parts = [draw(st.integers(1, 9)) for _ in heirs]
        shares = [part / (sum(parts) + draw(st.integers(0, 3))) for part in parts]
        retired[theme] = tuple(
            sorted(zip(heirs, shares, strict=True), key=lambda one: (-one[1], one[0]))
        )
    return living, retired


@given(st.sets(st.integers(0, 19)), lineages())
def test_each_verdict_is_on_exactly_one_living_need_or_needs_review(
    decided: set[int], lineage: Any
) -> None:
    living, retired = lineage
    verdicts = verdicts_on(*(f"need-{need}" for need in sorted(decided)))
    found = attach_verdicts(verdicts, living, retired)
    placed = [verdict.target for verdict in found.ideas.values()]
    lost = [one.target for one in found.needs_review]
    assert sorted(placed + lost) == sorted(verdicts.ideas)
    assert {int(key.removeprefix("need-")) for key in found.ideas} <= living
    assert all(found.ideas[f"need-{n}"].target == f"need-{n}" for n in decided & living)
