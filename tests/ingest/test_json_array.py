import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS, json_array
from ingest.sources.files import Input
from ingest.sources.rows import RawRow
from tests.pace import assert_in_proportion

MESSAGES = [
    {"id": n, "text": f"note {n}: [a] {{b}}", "user": {"login": "mira"}, "replies": [{"id": 1}]}
    for n in range(1, 6)
]
LAYOUTS = [
    json.dumps(MESSAGES),
    json.dumps(MESSAGES, indent=2),
    json.dumps(MESSAGES, separators=(",", ":")),
    json.dumps({"meta": {"next": None, "sizes": [1]}, "data": {"items": MESSAGES}}),
    json.dumps(MESSAGES[:3]) + json.dumps(MESSAGES[3:]),
    "\n".join(map(json.dumps, MESSAGES)),
    "\ufeff" + json.dumps(MESSAGES, indent="\t").replace("\n", "\r\n"),
]


def rows_of(tmp_path: Path, body: str | bytes, path: str = "") -> list[RawRow | QuarantinedRow]:
    file = tmp_path / "notes.json"
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    return list(READERS["json"](Input(file), path))


def fates(rows: list[RawRow | QuarantinedRow]) -> list[object]:
    """The reason of a quarantined row, the id of a good one."""
    return [row.reason if isinstance(row, QuarantinedRow) else row.fields.get("id") for row in rows]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_layout_gives_the_same_rows(tmp_path: Path, layout: str, encoding: str) -> None:
    rows = rows_of(tmp_path, layout.removeprefix("\ufeff").encode(encoding))
    assert rows_of(tmp_path, layout)[0].line == rows[0].line
    assert [row.fields for row in rows if isinstance(row, RawRow)] == [
        {"id": n, "text": f"note {n}: [a] {{b}}", "user.login": "mira", "replies.length": 1}
        for n in range(1, 6)
    ]


def test_lines_and_bytes_point_at_the_element(tmp_path: Path) -> None:
    # "[" is byte 0, line 1; each element stands on a line of its own: {"t":"ä"} has 10 bytes.
    rows = rows_of(tmp_path, '[\n{"t":"ä"},\n{"t":"b"}\n]')
    assert [(row.line, row.byte_start, row.byte_end) for row in rows] == [(2, 2, 12), (3, 14, 23)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"id": 3, "text": "never closed}', "json_syntax"),
        ('{"id": 3, "text": "a", "replies": [{"id": 1}', "json_syntax"),
        ('{"id": 3, "text": "a",}', "json_syntax"),
        ('{"id": 3, text: "a"}', "json_syntax"),
        ('{"id": 3, "text": "a "quoted" word"}', "json_syntax"),
        ('{"id": 3, "text": NaN}', "bad_number"),
        ('{"id": 3, "text": "a\\u0000b"}', "nul_byte"),
        ('{"id": 3, "text": "' + "x" * 1_000_001 + '"}', "row_too_long"),
        ('{"id": 3, "a": ' + "[" * 64 + "]" * 64 + "}", "json_too_deep"),
        ('"only words"', "json_syntax"),
        ("}", "json_syntax"),
        ("\xff", "json_syntax"),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_damaged_element_costs_itself(
    tmp_path: Path, broken: str, reason: str, indent: int | None
) -> None:
    good = [{"id": n, "text": "fine", "replies": [{"id": 9}]} for n in (1, 2, 4, 5)]
    body = json.dumps(good, indent=indent)
    fourth = body.index('{\n  "id": 4' if indent else '{"id": 4')
    separator = ",\n " if indent else ", "
    found = rows_of(tmp_path, body[:fourth] + broken + separator + body[fourth:])
    assert fates(found) == [1, 2, reason, 4, 5]


def test_an_element_in_another_encoding_costs_itself(tmp_path: Path) -> None:
    body = b'[{"id": 1}, {"id": 2, "text": "f\xfcr"}, {"id": 3}]'
    rows = rows_of(tmp_path, body)
    assert fates(rows) == [1, "bad_encoding", 3]
    assert isinstance(rows[1], QuarantinedRow)
    assert rows[1].detail == "byte 0xFC is not UTF-8; save the file as UTF-8"
    assert rows[1].raw == '{"id": 2, "text": "f\\xfcr"}'


def test_what_is_no_character_in_utf_16_is_not_replaced(tmp_path: Path) -> None:
    body = '[{"id": 1, "text": "a\ud800b"}, {"id": 2}]'.encode("utf-16-le", "surrogatepass")
    assert fates(rows_of(tmp_path, b"\xff\xfe" + body)) == ["bad_encoding", 2]
    assert fates(rows_of(tmp_path, b"\xff\xfe" + body + b"]")) == [
        "bad_encoding",
        2,
        "bad_encoding",
    ]


@pytest.mark.parametrize(
    ("cut", "ids"),
    [(-1, [1, 2, 3, 4, 5]), (-2, [1, 2, 3, 4]), (-12, [1, 2, 3, 4])],
)
def test_a_truncated_file_gives_what_is_whole_and_says_what_is_lost(
    tmp_path: Path, cut: int, ids: list[int]
) -> None:
    rows = rows_of(tmp_path, json.dumps(MESSAGES)[:cut])
    assert fates(rows) == [*ids, "json_syntax"]
    assert isinstance(rows[-1], QuarantinedRow)
    assert "the file ends" in rows[-1].detail


def test_the_array_is_named_where_there_are_several(tmp_path: Path) -> None:
    body = json.dumps({"users": [{"id": 9}], "data": {"items": MESSAGES}, "tags": ["a"]})
    with pytest.raises(IngestError, match=r'users, data\.items; set format = "json:NAME"'):
        rows_of(tmp_path, body)
    assert fates(rows_of(tmp_path, body, "data.items")) == [1, 2, 3, 4, 5]
    with pytest.raises(IngestError, match=r"nothing at items, but users, data\.items; set format"):
        rows_of(tmp_path, body, "items")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the file is empty; export it again"),
        (" \n", "the file is empty; export it again"),
        ("id,text\n1,a\n", "not JSON; expected an array of objects, or state format"),
        ('{"id": 1, "text": "a"}', 'no array of objects; set format = "json:NAME"'),
        ('{"a\\n\n": [{}], "b": [{}]}', r"notes.json: a\n\n, b; set format"),
        ('{"a":' * 65, "nested over 64 deep"),
    ],
)
def test_a_file_without_one_array_is_one_clear_error(
    tmp_path: Path, body: str, message: str
) -> None:
    with pytest.raises(IngestError) as error:
        rows_of(tmp_path, body)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_array, "MAX_BYTES", 12)
    assert fates(rows_of(tmp_path, '[{"id":123}]')) == [123]
    with pytest.raises(IngestError, match=r"over 12 bytes; .* write it as JSON Lines"):
        rows_of(tmp_path, '[{"id":1234}]')


texts = st.text(st.sampled_from('ab"[]{},: \\\n1é'), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    objects=st.lists(
        st.fixed_dictionaries({"id": st.integers(1, 9), "text": texts, "more": st.lists(texts)}),
        min_size=1,
        max_size=6,
    ),
    indent=st.sampled_from([None, 0, 2]),
    edits=st.lists(st.tuples(st.integers(0, 400), st.sampled_from('"[]{},\\x')), max_size=3),
)
def test_spans_cover_the_array_in_order_whatever_is_in_it(
    tmp_path: Path, objects: list[object], indent: int | None, edits: list[tuple[int, str]]
) -> None:
    body = json.dumps(objects, indent=indent)
    for place, sign in edits:
        place = 1 + place % (len(body) - 1)
        body = body[:place] + sign + body[place:]
    rows = rows_of(tmp_path, body)
    if not edits:
        assert len(rows) == len(objects)
    at = 1
    for row in rows:
        assert row.byte_start is not None
        assert row.byte_end is not None
        assert not body.encode()[at : row.byte_start].strip(b" \n,[]"), "skipped silently"
        assert row.line == 1 + body.encode()[: row.byte_start].count(b"\n")
        at = row.byte_end
    assert not body.encode()[at:].strip(b" \n,[]"), "skipped silently"


@pytest.mark.parametrize(
    ("most", "body"),
    [
        pytest.param(1_600_000, lambda size: "[" * size, id="opening"),
        pytest.param(32_000, lambda size: '[{"k":1},' + '{"k":[' * size, id="nested"),
        pytest.param(16_000, lambda size: '[{"k":1},' + '{"k":[1},' * size + "]", id="unclosed"),
        pytest.param(16_000, lambda size: '[{"k":1},' + '{"k":"1},' * size + "]", id="quotes"),
        pytest.param(
            *(16_000, lambda size: '[{"k":1},' + '{"k":1 ' * size + "}" * size + "]"),
            id="inside out",
        ),
        pytest.param(1_600_000, lambda size: '["' + '\\"' * size, id="backslashes"),
        pytest.param(64_000, lambda size: '[{"text": "e' + "\u0301" * size + '"}]', id="marks"),
    ],
)
def test_hostile_files_take_time_in_proportion(
    tmp_path: Path, most: int, body: Callable[[int], str]
) -> None:
    assert_in_proportion(lambda size: rows_of(tmp_path, body(size)), most)
    assert any(isinstance(row, QuarantinedRow) for row in rows_of(tmp_path, body(most)))
