from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from groundswell.domain import NeedTheme, Vectors
from groundswell.report import Solution
from models.evidence.voices import usable
from models.ranking.solutions import find_solutions, solution_candidates

PDF = [f"Please export the rota as pdf {word}" for word in ("soon", "daily", "weekly")]
FEED = [f"I want a calendar feed of shifts {word}" for word in ("live", "synced", "hourly")]


@pytest.fixture
def propose(make_mentions: Any, make_themes: Any, as_of: Any, axes: Any) -> Any:
    def run(
        texts: Sequence[str],
        *,
        kind: str = "request",
        voices: int | None = None,
        keywords: tuple[str, ...] = ("share", "rota"),
        turn: bool = False,
        theme: NeedTheme | None = None,
    ) -> tuple[Solution, ...]:
        """Each text from a customer of its own, or from the first `voices` in turn."""
        rows = [
            {"text": text, "author": f"user {n % (voices or len(texts))}", "days_ago": 2.0}
            for n, text in enumerate(texts)
        ]
        table = usable(make_mentions(rows), as_of).assign(kind=kind)
        need = theme or replace(make_themes(["share"])[0], keywords=keywords)
        vectors: dict[str, Vectors] = {text: axes(2)[int("feed" in text)] for text in texts}
        return find_solutions(table[::-1] if turn else table, [need], vectors).get(0, ())

    return run


def test_two_solutions_to_one_need_stay_apart(propose: Any) -> None:
    calendar, pdf = propose([*PDF, *FEED, FEED[0] + " please"])
    assert (calendar.voices, calendar.of, len(calendar.statement_ids)) == (4, 7, 4)
    assert (pdf.voices, pdf.of, len(pdf.statement_ids)) == (3, 7, 3)
    assert "calendar feed" in calendar.words
    assert pdf.words in PDF


def test_a_solution_can_be_a_candidate_that_covers_its_share_of_the_need(propose: Any) -> None:
    calendar, pdf = solution_candidates({0: propose([*PDF, *FEED, FEED[0] + " please"])})
    assert (calendar.coverage, pdf.coverage) == (((0, 4 / 7),), ((0, 3 / 7),))
    assert calendar.candidate_id == "request-0-calend"
    assert pdf.reason == "asked for by 3 of the 7 customers who ask for anything here"


def test_one_solution_has_to_name_what_the_need_does_not(propose: Any) -> None:
    assert len(propose(PDF)) == 1
    named = ("export the rota as pdf", "please export", "pdf")
    assert propose(PDF, keywords=named) == ()


def test_complaints_and_one_loud_customer_are_no_requests(propose: Any) -> None:
    assert propose([*PDF, *FEED], kind="problem") == ()
    assert propose([*PDF, *FEED], voices=2) == ()


def test_provisional_needs_have_no_solutions(propose: Any, make_themes: Any) -> None:
    theme = replace(make_themes(["share"])[0], state="provisional")
    assert propose([*PDF, *FEED], theme=theme) == ()


def test_the_order_of_the_mentions_does_not_matter(propose: Any) -> None:
    assert propose([*PDF, *FEED], turn=True) == propose([*PDF, *FEED])


def test_statements_without_a_vector_are_left_out(
    make_mentions: Any, make_themes: Any, as_of: Any
) -> None:
    rows = [{"text": text, "author": text} for text in PDF]
    table = usable(make_mentions(rows), as_of).assign(kind="request")
    assert find_solutions(table, make_themes(["share"]), {}) == {}
    lone = {PDF[0]: np.eye(1, 4, dtype=np.float32)[0]}
    assert find_solutions(table, make_themes(["share"]), lone) == {}
