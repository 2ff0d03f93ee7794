"""What counts as said again: one person pasting twice and waves of spam, and nothing else."""

import random
import re
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise, permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import Copy
from models.statements.duplicates import SAME_PERSON_SIMILARITY, WAVE_SIMILARITY, find_copies
from models.statements.resemblance import candidate_pairs, count_words, normal_words, resemblance


class Message(NamedTuple):
    """A record with what decides about it."""

    name: str
    text: str
    author: str | None = None
    account: str | None = None
    day: float = 0.0


LONG = (
    "We need a way to approve invoices from the phone because our managers travel all week and"
    " never open a laptop"
)  # 20 words
SHORT = "The map goes blank as soon as I rotate the phone"  # 11 words
STATEMENTS = [
    "Please let me export the weekly report as a spreadsheet",
    SHORT,
    "Offline notes are lost when the tablet restarts overnight",
    "I was charged twice for order 4471902 and nobody answers my mails",
    "Syncing with the desktop stopped after Tuesday and restarting it does not help",
    LONG,
    "Every time I attach a photo larger than a few megabytes the app freezes for a minute and"
    " then throws the draft away",
    "The search only looks at titles. I have thousands of recipes and I can never find the one"
    " that uses leeks unless I remember its name",
    "After the last update the widget shows yesterday's weather until I tap it, and then it"
    " takes ten seconds to load the right city",
    "My parcel with reference 99812734 was marked as delivered on Monday but it never came, and"
    " the chat bot keeps sending me in circles. I would like to speak to a person please",
    "Could you add a second calendar for each member of the family? We keep mixing up the"
    " dentist and the football training and somebody always waits at the wrong place",
    "Dark mode hurts my eyes at night since the buttons stay white",
    "Timer sound cannot be changed and wakes the baby",
    "Password reset mail never arrives at <email> even after five tries",
]
SAME_NEED_IN_OTHER_WORDS = [
    "It would be great to have the weekly report in Excel",
    "When I turn my phone sideways the map disappears",
    "My tablet rebooted last night and all the notes I took without a connection were gone",
    "You took the money for my order 4471902 two times and support is silent",
    "Since Tuesday nothing arrives on my desktop any more, and a restart changed nothing",
    "Our managers are always on the road, so approving invoices has to work on a phone too",
    "The app hangs when I add big pictures to a message, and what I wrote is lost afterwards",
    "Please let the search look inside the recipes too. With thousands of them I do not"
    " remember which title had leeks",
    "Since the new version the widget is a day behind. Tapping it helps, but the city takes ten"
    " seconds to appear",
    "The tracking says my parcel 99812734 was delivered on Monday. It was not. The chat bot is"
    " no help at all, I want to talk to a human being",
    "We are a family of five and one calendar is not enough. A separate one for each of us would"
    " stop the mix-ups with appointments",
    "At night the white buttons of the dark mode are too bright for my eyes",
    "Let us choose another sound for the timer, this one is so loud that the baby wakes up",
    "I asked five times for a new password and no mail came to <email>",
]
OTHER_NEED_IN_LIKE_WORDS = [
    "Please let me export the weekly report as a calendar",
    "The keyboard goes blank as soon as I unlock the phone",
    "Offline maps are lost when the tablet updates overnight",
    "I was logged out twice for no reason and nobody answers my mails",
    "Syncing with the watch stopped after Tuesday and pairing it again does not help",
    "We need a way to reject holidays from the phone because our managers travel all week and"
    " never read mail",
    "Every time I record a video longer than a few minutes the app freezes for a minute and then"
    " throws the sound away",
    "The search only looks at titles. I have thousands of songs and I can never find the one"
    " that mentions rain unless I remember its name",
    "After the last update the widget shows yesterday's steps until I open it, and then it takes"
    " ten seconds to load the right goal",
    "My refund with reference 99812734 was marked as paid on Monday but it never came, and the"
    " hotline keeps sending me in circles. I would like to close my account please",
    "Could you add a second playlist for each member of the family? We keep mixing up the songs"
    " and the stories and somebody always hears the wrong voice",
    "Dark mode drains my battery at night since the pixels stay white",
    "Timer sound cannot be heard and burns the bread",
    "Password change page never loads at <email> even after five tries",
]
Edit = Callable[[str, random.Random], str]


def find(*messages: Message) -> list[Copy]:
    names, texts, authors, accounts, days = zip(*messages, strict=True)
    return find_copies(names, texts, authors, accounts, days)


def pairs(*messages: Message) -> dict[str, str]:
    """Copy to original."""
    return {copy.record_id: copy.original_id for copy in find(*messages)}


def repeats(first: str, second: str) -> bool:
    """Whether one person who writes both has said the same twice."""
    return bool(find(Message("1", first, "ann"), Message("2", second, "ann", day=1)))


def slip(text: str, chance: random.Random) -> str:
    """Leave out, double or exchange a letter."""
    place = chance.choice([i for i in range(1, len(text) - 2) if text[i : i + 2].isalpha()])
    letter, after = text[place], text[place + 1]
    edited = chance.choice([after, letter + letter + after, after + letter])
    return text[:place] + edited + text[place + 2 :]


EDITS: dict[str, tuple[float, Edit]] = {
    "one slip": (1.0, slip),
    "two slips": (0.8, lambda text, chance: slip(slip(text, chance), chance)),
    "a greeting": (1.0, lambda text, chance: chance.choice(["Hello, ", "Hi team! "]) + text),
    "a signature": (0.85, lambda text, chance: text + chance.choice([" Thanks, Mia", "\n--\nAda"])),
    "another number": (
        1.0,
        lambda text, chance: re.sub(r"\d{4,}", str(chance.randrange(10**4, 10**9)), text),
    ),
    "capitals and marks": (1.0, lambda text, _: text.upper().replace(" ", "  ") + "!!!"),
}  # edit to the share that is recognised at least


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_text_is_recognised(edit: str) -> None:
    share, change = EDITS[edit]
    chance = random.Random(7)
    edited = [(text, change(text, chance)) for text in STATEMENTS for _ in range(10)]
    assert sum(repeats(*pair) for pair in edited) >= share * len(edited)


@pytest.mark.parametrize("others", [SAME_NEED_IN_OTHER_WORDS, OTHER_NEED_IN_LIKE_WORDS])
def test_another_statement_of_the_same_person_is_no_copy(others: Sequence[str]) -> None:
    assert [pair for pair in zip(STATEMENTS, others, strict=True) if repeats(*pair)] == []


def test_similarity_is_the_jaccard_index_of_runs_of_four_letters() -> None:
    # abcdefg has abcd bcde cdef defg; abcdefh has abcd bcde cdef defh: 3 of 5 shared
    assert resemblance("abcdefg", "abcdefh") == 3 / 5
    assert resemblance("abc", "abc") == 1.0


def test_the_same_words_are_a_copy_of_similarity_one() -> None:
    (copy,) = find(Message("b", SHORT, "ann", day=2), Message("a", SHORT + ".", "ann", day=3))
    assert copy == Copy("a", "b", 1.0)


def test_texts_of_three_words_are_never_copies() -> None:
    assert pairs(Message("1", "Add dark mode", "ann"), Message("2", "Add dark mode", "ann")) == {}
    four = "Please add dark mode"
    assert pairs(Message("1", four, "ann"), Message("2", four, "ann")) == {"2": "1"}


def test_words_of_chinese_are_counted_without_blanks() -> None:
    assert count_words("无法登录我的账户") == 4  # eight characters
    assert pairs(Message("1", "无法登录我的账户", "ann"), Message("2", "无法登录我的账户", "ann"))


@pytest.mark.parametrize("text", ["great app", "it keeps crashing all the time since today"])
def test_common_words_of_different_people_are_all_kept(text: str) -> None:
    assert pairs(*(Message(f"{i}", text, f"author {i}") for i in range(30))) == {}
    assert pairs(*(Message(f"{i}", text) for i in range(30))) == {}


def test_one_account_of_unknown_authors_is_one_person() -> None:
    first, second = Message("1", SHORT, None, "ACME"), Message("2", SHORT, None, "ACME")
    assert pairs(first, second) == {"2": "1"}
    assert pairs(first, second._replace(account="Globex")) == {}
    assert pairs(first, second._replace(author="ann")) == {}


def test_no_customer_falls_silent_because_an_author_has_several_accounts() -> None:
    one, two = Message("1", SHORT, "ann", "ACME"), Message("2", SHORT, "ann", "Globex", 1)
    assert pairs(one, two) == {}
    # and no record with an account is hidden behind one without
    assert pairs(Message("1", SHORT, "ann", None), Message("2", SHORT, "ann", "ACME", 1)) == {}
    assert pairs(Message("1", SHORT, "ann", "ACME"), Message("2", SHORT, "ann", None, 1))


def test_a_wave_needs_three_authors_within_fourteen_days() -> None:
    wave = [Message(f"{i}", LONG, f"author {i}", day=7.0 * i) for i in range(3)]
    assert pairs(*wave) == {"1": "0", "2": "0"}  # days 0, 7 and 14
    assert pairs(*wave[:2]) == {}
    assert pairs(*wave[:2], wave[2]._replace(day=14.1)) == {}
    assert pairs(*wave[:2], wave[2]._replace(author="author 1")) == {"2": "1"}  # pasted twice


def test_authors_who_are_not_known_are_different_ones() -> None:
    assert pairs(*(Message(f"{i}", LONG) for i in range(3))) == {"1": "0", "2": "0"}


def test_a_wave_needs_twelve_words() -> None:
    eleven = [Message(f"{i}", SHORT) for i in range(9)]
    assert pairs(*eleven) == {}
    assert len(pairs(*(m._replace(text=SHORT + " today") for m in eleven))) == 8


def test_a_wave_lasts_until_fourteen_days_pass_without_another_text() -> None:
    days = [0.0, 1.0, 2.0, 16.0, 30.0, 45.0]  # 14 days apart at most, but the last
    wave = [Message(f"{i}", LONG, day=day) for i, day in enumerate(days)]
    assert pairs(*wave) == dict.fromkeys("1234", "0")


def test_customers_are_no_wave() -> None:
    known = [Message(f"{i}", LONG, f"author {i}", f"account {i}") for i in range(9)]
    assert pairs(*known) == {}
    # an author whose account is known from another record is a customer as well
    homes = [m._replace(name=m.name + "x", text="Thanks for the call", day=9) for m in known]
    assert pairs(*homes, *(m._replace(account=None) for m in known)) == {}


def test_what_is_said_in_one_form_or_above_one_answer_is_kept() -> None:
    form = " ".join(STATEMENTS)
    answers = ["I am sad.", "Where is dark mode?", "Wrong city in the widget", "No sound today"]
    for filled in ([form + "\n" + said for said in answers], [said + form for said in answers]):
        assert resemblance(*map(normal_words, filled[:2])) >= WAVE_SIMILARITY
        assert pairs(*(Message(f"{i}", text) for i, text in enumerate(filled))) == {}
        assert pairs(*(Message(f"{i}", text, "ann") for i, text in enumerate(filled))) == {}


def test_a_chain_of_small_changes_ends_where_the_first_text_is_no_longer_recognised() -> None:
    chance = random.Random(2)
    chain = list(accumulate([LONG] * 60, lambda text, _: slip(text, chance)))
    assert min(resemblance(*pair) for pair in pairwise(chain)) >= SAME_PERSON_SIMILARITY
    messages = [Message(f"{i:02}", text, "ann", day=i) for i, text in enumerate(chain)]
    copies = find(*messages)
    text = {m.name: normal_words(m.text) for m in messages}
    for copy in copies:
        index = resemblance(text[copy.original_id], text[copy.record_id])
        assert copy.similarity == index >= SAME_PERSON_SIMILARITY
    assert 1 < len(text) - len(copies) < len(text)  # several originals, each with copies


def test_two_groups_that_share_a_record_have_one_original() -> None:
    # Ann wrote it in spring; in summer she and two others were asked to paste it
    wave = [Message(f"{i}", LONG, name, day=100) for i, name in enumerate(["ann", "bob", "cy"])]
    assert pairs(Message("spring", LONG, "ann"), *wave) == dict.fromkeys("012", "spring")


def test_an_original_is_never_a_copy() -> None:
    copies = find(*a_mixed_bag(200, seed=5))
    assert len(copies) > 20
    assert not {c.original_id for c in copies} & {c.record_id for c in copies}


def a_mixed_bag(count: int, seed: int) -> list[Message]:
    chance = random.Random(seed)
    texts = [slip(text, chance) for text in STATEMENTS for _ in range(3)] + STATEMENTS
    names = ["ann", "bob", "cy", None]
    return [
        Message(
            f"{i:04}",
            chance.choice(texts),
            chance.choice(names),
            chance.choice(["ACME", None, None]),
            chance.randrange(40),
        )
        for i in range(count)
    ]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(chance: random.Random) -> None:
    messages = a_mixed_bag(60, seed=1)
    expected = find(*messages)
    chance.shuffle(messages)
    assert find(*messages) == expected


def test_the_earlier_record_id_is_the_original_on_the_same_day() -> None:
    messages = [Message(name, SHORT, "ann") for name in "bca"]
    for order in permutations(messages):
        assert pairs(*order) == {"b": "a", "c": "a"}


@pytest.mark.parametrize(("band", "limit"), [(4, SAME_PERSON_SIMILARITY), (6, WAVE_SIMILARITY)])
def test_all_pairs_that_are_alike_are_candidates(band: int, limit: float) -> None:
    chance = random.Random(11)
    edited = [(normal_words(text), normal_words(slip(text, chance))) for text in STATEMENTS * 40]
    alike = [pair for pair in edited if resemblance(*pair) >= limit]
    assert len(alike) > 400
    texts = [text for pair in alike for text in pair]
    found = candidate_pairs(texts, [place // 2 for place in range(len(texts))], band, limit)
    assert found == [(place + 1, place) for place in range(0, len(texts), 2)]


def test_candidates_are_of_one_owner() -> None:
    assert candidate_pairs([LONG] * 4, [0, 1, 0, 1], 4, 0.75) == [(2, 0), (3, 1)]
    assert candidate_pairs([], [], 4, 0.75) == []


def test_each_candidate_is_paired_with_the_one_before_and_the_first() -> None:
    pairs_of_four = candidate_pairs([LONG] * 4, [0] * 4, 4, 0.75)
    assert pairs_of_four == [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_text_is_taken(texts: list[str]) -> None:
    copies = find_copies(
        [f"{i:02}" for i in range(len(texts))],
        texts,
        ["ann"] * len(texts),
        [None] * len(texts),
        [0.0] * len(texts),
    )
    assert all(copy.original_id < copy.record_id for copy in copies)


def test_faults_of_the_caller_are_refused() -> None:
    with pytest.raises(ValueError, match=r"lengths differ: \[1, 1, 2, 1, 1\]"):
        find_copies(["a"], ["x", "y"], [None], [None], [0.0])
    with pytest.raises(ValueError, match="twice"):
        find(Message("a", SHORT), Message("a", LONG))
    with pytest.raises(ValueError, match="finite"):
        find(Message("a", SHORT, day=float("nan")))
