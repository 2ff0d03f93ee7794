"""The description is of what is served, and what is served is as described."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.domain import DecisionKind
from groundswell.domain.drafts import fields_of
from groundswell.report import IdeaReport
from tests.web.pages.filling import Shown
from tests.web.pages.planning import with_plan
from tests.web.people import PASSWORDS, Clock, add_token, add_user
from web.api import ENDPOINTS, ROUTES, description
from web.app import ROUTES as SERVED
from web.app import create_app

EXAMPLES = 12
"""Of each operation and mode; with those that the checks ask for themselves some 1,800 requests."""


def described() -> set[tuple[str, str]]:
    return {
        (path, method.upper())
        for path, operations in description()["paths"].items()
        for method in operations
    }


def test_every_address_that_is_served_is_described_and_the_other_way_round() -> None:
    served = {
        (route.path.replace(":path", ""), method)
        for route in SERVED
        for method in route.methods
        if route.path.startswith("/api/")
    }
    assert served - described() == {("/api/v1/openapi.json", "GET")}
    assert described() <= served
    assert len(described()) == len(ENDPOINTS) == len(ROUTES) - 2


def test_the_description_is_an_openapi_document(shown: Shown) -> None:
    document = shown.client.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("description"), name
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')))
    assert references <= set(document["components"]["schemas"])


def test_every_kind_of_decision_is_described_with_what_it_sets() -> None:
    wanted = description()["components"]["schemas"]["Wanted"]["properties"]
    assert set(wanted["kind"]["enum"]) == set(get_args(DecisionKind)) - {"undo"}
    told = wanted["changes"]["description"]
    for kind in wanted["kind"]["enum"]:
        names = ", ".join(f"`{one}`" for one in sorted(fields_of(kind)))
        assert (f"{kind} sets {names}" in told) == bool(names)


def test_the_documented_addresses_are_described() -> None:
    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ((?:(?:POST |DELETE )?`/[^`]+`(?:, )?)+) \|", page, re.MULTILINE)
    named = {
        (method.strip() or "GET", re.sub(r"\b(ID|N)\b", "X", address))
        for cell in cells
        for method, address in re.findall(r"(POST |DELETE |)`(/[^`?]+)[^`]*`", cell)
    }
    known = {
        (method, re.sub(r"\{\w+\}", "X", path.removeprefix("/api/v1")))
        for path, method in described()
    }
    in_the_text = {("POST", "/decisions"), ("POST", "/decisions/X/undo")}
    assert named == known - in_the_text


def test_every_operation_says_what_it_does_and_needs() -> None:
    for path, operations in description()["paths"].items():
        for method, told in operations.items():
            assert told["summary"].endswith("."), path
            assert re.search(r"permission `\w+`", told["description"]), (path, method)
            assert {"401", "403", "422", "503"} <= set(told["responses"])
            names = [one["name"] for one in told["parameters"] if one["in"] == "path"]
            assert names == re.findall(r"\{(\w+)\}", path)


def refuses_what_does_not_fit(context: Any, response: Any, case: Any) -> bool | None:
    if response.status_code == 413:  # a refusal that schemathesis does not count among them
        return None
    return openapi_checks.negative_data_rejection(context, response, case)


CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
    refuses_what_does_not_fit,
    openapi_checks.ignored_auth,
    openapi_checks.unsupported_method,
]
"""Not whether all that fits the schema is taken: that a day is still to come, no schema says."""


@dataclass
class Asked:
    """The operations by name, and what came of asking them."""

    operations: dict[str, Any]
    token: dict[str, str]
    statuses: Counter[int]


@pytest.fixture(scope="module")
def asked(report: IdeaReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    config = with_plan(report, tmp_path_factory.mktemp("asked")).config
    add_user(config, "ann", "admin")
    clock = Clock()

    def later() -> datetime:
        clock.wait(seconds=5)  # so that nothing is asked too often
        return clock.now

    statuses: Counter[int] = Counter()
    schema: Any = schemathesis.openapi.from_dict(description())
    schema.app = counted(create_app(config, passwords=PASSWORDS, clock=later), statuses)
    operations = {f"{one.method.upper()} {one.path}": one for one in everything(schema)}
    yield Asked(operations, add_token(config, "ann", "read", "review", "plan", days=3650), statuses)


def counted(app: ASGIApp, statuses: Counter[int]) -> ASGIApp:
    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses[message["status"]] += 1
            await send(message)

        await app(scope, receive, told)

    return counting


def everything(schema: Any) -> Iterator[Any]:
    return (found.ok() for found in schema.get_all_operations())


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.name)
@pytest.mark.parametrize("name", [f"{m} {path}" for path, m in sorted(described())])
def test_whatever_is_asked_is_answered_as_described(asked: Asked, name: str, mode: Any) -> None:
    operation = asked.operations[name]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        headers = {"Authorization": asked.token["authorization"], "Host": "127.0.0.1"}
        case.call_and_validate(base_url="http://127.0.0.1", headers=headers, checks=CHECKS)

    before = asked.statuses.total()
    ask()
    assert asked.statuses.total() - before >= EXAMPLES / 2  # some have less to ask
    assert not [status for status in asked.statuses if status >= 500]


def test_that_was_some_hundred_requests_of_many_outcomes(asked: Asked) -> None:
    assert asked.statuses.total() > 400
    assert {200, 401, 404, 422} <= set(asked.statuses)
