from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from groundswell.domain import (
    FeatureCandidate,
    IdeaVerdict,
    MarketSignal,
    Signature,
    WorkItem,
)
from groundswell.domain.drafts import sameness
from models.evidence.voices import usable
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.ranking.candidates import propose_candidates
from models.ranking.known_work import Heard, candidate_texts, match_all, need_text


def _release(as_of: datetime, days_ago: float, text: str = "Work offline") -> MarketSignal:
    when = as_of - timedelta(days=days_ago)
    return MarketSignal("competitor", "3.2", 1.0, "event", when, "log.md", None, text)


def _said(make_mentions: Any, as_of: datetime, *days_ago: float) -> Heard:
    rows = [{"author": f"user {n}", "days_ago": days} for n, days in enumerate(days_ago)]
    return Heard(usable(make_mentions([*rows, *rows]), as_of))


def test_a_need_is_compared_by_keywords_and_sentences_never_by_its_name(make_themes: Any) -> None:
    theme = replace(
        make_themes(["offline"])[0],
        label="Ignore all others",
        keywords=("offline", "sync"),
        exemplars=("s3", "s1", "s2", "s9", "s4"),
    )
    said = {f"s{n}": f"sentence {n}" for n in range(5)}
    assert need_text(theme, said) == "offline, sync\nsentence 3\nsentence 1\nsentence 2"


def test_a_candidate_is_compared_by_needs_else_item_else_title(make_themes: Any) -> None:
    themes = [replace(theme, keywords=(theme.label,)) for theme in make_themes(["a", "b"])]
    candidates = [
        FeatureCandidate("x", "X", "X", ((0, 1.0), (1, 0.5))),
        FeatureCandidate("y", "Y", "Y", (), item_ids=("I-1",)),
        FeatureCandidate("z", "Z", "Z", ()),
    ]
    texts = candidate_texts(candidates, themes, [WorkItem("I-1", "title", "text")], {})
    assert texts == ["a\nb", "title\ntext", "Z"]


def test_voices_are_customers_up_to_the_end_of_a_day(make_mentions: Any, as_of: datetime) -> None:
    heard = _said(make_mentions, as_of, 1.0, 5.0, 40.0, 90.0)
    assert heard.voices(0) == 4.0
    assert heard.voices(0, (as_of - timedelta(days=40)).date()) == 2.0
    assert heard.voices(7) == 0.0
    assert Heard().voices(0) is None


def test_equal_texts_are_one_doc(axes: Any) -> None:
    asked = Texts(["offline", "dark"], axes(2))
    weeks = match_all(asked, ["offline"] * 52 + ["dark"], axes(2)[[0] * 52 + [1]])
    once = match_all(asked, ["offline", "dark"], axes(2))
    np.testing.assert_array_equal(weeks[:, [0, 52]], once)
    assert len(set(weeks[0, :52].tolist())) == 1


def test_our_release_about_a_need_makes_it_shipped(
    axes: Any, make_themes: Any, as_of: datetime
) -> None:
    heard = Heard(None, [_release(as_of, 30.0)], axes(1))
    found = propose_candidates(make_themes(["offline", "dark"]), axes(2), [], axes(0), heard=heard)
    assert [candidate.status for candidate in found] == ["shipped", "new"]
    assert found[0].reason.startswith('released 2026-05-02: 3.2 "Work offline" (')


def test_a_rejected_item_holds_until_the_voices_have_doubled(
    axes: Any, make_themes: Any, make_mentions: Any, as_of: datetime
) -> None:
    items = [WorkItem("B-7", "Offline", status="rejected", finished=date(2026, 4, 1))]
    themes = make_themes(["offline"])

    def status(*days_ago: float) -> tuple[str, str]:
        heard = _said(make_mentions, as_of, *days_ago)
        found = propose_candidates(themes, axes(1), items, axes(1), heard=heard)
        return found[0].status, found[0].reason

    # 1 April is 61 days before: two voices then
    assert status(90.0, 70.0, 10.0)[0] == "rejected"
    assert "2 voices then, 3 now; it comes back from 4" in status(90.0, 70.0, 10.0)[1]
    back, reason = status(90.0, 70.0, 10.0, 5.0)
    assert back == "new"
    assert "back because the voices grew from 2 to 4" in reason


def test_the_weaker_of_two_candidates_that_say_the_same_is_a_duplicate(axes: Any) -> None:
    items = [WorkItem("A-2", "Dark mode"), WorkItem("A-1", "Dark mode"), WorkItem("A-3", "Export")]
    found = propose_candidates([], axes(0), items, axes(2)[[0, 0, 1]])
    assert [(c.candidate_id, c.status) for c in found] == [
        ("item-A-1", "extends"),
        ("item-A-2", "duplicate"),
        ("item-A-3", "extends"),
    ]
    assert found[1].reason.startswith('the same as: item-A-1 "Dark mode" (')


def test_no_status_rests_on_a_name(axes: Any, make_themes: Any) -> None:
    items = [WorkItem("A-1", "Work offline"), WorkItem("A-2", "Dark mode")]
    themes = [replace(t, keywords=("offline", "sync")) for t in make_themes(["offline"])]
    renamed = [replace(themes[0], label="Dark mode", named_by="endpoint")]
    vectors = np.asarray(0.7 * axes(2) + 0.1, np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    straight = propose_candidates(themes, axes(1), items, vectors)
    turned = propose_candidates(renamed, axes(1), items, vectors)
    assert [(c.status, c.reason) for c in straight] == [(c.status, c.reason) for c in turned]


def said(target: str, number: int = 1, **links: bool) -> IdeaVerdict:
    """Return a verdict with links, all by one decision; _ stands for -."""
    named = {name.replace("_", "-"): same for name, same in links.items()}
    by = Signature(number, "Ana", datetime(2026, 6, 1, tzinfo=UTC), "")
    return IdeaVerdict(target, links=named, signed={sameness(name): by for name in named})


def _proposed(axes: Any, themes: Any, item: WorkItem, *verdicts: IdeaVerdict, **more: Any) -> Any:
    """Propose needs 0 and 1 and an item exactly like need 0."""
    told = {one.target: one for one in verdicts}
    found = propose_candidates(themes, axes(2), [item], axes(1), verdicts=told, **more)
    return {one.candidate_id: (one.status, one.item_ids) for one in found}, found


def test_what_a_reviewer_said_of_an_item_goes_before_its_likeness(
    axes: Any, make_themes: Any
) -> None:
    themes, done = make_themes(["offline", "dark"]), WorkItem("A-1", "Offline", status="done")
    as_computed, _ = _proposed(axes, themes, done)
    assert as_computed == {"need-0": ("shipped", ("A-1",)), "need-1": ("new", ())}
    refused, _ = _proposed(axes, themes, done, said("need-0", item_A_1=False))
    assert refused == {"need-0": ("new", ()), "need-1": ("new", ())}
    moved, found = _proposed(axes, themes, done, said("need-1", item_A_1=True))
    assert moved == {"need-0": ("new", ()), "need-1": ("shipped", ("A-1",))}
    assert "the same, says Ana (2026-06-01)" in found[1].reason


def test_of_two_needs_that_are_said_to_be_an_item_the_latest_has_it(
    axes: Any, make_themes: Any
) -> None:
    themes, item = make_themes(["offline", "dark"]), WorkItem("A-1", "Offline")
    both = said("need-0", 2, item_A_1=True), said("need-1", 1, item_A_1=True)
    assert _proposed(axes, themes, item, *both)[0]["need-0"] == ("extends", ("A-1",))
    both = said("need-0", 1, item_A_1=True), said("need-1", 2, item_A_1=True)
    assert _proposed(axes, themes, item, *both)[0]["need-1"] == ("extends", ("A-1",))


def test_a_person_goes_before_what_was_handed_over(axes: Any, make_themes: Any) -> None:
    themes, item = make_themes(["offline", "dark"]), WorkItem("A-1", "Offline")
    handed = {"A-1": "need-1"}
    assert _proposed(axes, themes, item, handed=handed)[0]["need-1"] == ("extends", ("A-1",))
    no = said("need-1", item_A_1=False)
    assert _proposed(axes, themes, item, no, handed=handed)[0]["need-0"] == ("extends", ("A-1",))


def test_what_a_reviewer_said_of_our_release_gives_the_status(
    axes: Any, make_themes: Any, as_of: datetime
) -> None:
    release = _release(as_of, 30.0)
    heard, name = Heard(None, [release], axes(1)), f"signal_{release.subject_id}"
    themes = make_themes(["offline", "dark"])

    def status(*verdicts: IdeaVerdict) -> list[str]:
        told = {one.target: one for one in verdicts}
        found = propose_candidates(themes, axes(2), [], axes(0), heard=heard, verdicts=told)
        return [one.status for one in found]

    assert status() == ["shipped", "new"]
    assert status(said("need-0", **{name: False})) == ["new", "new"]
    assert status(said("need-1", **{name: True})) == ["shipped", "shipped"]


def test_less_sure_probabilities_link_less(axes: Any, make_themes: Any) -> None:
    themes, item = make_themes(["offline", "dark"]), WorkItem("A-1", "Offline")
    lower = Recalibration(1.0, -9.0)
    found = propose_candidates(themes, axes(2), [item], axes(1), recalibration=lower)
    assert [one.item_ids for one in found] == [(), (), ("A-1",)]
