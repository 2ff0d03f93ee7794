"""Whatever customers and files say stays text: on every page, in every field, in every export."""

import csv
import io
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from groundswell.report import IdeaReport
from tests.web.pages.filling import Shown, addresses, config_in, fill

# Words that our own code gives a meaning to; all else may come from outside.
OURS = {
    *("status", "state", "named_by", "part", "criterion", "monthly_voices", "badges", "view"),
    *("kind", "statement_id", "record_id"),
}
PAYLOADS = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"><svg/onload=alert(3)>'><b>",
    "=cmd|'/C calc'!A1{{7*7}}{% raw %}</textarea></title></style><!--<a href=javascript:alert(4)>",
    '\u202e\u2066\u200b@SUM(1)&lt;i&gt;" autofocus onfocus=alert(5) x="</script><iframe src=//x>',
)
HIDDEN = ("\u202e", "\u2066", "\u200b")


def reworded(value: Any, say: Callable[[str], str]) -> Any:
    """Return a value with every text that may come from outside said in another way."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, tuple):
        return tuple(reworded(one, say) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: reworded(getattr(value, f.name), say) for f in fields(value)}
        return replace(value, **{k: v for k, v in changed.items() if k not in OURS})
    return value


class Elements(HTMLParser):
    """Notes which elements a page has, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Which names find room on the map depends on their width in letters.
        if tag not in ("text", "tspan"):
            self.found.append((tag, *(name for name, _ in attrs)))


def filled(folder: Path, report: IdeaReport, said_before: str) -> Shown:
    def say(text: str) -> str:
        return said_before + text

    folder.mkdir()
    return fill(config_in(folder), reworded(report, say), say=say)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_page_has_the_same_elements_whatever_is_said(
    report: IdeaReport, tmp_path: Path, payload: str
) -> None:
    hostile = filled(tmp_path / "hostile", report, payload)
    harmless = filled(tmp_path / "harmless", report, "x" * len(payload))
    for attacked, quiet in zip(addresses(hostile), addresses(harmless), strict=True):
        page = hostile.text(attacked)
        assert Elements(page).found == Elements(harmless.text(quiet)).found, attacked
        assert not any(character in page for character in HIDDEN), attacked


def test_a_breach_would_be_seen(report: IdeaReport, tmp_path: Path) -> None:
    page = filled(tmp_path / "store", report, PAYLOADS[0]).text("/ideas")
    assert Elements(page).found != Elements(page.replace("&lt;", "<")).found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_an_export_is_a_formula(
    report: IdeaReport, tmp_path: Path, payload: str
) -> None:
    from openpyxl import load_workbook

    shown = filled(tmp_path / "store", report, payload)
    columns = "columns=voices,trend,revenue,effort,score,tier,status,badges"
    body = shown.client.get(f"/export/ideas.csv?{columns}").content.decode("utf-8-sig")
    texts = [cell for row in csv.DictReader(io.StringIO(body)) for cell in row.values()]
    begun = {cell.lstrip(" \"'\u202e\u2066\u200b")[:1] for cell in texts if cell[:1] != "'"}
    assert not begun & set("=+@|%\t\r")
    book = load_workbook(io.BytesIO(shown.client.get(f"/export/ideas.xlsx?{columns}").content))
    assert {cell.data_type for row in book["Ideas"].iter_rows() for cell in row} <= {"s", "n"}


def test_what_a_reader_types_is_text_too(shown: Shown) -> None:
    typed = quote(PAYLOADS[0].replace("/", ""))
    harmless = "zqzqz+b"  # one of its words was said, as one of the payload was
    for address in (
        *(
            "/ideas?q={}",
            "/ideas?segment={}&sort={}",
            "/ideas?compare={}",
            "/compare?ideas={},need-1",
        ),
        *("/needs?q={}", "/needs?area={}&state={}", "/search?q={}", "/search?q=export&account={}"),
        *("/search?channel={}&since={}&theme={}", "/runs?run={}"),
    ):
        attacked = Elements(shown.text(address.replace("{}", typed))).found
        assert attacked == Elements(shown.text(address.replace("{}", harmless))).found, address
    for address in ("/ideas/{}", "/needs/{}", "/records/{}", "/quarantine/{}"):
        answer = shown.client.get(address.replace("{}", typed))
        assert answer.status_code == 404
        attacked = Elements(answer.text).found
        assert attacked == Elements(shown.client.get("/ideas/zqzqz").text).found
