from dataclasses import replace

from groundswell.domain import ThemeChange
from groundswell.report import Changes, IdeaMove, IdeaReport
from reports import changes_markdown, top_table_rows
from reports.changes import move_kind, moves_by_kind, places, since


def test_the_first_run_has_nothing_to_compare_with(report: IdeaReport) -> None:
    first = Changes(None, None, 1284, (), ())
    assert since(first) == "First run: 1,284 new records, nothing to compare with."
    assert "First run" in changes_markdown(first, report)


def test_a_quiet_run_says_so(changes: Changes) -> None:
    quiet = replace(changes, new_records=0, moves=(), themes=())
    assert since(quiet) == "Since run 6 of 2026-05-25: 0 new records; no idea changed its place."


def test_moves_are_told_apart_by_their_ranks(changes: Changes) -> None:
    told = [(kind, [places(move) for move in moves]) for kind, moves in moves_by_kind(changes)]
    assert told == [
        ("new", ["new at 9"]),
        ("returned", ["returned at 5"]),
        ("risen", ["7 → 3"]),
        ("fallen", ["3 → 6"]),
        ("gone", ["was 11"]),
    ]


def test_an_idea_is_back_only_when_its_reason_says_so() -> None:
    assert move_kind(IdeaMove("a", "t", None, 2, "Returned after release 4.2")) == "returned"
    assert move_kind(IdeaMove("a", "t", None, 2, "8 voices returned a form")) == "new"


def test_markdown_gives_each_move_with_its_reason(report: IdeaReport, changes: Changes) -> None:
    text = changes_markdown(changes, report)
    assert "## Fallen\n\n- **Approve time sheets by e-mail** (3 → 6): revenue -0.18: two" in text
    assert "- Born: round up minutes per client (11 statements)." in text


def test_markdown_of_hostile_titles_keeps_its_structure(report: IdeaReport) -> None:
    titles = ("# forged", "a | b\n\n| c |", "[x](javascript:1)", "<img src=x>", "- item")
    moves = tuple(IdeaMove(f"need-{n}", t, 1, 2, t) for n, t in enumerate(titles))
    hostile = tuple(
        replace(idea, title=title) for idea, title in zip(report.ideas, titles, strict=False)
    )
    told = tuple(ThemeChange("born", (n,), (), (), title) for n, title in enumerate(titles))
    text = changes_markdown(
        Changes(1, None, 0, moves, told), replace(report, ideas=hostile, title="# forged")
    )
    lines = text.splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings == [r"# \# forged: what changed", "## Fallen", "## Themes", "## Top ten"]
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(titles)
    assert all(line.replace(r"\|", "").count("|") == 8 for line in table)
    assert "<img" not in text.replace(r"\<", "")
    assert "](" not in text.replace(r"\]", "")


def test_the_table_has_finished_texts(report: IdeaReport) -> None:
    first, *_ = rows = top_table_rows(report)
    assert first == {
        "rank": "1",
        "80% interval": "1\u20132",
        "idea": "Export invoices as PDF with line items",
        "voices": "64",
        "trend": "1.6× rising",  # noqa: RUF001
        "revenue at stake": "EUR 1.2 M",
        "effort": "9 d, P80 15 d",
    }
    assert len(rows) == 10
    assert rows[6]["revenue at stake"] == "n/a"
    assert rows[8]["idea"] == "Pausa[U+202E]ecno yap[U+202C] [U+200B]automatically"


def test_the_table_is_as_long_as_asked(report: IdeaReport) -> None:
    assert len(top_table_rows(report, 3)) == 3
    assert len(top_table_rows(report, 50)) == 12
    assert top_table_rows(replace(report, ideas=())) == []
