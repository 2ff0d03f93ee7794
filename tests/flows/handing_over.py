"""A store with a report to hand over from, and settings that lead to a fake tracker."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundswell.config import Config, ReportConfig, StoreConfig
from groundswell.report import (
    Analogue,
    Asker,
    CriterionPart,
    Effort,
    Estimate,
    IdeaReport,
    Quote,
    RankedIdea,
    ReportTotals,
    RunStamp,
)
from groundswell.store import open_store
from reports import to_json
from tests.ingest.trackers.fake_trackers import sections

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
WORDS = "We cannot copy a rota to next week, so each Friday is lost."
UNKNOWN = Estimate(None, None, None, "EUR per year")
REACH = CriterionPart(
    "reach", Estimate(4.1, 2.2, 6.0, "voices per 90 days"), 1.6, 0.3, 0.52, 0.1, 7.0, ("tickets",)
)
REVENUE = CriterionPart("revenue", UNKNOWN, 0.0, 0.2, 0.0, 0.2, 0.0, ())


def quote(text: str = WORDS, line: int = 17) -> Quote:
    return Quote(
        statement_id=f"s{line}",
        record_id=f"r{line}",
        text=text,
        created_at=START,
        channel="ticket",
        source="tickets",
        place=f"tickets.csv:{line}",
        account="a1",
        segment="smb",
        rating=2.0,
        membership=0.9,
        start=5,
        end=5 + len(text),
    )


def idea(number: int, **more: Any) -> RankedIdea:
    told: dict[str, Any] = {
        "rank": number,
        "rank_low": number,
        "rank_high": number + 1,
        "p_top10": 0.9,
        "tier": 1,
        "candidate_id": f"need-{number}",
        "title": f"Copy a rota {number}",
        "need": WORDS,
        "status": "new",
        "status_reason": "",
        "score": 80.0,
        "priority": 0.52,
        "parts": (REACH, REVENUE),
        "voices": 7.0,
        "mentions": 9,
        "effective_voices": 6.0,
        "trend": Estimate(1.2, 0.9, 1.6, "ratio of rates"),
        "revenue": UNKNOWN,
        "effort": Effort(5, 8, 3, 9, "prior", (Analogue("B-1", "Print", 2, 3, None, 0.5),)),
        "monthly_voices": (),
        "segments": (),
        "channels": (),
        "askers": (Asker("a1", "Fernwork Ltd", "smb", None, "active", 2),),
        "quotes": (quote(),),
        "counter_quotes": (quote("Copying works.", 40),),
        "signals": (),
        "badges": (),
        "what_would_change": (),
        "theme_ids": (number,),
        "item_ids": (),
    }
    return RankedIdea(**{**told, **more})


def report_of(*ideas: RankedIdea) -> IdeaReport:
    return IdeaReport(
        run=RunStamp(1, START, None),
        title="What to build next",
        as_of=START,
        currency="EUR",
        versions=(),
        strategy="balanced",
        weights=(),
        evidence_level="L0",
        unlocks_next="",
        notes=(),
        totals=ReportTotals(9, 9, 0, 0, 7, 1, None, None, 0.0, ()),
        ideas=ideas,
        themes=(),
    )


def fill(database: str, report: IdeaReport) -> None:
    """Leave a report in a store, as a run that went well does."""
    with open_store(database) as store, store.lease("pipeline") as lease:
        run = store.ledger.begin_run(
            lease, kind="refresh", started_at=START, config_hash="c", versions={}
        )
        document = to_json(report)
        store.ideas.save_report(lease, run.run_id, as_of=START, document=document)
        store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=START)


def config_of(folder: Path, base: str = "http://127.0.0.1:1", **more: Any) -> Config:
    return Config(
        store=StoreConfig(path=folder / "groundswell.db"),
        report=ReportConfig(folder=folder / "report"),
        **sections(base, **more),
    )
