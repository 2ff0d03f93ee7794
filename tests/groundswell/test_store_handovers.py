"""Hand-overs as the store keeps them, and the marks by which issues are known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import Handover, marks_in, new_mark
from groundswell.store import Lease, Store
from ingest.privacy import Privacy
from ingest.text.cleaning import clean_text
from tests.groundswell.samples import START

PRIVACY = Privacy(key=b"0" * 32)
BEGUN = Handover(
    mark=new_mark("need-12", "jira", START),
    candidate_id="need-12",
    tracker="jira",
    way="api",
    begun_at=START,
    brief_sha256="0" * 64,
)


def test_what_was_begun_is_kept_and_what_was_sent_takes_its_place(
    store: Store, lease: Lease
) -> None:
    other = replace(BEGUN, mark=new_mark("need-1", "jira", START), candidate_id="need-1")
    store.handovers.save(lease, BEGUN)
    store.handovers.save(lease, other)
    sent = replace(BEGUN, key="RF-7", url="https://x.example/RF-7", sent_at=START)
    store.handovers.save(lease, sent)
    assert store.handovers.all() == [other, sent]


def test_each_hand_over_has_a_mark_of_its_own() -> None:
    later = START + timedelta(microseconds=1)
    marks = {
        new_mark("need-12", "jira", START),
        new_mark("need-12", "linear", START),
        new_mark("need-1", "jira", START),
        new_mark("need-12", "jira", later),  # as from a store that was made anew
    }
    assert len(marks) == 4
    assert all(mark.startswith("groundswell/need-1") for mark in marks)


@given(st.text(min_size=1), st.integers(0, 10**9))
def test_a_mark_is_found_again_after_cleaning_and_redaction(name: str, seconds: int) -> None:
    mark = new_mark(name, "github", START + timedelta(seconds=seconds))
    text = f"What customers say.\n\nGroundswell idea: {mark}"
    assert marks_in(PRIVACY.redact(clean_text(text))) == (mark,)
    assert marks_in(text.replace("-", "\\-")) == (mark,)


@pytest.mark.parametrize(
    "text",
    ["groundswell", "groundswell/need-12", "see groundswell/need-12/abc", "groundswell/a/abcdefgz"],
)
def test_other_words_are_no_mark(text: str) -> None:
    assert marks_in(text) == ()
