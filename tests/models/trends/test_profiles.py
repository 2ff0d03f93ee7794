from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import beta
from scipy.stats import t as student

from groundswell.domain import Account, NeedTheme
from groundswell.report import Estimate, ThemeProfile
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.voices import usable_mentions
from models.trends.profiles import profile_themes

PARAMETERS = RankingParameters()
EXTRA = ("version", "language", "polarity")

Profile = Callable[..., dict[int, ThemeProfile]]


@pytest.fixture
def profile(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Profile:
    """Return a function that profiles two themes from what is particular about each mention."""

    def draw(
        rows: Sequence[dict[str, Any]], accounts: Sequence[Account] = ()
    ) -> dict[int, ThemeProfile]:
        themes = make_themes(["offline", "export"])
        found = make_mentions(rows)
        for name in EXTRA:
            if any(name in row for row in rows):
                found[name] = [row.get(name, np.nan) for row in rows]
        table = usable_mentions(Evidence(found, themes, axes(2), as_of))
        return profile_themes(table, themes, accounts, as_of, PARAMETERS)

    return draw


def test_weeks_begin_on_mondays_and_count_each_customer_once(profile: Profile) -> None:
    # The report's moment is Monday 1 June 2026; 0.5 days before is Sunday 31 May.
    rows = [
        {"author": "ann", "days_ago": 0.0},
        {"author": "ann", "days_ago": 0.5},
        {"author": "ann", "days_ago": 3.0},
        {"author": "bob", "days_ago": 7.0},
        {"author": "bob", "days_ago": 7.5},
        {"author": "eve", "days_ago": 21.0, "theme": -1},
    ]
    weeks = profile(rows)[0].weekly_voices
    assert weeks == (
        (date(2026, 5, 11), 0),
        (date(2026, 5, 18), 1),
        (date(2026, 5, 25), 2),
        (date(2026, 6, 1), 1),
    )
    assert all(monday.weekday() == 0 for monday, _ in weeks)


def test_only_the_newest_two_years_of_weeks_are_shown(profile: Profile) -> None:
    weeks = profile([{"author": "ann", "days_ago": 7.0 * 103}, {"author": "b", "days_ago": 2000}])
    assert len(weeks[0].weekly_voices) == 104
    assert weeks[0].weekly_voices[0][1] == 1
    assert sum(voices for _, voices in weeks[0].weekly_voices) == 1


def test_the_share_is_of_all_voices_of_the_last_90_days(profile: Profile) -> None:
    rows = [{"author": f"a{n}", "days_ago": 10.0} for n in range(3)] * 2
    rows += [{"author": f"b{n}", "days_ago": 10.0, "theme": -1} for n in range(9)]
    rows += [{"author": f"c{n}", "days_ago": 100.0} for n in range(50)]
    share = profile(rows)[0].share
    # 3 of 12 voices; Jeffreys: Beta(3.5, 9.5).
    assert share.value == 0.25
    assert share.low == pytest.approx(beta.ppf(0.1, 3.5, 9.5), abs=1e-6)
    assert share.high == pytest.approx(beta.ppf(0.9, 3.5, 9.5), abs=1e-6)


def test_a_share_of_nobody_or_everybody_has_its_end_there(profile: Profile) -> None:
    shares = [one.share for one in profile([{"author": "ann"}, {"author": "bob"}]).values()]
    # Two of two and none of two: Beta(2.5, 0.5) and Beta(0.5, 2.5).
    assert shares[0].low == pytest.approx(beta.ppf(0.1, 2.5, 0.5), abs=1e-6)
    assert (shares[0].value, shares[0].high) == (1.0, 1.0)
    assert (shares[1].value, shares[1].low) == (0.0, 0.0)
    assert shares[1].high == pytest.approx(beta.ppf(0.9, 0.5, 2.5), abs=1e-6)


def test_a_share_is_unknown_where_nobody_spoke_lately(profile: Profile) -> None:
    assert profile([{"days_ago": 91.0}])[0].share == Estimate(None, None, None, "share")


def test_voices_are_told_apart_by_segment_channel_version_and_language(profile: Profile) -> None:
    accounts = [
        Account("A", segment="small"),
        Account("B", segment="large"),
        Account("C", segment="small"),
        Account("D"),
    ]
    rows = [
        {"account": "A", "channel": "ticket", "version": "2.0", "language": "en"},
        {"account": "A", "channel": "survey", "version": "2.0", "language": "en"},
        {"account": "B", "channel": "ticket", "version": "1.0"},
        {"account": "C", "channel": "ticket", "version": "2.0", "language": "de"},
        {"account": "D", "channel": "", "version": "1.0", "language": "de"},
        {"account": "D", "channel": "review", "theme": 1},
    ]
    found = profile(rows, accounts)[0]
    assert found.segments == (("small", 2), ("large", 1))
    assert found.channels == (("ticket", 3), ("survey", 1))
    assert found.versions == (("1.0", 2), ("2.0", 2))
    assert found.languages == (("de", 2), ("en", 1))


def test_what_the_input_does_not_tell_is_empty_and_not_zero(profile: Profile) -> None:
    found = profile([{"author": "ann"}])[0]
    assert (found.segments, found.versions, found.languages) == ((), (), ())
    assert found.sentiment == Estimate(None, None, None, "polarity")
    assert found.driver.value is None
    assert found.driver_note == "n/a: no rating and no NPS answer"


def test_sentiment_is_the_mean_over_voices_of_each_voice_s_mean(profile: Profile) -> None:
    rows = [{"author": "ann", "polarity": -1.0}] * 9 + [
        {"author": "ann", "polarity": 0.0},
        {"author": "bob", "polarity": 0.5},
        {"author": "eve", "polarity": 0.1},
        {"author": "eve"},
        {"author": "joe"},
    ]
    rows = [dict(row, statement_id=f"s{n}") for n, row in enumerate(rows)]
    found = profile(rows)[0].sentiment
    # Voices -0.9, 0.5 and 0.1: mean -0.1, squared deviations 0.64 + 0.36 + 0.04 = 1.04, as
    # variance 0.52, which is also the pooled one. Freedom 4 + 2, so the variance of the mean
    # is (4 * 0.52 + 1.04) / (6 * 3).
    reach = student.ppf(0.9, 6) * (3.12 / 18) ** 0.5
    assert found.value == pytest.approx(-0.1)
    assert found.low == pytest.approx(-0.1 - reach, abs=1e-6)
    assert found.high == pytest.approx(-0.1 + reach, abs=1e-6)


def test_one_voice_is_no_certainty_and_an_interval_stays_on_the_scale(profile: Profile) -> None:
    found = profile([{"author": "ann", "polarity": -0.9}])[0].sentiment
    # Nothing is known of the spread: variance 1 / 3 with 4 degrees of freedom.
    assert found.high == pytest.approx(-0.9 + student.ppf(0.9, 4) * (1 / 3) ** 0.5, abs=1e-6)
    assert found.low == -1.0


@pytest.mark.parametrize("voices", [2, 5, 40])
def test_80_percent_intervals_of_sentiment_hold_80_percent_of_the_true_means(
    voices: int, as_of: datetime
) -> None:
    rng = np.random.default_rng(voices)
    themes = [NeedTheme(n, f"need {n}", (), (), voices, 1.0) for n in range(1500)]
    # Unhappy voices mostly: polarity 2 b - 1 for b from Beta(1, 3), whose mean is -0.5.
    value = 2.0 * rng.beta(1.0, 3.0, size=1500 * voices) - 1.0
    theme = np.repeat(np.arange(1500), voices)
    table = pd.DataFrame(
        {
            "statement_id": [f"s{n:06d}" for n in range(len(theme))],
            "record_id": [f"r{n:06d}" for n in range(len(theme))],
            "theme_id": theme,
            "membership": 1.0,
            "created_at": pd.Timestamp(as_of),
            "age_days": 0.0,
            "voice": [f"record:r{n:06d}" for n in range(len(theme))],
            "polarity": value,
        }
    )
    moods = [one.sentiment for one in profile_themes(table, themes, (), as_of, PARAMETERS).values()]
    held = [m.low <= -0.5 <= m.high for m in moods if m.low is not None and m.high is not None]
    assert len(held) == 1500
    assert 0.75 <= np.mean(held) <= 0.85


def test_weak_mentions_do_not_count(profile: Profile) -> None:
    found = profile([{"author": "ann", "membership": 0.1, "polarity": 1.0}, {"author": "bob"}])[0]
    assert found.share.value == 0.5
    assert found.sentiment.value is None
    assert found.channels == (("survey", 1),)


def test_without_any_record_every_part_is_empty_or_unknown(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    themes = make_themes(["offline"])
    evidence = Evidence(make_mentions([{"days_ago": -5.0}]), themes, axes(1), as_of)
    found = profile_themes(usable_mentions(evidence), themes, (), as_of, PARAMETERS)[0]
    assert not found.weekly_voices and not found.channels
    assert found.share.value is None and found.sentiment.value is None


def test_the_driver_is_that_of_the_ratings(profile: Profile) -> None:
    rows = [{"theme": 0 if n < 60 else -1, "rating": 3.0 if n < 60 else 5.0} for n in range(240)]
    found = profile(rows)
    # A quarter of the customers rate two points lower.
    assert found[0].driver.value == pytest.approx(0.5, rel=0.01)
    assert found[0].driver.unit == "rating points (1-5)"
    assert found[1].driver_note == "n/a: 0 customers with ratings voice it; it takes 10"


mentions_of_few = st.lists(
    st.fixed_dictionaries(
        {
            "author": st.sampled_from("abcde"),
            "theme": st.sampled_from([-1, 0, 1]),
            "days_ago": st.floats(0.0, 200.0),
            "membership": st.floats(0.0, 1.0),
            "polarity": st.floats(-1.0, 1.0),
            "channel": st.sampled_from(["ticket", "survey", "review"]),
        }
    ),
    min_size=1,
    max_size=30,
)


# The fixtures are functions without a state.
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=mentions_of_few, seed=st.integers(0, 99))
def test_the_order_of_rows_is_irrelevant_and_no_part_exceeds_the_voices(
    make_mentions: Any,
    make_themes: Any,
    axes: Any,
    as_of: datetime,
    rows: list[dict[str, Any]],
    seed: int,
) -> None:
    themes = make_themes(["offline", "export"])
    found = make_mentions(rows).assign(polarity=[row["polarity"] for row in rows])
    table = usable_mentions(Evidence(found, themes, axes(2), as_of))
    first = profile_themes(table, themes, (), as_of, PARAMETERS)
    shuffled = table.sample(frac=1.0, random_state=seed)
    assert repr(profile_themes(shuffled, themes[::-1], (), as_of, PARAMETERS)) == repr(first)
    for theme, one in first.items():
        heard = table[(table["theme_id"] == theme) & (table["membership"] >= 0.15)]
        voices = heard["voice"].nunique()
        assert sum(n for _, n in one.weekly_voices) >= voices
        assert all(n <= voices for _, n in (*one.weekly_voices, *one.channels))
        assert (one.sentiment.value is None) == (voices == 0)
        for part in (one.share, one.sentiment):
            if part.value is not None and part.low is not None and part.high is not None:
                assert part.low <= part.value <= part.high


def test_a_sum_that_ends_on_half_a_digit_is_rounded_alike_in_every_order(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    # As floats 0.1 + 0.2 + 0.300006 is above 0.600006 and 0.2 + 0.300006 + 0.1 is not.
    themes = make_themes(["offline"])
    found = make_mentions([{"author": "ann"}] * 4).assign(polarity=[0.1, 0.2, 0.300006, 0.0])
    table = usable_mentions(Evidence(found, themes, axes(1), as_of))
    moods = {
        profile_themes(table.iloc[list(order)], themes, (), as_of, PARAMETERS)[0].sentiment
        for order in permutations(range(4))
    }
    assert len(moods) == 1


def test_a_narrower_interval_is_narrower(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    themes = make_themes(["offline"])
    found = make_mentions([{"author": name} for name in "abcd"]).assign(polarity=[0.1, 0.2, 0.3, 0])
    table = usable_mentions(Evidence(found, themes, axes(1), as_of))
    half = profile_themes(table, themes, (), as_of, replace(PARAMETERS, interval=0.5))[0]
    wide = profile_themes(table, themes, (), as_of, PARAMETERS)[0]
    for narrow, broad in ((half.share, wide.share), (half.sentiment, wide.sentiment)):
        assert narrow.low is not None and broad.low is not None
        assert narrow.low > broad.low
