import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.json_values import MAX_DEPTH
from ingest.sources.rows import RawRow
from tests.pace import assert_in_proportion


def rows_of(tmp_path: Path, text: str) -> list[RawRow | QuarantinedRow]:
    path = tmp_path / "chats.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return list(READERS["jsonl"](Input(path), ""))


values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.text("abc", min_size=1), values, min_size=1), min_size=1))
def test_every_object_comes_back_as_it_was_written(
    tmp_path: Path, objects: list[dict[str, object]]
) -> None:
    rows = rows_of(tmp_path, "\n".join(map(json.dumps, objects)))
    assert [dict(row.fields) for row in rows if isinstance(row, RawRow)] == objects


def test_types_are_those_of_the_file(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, '{"created_at": "1", "id": "00123", "stars": 4, "tags": ["a"]}\n')
    assert isinstance(row, RawRow)
    assert row.fields == {"created_at": "1", "id": "00123", "stars": 4, "tags": ["a"]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "cut off', "json_syntax"),
        ('["text"]', "json_syntax"),
        ("text", "json_syntax"),
        ('{"stars": NaN}', "bad_number"),
        ('{"stars": -Infinity}', "bad_number"),
        ('{"stars": 1e400}', "number_out_of_range"),
        (f'{{"id": {2**63}}}', "number_out_of_range"),
        (f'{{"id": {"9" * 5000}}}', "number_out_of_range"),
        ('{"text": "a\\u0000b"}', "nul_byte"),
        ('{"text": ["a\\u0000b"]}', "nul_byte"),
        ('{"text": "a\\ud800b"}', "lone_surrogate"),
        ('{"a": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", "json_too_deep"),
        ("[" * 100_000, "json_too_deep"),
        ('{"text": "' + "e\\u0301" + "\\u0301" * 31 + '"}', "too_many_marks"),
        ('{"text": "' + "x" * 131_073 + '"}', "field_too_long"),
        ("{" + ", ".join(f'"k{n}": 1' for n in range(513)) + "}", "field_count"),
        ('{"\\ud800": "a"}', "lone_surrogate"),
    ],
)
def test_a_line_that_cannot_be_used_costs_itself(tmp_path: Path, line: str, reason: str) -> None:
    rows = rows_of(tmp_path, f'{{"text": "before"}}\n{line}\n{{"text": "after"}}\n')
    assert [type(row) for row in rows] == [RawRow, QuarantinedRow, RawRow]
    assert isinstance(rows[1], QuarantinedRow)
    assert (rows[1].line, rows[1].reason) == (2, reason)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (f'{{"id": {2**63 - 1}}}', {"id": 2**63 - 1}),
        (f'{{"id": -{2**63}}}', {"id": -(2**63)}),
        ('{"a": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}", {"a.length": 1}),
        ('{"text": "' + "[{" * 200 + '"}', {"text": "[{" * 200}),
        ("{" + ", ".join(f'"k{n}": 1' for n in range(512)) + "}", {f"k{n}": 1 for n in range(512)}),
        (f'{{"{"k" * 499}": {{"{"k" * 500}": 1}}}}', {f"{'k' * 499}.{'k' * 500}": 1}),
    ],
)
def test_what_is_just_within_the_limits_is_read(
    tmp_path: Path, line: str, fields: dict[str, object]
) -> None:
    (row,) = rows_of(tmp_path, line)
    assert isinstance(row, RawRow)
    assert row.fields == fields


def test_nested_objects_become_columns_with_dots(tmp_path: Path) -> None:
    item = {
        "id": 7,
        "user": {"login": "mira", "plan": {"name": "team"}},
        "labels": ["bug", "sync"],
        "comments": [{"body": "me too"}, {"body": "and me"}],
        "empty": {},
        "none": [],
        "user.login": "kept apart",
    }
    (row,) = rows_of(tmp_path, json.dumps(item))
    assert isinstance(row, RawRow)
    assert row.fields == {
        "id": 7,
        "user.login": "mira",
        "user.plan.name": "team",
        "labels": ["bug", "sync"],
        "comments.length": 2,
        "none": [],
        "user.login (2)": "kept apart",
    }


def test_names_that_nesting_makes_endless_are_refused(tmp_path: Path) -> None:
    # 40 keys of 20,000 characters would stand in the names of 500 columns each: 400 MB.
    inner = json.dumps({f"k{n}": 1 for n in range(500)})
    line = "".join(f'{{"{"k" * 20_000}": ' for _ in range(40)) + inner + "}" * 40
    (row,) = rows_of(tmp_path, line)
    assert isinstance(row, QuarantinedRow)
    assert row.reason == "field_too_long"
    assert len(row.detail) < 200


@pytest.mark.parametrize(("pump", "most"), [("[", 800_000), ('\\"', 400_000), ("[{", 96_000)])
def test_hostile_lines_take_time_in_proportion(tmp_path: Path, pump: str, most: int) -> None:
    assert_in_proportion(lambda size: rows_of(tmp_path, '{"' + pump * size + "[" * 99), most)


def test_an_empty_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"chats\.jsonl: the file is empty; export it again"):
        rows_of(tmp_path, "")
