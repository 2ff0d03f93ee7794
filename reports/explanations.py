"""The report's own words for criteria, badges and states, so that a reader needs no manual."""

CRITERIA: dict[str, tuple[str, str]] = {
    "reach": (
        "Reach",
        "How many different customers ask, in voices per 90 days. Older voices fade with the"
        " half-life; small counts are drawn towards the average of all themes.",
    ),
    "unmet_need": (
        "Unmet need",
        "Opportunity from 0 to 20: importance plus what satisfaction falls short of it."
        " Importance is inferred from reach where nobody was asked.",
    ),
    "severity": ("Severity", "Share of the voices that are blocked or badly hindered."),
    "driver": (
        "Driver effect",
        "Rating points that would come back if the need were met, from a regression with"
        " version, channel and month held constant.",
    ),
    "revenue": (
        "Revenue at stake",
        "Per 12 months: recurring revenue at risk, open deals, lost deals that could come back"
        " and support cost. What is unknown is left out, never counted as zero.",
    ),
    "trend": ("Trend", "Voices of the last 30 days against those of the last 180, as rates."),
    "market_pull": (
        "Market pull",
        "Search interest, competitors' releases and public votes, each against its own usual"
        " value, then averaged.",
    ),
    "competitor_gap": (
        "Competitor gap",
        "Share of the competitors with a changelog that already ship it, less 1 where we do.",
    ),
    "strategic_fit": ("Strategic fit", "Closeness to the pillars of the strategy, 0 to 1."),
    "confidence": (
        "Confidence",
        "n / (n + 5) for n effective voices; only frameworks that multiply by a confidence use it.",
    ),
    "effort": (
        "Effort",
        "Person-days by analogy with finished work. More effort lowers the priority.",
    ),
}
"""Criterion to its name and what it measures."""

BADGES: dict[str, str] = {
    "thin evidence": "Fewer than five effective voices: read the quotes before deciding.",
    "single account": "One account is over 30 % of the voices or over half of the known revenue.",
    "possibly solved": "A release of ours matches it, and fewer ask since.",
    "stale signal": "The newest evidence of one kind is older than 180 days.",
    "channels disagree": "Customers in different channels say different things about it.",
    "inferred importance": "Nobody was asked how important this is; importance is inferred from"
    " how many ask, and it carries the most weight here.",
}
"""Badge to what it warns of."""

STATUSES: dict[str, str] = {
    "new": "new",
    "extends": "in backlog",
    "duplicate": "duplicate",
    "shipped": "shipped",
    "rejected": "rejected before",
}
"""Candidate status as the page shows it."""


def criterion_name(criterion: str) -> str:
    """Return the name of a criterion; one without an entry is spelled out."""
    known = CRITERIA.get(criterion)
    return known[0] if known else criterion.replace("_", " ").capitalize()


def criterion_meaning(criterion: str) -> str:
    """Return what a criterion measures; empty without an entry."""
    known = CRITERIA.get(criterion)
    return known[1] if known else ""
