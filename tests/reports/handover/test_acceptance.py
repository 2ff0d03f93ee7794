from dataclasses import replace

import pytest

from groundswell.report import IdeaReport
from reports.handover import acceptance_notes
from reports.handover.acceptance import NOTES


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (
            "I can't export the rota to Excel, so I retype it.",
            "A customer can “export the rota to Excel”",
        ),
        ("We are unable to swap two shifts!", "A customer can “swap two shifts”"),
        ("wish we could even see last week's hours", "A customer can “see last week's hours”"),
        ("Please let us copy a week because it takes hours", "A customer can “copy a week”"),
        ("I'd like to be able to print a month.", "A customer can “print a month”"),
        (
            "There is no way to undo that",
            "A customer can “undo that”",
        ),
        ("We need an offline mode that syncs.", "There is “an offline mode that syncs”"),
        ("Would love a dark theme", "There is “a dark theme”"),
        ("Sync with Jira, both ways.", "Who said this finds it met: “Sync with Jira, both ways.”"),
        (
            "do I need a second account?",
            "Who said this finds it met: “do I need a second account?”",
        ),
        ("It can not.", "Who said this finds it met: “It can not.”"),
    ],
)
def test_a_note_says_in_their_words_what_must_be_possible(
    report: IdeaReport, said: str, note: str
) -> None:
    quote = replace(report.ideas[0].quotes[0], text=said, place="tickets.csv:7")
    assert acceptance_notes([quote]) == (f"{note} (tickets.csv:7)",)


def test_what_stands_in_quotation_marks_was_said(report: IdeaReport) -> None:
    for idea in report.ideas:
        for note, quote in zip(acceptance_notes(idea.quotes), idea.quotes, strict=False):
            assert note[note.index("“") + 1 : note.rindex("”")] in quote.text


def test_the_same_wish_is_noted_once_and_not_too_many(report: IdeaReport) -> None:
    quote = report.ideas[0].quotes[0]
    twice = [replace(quote, text=text) for text in ("I can't swap shifts", "we can't Swap Shifts")]
    assert len(acceptance_notes(twice)) == 1
    many = [replace(quote, text=f"I can't open week {n}") for n in range(9)]
    assert len(acceptance_notes(many)) == NOTES
    assert acceptance_notes([]) == ()
