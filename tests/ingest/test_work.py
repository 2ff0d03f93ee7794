from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundswell.config import SourceConfig, SourceKind
from groundswell.domain import (
    AcceptedRow,
    Account,
    Dependency,
    ProductUsage,
    SupportCost,
    WorkItem,
)
from ingest import read_source
from ingest.mapping import KINDS, observed_at
from ingest.privacy import Privacy
from ingest.values import Cells

DAY = datetime(2026, 3, 1, tzinfo=UTC).date()


def values(tmp_path: Path, kind: SourceKind, text: str, **settings: Any) -> list[object]:
    """The values of the rows, and the reason in place of one that has none."""
    path = tmp_path / "input.csv"
    path.write_text(text, encoding="utf-8")
    given = {"name": "export", "path": path, "kind": kind} | settings
    rows = read_source(SourceConfig.model_validate(given), Privacy(key=b"0" * 32))
    return [row.value if isinstance(row, AcceptedRow) else row.reason for row in rows]


def test_usage(tmp_path: Path) -> None:
    text = (
        'date,area,unique_users,events\n2026-03-01,planner,140,"1,960"\n2026-03-01,export,,12\n'
        "2026-03-01,print,0,\n2026-03-01,print,,\n2026-03-01,,1,1\n,print,1,1\n"
        "2026-03-01,print,-1,1\n"
    )
    assert values(tmp_path, "usage", text) == [
        ProductUsage(DAY, "planner", 140, 1960),
        ProductUsage(DAY, "export", None, 12),
        ProductUsage(DAY, "print", 0, None),  # nobody is known, which is not unknown
        *("bad_number", "missing_id", "bad_date", "number_out_of_range"),
    ]


def test_usage_as_product_analytics_export_it(tmp_path: Path) -> None:
    text = "event,count,unique_users,date\nplanner_opened,1960,140,2026-03-01\n"
    columns = {"area": "event", "events": "count"}
    found = values(tmp_path, "usage", text, columns=columns)
    assert found == [ProductUsage(DAY, "planner_opened", 140, 1960)]


def test_support_cost(tmp_path: Path) -> None:
    text = (
        "date,area,tickets,minutes,cost\n2026-03-01,planner,40,612.5,€480\n"
        "2026-03-01,export,3,,\n2026-03-01,export,,,\n2026-03-01,export,1.5,,\n"
    )
    assert values(tmp_path, "support_cost", text) == [
        SupportCost(DAY, "planner", 40, 612.5, 480.0),
        SupportCost(DAY, "export", 3),
        *("bad_number", "bad_number"),
    ]


def test_dependencies(tmp_path: Path) -> None:
    text = (
        "item_id,kind,other_id\nRF-1,requires,RF-2\nRF-1,Depends on,RF-3\nRF-4,excludes,RF-5\n"
        "RF-6,together,RF-7\nRF-8,must,\n"
    )
    assert values(tmp_path, "dependencies", text) == [
        Dependency("RF-1", "requires", "RF-2"),
        Dependency("RF-1", "requires", "RF-3"),
        Dependency("RF-4", "excludes", "RF-5"),
        Dependency("RF-6", "together", "RF-7"),
        Dependency("RF-8", "must"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("RF-1,requires,", "bad_value"),
        ("RF-1,requires,RF-1", "bad_value"),
        ("RF-1,must,RF-2", "bad_value"),
        ("RF-1,,RF-2", "bad_value"),
        ("RF-1,likes,RF-2", "bad_value"),
        (",requires,RF-2", "missing_id"),
    ],
)
def test_a_dependency_that_means_nothing_says_why(tmp_path: Path, row: str, reason: str) -> None:
    assert values(tmp_path, "dependencies", f"item_id,kind,other_id\n{row}\n") == [reason]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        (",,", "open"),
        ("done,,", "done"),
        ("done,,Won't Do", "rejected"),
        ("done,,Fixed", "done"),
        ("open,Done,", "done"),
        (",Done,Duplicate", "rejected"),
        ("open,In Progress,Won't Do", "open"),  # a resolution counts only once it is closed
        ("rejected,Done,", "rejected"),
    ],
)
def test_closed_is_not_always_done(tmp_path: Path, cells: str, status: str) -> None:
    text = f"item_id,title,status,status_category,resolution\nRF-1,Offline rota,{cells}\n"
    (item,) = values(tmp_path, "backlog", text)
    assert isinstance(item, WorkItem)
    assert item.status == status


def test_a_word_that_is_no_status_is_refused_without_a_preset(tmp_path: Path) -> None:
    text = "item_id,title,status\nRF-1,Offline rota,In Review\n"
    assert values(tmp_path, "backlog", text) == ["bad_value"]


def test_with_a_preset_other_words_mean_what_it_says(tmp_path: Path) -> None:
    header = "Summary,Issue key,Status\n"
    rows = "a,RF-1,In Review\nb,RF-2,RELEASED\nc,RF-3,Won't Do\nd,RF-4,\n"
    found = values(tmp_path, "backlog", header + rows, preset="jira")
    assert [item.status for item in found if isinstance(item, WorkItem)] == [
        *("open", "done", "rejected", "open")
    ]


def test_stated_days_win_over_seconds(tmp_path: Path) -> None:
    text = "item_id,title,est_days,est_seconds,actual_seconds\nRF-1,a,3,288000,43200\nRF-2,b,,,0\n"
    first, second = values(tmp_path, "work_history", text)
    assert isinstance(first, WorkItem)
    assert (first.estimate_days, first.actual_days) == (3.0, 1.5)  # 43,200 s are 12 h
    assert isinstance(second, WorkItem)
    assert (second.estimate_days, second.actual_days) == (None, 0.0)


def test_revenue_of_a_month_is_a_twelfth_of_a_year(tmp_path: Path) -> None:
    text = "account_id,arr,mrr\na,,$250\nb,1000,250\nc,,\n"
    found = values(tmp_path, "accounts", text)
    assert [a.arr for a in found if isinstance(a, Account)] == [3000.0, 1000.0, None]


def test_what_companies_tell_may_say_when_it_held() -> None:
    told = {kind for kind, fields in KINDS.items() if "observed_at" in fields.optional}
    assert told == {
        *("accounts", "deals", "backlog", "work_history", "capacity"),
        *("usage", "support_cost", "dependencies"),
    }
    columns = {"observed_at": "As of"}
    assert observed_at(Cells({"As of": "2026-03-01"}, columns)) == datetime(2026, 3, 1, tzinfo=UTC)
    assert observed_at(Cells({"As of": ""}, columns)) is None
    assert observed_at(Cells({}, {})) is None
