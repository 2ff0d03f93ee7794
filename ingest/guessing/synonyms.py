"""Names that exports of well-known tools give to our fields, most telling first.

Only `ingest.guessing.guess` uses them. Compared without capitals, blanks and punctuation.
"""

import re
from collections.abc import Mapping, Sequence

from groundswell.config import SourceKind

CHANNELS: Mapping[str, str] = {
    "ticket": "ticket",
    "case": "ticket",
    "helpdesk": "ticket",
    "support": "ticket",
    "review": "review",
    "survey": "survey",
    "nps": "survey",
    "csat": "survey",
    "chat": "chat",
    "conversation": "chat",
    "tracker": "tracker",
    "request": "tracker",
    "idea": "tracker",
    "issue": "tracker",
}
"""Part of a file's name to the channel it suggests."""

_FEEDBACK = {
    "id": (
        "id", "feedback id", "ticket id", "record id", "review id", "response id", "case number",
        "issue key", "key", "number", "respondent id", "conversation id", "chat id",
        "message id", "uuid",
    ),
    "text": (
        "text", "review text", "body", "description", "comment", "comments", "content", "message",
        "review", "feedback", "verbatim", "answer", "details", "transcript",
        "what do you dislike", "open ended response",
    ),
    "title": ("title", "review title", "subject", "summary", "headline"),
    "created_at": (
        "created at", "created", "created on", "created date", "creation date",
        "review submit date and time", "review last update date and time", "submitted at",
        "sent at",
        "submitted", "submit date", "date", "timestamp", "time", "at", "posted at", "updated at",
    ),
    "channel": ("channel", "via", "survey channel", "source channel"),
    "author": (
        "author id", "author", "requester id", "requester", "user id", "user", "customer id",
        "customer", "reporter", "respondent", "end user", "visitor id",
        "submitted by", "username", "reviewer", "email",
    ),
    "account": (
        "account id", "account", "organization id", "organization", "organisation", "company id",
        "company", "requester domain", "associated company", "workspace",
    ),
    "rating": ("rating", "star rating", "stars", "score", "review rating", "satisfaction"),
    "nps": ("nps", "nps score", "likelihood to recommend", "recommend", "score"),
    "version": (
        "version", "app version name", "app version", "product version", "release version",
    ),
    "language": ("language", "lang", "reviewer language", "locale"),
    "votes": ("votes", "upvotes", "vote count", "supporters"),
    "updated_at": ("updated at", "last updated", "modified at"),
}  # fmt: skip
_ACCOUNTS = {
    "account_id": ("account id", "id", "company id", "organization id", "customer id"),
    "name": ("name", "account name", "company name", "company", "organization"),
    "arr": ("arr", "annual recurring revenue", "revenue", "mrr x12", "contract value"),
    "segment": ("segment", "tier", "plan", "size"),
    "seats": ("seats", "users", "licences", "licenses"),
    "renewal_date": ("renewal date", "renewal", "renews at", "contract end"),
    "status": ("status", "lifecycle stage", "state"),
    "churned_at": ("churned at", "churn date", "cancelled at", "canceled at"),
}
_DEALS = {
    "opp_id": ("opp id", "opportunity id", "deal id", "record id", "id"),
    "stage": ("stage", "deal stage", "stage name"),
    "account_id": (
        "account id", "associated company ids", "associated company", "company id", "account",
    ),
    "amount": ("amount", "value", "deal amount", "expected revenue"),
    "probability": ("probability", "probability percent"),
    "close_date": ("close date", "closed at", "closed date"),
    "reasons": (
        "reasons", "closed lost reason", "loss reason", "lost reason", "reason",
        "closed lost reason c", "loss reason c", "lost reason c",
    ),
    "competitor": ("competitor", "lost to", "primary competitor"),
}  # fmt: skip
_SIGNALS = {
    "signal": ("signal", "signal kind", "kind"),
    "key": ("key", "term", "theme"),
    "date": ("date", "observed at", "day", "week"),
    "value": ("value",),
    "unit": ("unit",),
    "source": ("source",),
    "geo": ("geo", "country", "region"),
    "competitor": ("competitor",),
    "text": ("text",),
}
_CHANGELOG = {
    "date": ("date", "released", "release date", "published", "published at"),
    "release": ("release", "release notes", "notes", "changes", "whats new", "what s new"),
    "version": ("version", "tag", "tag name", "release name"),
    "section": ("section",),
}
_WORK = {
    "item_id": ("item id", "item", "id", "key", "issue key", "number"),
    "title": ("title", "summary", "name", "subject"),
    "text": ("text", "description", "body"),
    "area": ("area", "component", "components", "product area"),
    "type": ("type", "issue type"),
    "est_days": ("est days", "estimate days", "estimated days", "estimate"),
    "actual_days": ("actual days", "actual", "days spent"),
    "team": ("team", "squad"),
    "started": ("started", "started at", "start date"),
    "finished": ("finished", "resolved", "closed at", "resolution date", "finished at"),
    "story_points": ("story points", "story point", "points"),
    "url": ("url", "link"),
}
_CAPACITY = {
    "team": ("team", "squad"),
    "release": ("release", "sprint", "quarter"),
    "person_days": ("person days", "capacity", "days"),
    "day_rate": ("day rate", "rate"),
}
_USAGE = {
    "date": ("date", "day", "week", "month"),
    "area": ("area", "feature", "event", "module"),
    "unique_users": ("unique users", "users", "uniques"),
    "events": ("events", "count", "event count", "total events"),
}
_SUPPORT_COST = {
    "date": ("date", "day", "week", "month"),
    "area": ("area", "category", "topic"),
    "tickets": ("tickets", "ticket count"),
    "minutes": ("minutes", "handling minutes"),
    "cost": ("cost",),
}
_DEPENDENCIES = {
    "item_id": ("item id", "item"),
    "kind": ("kind", "relation"),
    "other_id": ("other id", "other"),
}
_STORE_LISTING = {
    "date": ("date", "day"),
    "app": ("app", "app name"),
    "competitor": ("competitor",),
    "rank": ("rank", "chart rank"),
    "rating": ("rating", "average rating"),
    "ratings": ("ratings", "rating count", "ratings count"),
    "geo": ("geo", "country", "storefront"),
}
_STARS = {
    "date": ("date", "day"),
    "repository": ("repository", "repo"),
    "stars": ("stars", "stargazers", "stargazers count"),
    "competitor": ("competitor",),
}

SYNONYMS: Mapping[SourceKind, Mapping[str, Sequence[str]]] = {
    "feedback": _FEEDBACK,
    "accounts": _ACCOUNTS,
    "deals": _DEALS,
    "signals": _SIGNALS,
    "changelog": _CHANGELOG,
    "work_history": _WORK,
    "backlog": {**_WORK, "status": ("status", "state")},
    "capacity": _CAPACITY,
    "usage": _USAGE,
    "support_cost": _SUPPORT_COST,
    "dependencies": _DEPENDENCIES,
    "store_listing": _STORE_LISTING,
    "stars": _STARS,
}
"""Kind of source to our field to the names it goes by."""


def plain(name: str) -> str:
    """Return the name in small letters with single blanks in place of anything else."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()))
