"""The pages of the review app that are read: every address with what answers there."""

from web.pages import about, compare, idea, ideas, inbox, needs, plan, records, runs, search
from web.pages.rendering import static_file
from web.pages.seam import Context, Reviewer, Route, pages_app

READS = ("GET", "HEAD")

ROUTES = (
    Route("/", READS, "read", inbox.show),
    Route("/ideas", READS, "read", ideas.show),
    Route("/export/ideas.{form}", READS, "read", ideas.export),
    Route("/ideas/{idea_id:path}", READS, "read", idea.show),
    Route("/compare", READS, "read", compare.show),
    Route("/needs", READS, "read", needs.show_all),
    Route("/needs/{theme_id}", READS, "read", needs.show),
    Route("/records/{record_id}", READS, "read", records.show),
    Route("/search", READS, "read", search.show),
    Route("/plan", READS, "read", plan.show),
    Route("/runs", READS, "read", runs.show),
    Route("/quarantine", READS, "read", runs.show_quarantine),
    Route("/quarantine/{entry_id}", READS, "read", runs.show_quarantined),
    Route("/about", READS, "read", about.show),
    Route("/static/{name}", READS, "public", static_file),
)
"""In the order in which they are tried: an id may hold a slash, so ``/ideas/...`` takes all."""

__all__ = ["ROUTES", "Context", "Reviewer", "Route", "pages_app"]
