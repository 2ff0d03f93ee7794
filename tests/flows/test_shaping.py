"""Themes that reviewers merge, split, move and retire, over runs and fits."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import decisions
from flows.context import Reading
from groundswell.config import Config, load_config
from groundswell.domain import NOISE, Decision, DecisionKind, Draft
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import FIRST_MADE, membership
from groundswell.store import Store, open_store
from models.themes.shaping import strongest
from tests.flows.test_cli import NEEDS, make
from tests.flows.test_decisions import run

LATER = datetime(2026, 6, 2, 9, tzinfo=UTC)
WORDS = ("offline", "spreadsheet", "dark", "calendar")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    run(load_config(config), LATER - timedelta(days=1))
    return config.parent


def decide(
    config: Config, kind: DecisionKind, target: int | str, **changes: FieldValue
) -> Decision:
    name = target if isinstance(target, str) else f"theme-{target}"
    with open_store(config.store.database) as store:
        return store.decisions.record(Draft(kind, name, "Ana", LATER, changes))


def undo(config: Config, decision: Decision) -> None:
    with open_store(config.store.database) as store:
        store.decisions.undo(decision.number, reviewer="Ben", at=LATER)


def themes(config: Config) -> dict[str, int]:
    """Return the need that holds the statements with each word, where one does."""
    with open_store(config.store.database) as store:
        mentions = strongest(store.feedback.mentions())
    found = {}
    for word in WORDS:
        counted = Counter(mentions["theme_id"][mentions["text"].str.contains(word)].tolist())
        found[word] = counted.most_common(1)[0][0]
    return found


def needs(config: Config) -> dict[int, tuple[str, int]]:
    """Return the label and size of each need."""
    with open_store(config.store.database) as store:
        shown = store.themes.themes()
    return {one.theme_id: (one.label, one.size) for one in shown if one.level == "need"}


def told(config: Config) -> list[str]:
    with open_store(config.store.database) as store:
        newest = store.lookups.newest_report() or 0
        return [change.sentence for change in store.themes.changes(newest)]


def state(config: Config) -> object:
    """Return all that is kept of themes, to be compared."""
    with open_store(config.store.database) as store:
        shown = store.shapes.shown_assignments().to_dict("records")
        return store.themes.themes(), str(shown), store.shapes.any()


def statements(config: Config, word: str) -> list[str]:
    with open_store(config.store.database) as store:
        mentions = store.feedback.mentions()
    return sorted(set(mentions["statement_id"][mentions["text"].str.contains(word)]))


def next_day(day: int) -> datetime:
    return LATER + timedelta(days=day)


def test_a_merged_need_stays_merged_over_fits_until_it_is_undone(config: Config) -> None:
    found, before = themes(config), state(config)
    made = decide(config, "merge", found["dark"], merged_into=f"theme-{found['offline']}")
    report = run(config, next_day(1))
    assert themes(config)["dark"] == found["offline"]
    assert found["dark"] not in needs(config)
    assert f"need-{found['dark']}" not in {idea.candidate_id for idea in report.ideas}
    assert [one for one in told(config) if "was merged into" in one and "by a reviewer" in one]
    shaped = state(config)
    run(config, next_day(2), retrain=True)
    assert state(config) == shaped
    assert not [one for one in told(config) if "by a reviewer" in one]  # it was told before
    undo(config, made)
    run(config, next_day(3))
    assert state(config) == before
    assert any("is a need of its own again" in one for one in told(config))


def test_a_retired_need_stays_away_and_is_not_found_again(config: Config) -> None:
    found = themes(config)
    decide(config, "retire", found["dark"], retired=True)
    run(config, next_day(1))
    assert themes(config)["dark"] == NOISE
    count = len(needs(config))
    add(config, {"dark": 6, "offline": 2})
    run(config, next_day(2))
    assert themes(config)["dark"] == NOISE
    assert len(needs(config)) == count
    run(config, next_day(3), retrain=True)
    assert themes(config)["dark"] == NOISE


def test_a_split_holds_for_what_comes_later_and_over_a_fit(config: Config) -> None:
    found = themes(config)
    decide(config, "merge", found["dark"], merged_into=f"theme-{found['offline']}")
    # A need of two kinds of statements, one of which a person splits off.
    whole = needs(config)[found["offline"]]
    examples = {
        membership(one): one in statements(config, "network")[:4]
        for one in statements(config, "network")[:8]
    }
    examples |= {membership(one): False for one in statements(config, "dark")[:4]}
    made = decide(
        config,
        "split",
        FIRST_MADE,
        split_from=f"theme-{found['offline']}",
        label="No network on the train",
        **examples,
    )
    report = run(config, next_day(1))
    assert needs(config)[FIRST_MADE][0] == "No network on the train"
    assert f"need-{FIRST_MADE}" in {idea.candidate_id for idea in report.ideas}
    sizes = needs(config)
    assert 4 <= sizes[FIRST_MADE][1] < whole[1]
    assert sizes[found["offline"]][1] + sizes[FIRST_MADE][1] == whole[1] + 10
    assert any("was split off by a reviewer" in one for one in told(config))
    with open_store(config.store.database) as store:
        for one in statements(config, "network")[:4]:
            assert one in {s for s, t in shown_in(store) if t == FIRST_MADE}
    run(config, next_day(2), retrain=True)
    assert needs(config) == sizes
    undo(config, made)
    run(config, next_day(3))
    assert FIRST_MADE not in needs(config)
    with open_store(config.store.database) as store:
        assert store.themes.retired_into()[FIRST_MADE] == ((found["offline"], 1.0),)


def test_single_statements_are_moved_and_put_out(config: Config) -> None:
    found = themes(config)
    first, second, *_ = statements(config, "calendar")
    decide(config, "move", found["dark"], **{membership(first): True})
    decide(config, "move", found["calendar"], **{membership(second): False})
    run(config, next_day(1))
    with open_store(config.store.database) as store:
        placed = dict(shown_in(store))
    assert (placed[first], placed[second]) == (found["dark"], NOISE)
    sizes = needs(config)
    run(config, next_day(2), retrain=True)
    assert needs(config) == sizes


def test_growth_is_told_of_a_merged_need_but_not_what_it_was_given(config: Config) -> None:
    found = themes(config)
    decide(config, "merge", found["calendar"], merged_into=f"theme-{found['dark']}")
    run(config, next_day(1))
    assert not [one for one in told(config) if "grew" in one]
    add(config, {"calendar": 6})
    run(config, next_day(2))
    assert themes(config)["calendar"] == found["dark"]
    assert needs(config)[found["dark"]][1] == 21  # 10 and 5 as at first, and what came


def test_what_cannot_be_had_needs_review(config: Config) -> None:
    found = themes(config)
    one, other = found["dark"], found["calendar"]
    decide(config, "merge", one, merged_into=f"theme-{other}")
    decide(config, "merge", other, merged_into=f"theme-{one}")
    report = run(config, next_day(1))
    assert [note for note in report.notes if "Needs review" in note and f"theme-{other}" in note]
    assert other in needs(config)
    assert one not in needs(config)


def test_the_verdicts_of_a_merged_need_are_not_lost(config: Config) -> None:
    found = themes(config)
    decide(config, "rename", found["dark"], label="Night mode")
    decide(config, "accept", f"need-{found['dark']}")
    made = decide(config, "merge", found["dark"], merged_into=f"theme-{found['offline']}")
    report = run(config, next_day(1))
    heir = next(i for i in report.ideas if i.candidate_id == f"need-{found['offline']}")
    assert heir.verdict is not None
    assert (heir.verdict.status, heir.verdict.decided_for) == ("accepted", f"need-{found['dark']}")
    undo(config, made)
    run(config, next_day(2))
    assert needs(config)[found["dark"]][0] == "Dark theme"
    with open_store(config.store.database) as store:
        named = decisions.themes_to_keep(Reading(config, store))
    assert named[found["dark"]] == "Night mode"


def shown_in(store: Store) -> list[tuple[str, int]]:
    shown = store.shapes.shown_assignments()
    first = strongest(shown)
    return list(zip(first["statement_id"], first["theme_id"].tolist(), strict=True))


def add(config: Config, more: Mapping[str, int]) -> None:
    """Append messages about some needs to the export."""
    path = config.sources[0].path
    assert path is not None
    lines = [
        f"2026-05-{1 + number % 28:02},n{number},{NEEDS[WORDS.index(word)]} {number + 900}"
        for word, count in more.items()
        for number in range(count)
    ]
    path.write_text(path.read_text() + "\n".join((*lines, "")))
