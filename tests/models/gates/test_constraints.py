"""What reviewers decided is looked up in what would be shown."""

from dataclasses import replace

from groundswell.domain import NOISE, NeedTheme
from models.gates.constraints import Constraints, check_constraints
from models.gates.verdicts import constraints
from models.themes.wishes import Cut, Wishes

THEMES = {n: NeedTheme(n, f"need {n}", (), (), 9, 0.9) for n in (1, 2, 4)}
SHOWN = {"a": 1, "b": 1, "c": 2, "d": 4, "e": NOISE}
WISHES = Wishes(
    cuts=(Cut(4, 2, "a part", {"d": True, "c": False}),),
    homes={3: 1},
    places={"a": 1},
    barred={"b": frozenset({2})},
)


def check(**changes: object) -> Constraints:
    given: dict[str, object] = {
        "named": {1: "need 1"},
        "lost": (),
        "wishes": WISHES,
        "shown": SHOWN,
        "themes": THEMES,
    }
    return check_constraints(**{**given, **changes})  # type: ignore[arg-type]


def test_all_that_holds_is_counted() -> None:
    found = check()
    assert found == Constraints(7, ())
    assert constraints(found).passed


def test_each_kind_of_decision_can_be_broken() -> None:
    broken = [
        check(shown={**SHOWN, "a": 2}),
        check(shown={**SHOWN, "b": 2}),
        check(shown={**SHOWN, "e": 3}),
        check(shown={**SHOWN, "d": 2}),
        check(themes={**THEMES, 1: replace(THEMES[1], label="another")}),
        check(themes={**THEMES, 3: THEMES[1]}),
        check(lost=(("need-9", "it is not there any more"),)),
        check(wishes=replace(WISHES, unmet=(("theme-8", "was split off what is gone"),))),
    ]
    assert [len(one.broken) for one in broken] == [1] * 8
    assert not any(constraints(one).passed for one in broken)


def test_one_in_a_hundred_may_be_broken() -> None:
    assert Constraints(200, (("a", "b"), ("c", "d"))).hold
    assert not Constraints(200, (("a", "b"), ("c", "d"), ("e", "f"))).hold


def test_what_moves_into_a_merged_need_is_looked_for_where_that_went() -> None:
    wishes = replace(WISHES, places={"a": 3})
    assert check(wishes=wishes).broken == ()


def test_what_was_split_off_and_then_merged_is_looked_for_where_that_went() -> None:
    themes = {n: theme for n, theme in THEMES.items() if n != 4}
    wishes = replace(WISHES, homes={**WISHES.homes, 4: 1}, places={"a": 1, "d": 4})
    assert check(wishes=wishes, themes=themes, shown={**SHOWN, "d": 1}).broken == ()
    (broken, _) = check(wishes=wishes, themes=themes, shown=SHOWN).broken[:2]
    assert broken[0] == "d"
