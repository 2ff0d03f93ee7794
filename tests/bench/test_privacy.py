import json
import re
from itertools import combinations
from random import Random

import pytest

from bench.privacy import judge, run, spans
from bench.privacy_texts import PARTS, Sample, draw_samples

SLOT = re.compile(r"\{\w+\}")
TRIVIAL = 16
"""Characters; "IBAN: {}" and the like are nobody's invention."""


def test_what_was_replaced_is_found_again_by_the_text_left() -> None:
    text = "Hi Anna, mail jo@example.com."
    assert spans(text, "Hi <person>, mail <email>.") == [(3, 7, "person"), (14, 28, "email")]
    with pytest.raises(ValueError, match="placeholders"):
        spans(text, "Hi <person>, write <email>.")


def test_a_find_counts_only_with_its_type_and_its_very_bounds() -> None:
    text = "Hi Anna Lee, call 555-0142."
    sample = Sample(text, ((3, 11, "person"), (18, 26, "phone")))
    redacted = [
        "Hi <person>, call <phone>.",  # both right
        "Hi <person> Lee, call <phone>",  # half a name; a full stop more does no harm
        "Hi <person> call <phone>.",  # so does a comma
        "Hi Anna Lee, <phone>.",  # a word too many
        "Hi Anna Lee, call <card>.",  # the wrong type
    ]
    # person: 2 of 5 found, by 3 finds; phone: 3 of 5, by 4 finds; card: no item, 1 find
    assert judge([sample] * 5, redacted) == {
        "card": {"items": 0, "recall": None, "precision": 0.0},
        "person": {"items": 5, "recall": 0.4, "precision": 0.6667},
        "phone": {"items": 5, "recall": 0.6, "precision": 0.75},
    }


def test_items_stand_where_a_sample_says() -> None:
    for part in PARTS:
        samples = draw_samples(part, 20, Random(1))
        assert {kind for sample in samples for *_, kind in sample.items} == {
            *("address", "card", "email", "iban", "ip", "order", "person", "phone")
        }
        for sample in samples:
            assert all(sample.text[start:end].strip() for start, end, _ in sample.items)
        emails = [s.text[a:b] for s in samples for a, b, kind in s.items if kind == "email"]
        assert all("@" in email for email in emails)


def test_the_same_seed_draws_the_same_texts() -> None:
    assert draw_samples("seen", 5, Random(3)) == draw_samples("seen", 5, Random(3))
    assert draw_samples("seen", 5, Random(3)) != draw_samples("seen", 5, Random(4))


def test_no_two_parts_share_a_sentence() -> None:
    # Slots do not count: "from {phone_us}" and "from {phone_uk}" are one sentence.
    sentences = [
        {SLOT.sub("{}", frame).lower() for frames in part.frames.values() for frame in frames}
        for part in PARTS.values()
    ]
    for place, own in enumerate(sentences):
        for others in sentences[place + 1 :]:
            assert {s for s in own & others if len(s) > TRIVIAL} == set()


def test_no_two_parts_share_a_name() -> None:
    for own, other in combinations(PARTS.values(), 2):
        assert not set(own.first) & set(other.first)
        assert not set(own.last) & set(other.last)


def test_the_first_blind_set_is_wide_enough_to_mean_something() -> None:
    part = PARTS["first_blind"]
    for kind in ("email", "phone", "card", "iban", "ip", "address", "person"):
        assert len(part.frames[kind]) >= 40, kind
    assert len(part.frames["none"]) >= 120


def test_what_check_digits_or_form_prove_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(["--seed", "5", "--per-type", "70", "--json"])
    assert capsys.readouterr().out == ""
    json.dumps(result)
    for part in PARTS:
        types = result[part]["types"]
        for kind in ("card", "email", "iban", "ip", "order", "phone"):
            assert types[kind]["recall"] >= 0.98, (part, kind)
            assert types[kind]["precision"] >= 0.95, (part, kind)
        for kind, least in (("address", 0.9), ("person", 0.8)):
            assert types[kind]["recall"] >= least, (part, kind)
            assert types[kind]["precision"] >= 0.93, (part, kind)


def test_the_table_names_every_type(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--per-type", "3"])
    shown = capsys.readouterr().out
    assert all(kind in shown for kind in ("address", "person", "precision", "a second"))
