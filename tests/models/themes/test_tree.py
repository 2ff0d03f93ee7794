"""From a fit to named themes: names of people stay, states follow stability and worth."""

from dataclasses import replace

import numpy as np
import pytest

from groundswell.domain import NeedTheme
from models.encoding.embedding import HashingEncoder, embed
from models.themes.fitting import ThemeFit, fit_themes
from models.themes.placement import assign_themes
from models.themes.tree import Past, Texts, ThemeTree, grow_tree, sizes_of

SAID = {
    "please let me swap a shift with {who}": 0.2,
    "the payslip of {who} shows wrong overtime": -0.6,
    "dark theme for {who} at night, please": 0.1,
    "no signal for {who} in the cellar, needs offline mode": -0.4,
}
FIRST = Past([], {}, {}, {}, 1)


def said(fit: ThemeFit, texts: list[str], polarity: np.ndarray) -> Texts:
    placed = assign_themes(fit.model, embed(texts, HashingEncoder()), texts, min_membership=0.15)
    labels = placed.primary(len(texts))
    return Texts(
        texts=texts,
        vectors=embed(texts, HashingEncoder()),
        statements=[[f"s{row}"] for row in range(len(texts))],
        labels=labels,
        variants=np.full(len(texts), -1, dtype=np.int64),
        polarity=polarity,
        satisfied=np.full(len(texts), np.nan),
    )


@pytest.fixture(scope="module")
def fitted() -> tuple[ThemeFit, Texts]:
    texts = [one.format(who=f"group {n}") for n in range(24) for one in SAID]
    polarity = np.array([tone for _ in range(24) for tone in SAID.values()])
    polarity[0] = 0.9
    fit = fit_themes(embed(texts, HashingEncoder()), texts, neighbours=60, min_statements=8)
    return fit, said(fit, texts, polarity)


def past_of(tree: ThemeTree, texts: Texts) -> Past:
    needs = {
        one[0]: tree.need_ids[label]
        for one, label in zip(texts.statements, texts.labels.tolist(), strict=True)
    }
    return Past(tree.themes, needs, {}, {}, 100)


def of_level(tree: ThemeTree, level: str) -> list[NeedTheme]:
    return [theme for theme in tree.themes if theme.level == level]


def test_every_need_has_an_area_a_name_and_its_words(fitted: tuple[ThemeFit, Texts]) -> None:
    tree = grow_tree(*fitted, FIRST, certified_stability=0.5)
    needs, areas = of_level(tree, "need"), {one.theme_id for one in of_level(tree, "area")}
    assert len(needs) == 4
    assert {need.parent_id for need in needs} <= areas
    assert len({need.label for need in needs}) == 4
    assert sum(need.size for need in needs) == 96
    assert len({theme.theme_id for theme in tree.themes}) == len(tree.themes)
    known = {one for statements in fitted[1].statements for one in statements}
    for need in needs:
        assert need.name_evidence
        assert all(set(ids) <= known for _, _, ids in need.name_evidence)


def test_states_follow_stability(fitted: tuple[ThemeFit, Texts]) -> None:
    fit, texts = fitted
    shaky = replace(fit, stability=np.where(np.arange(4) == 2, 0.3, 0.9))
    states = {
        need.stability: need.state
        for need in of_level(grow_tree(shaky, texts, FIRST, certified_stability=0.5), "need")
    }
    assert states == {0.9: "certified", 0.3: "provisional"}


def test_nothing_is_certified_where_the_themes_are_worth_no_more_than_chance(
    fitted: tuple[ThemeFit, Texts],
) -> None:
    fit, texts = fitted
    worthless = replace(fit, model=replace(fit.model, worth=-1.0))
    tree = grow_tree(worthless, texts, FIRST, certified_stability=0.5)
    assert {need.state for need in of_level(tree, "need")} == {"provisional"}


def test_ids_and_the_name_a_person_gave_stay(fitted: tuple[ThemeFit, Texts]) -> None:
    fit, texts = fitted
    tree = grow_tree(fit, texts, FIRST, certified_stability=0.5)
    past = past_of(tree, texts)
    named = [
        replace(theme, label="Shift exchange", named_by="person") if theme.theme_id == 2 else theme
        for theme in tree.themes
    ]
    again = grow_tree(fit, texts, replace(past, themes=named), certified_stability=0.5)
    assert again.need_ids == tree.need_ids
    assert again.retired == {}
    labels = {theme.theme_id: (theme.label, theme.named_by) for theme in again.themes}
    assert labels[2] == ("Shift exchange", "person")
    assert all(by == "machine" for number, (_, by) in labels.items() if number != 2)


def test_of_two_needs_that_became_one_the_decided_one_goes_on_under_its_own_name(
    fitted: tuple[ThemeFit, Texts],
) -> None:
    fit, texts = fitted
    tree = grow_tree(fit, texts, FIRST, certified_stability=0.5)
    first, second = sorted(need.theme_id for need in of_level(tree, "need"))[:2]
    past = past_of(tree, texts)
    # Need 5 of before had a third of what is need `first` now, which had the rest.
    shared = [one for one, need in past.needs.items() if need == first]
    ended = replace(past.of("need")[first], theme_id=55, label="Old name")
    merged = replace(
        past,
        themes=[*past.themes, ended],
        needs={**past.needs, **dict.fromkeys(shared[: len(shared) // 3], 55)},
    )
    undecided = grow_tree(fit, texts, merged, certified_stability=0.5)
    decided = grow_tree(fit, texts, replace(merged, chosen={55: None}), certified_stability=0.5)
    assert (55 in undecided.retired, first in undecided.retired) == (True, False)
    assert (55 in decided.retired, first in decided.retired) == (False, True)
    assert second in decided.need_ids.values()
    (told,) = [change for change in decided.changes if change.kind == "merged"]
    assert "Old name" in told.sentence


def test_places_on_the_map_stay(fitted: tuple[ThemeFit, Texts]) -> None:
    fit, texts = fitted
    tree = grow_tree(fit, texts, FIRST, certified_stability=0.5)
    again = grow_tree(fit, texts, past_of(tree, texts), certified_stability=0.5)
    before = {need.theme_id: (need.x, need.y) for need in of_level(tree, "need")}
    for need in of_level(again, "need"):
        assert np.hypot(need.x - before[need.theme_id][0], need.y - before[need.theme_id][1]) < 0.05


def test_those_who_say_the_opposite_stand_beside_a_theme(fitted: tuple[ThemeFit, Texts]) -> None:
    tree = grow_tree(*fitted, FIRST, certified_stability=0.5)
    counters = {one for need in of_level(tree, "need") for one in need.counter_exemplars}
    complaints = {f"s{row}" for row in range(96) if row % 4 in (1, 3)}
    assert counters.isdisjoint(complaints), "nobody there is content"


def test_sizes_count_every_statement_of_a_text() -> None:
    assert sizes_of([["a", "b"], ["c"], ["d"]], np.array([0, 1, -1]), 3) == [2, 1, 0]
