import itertools
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from groundswell.accounts import GRANTS, PERMISSIONS, ROLES, Permission, Reviewer, Role
from groundswell.config import Config
from tests.web.people import HTML, PASSWORDS, add_token, add_user, browser, settings, sign_in
from web.accounts.pages import AccountPages
from web.app import ROUTES, create_app
from web.guard import Context, Refused, Route, RoutingTable

EVERY = (*AccountPages(PASSWORDS).routes(), *ROUTES)
CALLS = [(route, method) for route in EVERY for method in route.methods]


def say_who(request: Request, context: Context) -> Response:
    """Answer with who asked, and the path's parts."""
    return PlainTextResponse(" ".join((context.reviewer.name, *request.path_params.values())))


PLANTED = tuple(
    Route(f"/{permission}/{{thing}}", ("GET", "POST"), permission, say_who)
    for permission in PERMISSIONS
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    config = settings(tmp_path_factory.mktemp("store"))
    for role in ROLES:
        add_user(config, f"a-{role}", role)
    return config


def filled(path: str) -> str:
    """Return an address that a pattern stands for."""
    return path.replace("{", "").replace("}", "")


def test_roles_are_a_chain() -> None:
    for lower, higher in itertools.pairwise(ROLES):
        assert GRANTS[lower] < GRANTS[higher]
    assert GRANTS["admin"] == set(PERMISSIONS)


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", ROLES)
def test_a_token_never_allows_more_than_the_role(role: Role, permission: Permission) -> None:
    everything = Reviewer("ann", role, frozenset(PERMISSIONS))
    only_this = Reviewer("ann", role, frozenset({permission}))
    assert everything.may(permission) == only_this.may(permission) == (permission in GRANTS[role])
    assert not any(only_this.may(other) for other in set(PERMISSIONS) - {permission})


def test_only_the_login_needs_nobody_to_be_known() -> None:
    public = {(route.path, route.methods) for route in EVERY if route.permission == "public"}
    assert public == {("/login", ("GET",)), ("/login", ("POST",))}


@pytest.mark.parametrize("permission", [None, "", "write", "Read"])
def test_a_route_without_a_permission_stops_the_start(tmp_path: Path, permission: str) -> None:
    planted = Route("/planted", ("GET",), permission, say_who)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^route /planted: permission is .*; expected one of"):
        create_app(settings(tmp_path), pages=(*ROUTES, planted))


@pytest.mark.parametrize("methods", [(), ("HEAD",), ("get",), ("OPTIONS",)])
def test_a_route_without_a_method_that_we_know_stops_the_start(methods: tuple[str]) -> None:
    with pytest.raises(ValueError, match="methods are"):
        RoutingTable([Route("/planted", methods, "read", say_who)])  # type: ignore[arg-type]


def test_two_routes_with_one_address_stop_the_start() -> None:
    again = Route("/login", ("GET",), "read", say_who)
    with pytest.raises(ValueError, match="two routes answer /login"):
        RoutingTable([*EVERY, again])


def test_a_table_finds_a_route_by_path_and_method() -> None:
    reading = Route("/ideas/{idea}", ("GET",), "read", say_who)
    writing = Route("/ideas/{idea}", ("POST",), "review", say_who)
    table = RoutingTable([reading, writing, Route("/login", ("GET",), "public", say_who)])
    assert table.find("HEAD", "/ideas/need-1") == (reading, {"idea": "need-1"})
    assert table.find("POST", "/ideas/need-1") == (writing, {"idea": "need-1"})
    assert table.methods("/ideas/need-1") == ("GET", "HEAD", "POST")
    for path in ("/ideas", "/ideas/", "/ideas/a/b", "//ideas/a", "", "/login/", "/login\n"):
        assert table.find("GET", path) is None
        assert table.methods(path) == ()


@pytest.mark.parametrize(
    ("route", "method"), CALLS, ids=[f"{method} {route.path}" for route, method in CALLS]
)
def test_no_route_answers_somebody_who_is_not_known(
    config: Config, route: Route, method: str
) -> None:
    answer = browser(config).request(method, filled(route.path))
    if route.permission == "public":
        assert answer.status_code in (200, 403)  # the form, or "name or password is wrong"
    elif route.path.startswith("/api/"):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.status_code == 403
        assert answer.text == "sign in at /login, or send a token that is still valid\n"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("route", "method"), CALLS, ids=[f"{method} {route.path}" for route, method in CALLS]
)
def test_every_route_refuses_the_roles_that_lack_its_permission(
    config: Config, route: Route, method: str, role: Role
) -> None:
    if route.permission == "public":
        return
    client = browser(config)
    sign_in(client, f"a-{role}")
    answer = client.request(method, filled(route.path))
    refused = answer.status_code == 403 and "this needs the permission" in answer.text
    assert refused == (route.permission not in GRANTS[role])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", PLANTED, ids=lambda route: route.permission)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_permission_lets_through_its_roles_and_no_other(
    config: Config, route: Route, method: str, role: Role
) -> None:
    client = browser(config, pages=PLANTED)
    sign_in(client, f"a-{role}")
    answer = client.request(method, filled(route.path))
    if route.permission in GRANTS[role]:
        assert (answer.status_code, answer.text) == (200, f"a-{role} thing")
    else:
        assert answer.status_code == 403
        assert answer.text == f"this needs the permission '{route.permission}'; {role}s lack it\n"


def test_who_is_not_known_cannot_learn_which_pages_there_are(config: Config) -> None:
    client = browser(config)
    for headers, status in (({}, 403), (HTML, 303)):
        there = client.get("/ideas.json", headers=headers)
        nowhere = client.get("/nowhere", headers=headers)
        assert there.status_code == nowhere.status_code == status
        assert there.text == nowhere.text
    assert client.post("/ideas.json").text == client.post("/nowhere", headers=HTML).text


def test_a_browser_is_sent_to_the_login_and_back_to_what_it_wanted(config: Config) -> None:
    client = browser(config, pages=PLANTED)
    answer = client.get("/read/ä b?x=1&y=%2F", headers=HTML)
    assert answer.headers["location"] == "/login?next=/read/%25C3%25A4%2520b%3Fx%3D1%26y%3D%252F"
    form = client.get(answer.headers["location"]).text
    assert 'name="next" value="/read/%C3%A4%20b?x=1&amp;y=%2F"' in form
    fields = {"name": "a-viewer", "password": "correct horse battery"}
    there = client.post("/login", data={**fields, "next": "/read/%C3%A4%20b?x=1&y=%2F"})
    assert client.get(there.headers["location"]).text == "a-viewer ä b"


@pytest.mark.parametrize("scopes", [("review",), ("plan", "admin"), ()])
def test_who_may_not_read_learns_nothing_of_unknown_pages(
    config: Config, scopes: tuple[Permission, ...]
) -> None:
    token = add_token(config, "a-admin", *scopes)
    client = browser(config)
    for path in ("/", "/nowhere", "/healthz"):
        answer = client.get(path, headers=token)
        assert (answer.status_code, answer.text) == (403, "this token may not read\n")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/healthz/", 404),
        ("POST", "/healthz", 405),
        ("OPTIONS", "/healthz", 405),
        ("PROPFIND", "/nowhere", 404),
    ],
)
def test_a_reader_is_told_what_is_not_there(
    config: Config, method: str, path: str, status: int
) -> None:
    client = browser(config)
    sign_in(client, "a-viewer")
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)


def test_a_page_may_refuse_in_one_line(config: Config) -> None:
    def refuse(_request: Request, _context: Context) -> Response:
        raise Refused(409, "somebody was faster")

    client = browser(config, pages=(Route("/refuse", ("GET",), "read", refuse),))
    sign_in(client, "a-viewer")
    answer = client.get("/refuse")
    assert (answer.status_code, answer.text) == (409, "somebody was faster\n")
