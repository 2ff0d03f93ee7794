from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ingest.sources.rows import RowFault
from ingest.values import Cells


def cells(value: object, date_format: str = "") -> Cells:
    return Cells({"Column": value}, {"field": "Column"}, date_format)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-03-01", datetime(2026, 3, 1)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 9, 30)),
        ("2026-03-01T09:30:00.250+02:00", datetime(2026, 3, 1, 7, 30, 0, 250_000)),
        ("2026-03-01 09:30:00 UTC", datetime(2026, 3, 1, 9, 30)),
        ("2026-03", datetime(2026, 3, 1)),
        ("2026-03-01T05", datetime(2026, 3, 1, 5)),
        (datetime(2026, 3, 1, 9, 30), datetime(2026, 3, 1, 9, 30)),
        (
            datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 3, 1, 14),
        ),
        (date(2026, 3, 1), datetime(2026, 3, 1)),
        (" 1990-01-01 ", datetime(1990, 1, 1)),
    ],
)
def test_times_are_read_as_utc(value: object, time: datetime) -> None:
    found = cells(value).moment("field")
    assert found is not None
    assert found.isoformat() == time.replace(tzinfo=UTC).isoformat()


@pytest.mark.parametrize(
    ("value", "form", "time"),
    [
        ("03/04/2026", "%d/%m/%Y", datetime(2026, 4, 3)),
        ("2021年12月20日", "%Y年%m月%d日", datetime(2021, 12, 20)),
        ("Mar 1, 2026", "%b %d, %Y", datetime(2026, 3, 1)),
        ("1772357400", "unix", datetime(2026, 3, 1, 9, 30)),
        ("1772357400500", "unix_ms", datetime(2026, 3, 1, 9, 30, 0, 500_000)),
        (1772357400, "unix", datetime(2026, 3, 1, 9, 30)),
    ],
)
def test_a_stated_date_format_alone_decides(value: object, form: str, time: datetime) -> None:
    assert cells(value, form).moment("field") == time.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form", "reason"),
    [
        ("yesterday", "", "bad_date"),
        ("03/04/2026", "", "bad_date"),
        ("2026-02-30", "", "bad_date"),
        ("2026-03-01", "%d/%m/%Y", "bad_date"),
        ("nan", "unix", "bad_date"),
        ("9" * 400, "unix", "bad_date"),
        (46082, "", "bad_date"),
        (datetime(1989, 12, 31), "", "date_out_of_range"),
        ("2101-01-01", "", "date_out_of_range"),
        ("0001-01-01T00:00:00+14:00", "", "date_out_of_range"),
    ],
)
def test_other_dates_are_refused(value: object, form: str, reason: str) -> None:
    with pytest.raises(RowFault) as fault:
        cells(value, form).moment("field")
    assert fault.value.reason == reason
    assert fault.value.detail.startswith("Column is ")


Method = Callable[[Cells], float | None]
NUMBER: Method = lambda cells: cells.number("field", 1, 5)  # noqa: E731
MONEY: Method = lambda cells: cells.money("field")  # noqa: E731
SHARE: Method = lambda cells: cells.share("field")  # noqa: E731
INTEGER: Method = lambda cells: cells.integer("field", 0, 10)  # noqa: E731


@pytest.mark.parametrize(
    ("method", "value", "number"),
    [
        (NUMBER, "4", 4.0),
        (NUMBER, " 4.5 ", 4.5),
        (NUMBER, 5, 5.0),
        (NUMBER, "", None),
        (NUMBER, None, None),
        (NUMBER, float("nan"), None),
        (MONEY, "$1,200.50", 1200.5),
        (MONEY, "1 200"[:1], 1.0),
        (MONEY, "€ 12,000,000", 12e6),
        (MONEY, "EUR 900", 900.0),
        (MONEY, "900 USD", 900.0),
        (MONEY, "0", 0.0),
        (SHARE, "0.6", 0.6),
        (SHARE, "60%", 0.6),
        (SHARE, "60", 0.6),
        (SHARE, "1", 1.0),
        (SHARE, "1 %", 0.01),
        (INTEGER, "9.0", 9),
    ],
)
def test_numbers(method: Method, value: object, number: float | None) -> None:
    assert method(cells(value)) == number


@pytest.mark.parametrize(
    ("method", "value", "reason", "detail"),
    [
        (NUMBER, "five", "bad_number", "Column is 'five'; expected a number such as 1,200.50"),
        (NUMBER, "5.1", "number_out_of_range", "Column is 5.1; expected 1 to 5"),
        (NUMBER, "0", "number_out_of_range", "Column is 0; expected 1 to 5"),
        (NUMBER, "1e999", "number_out_of_range", "Column is 1e999; expected 1 to 5"),
        (NUMBER, "nan", "bad_number", "Column is 'nan'; expected a number such as 1,200.50"),
        (NUMBER, "٣", "bad_number", None),
        (
            NUMBER,
            "9" * 5000,
            "number_out_of_range",
            "Column has 5,000 characters; expected a number",
        ),
        (NUMBER, ",", "bad_number", None),
        (MONEY, "1.200,50", "bad_number", None),
        (MONEY, "12,00", "bad_number", None),
        (MONEY, "-5", "number_out_of_range", "Column is -5; expected 0 or more"),
        (MONEY, "12k", "bad_number", None),
        (SHARE, "101%", "number_out_of_range", None),
        (INTEGER, "9.5", "bad_number", "Column is '9.5'; expected a whole number"),
        (INTEGER, "11", "number_out_of_range", "Column is 11; expected 0 to 10"),
        (INTEGER, True, "bad_number", None),
    ],
)
def test_other_numbers_are_refused(
    method: Method, value: object, reason: str, detail: str | None
) -> None:
    with pytest.raises(RowFault) as fault:
        method(cells(value))
    assert fault.value.reason == reason
    assert detail in (None, fault.value.detail)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        (123.0, "123"),
        (9007199254740993, "9007199254740993"),
        ("NA", "NA"),
        ("  ", None),
        (["a", "b"], "a; b"),
        (float("nan"), None),
        ("two\n lines", "two lines"),
    ],
)
def test_names_stay_as_they_are_written(value: object, text: str | None) -> None:
    assert cells(value).name("field") == text


def test_a_name_too_long_to_be_one_is_refused() -> None:
    assert cells("x" * 1000).name("field") == "x" * 1000
    with pytest.raises(RowFault, match="Column has 1,001 characters; expected at most 1,000"):
        cells("x" * 1001).name("field")


def test_a_cell_without_a_value_is_a_fault_only_where_it_is_needed() -> None:
    row = Cells(
        {"a": RowFault("cell_error", "the cell shows #REF!"), "b": "fine"}, {"x": "a", "y": "b"}
    )
    assert row.text("y") == "fine"
    assert row.text("z") is None
    with pytest.raises(RowFault, match="#REF!"):
        row.text("x")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("01/Mar/26 9:30 AM", datetime(2026, 3, 1, 9, 30)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30)),
        ("1772357400", datetime(2026, 3, 1, 9, 30)),
    ],
)
def test_of_several_forms_the_first_that_fits_reads_a_date(value: str, time: datetime) -> None:
    form = "%d/%b/%y %I:%M %p | iso | unix"
    assert cells(value, form).moment("field") == time.replace(tzinfo=UTC)


def test_a_date_in_none_of_several_forms_is_refused() -> None:
    with pytest.raises(RowFault, match=r"'soon'; expected a date by date_format '%d.%m.%Y \| iso'"):
        cells("soon", "%d.%m.%Y | iso").moment("field")
    with pytest.raises(RowFault):  # without iso in the list nothing but the form is read
        cells("2026-03-01", "%d.%m.%Y | unix_ms | %m/%d/%Y").moment("field")


def test_the_order_of_the_forms_decides_an_ambiguous_date() -> None:
    first, second = "%d/%m/%Y", "%m/%d/%Y"
    found = [
        cells("03/04/2026", f"{a} | {b}").moment("field")
        for a, b in ((first, second), (second, first))
    ]
    assert [time.month for time in found if time] == [4, 3]
