"""Invented customer organisations: who they are, what they pay, who writes for them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class Customer:
    """An account and the ids of its people."""

    account_id: str
    name: str
    arr: int | None
    """Euros per year; None for a prospect."""
    segment: str
    seats: int | None
    renewal_date: date | None
    status: str
    churned_at: date | None
    authors: tuple[str, ...]

    def writes_on(self, day: date) -> bool:
        """Whether somebody of this account can write on that day."""
        return self.status != "prospect" and (self.churned_at is None or day <= self.churned_at)


def invent_customers(path: Path) -> list[Customer]:
    """Draw the numbers of the customers named in a file, in order of their ids."""
    plan = tomllib.loads(path.read_text(encoding="utf-8"))
    rng = Random("customers")  # noqa: S311 - invented data, not secrets
    named = [(group, name) for group in plan["segments"] for name in group["names"]]
    customers = [
        _customer(rng, plan, f"acc-{number:03d}", name, group)
        for number, (group, name) in enumerate(named, start=1)
    ]
    prospects = plan["prospects"]["names"]
    return customers + [
        Customer(f"acc-{number:03d}", name, None, "mid-market", None, None, "prospect", None, ())
        for number, name in enumerate(prospects, start=len(customers) + 1)
    ]


def account_rows(customers: Sequence[Customer]) -> list[list[object]]:
    """Return accounts.csv, header first."""
    header: list[object] = [
        "account_id", "name", "arr", "segment", "seats", "renewal_date", "status", "churned_at",
    ]  # fmt: skip
    rows: list[list[object]] = [
        [c.account_id, c.name, c.arr, c.segment, c.seats, c.renewal_date, c.status, c.churned_at]
        for c in customers
    ]
    return [header, *rows]


def _customer(
    rng: Random, plan: Mapping[str, Any], account_id: str, name: str, group: Mapping[str, Any]
) -> Customer:
    arr = round(rng.uniform(*group["arr"]), -2)
    seats = rng.randint(*group["seats"])
    renewal = LAST_DAY + timedelta(days=rng.randint(10, 364))
    people = rng.randint(2, 5)
    if account_id == plan["whale"]["account_id"]:
        arr, seats = plan["whale"]["arr"], plan["whale"]["seats"]
    churned = plan["churned"].get(account_id)
    first = 10 * int(account_id.removeprefix("acc-"))
    return Customer(
        account_id=account_id,
        name=name,
        arr=int(arr),
        segment=group["name"],
        seats=seats,
        renewal_date=None if churned else renewal,
        status="churned" if churned else "active",
        churned_at=churned,
        authors=tuple(f"u-{first + person:04d}" for person in range(people)),
    )
