import csv
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest

from groundswell.config import LISTS, Config, load_config
from groundswell.domain import QuarantineReason
from groundswell.section import Section

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "sample"
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
NEEDS: dict[str, Any] = TRUTH["needs"]

Record = dict[str, str]


def _csv_rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read(name: str, *, id: str, text: str, day: str) -> list[Record]:
    """Every row that has an id and a date, whatever else is wrong with it."""
    rows: list[dict[str, Any]] = []
    if name.endswith(".csv"):
        rows = list(_csv_rows(name))
    elif name.endswith(".jsonl"):
        for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):
                rows.append(json.loads(line))
    else:
        header, *cells = openpyxl.load_workbook(SAMPLE / name).worksheets[0].values
        rows = [dict(zip(map(str, header), row, strict=True)) for row in cells]
    return [
        {"id": str(row[id]), "text": str(row[text] or ""), "day": str(row[day])} for row in rows
    ]


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    config = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    found: dict[str, Record] = {}
    for source in config["sources"]:
        columns = source.get("columns", {})
        if "channel" in source:
            rows = _read(
                Path(source["path"]).name,
                id=columns["id"],
                text=columns["text"],
                day=columns["created_at"],
            )
            found |= {f"{source['name']}:{row['id']}": row for row in rows}
    return found


def _planted_records() -> set[str]:
    said = {record for need in NEEDS.values() for record in need["records"]}
    return said | set(TRUTH["praise"]) | set(TRUTH["noise"])


def test_there_are_over_850_records_in_five_channels() -> None:
    planted = _planted_records()
    assert len(planted) == TRUTH["counts"]["records"] >= 850
    channels = Counter(record.partition(":")[0] for record in planted)
    assert set(channels) == {"tickets", "reviews", "survey", "chats", "tracker"}
    assert min(channels.values()) >= 80


def test_every_record_of_the_truth_stands_in_its_file(records: dict[str, Record]) -> None:
    named = _planted_records() | set(TRUTH["two_needs"]) | set(TRUTH["loud"]["records"])
    named |= set(TRUTH["solved"]["thanks"])
    named |= {pair[side] for pair in TRUTH["duplicates"] for side in ("first", "second")}
    named |= {row["record"] for row in TRUTH["repeated_rows"] + TRUTH["personal_data"]}
    assert named <= records.keys()


def test_every_row_of_the_files_has_a_place_in_the_truth(records: dict[str, Record]) -> None:
    unexplained = records.keys() - _planted_records()
    # the chat line that breaks off has no id to find
    assert len(unexplained) == TRUTH["counts"]["quarantined"] - 1


def test_records_span_nine_months_and_end_on_the_last_day(records: dict[str, Record]) -> None:
    days = []
    for name in _planted_records():
        text = records[name]["day"]
        reviewed = name.startswith("reviews:")
        moment = datetime.strptime(text, "%d %b %Y") if reviewed else datetime.fromisoformat(text)
        days.append(moment.date())
    assert min(days) >= date(2026, 2, 1)
    assert max(days) == date(2026, 10, 31)
    assert {day.month for day in days} == set(range(2, 11))


def test_the_wording_varies(records: dict[str, Record]) -> None:
    texts = {records[name]["text"].casefold() for name in _planted_records()}
    assert len(texts) >= 850


def test_each_need_has_at_least_15_records() -> None:
    assert len(NEEDS) == 22
    assert min(len(need["records"]) for need in NEEDS.values()) >= 15


def test_five_needs_are_voiced_by_more_accounts_than_any_other() -> None:
    accounts = sorted((need["accounts"] for need in NEEDS.values()), reverse=True)
    broad = [NEEDS[key]["accounts"] for key in TRUTH["top_needs_by_accounts"]]
    assert broad == accounts[:5]
    assert accounts[4] > accounts[5]


def test_the_rising_need_was_quiet_until_july_and_is_now_among_the_first() -> None:
    rising = NEEDS[TRUTH["rising"]["need"]]
    assert max(rising["records_by_month"][:6]) <= 4  # February to July
    assert rising["records_by_month"][8] >= 20  # October
    recent = sorted((need["voices_last_90_days"] for need in NEEDS.values()), reverse=True)
    assert recent.index(rising["voices_last_90_days"]) < 5


def test_the_solved_need_faded_after_the_release() -> None:
    months = NEEDS[TRUTH["solved"]["need"]]["records_by_month"]
    assert sum(months[:5]) >= 40  # February to June
    assert sum(months[5:]) - len(TRUTH["solved"]["thanks"]) <= 3  # July to October
    assert len(TRUTH["solved"]["thanks"]) >= 5


def test_the_loud_account_is_many_messages_but_one_voice() -> None:
    need = NEEDS[TRUTH["loud"]["need"]]
    assert len(TRUTH["loud"]["records"]) >= 55
    assert set(TRUTH["loud"]["records"]) < set(need["records"])
    assert need["accounts"] < 10
    by_mentions = sorted(NEEDS, key=lambda key: -len(NEEDS[key]["records"]))
    by_accounts = sorted(NEEDS, key=lambda key: -NEEDS[key]["accounts"])
    assert by_mentions.index(TRUTH["loud"]["need"]) < 5
    assert by_accounts.index(TRUTH["loud"]["need"]) >= 15


def test_duplicates_are_what_they_are_called(records: dict[str, Record]) -> None:
    for pair in TRUTH["duplicates"]:
        first, second = (records[pair[side]]["text"] for side in ("first", "second"))
        assert (first == second) == (pair["kind"] == "exact"), pair


def test_personal_data_stands_in_the_records_named(records: dict[str, Record]) -> None:
    assert {found["kind"] for found in TRUTH["personal_data"]} == {"email", "phone"}
    for found in TRUTH["personal_data"]:
        assert found["found"] in records[found["record"]]["text"]
    texts = [record["text"] for record in records.values()]
    assert sum("@" in text for text in texts) == sum(
        found["kind"] == "email" for found in TRUTH["personal_data"]
    )


def test_quarantined_lines_are_the_broken_ones() -> None:
    known = get_args(QuarantineReason)
    assert all(row["reason"] in known for row in TRUTH["quarantined"])
    lines = {
        row["reason"]: (SAMPLE / row["file"])
        .read_text(encoding="utf-8")
        .split("\n")[row["line"] - 1]
        for row in TRUTH["quarantined"]
        if not row["file"].endswith(".xlsx")
    }
    assert lines["bad_date"].endswith("yesterday")
    assert lines["missing_id"].startswith(",")
    assert ",,," in lines["missing_text"]
    assert ",five," in lines["bad_number"]
    assert ",50," in lines["number_out_of_range"]
    assert not lines["json_syntax"].endswith("}")
    assert '"0026-' in lines["date_out_of_range"]
    assert lines["field_count"].count(",") == 8  # the header has eight columns, so seven commas
    sheet = openpyxl.load_workbook(SAMPLE / "survey.xlsx").worksheets[0]
    for row in TRUTH["quarantined"]:
        if row["file"] == "survey.xlsx":
            score, comment = sheet.cell(row["line"], 2).value, sheet.cell(row["line"], 3).value
            assert score == 11 if row["reason"] == "number_out_of_range" else comment is None


def test_deals_and_records_name_accounts_that_exist() -> None:
    accounts = {row["account_id"] for row in _csv_rows("accounts.csv")}
    assert len(accounts) == 72
    assert {row["account_id"] for row in _csv_rows("opportunities.csv")} <= accounts | {""}
    assert {row["Organization id"] for row in _csv_rows("tickets.csv")} <= accounts | {""}


def test_nobody_writes_after_leaving() -> None:
    left = {row["account_id"]: row["churned_at"] for row in _csv_rows("accounts.csv")}
    refused = {row["id"] for row in _read("tickets.csv", id="Id", text="Id", day="Id")} - {
        name.partition(":")[2] for name in _planted_records()
    }
    for row in _csv_rows("tickets.csv"):
        if row["Id"] not in refused and left.get(row["Organization id"]):
            assert row["Created at"][:10] <= left[row["Organization id"]]


def test_one_account_pays_more_than_any_three_others() -> None:
    arr = sorted(
        (float(row["arr"]) for row in _csv_rows("accounts.csv") if row["arr"]), reverse=True
    )
    assert arr[0] > sum(arr[1:4])


def test_finished_work_overran_its_estimates_in_every_team() -> None:
    rows = _csv_rows("work_history.csv")
    assert len(rows) == 45
    for team, low, high in (("Linnet", 1.1, 1.4), ("Siskin", 1.25, 1.6), ("Brambling", 1.4, 1.85)):
        mine = [row for row in rows if row["team"] == team]
        ratios = sorted(float(row["actual_days"]) / float(row["est_days"]) for row in mine)
        assert low < ratios[len(ratios) // 2] < high
    assert all(row["started"] < row["finished"] <= "2026-10-31" for row in rows)


def test_the_backlog_has_wanted_unwanted_and_rejected_items() -> None:
    items = {item["item_id"]: item for item in TRUTH["backlog"]}
    assert items.keys() == {row["item_id"] for row in _csv_rows("backlog.csv")}
    assert sum(bool(item["needs"]) for item in items.values()) >= 10
    assert sum(item["status"] == "rejected" for item in items.values()) == 2
    assert all(need in NEEDS for item in items.values() for need in item["needs"])


def test_search_interest_is_in_the_native_format() -> None:
    lines = (SAMPLE / "google_trends.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Category: All categories"
    assert lines[1] == ""
    terms = [term["term"] for term in TRUTH["search_terms"]]
    assert lines[2] == "Week," + ",".join(f"{term}: (Worldwide)" for term in terms)
    values = [line.split(",")[1:] for line in lines[3:]]
    assert values[0][0] == "<1"
    assert max(int(value) for row in values for value in row if value != "<1") == 100


def test_writing_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.make_sample", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in SAMPLE.iterdir()}
    assert written.keys() == shipped.keys()
    assert [name for name in shipped if written[name] != shipped[name]] == []


def test_the_shipped_settings_are_the_defaults() -> None:
    shipped = load_config(ROOT / "config.toml")
    defaults = Config.model_validate({}, context={"root": ROOT})
    for section in set(Config.model_fields) - set(LISTS):
        for key, value in getattr(shipped, section).model_dump().items():
            expected = getattr(getattr(defaults, section), key)
            expected = ROOT / expected if isinstance(expected, Path) else expected
            expected = expected.model_dump() if isinstance(expected, Section) else expected
            assert value == expected, f"[{section}] {key}"


def test_every_setting_stands_in_the_shipped_file() -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    examples = re.sub(r"(?m)^# \[\[.*\n(# .*\n)*", "", text)  # of what may stand more than once
    written = tomllib.loads(re.sub(r"\n# (\w+ = )", r"\n\1", examples))
    for section in set(Config.model_fields) - set(LISTS):
        fields = type(getattr(Config(), section)).model_fields
        assert written[section].keys() == fields.keys(), section


def test_every_input_of_the_sample_is_a_source() -> None:
    sources = load_config(ROOT / "config.toml").sources
    files = {path.name for path in SAMPLE.iterdir()} - {"truth.json"}
    assert {Path(source.place).name for source in sources} == files
