"""No decision is lost, or moved to something else, by what fits make of the themes.

Fits are drawn: statements change groups, groups fall apart, grow together, vanish and come up.
Everything else is what the pipeline uses: the log, the lineage, the shape, who heeds which verdict.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from groundswell.domain import (
    NOISE,
    Decision,
    Draft,
    IdeaVerdict,
    StatementKind,
    ThemeVerdict,
    Verdicts,
    decide,
    replay,
)
from groundswell.domain.decisions import DecisionKind, FieldValue
from groundswell.domain.drafts import FIRST_MADE, membership, sameness
from groundswell.errors import DecisionError
from models.ranking.verdicts import Attached, attach_verdicts
from models.statements.annotator import KINDS
from models.statements.corrections import standing_kinds
from models.themes.lineage import Heirs, match_themes
from models.themes.shaped_tree import heirs_of_hidden
from models.themes.shaping import Shape, shape_statements
from models.themes.wishes import Wishes, read_wishes
from tests.nightly import NIGHTLY

RUNS = settings(
    max_examples=2_000 if NIGHTLY else 25,
    stateful_step_count=50 if NIGHTLY else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
DAY = datetime(2026, 6, 1, tzinfo=UTC)
REVIEWERS = st.sampled_from(["Ana", "Ben"])


class Deciding(RuleBasedStateMachine):
    """A store in which fits and people work on the same themes."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Decision] = []
        self.found: dict[str, int] = {}
        self.ended: dict[int, Heirs] = {}
        self.next_id = 0
        self.clock = DAY
        self.known: tuple[object, tuple[Verdicts, Attached, Wishes, Shape]] | None = None

    @initialize(groups=st.lists(st.integers(0, 3), min_size=6, max_size=14))
    def ingest_first(self, groups: list[int]) -> None:
        self._fit({f"s{n:02}": group for n, group in enumerate(groups)})

    @rule(group=st.integers(0, 4), count=st.integers(1, 4))
    def ingest(self, group: int, count: int) -> None:
        """Place new statements in a theme that was found, or in none."""
        themes = sorted(set(self.found.values()) - {NOISE})
        place = themes[group % len(themes)] if themes and group < 4 else NOISE
        known = len(self.found)
        self.found |= {f"s{n:02}": place for n in range(known, known + count)}

    @rule(data=st.data())
    def fit_anew(self, data: st.DataObject) -> None:
        """Let groups fall apart and grow together."""
        groups = dict(self.found)
        themes = sorted(set(groups.values()) - {NOISE})
        for theme in themes:
            become = data.draw(st.sampled_from(["stays", "goes", "splits", "joins"]))
            members = sorted(one for one, was in groups.items() if was == theme)
            if become == "goes":
                groups |= dict.fromkeys(members, NOISE)
            elif become == "splits":
                groups |= dict.fromkeys(members[::2], theme + 1000)
            elif become == "joins":
                groups |= dict.fromkeys(members, themes[0])
        self._fit(groups)

    @rule(
        reviewer=REVIEWERS,
        kind=st.sampled_from(
            ["rename", "pin", "merge", "retire", "accept", "reject", "edit", "link"]
        ),
        pick=st.integers(0, 50),
        other=st.integers(0, 50),
    )
    def decide(self, reviewer: str, kind: DecisionKind, pick: int, other: int) -> None:
        themes = self._shown_themes()
        if not themes:
            return
        theme, into = themes[pick % len(themes)], themes[other % len(themes)]
        changes: dict[DecisionKind, dict[str, FieldValue]] = {
            "rename": {"label": f"name {len(self.log)}"},
            "pin": {"pinned": True},
            "merge": {"merged_into": f"theme-{into}"},
            "retire": {"retired": True},
            "edit": {"title": f"title {len(self.log)}"},
            "link": {sameness(f"item-{other % 5}"): other % 2 == 0},
        }
        about_idea = kind in ("accept", "reject", "edit", "link")
        target = f"need-{theme}" if about_idea else f"theme-{theme}"
        self._record(kind, target, reviewer, changes.get(kind, {}))

    @rule(reviewer=REVIEWERS, pick=st.integers(0, 50), goes=st.sets(st.integers(0, 30), min_size=1))
    def split(self, reviewer: str, pick: int, goes: set[int]) -> None:
        themes = self._shown_themes()
        if not themes:
            return
        source = themes[pick % len(themes)]
        members = self._members(source)
        marked = {members[n % len(members)] for n in goes}
        made = [theme for theme in replay(self.log).themes if theme >= FIRST_MADE]
        changes: dict[str, FieldValue] = {membership(one): one in marked for one in members}
        changes |= {"split_from": f"theme-{source}", "label": f"part {len(self.log)}"}
        self._record("split", f"theme-{max(made, default=FIRST_MADE - 1) + 1}", reviewer, changes)

    @rule(reviewer=REVIEWERS, pick=st.integers(0, 50), one=st.integers(0, 50), here=st.booleans())
    def move(self, reviewer: str, pick: int, one: int, here: bool) -> None:
        themes, statements = self._shown_themes(), sorted(self.found)
        if themes:
            statement = statements[one % len(statements)]
            target = f"theme-{themes[pick % len(themes)]}"
            self._record("move", target, reviewer, {membership(statement): here})

    @rule(reviewer=REVIEWERS, one=st.integers(0, 50), given=st.sampled_from([*KINDS, None]))
    def set_kind(self, reviewer: str, one: int, given: StatementKind | None) -> None:
        statements = sorted(self.found)
        target = f"statement-{statements[one % len(statements)]}"
        self._record("set_kind", target, reviewer, {"kind": given})

    @precondition(lambda self: self.log)
    @rule(pick=st.integers(0, 50), reviewer=REVIEWERS)
    def undo(self, pick: int, reviewer: str) -> None:
        """Undo a decision; where that is the newest one, everything is as it was before it."""
        undone = self.log[pick % len(self.log)]
        newest = undone is self.log[-1] and undone.kind != "undo"
        before = self._all(self.log[:-1]) if newest else None
        self._record("undo", undone.target, reviewer, {}, undoes=undone.number)
        if newest:
            assert self._all(self.log) == before

    @invariant()
    def every_decision_has_one_place_or_a_reason(self) -> None:
        verdicts, attached, wishes, shape = self._state()
        reviewed = {one.target for one in attached.needs_review} | {t for t, _ in wishes.unmet}
        assert all(one.reason for one in attached.needs_review)
        shown = set(self._shown(shape))
        at = Counter(one.target for one in attached.ideas.values())
        at.update(one.target for one in attached.themes.values())
        for verdict in _said(verdicts):
            if verdict.says_something:
                assert at[verdict.target] + (verdict.target in reviewed) >= 1, verdict.target
                assert at[verdict.target] <= 1, verdict.target
        for candidate_id in attached.ideas:
            assert int(candidate_id.removeprefix("need-")) in shown

    @invariant()
    def what_people_wanted_is_shown(self) -> None:
        verdicts, attached, wishes, shape = self._state()
        shown = self._shown(shape)
        placed = dict(zip(shape.statements.tolist(), shape.shown.tolist(), strict=True))
        assert set(placed) == set(self.found)
        assert not shown.keys() & wishes.homes.keys()
        for theme, home in wishes.homes.items():
            for one in (one for one, was in self.found.items() if was == theme):
                own_word = one in wishes.places or one in wishes.barred
                assert own_word or placed[one] in self._parts(home, wishes)
        for statement, theme in wishes.places.items():
            if statement in placed:
                assert placed[statement] == wishes.homes.get(theme, theme)
        for theme_id, verdict in verdicts.themes.items():
            if verdict.label is not None and theme_id in shown:
                assert attached.themes[theme_id].label == verdict.label

    @invariant()
    def what_was_said_of_kinds_and_matches_stands(self) -> None:
        verdicts, attached, _, _ = self._state()
        hashes = {one: f"hash of {one}" for one in self.found}
        kinds = {one.text_hash: one.kind for one in standing_kinds(verdicts.statements, hashes)}
        for statement, verdict in verdicts.statements.items():
            assert kinds.get(f"hash of {statement}") == verdict.kind
        for one in attached.ideas.values():
            assert one.links == verdicts.ideas[one.target].links

    @invariant()
    def what_is_kept_of_statements_adds_up(self) -> None:
        _, _, _, shape = self._state()
        own = Counter(one.statement_id for one in shape.assignments)
        assert set(own.values()) <= {1}  # one theme each here
        moved = shape.found != shape.shown
        assert set(shape.statements[moved].tolist()) <= set(own)

    def _parts(self, home: int, wishes: Wishes) -> set[int]:
        """Return where statements of a theme may be shown: its home, and what was split off."""
        return {home, NOISE} | {wishes.homes.get(cut.theme_id, cut.theme_id) for cut in wishes.cuts}

    def _fit(self, groups: dict[str, int]) -> None:
        labels = {theme: f"old {theme}" for theme in set(self.found.values()) - {NOISE}}
        held = [n for n in replay(self.log).themes if n < FIRST_MADE]
        lineage = match_themes(
            self.found,
            groups,
            next_id=self.next_id,
            old_labels=labels,
            new_labels={group: f"new {group}" for group in set(groups.values()) - {NOISE}},
            held=held,
        )
        self.found = {one: lineage.ids.get(group, NOISE) for one, group in groups.items()}
        self.ended |= dict(lineage.retired)
        self.next_id = 1 + max([self.next_id - 1, *lineage.ids.values()])

    def _record(
        self,
        kind: DecisionKind,
        target: str,
        reviewer: str,
        changes: dict[str, FieldValue],
        undoes: int | None = None,
    ) -> None:
        self.clock += timedelta(minutes=1)
        draft = Draft(kind, target, reviewer, self.clock, changes, "because", undoes)
        earlier = [one for one in self.log if one.target == target]
        try:
            self.log.append(decide(draft, earlier, self.log[-1] if self.log else None))
        except DecisionError:
            return  # refused with a line; nothing was changed

    def _state(self) -> tuple[Verdicts, Attached, Wishes, Shape]:
        now = len(self.log), self.log[-1:], dict(self.found)
        if self.known is None or self.known[0] != now:
            self.known = now, self._look()
        return self.known[1]

    def _look(self) -> tuple[Verdicts, Attached, Wishes, Shape]:
        verdicts = replay(self.log)
        found = set(self.found.values()) - {NOISE}
        wishes = read_wishes(verdicts.themes, found, self.ended)
        shape = shape_statements(self._table(), wishes, _vectors_of, {})
        shown = self._shown(shape)
        gone = {n: h for n, h in self._hidden(shape, wishes).items() if n not in shown}
        attached = self.attach(verdicts, set(shown), {**self.ended, **gone}, found)
        return verdicts, attached, wishes, shape

    def attach(self, *state: Any) -> Attached:
        return attach_verdicts(*state)

    def _hidden(self, shape: Shape, wishes: Wishes) -> dict[int, Heirs]:
        """Return the themes that are not shown, with those that hold their statements."""
        found = sorted(set(self.found.values()) - {NOISE})
        return {theme: heirs_of_hidden(shape, theme, wishes) for theme in found}

    def _shown(self, shape: Shape) -> Counter[int]:
        return Counter(theme for theme in shape.shown.tolist() if theme != NOISE)

    def _shown_themes(self) -> list[int]:
        return sorted(self._shown(self._state()[3]))

    def _members(self, theme: int) -> list[str]:
        shape = self._state()[3]
        return sorted(shape.statements[shape.shown == theme].tolist())

    def _all(self, log: list[Decision]) -> object:
        kept, self.log = self.log, list(log)
        verdicts, attached, wishes, shape = self._state()
        standing: dict[str, object] = {
            one.target: one for one in _said(verdicts) if one.says_something
        }
        standing |= {one.target: one for one in verdicts.statements.values() if one.kind}
        self.log = kept
        fields = {target: _fields(one) for target, one in standing.items()}
        return fields, attached.needs_review, wishes, shape.assignments, shape.shown.tolist()

    def _table(self) -> pd.DataFrame:
        statements = sorted(self.found)
        return pd.DataFrame(
            {
                "statement_id": statements,
                "text_hash": [f"hash of {one}" for one in statements],
                "theme_id": [self.found[one] for one in statements],
                "membership": [1.0 if self.found[one] == NOISE else 0.8 for one in statements],
                "variant_id": np.nan,
            }
        )


def _said(verdicts: Verdicts) -> list[IdeaVerdict | ThemeVerdict]:
    return [*verdicts.ideas.values(), *verdicts.themes.values()]


def _fields(verdict: Any) -> dict[str, object]:
    names = (
        "status",
        "title",
        "label",
        "pinned",
        "merged_into",
        "retired",
        "split_from",
        "holds",
        "links",
        "kind",
    )
    return {name: getattr(verdict, name, None) for name in names}


def _vectors_of(hashes: Any) -> Any:
    angles = np.array([int(one[-2:]) % 7 for one in hashes], np.float64)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_no_decision_is_lost_by_fits() -> None:
    run_state_machine_as_test(Deciding, settings=RUNS)


def test_a_planted_bug_is_found() -> None:
    class Forgetting(Deciding):
        def attach(self, *state: Any) -> Attached:
            attached = attach_verdicts(*state)
            return Attached(attached.ideas, attached.themes, ())

    with pytest.raises(AssertionError):  # found is enough: it need not be made small
        run_state_machine_as_test(Forgetting, settings=settings(RUNS, phases=[Phase.generate]))
