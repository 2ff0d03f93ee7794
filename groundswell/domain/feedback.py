"""What customers say: messages, and the statements cut from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell.domain.identity import content_id

StatementKind = Literal["problem", "request", "praise", "question", "other"]


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """One message from one customer."""

    source: str
    source_id: str
    text: str
    created_at: datetime
    """When the customer wrote it."""
    channel: str = ""
    """Where it was said: ticket, review, survey, chat, tracker, or the team's own word."""
    author: str | None = None
    account_id: str | None = None
    rating: float | None = None
    """1 (worst) to 5 (best)."""
    nps: int | None = None
    """Likelihood to recommend, 0 to 10."""
    version: str | None = None
    """Version of the product the customer was using."""
    language: str | None = None
    """ISO 639-1, as the source states it or else as detected; None where neither could tell."""
    votes: int | None = None
    """People who backed the message, its author included; None where the source has no votes."""
    prompt: str | None = None
    """The question that the text answers, as "What do you dislike?"."""
    updated_at: datetime | None = None
    """When the message was last changed; an older version never replaces a newer one."""
    raw: str | None = None
    """The text as it came, personal data included; None unless ``[privacy] keep_raw`` is set."""

    @property
    def record_id(self) -> str:
        """Stable identity: the same message read twice is one record."""
        return content_id(self.source, self.source_id)


@dataclass(frozen=True, slots=True)
class Statement:
    """The part of a record that says one thing; `start` and `end` are offsets into its text."""

    record_id: str
    start: int
    end: int
    text: str

    @property
    def statement_id(self) -> str:
        """Stable identity: the same span of the same record."""
        return content_id(self.record_id, str(self.start), str(self.end))

    @property
    def text_hash(self) -> str:
        """Key of the vector: equal texts share one."""
        return content_id(self.text)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What kind of thing a statement says; equal texts share one, as they share a vector."""

    text_hash: str
    kind: StatementKind
    confidence: float
    """Probability of the kind, 0 to 1."""
    polarity: float
    """-1 (unhappy) to 1 (happy)."""
    severity: float
    """How bad a problem is, 0 to 1."""
    informative: bool
    """False for bare verdicts and junk ("good", "asdf"): counted, but in no theme."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A record that says what another one said before: a message sent twice, a wave of spam."""

    record_id: str
    original_id: str
    similarity: float
    """Jaccard index of the two texts, 0 to 1."""
