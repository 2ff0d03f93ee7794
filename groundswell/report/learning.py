"""What reviewers' answers and decisions say of the weights."""

from dataclasses import dataclass

from groundswell.report.evidence import Estimate


@dataclass(frozen=True, slots=True)
class LearnedWeight:
    """What a criterion weighs by the settings, and by the answers."""

    criterion: str
    before: float
    """Share of the criteria's whole; effort's is measured against that whole. So is `learned`."""
    learned: Estimate


@dataclass(frozen=True, slots=True)
class Learning:
    """Weights learned from reviewers, and how far to rely on them."""

    strategy: str
    """Whose weights they start from."""
    through: int
    """Number of the last decision they rest on."""
    answers: int
    """That say which of two ideas comes first; those that follow from decisions by their weight."""
    wanted: int
    """Answers from which the weights can be used."""
    reviewers: int
    weights: tuple[LearnedWeight, ...]
    side_pull: Estimate
    """How much more an idea is chosen for standing on the left, in logits."""
    place_pull: Estimate
    """How much more it is accepted for standing one place higher, in logits."""
    loss_before: float | None
    """How badly answers ahead are foretold by the weights before, in nats; None: too few."""
    loss_learned: float | None
    """The same by the learned weights."""
    gain_error: float | None
    """Standard error of what the learned weights gain."""
    usable: bool
    """Enough answers, and they foretell better by more than a standard error."""
    adopted: int | None
    """Number of the decision up to which the weights in use were learned; None: none are."""
