"""An address of every page of the routing table, with ids that a store has.

A page that is added later is visited by itself where its address names nothing that varies;
where it does, somebody has to say here what stands for it, or the tests that use this fail.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from tests.web.pages.filling import Shown, addresses
from tests.web.people import PASSWORDS
from web.accounts.pages import AccountPages
from web.app import ROUTES
from web.guard import Route, RoutingTable
from web.pages.rendering import STATIC, address_of

EVERY: Sequence[Route] = (*AccountPages(PASSWORDS).routes(), *ROUTES)
MORE = (
    *(f"/export/{what}.{form}" for what in ("ideas", "plan") for form in ("csv", "xlsx", "json")),
    *(f"/static/{name}" for name in STATIC),
)


def every_address(shown: Shown, routes: Sequence[Route] = EVERY) -> list[str]:
    """Return at least one address of every route that answers GET.

    Raises
    ------
    LookupError
        Nothing here stands for what an address names.
    """
    table = RoutingTable(routes)
    idea = shown.report.ideas[0].candidate_id
    named = (
        *(address_of(kind, idea) for kind in ("plan/ideas", "export/brief", "api/v1/ideas")),
        *(address_of("api/v1/plan/ideas", idea), "/api/v1/jobs/1"),
        *("/models/themes-2.json", "/api/v1/models/themes-2"),
        *("/api/v1/needs/1", "/api/v1/needs/1/cut", f"/api/v1/records/{shown.record_ids[0]}"),
        *(
            "/api/v1/compare?"
            + urlencode([("ideas", i.candidate_id) for i in shown.report.ideas[:2]]),
        ),
    )
    found = [*addresses(shown), *MORE, *named]
    reached = [table.find("GET", address.partition("?")[0]) for address in found]
    met = {id(one[0]) for one in reached if one}
    for route in table.routes:
        if "GET" in route.methods and id(route) not in met:
            if "{" in route.path:
                raise LookupError(f"{route.path}: add such an address to tests/web/pages")
            found.append(route.path)
    return found
