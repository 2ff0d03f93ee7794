"""Where a reviewer said that two things are the same, or not, that counts and no probability.

An idea is compared with work items, deals, releases and searches; each of them has a name, such as
``item-RF-7``, by which decisions speak of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from groundswell.domain import Deal, FloatArray, IdeaVerdict, MarketSignal, WorkItem
from groundswell.domain.drafts import sameness

Verdicts = Sequence[IdeaVerdict | None]
"""What is said of some ideas, in their order; None: nothing."""


def name_of(other: WorkItem | Deal | MarketSignal) -> str:
    """Return how decisions name something that an idea is compared with."""
    if isinstance(other, WorkItem):
        return f"item-{other.item_id}"
    if isinstance(other, Deal):
        return f"deal-{other.deal_id}"
    return f"signal-{other.subject_id}"


def reason_names(deals: Sequence[Deal]) -> list[str]:
    """Return the deal of each reason, as `models.evidence.inputs.reason_texts` lists them."""
    return [name_of(deal) for deal in deals for _ in deal.reasons]


def said_of(verdict: IdeaVerdict | None, other: str) -> bool | None:
    """Return whether an idea and something else are the same; None: nobody said so."""
    return None if verdict is None else verdict.links.get(other)


def said_by(verdict: IdeaVerdict | None, other: str) -> str:
    """Return who said it and when, ``Ana (2026-06-01)``; empty: nobody did."""
    if verdict is None or other not in verdict.links:
        return ""
    by = verdict.signed[sameness(other)]
    return f"{by.reviewer} ({by.at:%Y-%m-%d})"


def why_same(verdict: IdeaVerdict | None, other: str) -> str:
    """Return the reason of a match that a reviewer made."""
    return f"the same, says {said_by(verdict, other)}"


def latest_owner(verdicts: Verdicts) -> Mapping[str, int]:
    """Return the idea that each thing is said to be the same as, by the latest word: its row."""
    owners: dict[str, tuple[int, int]] = {}
    for row, verdict in enumerate(verdicts):
        for other, same in verdict.links.items() if verdict else ():
            if same and verdict is not None:
                number = verdict.signed[sameness(other)].number
                owners[other] = max((number, row), owners.get(other, (0, 0)))
    return {other: row for other, (_, row) in owners.items()}


def heed_links(
    chances: FloatArray, verdicts: Verdicts, others: Sequence[str], *, single: bool = False
) -> FloatArray:
    """Return the probabilities with 1 and 0 where a reviewer said so.

    Of several texts of one thing, such as the reasons of a deal, those that are likeliest for the
    idea are meant.

    Parameters
    ----------
    chances
        That each text is about each idea, shape (n_ideas, n_texts).
    verdicts
        One per idea.
    others
        The name of what each text belongs to.
    single
        A text speaks for one idea only: of two that it is said to be about, for the latest.
    """
    if not any(verdict and verdict.links for verdict in verdicts):
        return chances
    places: dict[str, list[int]] = {}
    for column, other in enumerate(others):
        places.setdefault(other, []).append(column)
    heeded, owners = chances.copy(), latest_owner(verdicts)
    for row, verdict in enumerate(verdicts):
        for other, same in verdict.links.items() if verdict else ():
            columns = np.array(places.get(other, []), dtype=np.int64)
            if not same:
                heeded[row, columns] = 0.0
            elif len(columns):
                meant = columns[chances[row, columns] == chances[row, columns].max()]
                if single and owners[other] == row:
                    heeded[:, meant] = 0.0
                if not single or owners[other] == row:
                    heeded[row, meant] = 1.0
    return heeded
