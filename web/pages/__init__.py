"""The pages, as the routes that lead to them."""

from web.guard import Route
from web.pages.report import health, ideas_json, report_page

ROUTES = (
    Route("/", ("GET",), "read", report_page),
    Route("/ideas.json", ("GET",), "read", ideas_json),
    Route("/healthz", ("GET",), "read", health),
)
"""Every address there is besides the login; any other is not found."""
