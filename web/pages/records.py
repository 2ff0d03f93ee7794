"""The page of a record: all that one customer wrote, with its statements marked in place."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.report import ThemeSummary
from groundswell.store import Part, WholeRecord
from web.guard import Context
from web.pages.correcting import kinds_by
from web.pages.rendering import address_of, not_found, page, with_query
from web.reading import Reading, newest


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text that lies in the same statement, or in none."""

    text: str
    part: bool
    """It lies in a statement."""
    marked: bool
    """It lies in the statement that was asked for."""
    first: bool = False
    """It is the first such stretch."""


def show(request: Request, context: Context) -> Response:
    """Answer with the record that the address names, a statement of the query marked."""
    record_id = request.path_params["record_id"]
    found = context.store.lookups.record(record_id)
    if found is None:
        advice = "It may have been erased, or its message reworded under another id."
        return not_found(request, context, "No such record", advice)
    reading = newest(context.store)
    needs = reading.needs if reading else {}
    text = found.record.text

    def named(part: Part) -> list[tuple[ThemeSummary, float]]:
        return [(needs[theme_id], share) for theme_id, share in part.themes if theme_id in needs]

    return page(
        request,
        context,
        "record.html",
        title=f"Record {found.place}",
        crumbs=[("/search", "Search")],
        report=reading.report if reading else None,
        found=found,
        record=found.record,
        pieces=list(pieces(text, found.parts, request.query_params.get("statement", ""))),
        parts=[(part, text[part.start : part.end], named(part)) for part in found.parts],
        kinds=kinds_by(computed_kinds(found, reading, context), context),
        may_review=context.reviewer.may("review"),
    )


def show_statement(request: Request, context: Context) -> Response:
    """Lead to the record that a statement is from, with the statement marked."""
    said = context.store.lookups.said([request.path_params["statement_id"]])
    if not said:
        advice = "Its message may have been erased, or reworded."
        return not_found(request, context, "No such statement", advice)
    place = address_of("records", said[0].record_id)
    marked = with_query(place, {"statement": said[0].statement_id})
    return RedirectResponse(f"{marked}#marked", 303)


def computed_kinds(found: WholeRecord, reading: Reading | None, context: Context) -> dict[str, str]:
    """Return what the newest run took each statement of a record for; empty: not known."""
    said = context.store.lookups.said([part.statement_id for part in found.parts])
    model = dict(reading.report.versions).get("annotator", "") if reading else ""
    known = context.store.annotations.load(model, [one.text_hash for one in said])
    return {
        one.statement_id: known[one.text_hash].kind if one.text_hash in known else ""
        for one in said
    }


def pieces(text: str, parts: Sequence[Part], wanted: str) -> Iterator[Piece]:
    """Cut a text where statements begin and end; the pieces make up the text again.

    Parameters
    ----------
    parts
        Offsets that the text is too short for are taken to its end.
    wanted
        Id of the statement that is asked for.
    """
    edges = {0, len(text)}
    for part in parts:
        edges |= {min(part.start, len(text)), min(part.end, len(text))}
    asked_before = False
    cuts = sorted(edges)
    for start, end in itertools.pairwise(cuts):
        over = [part for part in parts if part.start <= start and end <= part.end]
        asked = any(part.statement_id == wanted for part in over)
        yield Piece(text[start:end], bool(over), asked, asked and not asked_before)
        asked_before = asked_before or asked
