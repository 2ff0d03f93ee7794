"""What reviewers want the themes to be, after fits have changed what there is."""

from collections.abc import Mapping

from groundswell.domain import NOISE, Signature, ThemeVerdict
from groundswell.domain.drafts import FIRST_MADE
from models.themes.lineage import Heirs
from models.themes.wishes import Cut, Wishes, read_wishes
from tests.models.themes.deciding import AT, merged, retired, split

FOUND = (1, 2, 3, 4)


def wishes(*verdicts: ThemeVerdict, ended: Mapping[int, Heirs] | None = None) -> Wishes:
    return read_wishes({one.theme_id: one for one in verdicts}, FOUND, ended or {})


def test_a_merge_leads_to_the_last_of_a_chain() -> None:
    found = wishes(merged(1, 2, number=1), merged(2, 3, number=2))
    assert (found.homes, found.unmet) == ({1: 3, 2: 3}, ())


def test_what_is_merged_into_a_retired_theme_is_shown_nowhere() -> None:
    assert wishes(merged(1, 2, number=1), retired(2, number=2)).homes == {1: NOISE, 2: NOISE}


def test_of_two_merges_that_close_a_circle_the_later_one_is_not_met() -> None:
    found = wishes(merged(1, 2, number=5), merged(2, 1, number=4))
    assert found.homes == {2: 1}
    assert found.unmet == (
        ("theme-1", "theme-2, into which it was merged, was merged into it before"),
    )


def test_an_ended_theme_is_what_holds_most_of_it() -> None:
    ended = {9: ((2, 0.8), (3, 0.2)), 8: ((4, 0.5), (3, 0.5))}
    assert wishes(merged(1, 9, number=1), ended=ended).homes == {1: 2}
    assert wishes(merged(9, 1, number=1), ended=ended).homes == {2: 1}
    torn = wishes(merged(8, 1, number=1), merged(3, 8, number=2), ended=ended)
    assert torn.homes == {}
    assert [target for target, _ in torn.unmet] == ["theme-3", "theme-8"]


def test_a_merge_that_the_fit_has_made_by_itself_asks_for_nothing() -> None:
    found = wishes(merged(9, 2, number=1), ended={9: ((2, 0.9), (NOISE, 0.1))})
    assert (found.any, found.unmet) == (False, ())


def test_a_theme_that_a_person_hid_lives_in_the_fit_all_the_same() -> None:
    # The store calls it ended with its heir, and the fit still holds it.
    assert wishes(merged(1, 2, number=1), ended={1: ((2, 1.0),)}).homes == {1: 2}


def test_the_latest_word_on_a_statement_counts() -> None:
    first = ThemeVerdict(1, holds={"s": (True, 3), "t": (True, 4)})
    second = ThemeVerdict(2, holds={"s": (True, 5), "u": (False, 6)})
    found = wishes(first, second)
    assert found.places == {"s": 2, "t": 1}
    assert found.barred == {"u": frozenset({2})}


def test_statements_moved_to_a_theme_that_is_gone_are_told() -> None:
    found = wishes(ThemeVerdict(9, holds={"s": (True, 3)}))
    assert found.places == {}
    assert found.unmet == (("theme-9", "it is not there any more"),)


def test_a_split_names_its_source_as_that_is_now() -> None:
    cut = split(FIRST_MADE, 9, {"a": True, "b": False}, label="Trains")
    found = wishes(cut, ended={9: ((2, 0.8),)})
    assert found.cuts == (Cut(FIRST_MADE, 2, "Trains", {"a": True, "b": False}),)
    assert found.places == {"a": FIRST_MADE}
    assert wishes(cut).cuts[0].source is None


def test_a_merge_that_was_taken_back_asks_for_nothing() -> None:
    given_back = ThemeVerdict(1, signed={"merged_into": Signature(2, "Ana", AT, "")})
    assert not wishes(given_back).any
