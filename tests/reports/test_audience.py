import csv
from dataclasses import fields
from datetime import date
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from groundswell.report import Addressee, Audience, NamedDeal
from reports import audience_csv
from reports.inert import inert_cell

hostile = st.text(
    st.one_of(st.sampled_from("=+-@|%\t\r\n'\" ＝\u200b"), st.characters(codec="utf-8")),  # noqa: RUF001
    max_size=12,
)


def audience(text: str) -> Audience:
    said = date(2026, 5, 1)
    return Audience(
        candidate_id="need-1",
        title=text,
        shipped=None,
        people=(
            Addressee(
                "account", text, text, text, "active", 1234.5, 3, said, text, text, "t.csv:2"
            ),
        ),
        unnamed=2,
        deals=(NamedDeal("d1", None, text, None, "lost", None, said, (text, text), text),),
        segments=(),
        rivals=(),
    )


def rows(value: Audience) -> list[list[str]]:
    return list(csv.reader(StringIO(audience_csv(value).decode("utf-8-sig"), newline="")))


def test_one_row_per_customer_and_deal_with_unknowns_empty() -> None:
    heading, person, deal = rows(audience("words"))
    assert dict(zip(heading, person, strict=True)) == {
        "idea id": "need-1",
        "idea": "words",
        "shipped": "",
        "who": "account",
        "id": "words",
        "name": "words",
        "segment": "words",
        "status or stage": "active",
        "revenue or amount (per year)": "1234.5",
        "mentions": "3",
        "last said or closing": "2026-05-01",
        "their words": "words",
        "channel or competitor": "words",
        "place": "t.csv:2",
    }
    assert deal[3:9] == ["deal", "d1", "words", "", "lost", ""]
    assert deal[11] == "words; words"


@given(hostile)
def test_nothing_a_customer_wrote_is_a_formula(text: str) -> None:
    for row in rows(audience(text)):
        for cell in row:
            assert inert_cell(cell) == cell or cell.startswith("'")


def test_every_field_of_a_customer_is_in_the_row() -> None:
    heading, person, _ = rows(audience("words"))
    assert len(fields(Addressee)) + 3 == len(person) == len(heading)
