"""The pages of the review app: every address with what answers there."""

from web.guard import Route
from web.pages import (
    about,
    compare,
    deciding,
    idea,
    ideas,
    inbox,
    learnt,
    needs,
    pairs,
    plan,
    records,
    runs,
    search,
    shaping,
    views,
)
from web.pages.rendering import static_file
from web.pages.report import health, ideas_json, report_page

ROUTES = (
    Route("/", ("GET",), "read", inbox.show),
    Route("/seen", ("POST",), "read", inbox.mark_seen),
    Route("/ideas", ("GET",), "read", ideas.show),
    Route("/views", ("POST",), "read", views.save),
    Route("/views/{view_id}", ("POST",), "read", views.change),
    Route("/export/ideas.{form}", ("GET",), "read", ideas.export),
    Route("/export/brief/{idea_id:path}", ("GET",), "read", idea.brief),
    Route("/ideas/{idea_id:path}", ("GET",), "read", idea.show),
    Route("/compare", ("GET",), "read", compare.show),
    Route("/pairs", ("GET",), "review", pairs.show),
    Route("/pairs", ("POST",), "review", pairs.answer),
    Route("/pairs/back", ("POST",), "review", pairs.take_back),
    Route("/pairs/learnt", ("GET",), "read", learnt.show),
    Route("/pairs/adopt", ("POST",), "plan", learnt.adopt),
    Route("/needs", ("GET",), "read", needs.show_all),
    Route("/needs/{theme_id}", ("GET",), "read", needs.show),
    Route("/needs/{theme_id}/shape", ("GET",), "read", shaping.show),
    Route("/records/{record_id}", ("GET",), "read", records.show),
    Route("/search", ("GET",), "read", search.show),
    Route("/plan", ("GET",), "read", plan.show),
    Route("/runs", ("GET",), "read", runs.show),
    Route("/quarantine", ("GET",), "read", runs.show_quarantine),
    Route("/quarantine/{entry_id}", ("GET",), "read", runs.show_quarantined),
    Route("/log", ("GET",), "read", deciding.show_log),
    Route("/decide/{target:path}", ("POST",), "review", deciding.decide),
    Route("/decide", ("POST",), "review", deciding.decide_marked),
    Route("/undo/{number}", ("POST",), "review", deciding.undo),
    Route("/about", ("GET",), "read", about.show),
    Route("/plan.html", ("GET",), "read", plan.show_file),
    Route("/report.html", ("GET",), "read", report_page),
    Route("/ideas.json", ("GET",), "read", ideas_json),
    Route("/healthz", ("GET",), "read", health),
    Route("/static/{name}", ("GET",), "read", static_file),
)
"""In the order in which they are tried: an id may hold a slash, so ``/ideas/...`` takes all."""
