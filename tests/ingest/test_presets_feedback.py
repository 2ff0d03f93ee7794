"""Known exports of feedback, value by value."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, FeedbackRecord, content_id
from ingest import read_source
from ingest.privacy import Privacy

FIXTURES = Path(__file__).parent / "fixtures"
PRIVACY = Privacy(key=b"0" * 32)
MARCH_1 = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MARCH_2 = datetime(2026, 3, 2, 10, tzinfo=UTC)


def values(file: str, preset: str = "", **settings: Any) -> list[object]:
    """The values of a fixture, and the reason in place of one that has none."""
    given = {"name": "export", "path": FIXTURES / file, "preset": preset or file.partition(".")[0]}
    source = SourceConfig.model_validate(given | settings)
    rows = read_source(source, PRIVACY)
    return [row.value if isinstance(row, AcceptedRow) else row.reason for row in rows]


def said(source_id: str, text: str, created_at: datetime, **rest: Any) -> FeedbackRecord:
    rest = {"language": "en"} | rest
    if "author" in rest:
        rest["author"] = PRIVACY.pseudonym(rest["author"], "author")
    return FeedbackRecord("export", source_id, text, created_at, **rest)


def test_zendesk_tickets() -> None:
    # The file's times are an hour ahead of UTC.
    first, second = (
        datetime(2026, 3, 2, 7, 15, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 40, tzinfo=UTC),
    )
    bakery = PRIVACY.pseudonym("Larkfield Bakery", "account")
    shared: dict[str, Any] = {"channel": "ticket"}
    assert values("zendesk_tickets.csv") == [
        said(
            *("10411", "Shift swaps vanish after I approve them", first),
            **shared,
            author="38800117",
            account_id=bakery,
            updated_at=datetime(2026, 3, 4, 9, tzinfo=UTC),
        ),
        said(
            *("10412", "Please add an export of worked hours", second),
            **shared,
            author="38800121",
            updated_at=second,
        ),
    ]


def test_google_play_reviews() -> None:
    assert (FIXTURES / "google_play_reviews.csv").read_bytes().startswith(b"\xff\xfeP\0")
    text = "Lento\n\nO aplicativo demora muito para abrir a escala da semana"
    assert values("google_play_reviews.csv") == [
        said(
            *("https://play.google.com/console/review?reviewid=r-1", text, MARCH_1),
            channel="review",
            rating=2.0,
            version="4.2.1",
            language="pt",
            updated_at=datetime(2026, 3, 3, 10, tzinfo=UTC),
        ),
        "missing_text",  # stars without words
    ]


def test_apple_reviews() -> None:
    first, second = datetime(2026, 3, 1, 16, 30, tzinfo=UTC), datetime(2026, 3, 2, 17, tzinfo=UTC)
    shared: dict[str, Any] = {"channel": "review", "version": "4.2.0"}
    assert values("apple_reviews.json") == [
        said(
            *("9900112233", "Logs me out\n\nEvery morning I have to sign in again.", first),
            **shared,
            author="https://itunes.apple.com/us/reviews/id900117",
            rating=2.0,
            updated_at=first,
        ),
        said(
            *("9900112244", "Great widget\n\nThe widget shows my next shift.", second),
            **shared,
            author="https://itunes.apple.com/us/reviews/id900118",
            rating=5.0,
            updated_at=second,
        ),
    ]


def test_wootric() -> None:
    later = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)  # 1772361000 is an hour after 1772357400
    shared: dict[str, Any] = {"channel": "survey"}
    assert values("wootric.csv") == [
        said(
            "880012", "The weekly view saves us an hour", MARCH_1, author="u-117", nps=9, **shared
        ),
        said("880013", "Printing the rota cuts off Sunday", later, author="u-118", nps=3, **shared),
    ]


def test_hubspot_feedback_has_a_score_only_where_the_entry_says_which() -> None:
    text = "Nobody could tell me why the sync stopped"
    shared: dict[str, Any] = {"channel": "survey", "author": "51200"}
    assert values("hubspot_feedback.csv")[0] == said("7700123", text, MARCH_1, **shared)
    rated = values("hubspot_feedback.csv", columns={"nps": "hs_value"})
    assert rated[0] == said("7700123", text, MARCH_1, nps=2, **shared)


def test_helpscout_happiness() -> None:
    texts = ("You fixed the time zone bug within a day", "I still cannot reset my own password")
    ids = [
        content_id("", text, when.isoformat(), "")
        for text, when in zip(texts, (MARCH_1, MARCH_2), strict=True)
    ]
    assert values("helpscout_happiness.csv") == [
        said(ids[0], texts[0], MARCH_1, channel="survey", nps=10),
        said(ids[1], texts[1], MARCH_2, channel="survey", nps=4),
    ]


def test_typeform() -> None:
    missing, liked = questions = ["What is missing in Fernwork?", "What do you like most?"]
    shared: dict[str, Any] = {"channel": "survey"}
    start = [datetime(2026, 3, 1, hour, minute, tzinfo=UTC) for hour, minute in ((9, 30), (10, 0))]
    first: dict[str, Any] = shared | {"author": "4c1f0a77d2"}
    copy = "A way to copy last week's rota"
    assert values("typeform.csv", columns={"text": questions}) == [
        said("k3v9x2m1", copy, start[0], prompt=missing, **first),
        said("k3v9x2m1#2", "The colours", start[0], prompt=liked, **first),
        said(
            *("p8q2r5t7#2", "Reminders on my phone", start[1]),
            prompt=liked,
            author="9e2b55c013",
            **shared,
        ),
        said(
            *("z1y4w6u3", "Sign in with our own directory", datetime(2026, 3, 1, 11, tzinfo=UTC)),
            prompt=missing,
            author="0a9d13f4b8",
            **shared,
        ),
    ]


def test_surveymonkey() -> None:
    question = "What should we improve first?"
    first = datetime(2026, 3, 1, 9, 41, 10, tzinfo=UTC)
    second = datetime(2026, 3, 1, 14, 3, tzinfo=UTC)
    shared: dict[str, Any] = {"channel": "survey", "prompt": question}
    swap = "Let staff swap shifts without asking me"
    assert values("surveymonkey.csv", columns={"text": question}) == [
        said("118400000001", swap, first, author="ida@example.com", **shared),
        said("118400000002", "The calendar feed is a day late", second, **shared),
    ]


def test_g2_reviews() -> None:
    day, next_day = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    best, worst = "What do you like best about Fernwork?", "What do you dislike about Fernwork?"
    solved = "What problems is Fernwork solving and how is that benefiting you?"
    slow: dict[str, Any] = {"channel": "review", "rating": 3.5}
    bad: dict[str, Any] = {"channel": "review", "rating": 1.0}
    liked = "Good but slow\n\nThe drag and drop planner"
    assert values("g2_reviews.csv") == [
        said("g2-5501", liked, day, prompt=best, **slow),
        said("g2-5501#2", "Loading a month takes ages", day, prompt=worst, **slow),
        said("g2-5501#3", "We stopped using paper", day, prompt=solved, **slow),
        said("g2-5502", "Not for us", next_day, **bad),  # a title is no answer to the question
        said("g2-5502#2", "It has no offline mode", next_day, prompt=worst, **bad),
    ]


def test_capterra_reviews() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    shared: dict[str, Any] = {"channel": "review", "rating": 4.5, "nps": 9}
    pros = "Solid planner\n\nEasy to set up for a new site"
    assert values("capterra_reviews.csv") == [
        said("c-771", pros, day, prompt="Pros", **shared),
        said("c-771#2", "No payroll export", day, prompt="Cons", **shared),
    ]


def test_canny_posts() -> None:
    ferry = "Offline rota\n\nWhen I am on the ferry I cannot see my shifts."
    offline = ("65f0c1aa0000000000000001", ferry, MARCH_1)
    dark = ("65f0c1aa0000000000000002", "Dark theme for the planner", MARCH_2)
    shared: dict[str, Any] = {"channel": "tracker"}
    assert values("canny_posts.json") == [
        said(*offline, author="65f0c0000000000000000009", votes=38, **shared),
        said(*dark, author="65f0c0000000000000000010", votes=2, **shared),
    ]
    assert values("canny_posts.csv") == [said(*offline, votes=38, **shared)]


def test_uservoice_suggestions() -> None:
    text = "Split a shift in two\n\nA lunch break is two shifts for us, so let us cut one."
    expected = said("40110", text, MARCH_1, channel="tracker", votes=112)
    assert values("uservoice_suggestions.csv") == [expected]


def test_intercom_conversations() -> None:
    later = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
    answered = datetime(2026, 3, 1, 10, 13, 20, tzinfo=UTC)  # 1772360000 - 1772357400 = 43:20
    asked = said(
        *("215400117", "How do I undo a published rota?", MARCH_1),
        channel="chat",
        author="5f1a77",
        rating=2.0,
        updated_at=answered,
    )
    text = "Invoices\n\nThe invoice shows the wrong VAT number"
    invoice = said("215400118", text, later, channel="chat", author="5f1a78", updated_at=later)
    assert values("intercom_conversations.jsonl") == [asked, invoice]


def test_github_issues() -> None:
    issues = "https://github.com/fernwork/app/issues"
    freezes = "Planner freezes\n\nThe planner freezes when a week has 80 people."
    # Seven reactions and whoever opened the issue: 8 votes.
    assert values("github_issues.jsonl") == [
        said(
            *(f"{issues}/412", freezes, MARCH_1),
            channel="tracker",
            author="rowan-dev",
            votes=8,
            updated_at=datetime(2026, 3, 5, 10, tzinfo=UTC),
        ),
        said(
            *(f"{issues}/413", "Add a dark theme to the planner", MARCH_2),
            channel="tracker",
            author="kit-ops",
            votes=1,
            updated_at=MARCH_2,
        ),
    ]


def test_of_github_snapshots_each_says_when_its_votes_were_counted() -> None:
    days = (datetime(2026, 3, day, tzinfo=UTC) for day in (7, 14))
    first, second = values("github_issues_snapshots.jsonl", "github_issues")
    assert [first, second] == [
        said("412", "Planner freezes", MARCH_1, channel="tracker", votes=votes, updated_at=day)
        for votes, day in zip((8, 12), days, strict=True)
    ]


def test_plain() -> None:
    (record,) = values("plain.csv")
    assert isinstance(record, FeedbackRecord)
    assert record.text == "Crash\n\nIt crashes when I open a second rota"
    assert (record.created_at, record.rating) == (datetime(2026, 3, 1, tzinfo=UTC), 2.0)


def test_no_address_of_an_export_is_kept() -> None:
    # Requesters, contacts and authors have one in these files.
    answers = {"text": "What should we improve first?"}
    kept = [
        *values("zendesk_tickets.csv"),
        *values("surveymonkey.csv", columns=answers),
        *values("canny_posts.json", columns={"author": "author.email"}),
        *values("intercom_conversations.jsonl", columns={"author": "source.author.email"}),
    ]
    assert len(kept) == 8
    assert "@" not in repr(kept)
