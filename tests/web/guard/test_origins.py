"""The matrix of who may ask for a change, on the rule itself and through the whole app."""

from itertools import product
from pathlib import Path

import pytest

from groundswell.accounts import GRANTS
from tests.web.guard.test_routes import EVERY, PLANTED, filled
from tests.web.people import ADDRESS, add_token, add_user, browser, settings, sign_in
from web.guard.headers import ALWAYS
from web.guard.origins import SAFE, is_ours

SITES = ("same-origin", "none", "same-site", "cross-site", None)
ORIGINS = {
    "own": ADDRESS,
    "null": "null",
    "other": "https://evil.example",
    "other port": "http://127.0.0.1:4200",
    "other scheme": "https://127.0.0.1:8765",
    "missing": None,
}
LET_THROUGH = {
    *product(("same-origin", "none"), ("own", "null", "missing")),
    (None, "own"),
}
"""Of requests with a cookie; all others are refused. With a token every one is let through."""

CELLS = list(product(SITES, ORIGINS, ("cookie", "bearer", "nobody")))
FEWEST_CELLS = 64
"""Of each route."""
UNSAFE = [
    (route, method)
    for route in (*EVERY, *PLANTED)
    for method in route.methods
    if method not in SAFE
]


@pytest.mark.parametrize(("site", "origin", "by"), CELLS)
def test_the_rule_agrees_with_the_table(site: str | None, origin: str, by: str) -> None:
    allowed = is_ours(
        fetch_site=[site] if site else [],
        origin=[value] if (value := ORIGINS[origin]) else [],
        own=ADDRESS,
        token=by == "bearer",
    )
    assert allowed == (by == "bearer" or (site, origin) in LET_THROUGH)


def test_every_route_that_changes_something_is_asked_in_every_way() -> None:
    assert len(set(CELLS)) == len(CELLS) >= FEWEST_CELLS
    changing = {(route.path, m) for route in (*EVERY, *PLANTED) for m in route.methods} - {
        (route.path, "GET") for route in (*EVERY, *PLANTED)
    }
    assert {(route.path, method) for route, method in UNSAFE} == changing


@pytest.mark.parametrize(
    ("route", "method"), UNSAFE, ids=[f"{method} {route.path}" for route, method in UNSAFE]
)
def test_every_route_that_changes_something_keeps_to_the_table(
    tmp_path: Path, route: object, method: str
) -> None:
    config = settings(tmp_path)
    add_user(config, "ann", "admin")
    token = add_token(config, "ann", *GRANTS["admin"])
    client = browser(config, pages=PLANTED)
    sign_in(client)
    cookie = client.cookies["groundswell"]
    del client.headers["sec-fetch-site"]
    path = filled(route.path)  # type: ignore[attr-defined]
    for site, origin, by in CELLS:
        client.cookies.clear()
        headers = token if by == "bearer" else {}
        if by == "cookie":
            headers = {"cookie": f"groundswell={cookie}"}
        headers = headers | ({"sec-fetch-site": site} if site else {})
        headers = headers | ({"origin": value} if (value := ORIGINS[origin]) else {})
        answer = client.request(method, path, headers=headers)
        assert all(answer.headers[name] == value for name, value in ALWAYS.items())
        refused = answer.status_code == 403 and "another site's page" in answer.text
        assert refused != (by == "bearer" or (site, origin) in LET_THROUGH), (site, origin, by)


@pytest.mark.parametrize("site", ["same-origin, cross-site", "SAME-ORIGIN", "", "sameorigin"])
def test_a_word_that_no_browser_says_is_refused(site: str) -> None:
    assert not is_ours(fetch_site=[site], origin=[ADDRESS], own=ADDRESS, token=False)


def test_the_same_header_twice_is_refused() -> None:
    twice = ["same-origin", "same-origin"]
    assert not is_ours(fetch_site=twice, origin=[], own=ADDRESS, token=False)
    assert not is_ours(fetch_site=[], origin=[ADDRESS, ADDRESS], own=ADDRESS, token=False)


def test_a_wrong_token_does_not_fall_back_to_sitting_at_the_machine(tmp_path: Path) -> None:
    client = browser(settings(tmp_path), pages=PLANTED)
    assert client.post("/admin/thing").status_code == 200
    evil = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    for token in ("Bearer gsw_made_up", "Bearer", "Basic YTpi", ""):
        answer = client.post("/admin/thing", headers=evil | {"authorization": token})
        assert answer.status_code == 403


def test_a_wrong_token_does_not_fall_back_to_the_cookie(tmp_path: Path) -> None:
    config = settings(tmp_path)
    add_user(config, "ann", "admin")
    client = browser(config, pages=PLANTED)
    sign_in(client)
    evil = {"sec-fetch-site": "cross-site", "authorization": "Bearer gsw_made_up"}
    assert client.post("/admin/thing").status_code == 200
    assert client.post("/admin/thing", headers=evil).status_code == 403
