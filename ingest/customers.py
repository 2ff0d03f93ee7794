"""Customer organisations and the sales talks with them."""

from collections.abc import Iterator, Mapping

from groundswell.domain import Account, AccountStatus, Deal, DealStage
from ingest.kinds import Intake, Kind
from ingest.sources.rows import RowFault
from ingest.values import Cells

_STATUSES: Mapping[str, AccountStatus] = {
    "active": "active",
    "churned": "churned",
    "prospect": "prospect",
}
_CLOSED: Mapping[str, DealStage] = {
    "won": "won",
    "closed won": "won",
    "closedwon": "won",
    "lost": "lost",
    "closed lost": "lost",
    "closedlost": "lost",
}
_MAX_SEATS = 10_000_000
_MONTHS = 12


def _read_account(cells: Cells, intake: Intake) -> Iterator[Account]:
    churned_at = cells.day("churned_at")
    yield Account(
        account_id=intake.privacy.pseudonym(cells.required("account_id"), "account"),
        name=cells.name("name") or "",
        arr=_revenue(cells),
        segment=cells.name("segment"),
        seats=cells.integer("seats", 0, _MAX_SEATS),
        renewal_date=cells.day("renewal_date"),
        status=cells.choice("status", _STATUSES) or ("churned" if churned_at else "active"),
        churned_at=churned_at,
    )


def _revenue(cells: Cells) -> float | None:
    """Return recurring revenue a year, as stated or from that of a month."""
    arr, mrr = cells.money("arr"), cells.money("mrr")
    return mrr * _MONTHS if arr is None and mrr is not None else arr


def _read_deal(cells: Cells, intake: Intake) -> Iterator[Deal]:
    account = (cells.name("account_id") or "").split(";")[0]  # the first is the primary one
    reasons = (cells.text("reasons") or "").split(";")
    yield Deal(
        deal_id=cells.required("opp_id"),
        account_id=intake.privacy.pseudonym(account, "account") if account else None,
        stage=_stage(cells),
        amount=cells.money("amount"),
        probability=cells.share("probability"),
        close_date=cells.day("close_date"),
        reasons=tuple(
            intake.privacy.redact(reason.strip()) for reason in reasons if reason.strip()
        ),
        competitor=cells.name("competitor"),
    )


def _stage(cells: Cells) -> DealStage:
    """Every seller names the stages of an open deal differently, so what is not closed is open."""
    stage = (cells.name("stage") or "").casefold()
    if stage in _CLOSED:
        return _CLOSED[stage]
    if not stage or stage.startswith("closed"):
        column = cells.columns["stage"]
        expected = "expected won, lost, or the name of an open stage"
        raise RowFault("bad_value", f"{column} is {stage!r}; {expected}")
    return "open"


ACCOUNTS = Kind(
    required=("account_id",),
    optional=(
        *("name", "arr", "mrr", "segment", "seats", "renewal_date", "status", "churned_at"),
        "observed_at",
    ),
    read=_read_account,
)
DEALS = Kind(
    required=("opp_id", "stage"),
    optional=(
        *("account_id", "amount", "probability", "close_date", "reasons", "competitor"),
        "observed_at",
    ),
    read=_read_deal,
)
