"""Which evidence there is: the level of a ranking, what unlocks the next, and its limits."""

import pandas as pd

from groundswell.domain import NOISE
from groundswell.report import ReportTotals
from models.effort.analogy import LEAST_KNOWN
from models.evidence.inputs import EffortParameters, Evidence, RankingParameters
from models.ranking.demand import Voices

RATED_RECORDS = 200
FINISHED_ITEMS = EffortParameters().conformal_min + LEAST_KNOWN
"""Finished items from which intervals of effort are measured, with the default settings."""


def evidence_level(table: pd.DataFrame, evidence: Evidence, cost_known: bool) -> tuple[str, str]:
    """Return the level (``L2: feedback, ratings, accounts``) and what would unlock the next.

    The level is the number of kinds of evidence present without a gap; what is present
    beyond the gap is named too.
    """
    rated = int(table.loc[table["satisfied"].notna(), "record_id"].nunique())
    revenue = any(a.arr is not None for a in evidence.accounts)
    priced = any(d.amount is not None for d in evidence.deals)
    finished = sum(i.status == "done" and bool(i.actual_days) for i in evidence.items)
    kinds = [
        ("ratings", rated >= RATED_RECORDS),
        ("accounts" if revenue or not priced else "deals", revenue or priced or cost_known),
        ("market signals", bool(evidence.signals)),
        ("work history", finished >= FINISHED_ITEMS),
    ]
    unlocks = [
        f"{RATED_RECORDS} rated records (now {rated}) make unmet need reliable.",
        "An accounts file with revenue, or a deals file, switches on revenue at stake.",
        "Search trends or competitors' changelogs switch on market pull.",
        f"{FINISHED_ITEMS} finished items with actual days (now {finished}) give measured effort"
        " intervals.",
    ]
    present = [there for _, there in kinds]
    level = present.index(False) if False in present else len(present)
    names = ["feedback"] + [name for name, there in kinds if there]
    unlock = unlocks[level] if level < len(unlocks) else "All kinds of evidence are present."
    return f"L{level}: {', '.join(names)}", unlock


def count_totals(table: pd.DataFrame, voices: Voices) -> ReportTotals:
    """Count what the ranking rests on; quarantined and duplicate rows are not known here: 0."""
    statements = table.drop_duplicates("statement_id")
    records = table.drop_duplicates("record_id")
    channels = records.groupby("channel")["record_id"].size()
    noise = set(table["statement_id"]) - set(table.loc[table["theme_id"] != NOISE, "statement_id"])
    return ReportTotals(
        records=len(records),
        statements=len(statements),
        quarantined=0,
        duplicates=0,
        voices=len(voices.names),
        accounts=sum(name.startswith("account:") for name in voices.names),
        first_record=table["created_at"].min().date() if len(table) else None,
        last_record=table["created_at"].max().date() if len(table) else None,
        noise_share=len(noise) / len(statements) if len(statements) else 0.0,
        channels=tuple(
            sorted(
                ((str(name), int(size)) for name, size in channels.items()),
                key=lambda pair: (-pair[1], pair[0]),
            )
        ),
    )


def assumptions(
    voices: Voices, evidence: Evidence, parameters: RankingParameters, *, priced: bool
) -> list[str]:
    """Return the limits and assumptions that a reader must know, in sentences."""
    money = parameters.money
    notes = [
        f"A voice counts half after {parameters.half_life_days:g} days;"
        " one customer speaks for an idea once.",
        "Importance in unmet need is inferred from how many ask, not from a survey.",
    ]
    if voices.reweighted:
        low, high = parameters.segment_weight_trim
        notes.append(
            "Voices are re-weighted to the segments of the active accounts"
            f" (weights {low:g} to {high:g})."
        )
    else:
        notes.append("Not re-weighted: no account has a segment, so loud groups count as they are.")
    if priced:
        notes.append(
            f"Assumed: an account that voices a need is {money.churn_uplift:.0%} more likely to"
            f" leave within a year; {money.win_back:.0%} of lost revenue would come back."
        )
    if money.cost_per_ticket is None and evidence.mentions["channel"].eq("ticket").any():
        notes.append("Cost of support is n/a: no cost per ticket is set.")
    return notes
