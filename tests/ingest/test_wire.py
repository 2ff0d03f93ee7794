import json
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import AcceptedRow, FeedbackRecord, QuarantinedRow, ReadRow, Row
from ingest.parsing.wire import read_rows, write_rows

texts = st.text(st.characters(codec="utf-8"), max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
places = st.none() | st.integers(0, 2**53)
st.register_type_strategy(datetime, moments)
st.register_type_strategy(date, st.dates())
st.register_type_strategy(str, texts)
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(float, st.floats(allow_nan=False))

lines = st.integers(1, 2**53)
refused = st.builds(QuarantinedRow, line=lines, byte_start=places, byte_end=places)
REFUSED = QuarantinedRow(3, None, 9, "bad_date", "detail", "raw")


def accepted(kind: type[Any]) -> st.SearchStrategy[ReadRow]:
    return st.builds(AcceptedRow, lines, st.from_type(kind), st.none() | moments)


def sent(rows: list[ReadRow]) -> list[ReadRow]:
    message = write_rows(rows)
    assert len(message.splitlines()) == 1
    assert message.isascii()
    return read_rows(json.loads(message)["rows"])


@pytest.mark.parametrize("kind", [*get_args(Row), QuarantinedRow])
def test_rows_of_every_kind_arrive_as_they_were_sent(kind: type[Any]) -> None:
    rows = refused if kind is QuarantinedRow else accepted(kind)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(rows, max_size=3))
    def arrive(rows: list[ReadRow]) -> None:
        arrived = sent(rows)
        assert arrived == rows
        assert [typed(row) for row in arrived] == [typed(row) for row in rows]

    arrive()


def typed(row: ReadRow) -> list[object]:
    """The types of all values: True equals 1 and 1 equals 1.0, but a store tells them apart."""
    value = row if isinstance(row, QuarantinedRow) else row.value
    return [type(value), *(type(getattr(value, name)) for name in value.__slots__)]


def test_a_mixture_keeps_its_order() -> None:
    record = FeedbackRecord("tickets", "1", "a\n\u2028b", datetime(2026, 3, 1, tzinfo=UTC))
    rows: list[ReadRow] = [REFUSED, AcceptedRow(4, record), REFUSED]
    assert sent(rows) == rows


@pytest.mark.parametrize(
    "told",
    [
        ["", {"line": 1}],
        ["", {"line": 1, "reason": "made up", "detail": "", "raw": ""}],
        ["FeedbackRecord", {"source": "a"}, 1, None],
        ["FeedbackRecord", {"source": 1, "source_id": "", "text": "", "created_at": ""}, 1, None],
    ],
)
def test_what_is_no_row_is_refused(told: list[object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_rows([told])


def test_a_kind_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind of row: 'Popen'"):
        read_rows([["Popen", {"args": "true"}, 1, None]])
