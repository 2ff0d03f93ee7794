"""A report and a store of any size, drawn: what the review app is measured on."""

import random
from datetime import UTC, date, datetime, timedelta

import numpy as np

from groundswell.config import Config
from groundswell.domain import (
    AcceptedRow,
    FeedbackRecord,
    ModelVersion,
    NeedTheme,
    Statement,
    ThemeAssignment,
)
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
    ThemeProfile,
    ThemeSummary,
)
from groundswell.store import BATCH, Store, open_store
from groundswell.store.database import Lease
from reports import to_json

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = ("ex", "port", "cal", "en", "dar", "shi", "ft", "sync", "in", "voice", "log", "er")
WORDS = 4000
"""Words that texts are drawn from, by Zipf's law."""
STATEMENT_WORDS = 14
"""As long as a statement of the sample is on average."""
DIMENSIONS = 384
"""Of the vectors, as many as the built-in encoder gives."""
CRITERIA = (
    *("reach", "unmet_need", "severity", "revenue", "trend", "market_pull"),
    *("competitor_gap", "driver", "effort"),
)


def fill_store(config: Config, records: int, needs: int, ideas: int, *, seed: int) -> None:
    """Write a store of so many records of one statement each, and two runs' reports."""
    chance = random.Random(seed)  # noqa: S311 - drawn data, no secret
    said: list[Statement] = []
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        for number in range(2):
            run_id = store.ledger.begin_run(
                lease, kind="refresh", started_at=BEGAN, config_hash=str(number), versions={}
            ).run_id
            said = said or _add_records(store, lease, run_id, records, needs, chance)
            report = draw_report(run_id, said, needs, ideas, chance)
            document = to_json(report)
            store.ideas.save_report(lease, run_id, as_of=BEGAN, document=document)
            store.ledger.finish_run(lease, run_id, state="ok", finished_at=BEGAN)


def draw_report(
    run_id: int, said: list[Statement], needs: int, ideas: int, chance: random.Random
) -> IdeaReport:
    """Draw a report of so many needs and ideas, each with the evidence that a run gives it."""
    order = list(range(ideas))
    chance.shuffle(order)
    themes = tuple(_need(n, said, chance) for n in range(needs))
    return IdeaReport(
        run=RunStamp(run_id, BEGAN, BEGAN),
        title="Drawn",
        as_of=BEGAN,
        currency="EUR",
        versions=(("groundswell", "drawn"),),
        strategy="balanced",
        weights=tuple((name, 0.2) for name in CRITERIA),
        evidence_level="L4: drawn",
        unlocks_next="",
        notes=("Everything here is drawn.",),
        totals=ReportTotals(
            *(len(said), len(said), 0, 0, len(said) // 3, 900),
            *(date(2024, 1, 1), date(2026, 1, 1), 0.2, (("ticket", len(said)),)),
        ),
        ideas=tuple(_idea(r, n, ideas, needs, said, chance) for r, n in enumerate(order, 1)),
        themes=themes,
    )


def _add_records(
    store: Store, lease: Lease, run_id: int, records: int, needs: int, chance: random.Random
) -> list[Statement]:
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(WORDS)]
    weights = [1 / (n + 1) for n in range(WORDS)]
    package = store.feedback.open_package(
        lease,
        run_id=run_id,
        source="tickets",
        kind="feedback",
        path="/in/tickets.csv",
        sha256="0" * 64,
        size_bytes=1,
    )
    said: list[Statement] = []
    for start in range(0, records, BATCH):
        batch = [
            FeedbackRecord(
                source="tickets",
                source_id=str(n),
                text=" ".join(chance.choices(words, weights, k=STATEMENT_WORDS)),
                created_at=BEGAN - timedelta(minutes=10 * n),
                channel=chance.choice(("ticket", "review", "survey", "chat")),
                account_id=f"a{chance.randrange(900)}",
                rating=float(chance.randint(1, 5)),
            )
            for n in range(start, min(start + BATCH, records))
        ]
        rows = [AcceptedRow(2 + start + n, record) for n, record in enumerate(batch)]
        last = start + BATCH >= records
        package = store.feedback.add_rows(lease, package, rows, last=last)
        cut = [Statement(r.record_id, 0, len(r.text), r.text) for r in batch]
        store.feedback.add_statements(lease, [r.record_id for r in batch], cut)
        said += cut
    placed = [ThemeAssignment(s.statement_id, chance.randrange(needs), 0.8) for s in said]
    model = ModelVersion("themes", 1, "drawn", "drawn", run_id, {"statements": records})
    _add_vectors(store, lease, said, [one.theme_id for one in placed], model.encoder_id)
    themes = [NeedTheme(n, f"need {n}", (), (), 1, 0.7) for n in range(needs)]
    store.themes.save_fit(lease, run_id, model, themes, placed, {})
    return said


def _add_vectors(
    store: Store, lease: Lease, said: list[Statement], needs: list[int], encoder_id: str
) -> None:
    """Give each text a vector near the middle of its need."""
    drawn = np.random.default_rng(1)
    middles = drawn.standard_normal((max(needs) + 1, DIMENSIONS), dtype=np.float32)
    hashes = {one.text_hash: need for one, need in zip(said, needs, strict=True)}
    vectors = middles[list(hashes.values())]
    vectors += drawn.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.vectors.add(lease, encoder_id, list(hashes), vectors)


def _quote(said: list[Statement], chance: random.Random) -> Quote:
    one = chance.choice(said)
    return Quote(
        statement_id=one.statement_id,
        record_id=one.record_id,
        text=one.text,
        created_at=BEGAN,
        channel="ticket",
        source="tickets",
        place="tickets.csv:17",
        account="Tern & Sons",
        segment="retail",
        rating=3.0,
        membership=0.8,
        end=one.end,
    )


def _need(n: int, said: list[Statement], chance: random.Random) -> ThemeSummary:
    weeks = tuple((date(2025, 1, 6) + timedelta(weeks=k), chance.randrange(9)) for k in range(52))
    counted = tuple((f"segment {k}", chance.randrange(1, 90)) for k in range(5))
    share = Estimate(0.1, 0.08, 0.12, "share")
    return ThemeSummary(
        *(n, chance.choice(said).text[:28], ("word", "other", "third"), "certified", 0.7, 330),
        *(chance.randrange(5, 400), f"Area {n % 20}", chance.uniform(-1, 1), chance.uniform(-1, 1)),
        *(chance.choice(said).text, f"need-{n}"),
        variants=tuple((f"way {k} of need {n}", 20) for k in range(6)),
        quotes=tuple(_quote(said, chance) for _ in range(5)),
        counter_quotes=tuple(_quote(said, chance) for _ in range(2)),
        profile=ThemeProfile(weeks, share, counted, counted, counted, (), share, share, "Drawn."),
    )


def _idea(
    rank: int, n: int, ideas: int, needs: int, said: list[Statement], chance: random.Random
) -> RankedIdea:
    parts = _parts(chance)
    money = chance.choice((None, 1e3 * chance.randrange(1, 900)))
    return RankedIdea(
        rank=rank,
        rank_low=max(1, rank - 9),
        rank_high=min(ideas, rank + 12),
        p_top10=max(0.0, 1 - rank / 20),
        tier=1 + rank // 25,
        candidate_id=f"need-{n}",
        title=chance.choice(said).text[:44],
        need=chance.choice(said).text,
        status="new",
        status_reason="",
        score=max(0.0, 99 - 99 * rank / ideas),
        priority=sum(part.contribution for part in parts),
        parts=parts,
        voices=chance.uniform(1, 300),
        mentions=chance.randrange(5, 900),
        effective_voices=20.0,
        trend=Estimate(1.1, 0.8, 1.5, "ratio of rates"),
        revenue=Estimate(money, money and 0.6 * money, money and 1.5 * money, "EUR per year"),
        effort=_effort(),
        monthly_voices=tuple((f"2025-{m:02d}", chance.randrange(60)) for m in range(1, 13)),
        segments=(("retail", 30), ("hotels", 12), ("care", 3)),
        channels=(("ticket", 30), ("review", 15)),
        askers=tuple(Asker(f"a{k}", f"Account {k}", "retail", 1e4, "active", 2) for k in range(25)),
        quotes=tuple(_quote(said, chance) for _ in range(5)),
        counter_quotes=tuple(_quote(said, chance) for _ in range(2)),
        signals=(),
        badges=("thin evidence",) if chance.random() < 0.2 else (),
        what_would_change=("Twice the voices would make it the first.",),
        theme_ids=(n % needs,),
        item_ids=(),
        ranks_by_strategy=tuple((name, rank) for name in ("balanced", "growth", "rice")),
    )


def _parts(chance: random.Random) -> tuple[CriterionPart, ...]:
    return tuple(
        CriterionPart(
            criterion=name,
            raw=Estimate(12.0, 8.0, 17.0, "voices per 90 days"),
            z=0.5,
            weight=0.2,
            contribution=chance.gauss(0, 0.2),
            spread=0.1,
            voices=30.0,
            sources=("tickets", "reviews"),
        )
        for name in CRITERIA
    )


def _effort() -> Effort:
    done = date(2025, 5, 1)
    alike = (Analogue(f"W-{k}", f"Finished work {k}", 8.0, 10.0, done, 0.6) for k in range(5))
    return Effort(12.0, 20.0, 6.0, 30.0, "5 similar", tuple(alike))
