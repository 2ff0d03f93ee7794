"""What stands before every page: who asks, whether they may, and how the answer is sent."""

from groundswell.accounts import Reviewer
from web.guard.refusals import Refused
from web.guard.routes import Context, Form, Route, RoutingTable
from web.guard.static import StaticFiles, read_static

__all__ = [
    "Context",
    "Form",
    "Refused",
    "Reviewer",
    "Route",
    "RoutingTable",
    "StaticFiles",
    "read_static",
]
