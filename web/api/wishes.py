"""What programs send to change something, apart from decisions: the bodies of the API."""

from typing import Annotated, Literal

from pydantic import Field

from groundswell.domain.drafts import LINE_LENGTH, TEXT_LENGTH
from web.api.endpoints import Question
from web.api.questions import Number, Version
from web.pages.views import LONGEST_NAME

MOST_ALONG = 200
"""Ideas that are moved along with one; a chain of dependencies is shorter."""

Id = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(max_length=LINE_LENGTH)]


class Publishing(Question):
    """Which draft is published."""

    digest: Annotated[str, Field(min_length=1, max_length=64)]
    """That of the draft as it was seen; if it is another by then, nothing is published."""


class Keeping(Question):
    """That a staged decision is wanted though somebody decided since."""

    version: Version
    """The `version` that was seen now."""


class AskedRun(Question):
    """A run to make."""

    kind: Literal["refresh", "retrain"]
    """`refresh`, or `retrain`: with the needs fitted anew."""
    reason: Line = ""
    """Why."""


class Retraining(Question):
    """Challengers to make."""

    models: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    """Kinds of models, such as `themes`; empty: all that are retrained."""
    wait: bool = False
    """What passes every gate waits for a person, and is not put in use by itself."""
    reason: Line = ""
    """Why; it is kept with each."""


class Promotion(Question):
    """That a version is to be put in use."""

    anyway: bool = False
    """In spite of gates that it did not pass; takes a reason."""
    reason: Line = ""
    """Why; it is kept with the version."""


class Return(Question):
    """That the version before is to be put back in use."""

    to: Id
    """That version as it was seen, `themes-6`; if it is another by then, nothing is done."""
    reason: Line = ""
    """Why; it is kept with the version."""


class Along(Question):
    """An idea that is moved along."""

    target: Id
    """Its id."""
    release: Line
    """Where it goes."""


class Placing(Question):
    """Where an idea is to ship."""

    version: Version
    """That of the board or card that was seen."""
    release: Line | None
    """A release, `not planned`, or null: as the plan has it, which takes a move back."""
    team: Line | None = None
    """The team that does it; null: as the plan chooses."""
    along: Annotated[tuple[Along, ...], Field(max_length=MOST_ALONG)] = ()
    """Ideas that move with it, such as the `companions` of a move."""
    reason: Annotated[str, Field(max_length=TEXT_LENGTH)] = ""
    """Why."""


class NewView(Question):
    """A view to keep."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    """No other view of yours has it."""
    query: Annotated[str, Field(max_length=4_000)]
    """Of the page of ideas, such as `segment=retail&sort=-revenue`; what it does not know is left
    out."""
    shared: bool = False
    """Everybody sees it."""


class ViewChange(Question):
    """What becomes of a view; null: that stays as it is."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    """Its new name; only its owner gives one."""
    shared: bool | None = None
    """Whether everybody sees it; only its owner says."""
    first: bool | None = None
    """Whether your list of ideas opens with it."""


class SeenReport(Question):
    """A report that was seen."""

    run: Number
    """Its run."""


class PairAnswer(Question):
    """Which idea of a pair comes first."""

    run: Number
    """The run whose figures were shown."""
    left: Id
    """The idea on the left."""
    right: Id
    """The one on the right."""
    answer: Literal["left", "right", "neither"]
    """`left`, `right`, or `neither`: cannot say."""
