"""Customers' words as the report shows them, each with the place where it can be checked."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from math import isnan
from pathlib import PurePath
from typing import Any

import pandas as pd

from groundswell.domain import Account
from groundswell.report import Quote
from models.evidence.voices import account_of
from models.themes.exemplars import CONSIDERED, choose_quotes


class Quotables:
    """Statements that can be quoted."""

    def __init__(self, mentions: pd.DataFrame, accounts: Sequence[Account]) -> None:
        """Take a table as `models.evidence.voices.usable_mentions` returns it.

        Of a statement in several themes the strongest membership is shown.
        """
        first = mentions.sort_values("membership", ascending=False, kind="stable")
        table = first.drop_duplicates("statement_id", ignore_index=True)
        self._rows = {one: row for row, one in enumerate(table["statement_id"].tolist())}
        self._said = {name: table[name].tolist() for name in ("text", "voice", "channel")}
        # Cell by cell: to cut a row out of a table takes longer than all of a quote.
        self._cells = {str(name): column.array for name, column in table.items()}
        self._accounts: Mapping[str, Account] = {one.account_id: one for one in accounts}

    def choose(
        self, statement_ids: Iterable[str], wanted: int, *, unlike: Sequence[Quote] = ()
    ) -> tuple[Quote, ...]:
        """Quote at most so many different customers, best statements first.

        Parameters
        ----------
        statement_ids
            Those that cannot be quoted, as they came later, are passed over; of the others
            `models.themes.exemplars.CONSIDERED` are looked at.
        unlike
            Quotes whose customers are not to be quoted again.
        """
        heard = self._rows_of(quote.statement_id for quote in unlike)
        chosen = choose_quotes(
            self._rows_of(statement_ids),
            self._said["text"],
            self._said["voice"],
            self._said["channel"],
            wanted,
            heard=[self._said["voice"][row] for row in heard],
        )
        return tuple(map(self._quote, chosen))

    def _rows_of(self, statement_ids: Iterable[str]) -> list[int]:
        """Return the rows of the first of the statements that can be quoted."""
        rows = (self._rows[one] for one in statement_ids if one in self._rows)
        return list(islice(rows, CONSIDERED))

    def _quote(self, row: int) -> Quote:
        values: dict[str, Any] = {name: cells[row] for name, cells in self._cells.items()}
        account = account_of(str(values["voice"]))
        known = self._accounts.get(account) if account else None
        return Quote(
            statement_id=str(values["statement_id"]),
            record_id=str(values["record_id"]),
            text=str(values["text"]),
            created_at=values["created_at"].to_pydatetime(),
            channel=str(values["channel"]),
            source=str(values["source"]),
            place=f"{PurePath(str(values['path'])).name}:{int(values['line'])}",
            account=account,
            segment=known.segment if known else None,
            rating=None if isnan(values["rating"]) else float(values["rating"]),
            membership=float(values["membership"]),
            kind=str(values.get("kind", "")),
            start=int(values.get("start", 0)),
            end=int(values.get("end", 0)),
        )
