import json
import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from groundswell.errors import StoreError
from groundswell.report import IdeaReport
from reports import from_json, schema, to_json
from reports.interchange import significant, spelt

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "ideas.schema.json"


def test_what_is_written_is_read_again(report: IdeaReport) -> None:
    read = from_json(to_json(report))
    assert to_json(read) == to_json(report)
    assert read.ideas[4].title == report.ideas[4].title
    assert read.as_of == report.as_of
    assert read.ideas[6].revenue.value is None
    assert read.ideas[0].priority == pytest.approx(report.ideas[0].priority, rel=1e-9)


def test_bars_still_sum_to_the_priority_after_rounding(report: IdeaReport) -> None:
    for idea in from_json(to_json(report)).ideas:
        assert sum(part.contribution for part in idea.parts) == pytest.approx(
            idea.priority, abs=1e-9
        )


def test_fields_stand_in_their_order_and_text_as_it_is(report: IdeaReport) -> None:
    text = to_json(report)
    assert list(json.loads(text)) == [field.name for field in fields(IdeaReport)]
    assert "تصدير التقارير" in text
    assert text.startswith('{\n  "run": {\n    "run_id": 7,')
    assert text.endswith("}\n")


def test_equal_numbers_are_equal_bytes(report: IdeaReport) -> None:
    first = report.ideas[0]
    jitter = replace(first, priority=first.priority + 1e-13, voices=64.2 + 1e-13)
    assert to_json(replace(report, ideas=(jitter, *report.ideas[1:]))) == to_json(report)


def test_a_whole_number_is_written_alike_as_float_and_as_integer(report: IdeaReport) -> None:
    written = [
        to_json(replace(report, ideas=(replace(report.ideas[0], voices=n),))) for n in (3, 3.0)
    ]
    assert written[0] == written[1]
    assert '"voices": 3,' in written[0]


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_rounding_keeps_ten_digits_and_repeats_itself(value: float) -> None:
    once = significant(value)
    assert significant(once) == once
    assert math.isclose(once, value, rel_tol=1e-9, abs_tol=1e-300)


@given(st.floats() | st.integers() | st.floats(-1e6, 1e6).map(lambda n: round(n, 3)))
@example(-0.0)
@example(1e-05)
@example(1e16)
@example(0.1 + 0.2)
def test_a_number_is_spelt_as_it_is_rounded(value: float) -> None:
    assert spelt(value) == repr(significant(value))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_is_none_is_our_own_mistake(report: IdeaReport, value: float) -> None:
    broken = replace(report, ideas=(replace(report.ideas[0], score=value),))
    with pytest.raises(ValueError, match=r"nan|inf|JSON"):
        to_json(broken)


def test_the_published_schema_is_the_schema() -> None:
    # After a change: python -c 'import json, reports; print(json.dumps(reports.schema(),
    # indent=2, ensure_ascii=False))' > docs/schema/ideas.schema.json
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()


def test_the_report_follows_the_published_schema(report: IdeaReport) -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    validator = Draft202012Validator(published)
    values = json.loads(to_json(report))
    assert not list(validator.iter_errors(values))
    values["ideas"][0]["rank"] = "first"
    assert [error.json_path for error in validator.iter_errors(values)] == ["$.ideas[0].rank"]


def test_the_schema_explains_the_fields() -> None:
    described = schema()["$defs"]["RankedIdea"]["properties"]["priority"]["description"]
    assert described == "Sum of the parts' contributions."


def test_a_newer_report_is_read_and_its_new_fields_passed_over(report: IdeaReport) -> None:
    values = json.loads(to_json(report))
    values["mood"] = "sunny"
    assert to_json(from_json(json.dumps(values))) == to_json(report)


def test_an_older_report_says_what_is_missing(report: IdeaReport) -> None:
    values = json.loads(to_json(report))
    del values["ideas"][2]["tier"]
    with pytest.raises(StoreError) as error:
        from_json(json.dumps(values))
    assert str(error.value) == (
        "saved report: ideas.2.tier: Field required; it was written by another version,"
        " 'groundswell run' writes a new one"
    )


def test_what_is_no_json_is_one_line_too() -> None:
    with pytest.raises(StoreError, match=r"^saved report: the start: Invalid JSON[^\n]*$"):
        from_json("<html>")
