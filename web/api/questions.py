"""What programs may ask: the queries and bodies of the API."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, get_args

from pydantic import Field, create_model, field_validator

from groundswell.domain.decisions import DecisionKind, FieldValue
from groundswell.domain.drafts import TEXT_LENGTH, fields_of
from web.api.endpoints import Question
from web.pages.columns import COLUMNS
from web.pages.pairs import MOST_SKIPPED
from web.pages.since import CHOICES
from web.pages.view import View

MOST_DECISIONS = 2_000
"""Recorded together; of so many ideas a report may consist."""

Word = Annotated[str, Field(max_length=200)]
IdeaId = Annotated[str, Field(max_length=200, pattern="^(need|item|request)-.")]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Paged(Question):
    """A list in pages."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """From 1."""
    size: Annotated[int, Field(ge=1, le=200)] = 50
    """Entries of a page."""


class IdeasOrder(Paged):
    """What the page of ideas is not asked: how its order is spelt out, and how long a page is."""

    @field_validator("sort", check_fields=False)
    @classmethod
    def _names_a_column(cls, value: str) -> str:
        if value and value.removeprefix("-") not in COLUMNS:
            raise ValueError(
                f"expected one of {', '.join(COLUMNS)}, with - before it from the largest down"
            )
        return value


def _of_view() -> dict[str, Any]:
    """Return the filters and the order of the page of ideas, whatever it has."""
    told = {
        "q": "Words that title, need, id or the labels of its needs must hold, in any case.",
        "theme": "Number of a need.",
        "strategy": "By which ideas are ranked; empty: the report's own.",
        "sort": f"One of {', '.join(COLUMNS)}; with `-` before it from the largest down.",
    }
    return {
        one.name: (Word, Field("", description=told.get(one.name, f"Only with this {one.name}.")))
        for one in fields(View)
        if one.type is str
    }


IdeasQuestion: type[Paged] = create_model("IdeasQuestion", __base__=IdeasOrder, **_of_view())
"""The view parameters of ``/ideas``, as a query."""


class CompareQuestion(Question):
    """Two ideas."""

    ideas: Annotated[list[Word], Field(min_length=2, max_length=2)]
    """Their ids: the parameter twice."""


class NeedsQuestion(Paged):
    """Which needs."""

    q: Word = ""
    """Words that the label or the keywords must hold."""
    state: Annotated[str, Field(pattern="^(certified|provisional|rising)?$")] = ""
    """`certified`, `provisional` or `rising`."""
    area: Word = ""
    """Only needs of this area."""


class NarrowedQuestion(Question):
    """What statements must be."""

    channel: Word = ""
    """Only said there."""
    theme: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """Number of a need."""
    account: Word = ""
    """Only said by this account: its id."""
    since: date | None = None
    """First day."""
    until: date | None = None
    """Last day."""


class SearchQuestion(NarrowedQuestion, Paged):
    """Words that statements must hold, and what else they must be."""

    q: Word = ""
    """Words; what stands in quotation marks is one."""


class AlikeQuestion(NarrowedQuestion):
    """What statements are to be near to in meaning, and what else they must be."""

    q: Word = ""
    """Words in any order."""
    like: Word = ""
    """In place of words: the id of a statement, or a need such as `theme-12`."""


class RunsQuestion(Question):
    """Which runs."""

    limit: Annotated[int, Field(ge=1, le=200)] = 20
    """Most runs, the newest first."""
    before: Number | None = None
    """Only runs with a lower number; the `next` of an answer goes on from there."""


class RefusedRowsQuestion(Question):
    """Which rows of the quarantine."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    """Most rows, those of the newest files."""
    source: Word | None = None
    """Only rows of this source."""


class LogQuestion(Question):
    """Which decisions, by number."""

    after: Version = 0
    """Only decisions with a higher number; the `next` of an answer goes on from there."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    """Most decisions."""
    target: Word | None = None
    """Only those about this idea or theme."""


class JobsQuestion(Question):
    """Which jobs."""

    limit: Annotated[int, Field(ge=1, le=200)] = 20
    """Most jobs, the newest first."""


class InboxQuestion(Question):
    """Since when."""

    since: Annotated[str, Field(pattern=f"^({'|'.join(CHOICES)})?$")] = ""
    """`seen`: you last marked a report as seen; `run`: the run before; `7` or `30` days ago. Left
    out, `seen` where you have, else `run`."""


class PairsQuestion(Question):
    """Which pairs not to be asked about."""

    skip: Annotated[tuple[IdeaId, ...], Field(max_length=2 * MOST_SKIPPED)] = ()
    """Ids of both ideas of each pair that was skipped, one after the other."""


def _kinds() -> str:
    sets = {kind: ", ".join(f"`{one}`" for one in sorted(fields_of(kind))) for kind in DECIDABLE}
    told = "; ".join(f"{kind} sets {names}" for kind, names in sets.items() if names)
    return (
        f"{told}. Statements that are placed are named `statement:ID`; what a link says the idea is"
        " the same as, or is not, `same:OTHER`, OTHER as `matches` of the idea has it. Null: as"
        " computed."
    )


def _names() -> str:
    return f"{', '.join(DECIDABLE[:-1])} or {DECIDABLE[-1]}."


DECIDABLE: tuple[DecisionKind, ...] = tuple(
    kind for kind in get_args(DecisionKind) if kind != "undo"
)
"""Undoing has an address of its own."""


class Wanted(Question):
    """One decision to make."""

    kind: Annotated[str, Field(json_schema_extra={"enum": list(DECIDABLE)}, description=_names())]
    target: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH)]
    """What it is about: an idea, `need-12` or `item-ABC-7`; a need, `theme-12`; a statement,
    `statement-ID`; or `ranking`."""
    expected_version: Version
    """The `version` of the verdict that was seen; 0: nobody had decided. Comments ignore it."""
    changes: Annotated[Mapping[str, FieldValue], Field(description=_kinds())] = {}
    reason: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""
    """Why."""
    """Why; of a comment, what it says."""

    @field_validator("kind")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in DECIDABLE:
            raise ValueError(f"expected one of {', '.join(DECIDABLE)}")
        return value


class Together(Question):
    """Decisions that are made together: all of them, or none."""

    decisions: Annotated[list[Wanted], Field(min_length=1, max_length=MOST_DECISIONS)]


class Undoing(Question):
    """Why a decision is undone."""

    expected_version: Version
    """The `version` of the verdict that was seen."""
    reason: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""
    """Why."""
