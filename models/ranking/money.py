"""Revenue at stake per candidate, in currency for the next 12 months.

``V = risk + pipeline + lost + support``, each only as far as it is known: a term without
data is left out, and a candidate without any is n/a, never 0. It is 0 where nobody asks and the
revenue of those who could is known.

* risk: yearly revenue of active accounts that voiced the need, times `churn_uplift`
* pipeline: amount of open deals that name it, times their probability, over their reasons
* lost: (deals lost within 365 days that name it + revenue of accounts that voiced it and
  left) times `win_back`
* support: tickets per year times `cost_per_ticket`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import Account, Deal, FloatArray, Vectors
from models.evidence.inputs import MoneyParameters, reason_texts
from models.evidence.voices import YEAR_DAYS, account_of
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.linking.said import Verdicts, heed_links, reason_names
from models.ranking.demand import TICKET_CHANNEL, Demand, Voices
from models.ranking.known_work import match_all


@dataclass(frozen=True, slots=True)
class DealValue:
    """What deals say about each candidate, shape (n_candidates,); currency."""

    pipeline: FloatArray
    """Amount times probability of open deals."""
    lost: FloatArray
    """Amount of deals lost within 365 days."""
    named: NDArray[np.bool_]
    """A deal of known amount names the need."""
    count: FloatArray


@dataclass(frozen=True, slots=True)
class Rates:
    """Assumed probabilities, 0 to 1; arrays broadcast to (n_candidates, n_draws)."""

    churn_uplift: FloatArray
    win_back: FloatArray


@dataclass(frozen=True, slots=True)
class Money:
    """Everything fixed that revenue at stake needs."""

    deals: DealValue
    known: NDArray[np.bool_]
    """Anything is known of the candidate's revenue, shape (n_candidates,)."""
    parameters: MoneyParameters

    def at_stake(self, demand: Demand, rates: Rates) -> FloatArray:
        """Return currency per 12 months, shape (n_candidates, n_draws); NaN: n/a."""
        return np.where(self.known[:, None], sum(self.terms(demand, rates).values()), np.nan)

    def terms(self, demand: Demand, rates: Rates) -> dict[str, FloatArray]:
        """Return the terms of the sum by name, each of shape (n_candidates, n_draws)."""
        lost = self.deals.lost[:, None] + demand.lost
        return {
            "risk": demand.at_risk * rates.churn_uplift,
            "pipeline": self.deals.pipeline[:, None] + np.zeros_like(demand.lost),
            "lost": rates.win_back * lost,
            "support": demand.tickets * (self.parameters.cost_per_ticket or 0.0),
        }


def value_deals(
    candidates: Texts,
    deals: Sequence[Deal],
    reason_vectors: Vectors,
    as_of: datetime,
    *,
    likely: float,
    said: Verdicts = (),
    recalibration: Recalibration | None = None,
) -> DealValue:
    """Give each reason of each deal to the candidate it is most probably about.

    A deal's amount is split evenly over its reasons; a reason whose best probability is below
    `likely` counts for nobody. Open deals without probability are not counted. What reviewers say
    of a deal goes before.

    Parameters
    ----------
    said
        What reviewers say of each candidate; empty: nothing of any.
    """
    match = match_all(candidates, reason_texts(deals), reason_vectors, recalibration)
    match = heed_links(match, said, reason_names(deals), single=True).T
    pipeline, lost, count = np.zeros((3, len(candidates.texts)))
    ends = np.cumsum([len(deal.reasons) for deal in deals])
    for place in sorted(range(len(deals)), key=lambda place: deals[place].deal_id):
        deal, worth = deals[place], _expected(deals[place], as_of.date())
        if worth is None or not len(candidates.texts):
            continue
        for reason in match[ends[place] - len(deal.reasons) : ends[place]]:
            best = int(reason.argmax())
            if reason[best] >= likely:
                (pipeline if deal.stage == "open" else lost)[best] += worth / len(deal.reasons)
                count[best] += 1.0
    return DealValue(pipeline, lost, count > 0, count)


def gather_money(
    voices: Voices, accounts: Sequence[Account], deals: DealValue, parameters: MoneyParameters
) -> Money:
    """Find out for which candidates anything is known of revenue."""
    by_id = {account.account_id: account for account in accounts}
    priced = np.array([_priced(by_id.get(account_of(name) or "")) for name in voices.names], bool)
    known = deals.named | (voices.count(priced[voices.voice].astype(np.float64)) > 0)
    if any(account.arr is not None for account in accounts):
        known = known | voices.unvoiced
    if parameters.cost_per_ticket is not None:
        by_ticket = voices.spoken["channel"].to_numpy() == TICKET_CHANNEL
        rows = voices.spoken["candidate"].to_numpy(np.int64)[by_ticket]
        known = known | (np.bincount(rows, minlength=voices.n_candidates) > 0)
    return Money(deals, known, parameters)


def _priced(account: Account | None) -> bool:
    return account is not None and (account.arr is not None or account.status == "prospect")


def _expected(deal: Deal, today: date) -> float | None:
    """Return what a deal is worth before its reasons share it; None if it does not count."""
    if deal.amount is None:
        return None
    if deal.stage == "open":
        return None if deal.probability is None else deal.amount * deal.probability
    lately = deal.close_date and today - timedelta(days=YEAR_DAYS) < deal.close_date <= today
    return deal.amount if deal.stage == "lost" and lately else None
