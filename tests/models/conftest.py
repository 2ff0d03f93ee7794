from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from groundswell.domain import NeedTheme, Vectors

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)

MakeMentions = Callable[[Sequence[dict[str, Any]]], pd.DataFrame]


@pytest.fixture
def make_mentions() -> MakeMentions:
    """Return a table of mentions from what is particular about each.

    ``days_ago`` counts back from 1 June 2026.
    """
    return _mentions


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


@pytest.fixture
def make_themes() -> Callable[[Sequence[str]], list[NeedTheme]]:
    return _themes


@pytest.fixture
def axes() -> Callable[[int], Vectors]:
    """Return n vectors at right angles: nothing is similar to anything else."""
    return lambda n: np.eye(n, 16, dtype=np.float32)


def _mentions(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    table = []
    for number, row in enumerate(rows):
        days_ago = row.get("days_ago", 1.0)
        statement = row.get("statement_id", f"s{number:05d}")
        text = row.get("text", f"Please let the notes sync when I am offline, case {number}.")
        table.append(
            {
                "statement_id": statement,
                "record_id": row.get("record_id", statement.replace("s", "r")),
                "theme_id": row.get("theme", 0),
                "membership": row.get("membership", 1.0),
                "text_hash": row.get("text_hash", text),
                "text": text,
                "created_at": AS_OF - timedelta(days=days_ago),
                "source": row.get("source", "tickets"),
                "channel": row.get("channel", "survey"),
                "author": row.get("author"),
                "account_id": row.get("account"),
                "rating": row.get("rating", np.nan),
                "nps": row.get("nps", np.nan),
                "severity": row.get("severity", np.nan),
                "path": "/in/tickets.csv",
                "line": number + 2,
            }
        )
    columns = list(table[0]) if table else ["statement_id"]
    frame = pd.DataFrame(table, columns=columns)
    return frame.astype(
        {
            "theme_id": np.int64,
            "created_at": "datetime64[us, UTC]",
            "rating": np.float64,
            "nps": np.float64,
            "severity": np.float64,
            "author": object,
            "account_id": object,
        }
    )


def _themes(labels: Sequence[str]) -> list[NeedTheme]:
    return [
        NeedTheme(number, label, (label,), (), size=10, stability=0.8)
        for number, label in enumerate(labels)
    ]
