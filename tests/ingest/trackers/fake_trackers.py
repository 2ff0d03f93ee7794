"""Trackers in small, that remember what was made: shapes follow their public documentation.

Each is a fake of `tests.ingest.apis.fault_server`. What it remembers may be kept in a file, so
that it outlives a process that is killed.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundswell.domain import Tracker
from groundswell.handover_config import GithubConfig, HandoverConfig, JiraConfig, LinearConfig
from tests.ingest.apis.fake_apis import Answered, Call, Item, iso, reply

TOKEN = "canary-5f2b77d1-secret"
ENVIRON = {
    "JIRA_TOKEN": f"ana@example.com:{TOKEN}",
    "LINEAR_TOKEN": TOKEN,
    "GITHUB_TOKEN": TOKEN,
}


@dataclass(slots=True)
class Memory:
    """The issues of a tracker, in the order in which they were made."""

    file: Path | None = None
    issues: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            self.issues = [json.loads(line) for line in self.file.read_text().splitlines()]

    def keep(self, issue: dict[str, Any]) -> None:
        self.issues.append(issue)
        if self.file is not None:
            with self.file.open("a") as lines:
                lines.write(json.dumps(issue) + "\n")
                lines.flush()
                os.fsync(lines.fileno())


@dataclass(slots=True)
class Jira:
    """A project RF; the search sees a new issue after 45 seconds."""

    memory: Memory = field(default_factory=Memory)
    auth: str = "Basic"
    version: str = "3"

    def __call__(self, _world: Sequence[Item], call: Call) -> Answered:
        kind, _, secret = call.headers["authorization"].partition(" ")
        if kind == "Basic":
            secret = b64decode(secret).decode()
        if (kind, secret) != (self.auth, ENVIRON["JIRA_TOKEN"]):
            return Answered(b"{}", status=401)
        base = f"/rest/api/{self.version}"
        if call.path == f"{base}/issue":
            return self._create(call)
        search = {"3": "search/jql", "2": "search"}[self.version]
        assert call.path == f"{base}/{search}", call.path
        return self._search(call)

    def _create(self, call: Call) -> Answered:
        fields = call.body["fields"]
        if fields["project"] != {"key": "RF"} or fields["issuetype"] != {"name": "Story"}:
            return Answered(json.dumps({"errors": {"project": "valid"}}).encode(), status=400)
        assert isinstance(fields["description"], dict) == (self.version == "3")
        key = f"RF-{len(self.memory.issues) + 1}"
        self.memory.keep({"key": key, "made": call.now, **fields})
        return Answered(json.dumps({"id": "1", "key": key}).encode(), status=201)

    def _search(self, call: Call) -> Answered:
        asked = re.fullmatch(r'project = "RF" AND labels = "([^"]+)"', call.query["jql"])
        assert asked, call.query
        seen = [i for i in self.memory.issues if i["made"] <= call.now - 45]
        found = [{"key": i["key"]} for i in seen if asked[1] in i["labels"]]
        return reply({"issues": found, "isLast": True})


@dataclass(slots=True)
class Github:
    """A repository octo/app, two issues a page."""

    memory: Memory = field(default_factory=Memory)
    private: bool = True

    def __call__(self, _world: Sequence[Item], call: Call) -> Answered:
        if call.headers["authorization"] != f"Bearer {TOKEN}":
            return Answered(b"{}", status=401)
        if call.path == "/repos/octo/app":
            return reply({"full_name": "octo/app", "private": self.private})
        assert call.path == "/repos/octo/app/issues"
        return self._list(call) if call.body is None else self._create(call)

    def _create(self, call: Call) -> Answered:
        number = len(self.memory.issues) + 1
        issue = {
            "number": number,
            "html_url": f"https://github.com/octo/app/issues/{number}",
            "updated_at": iso(call.now),
            **call.body,
        }
        self.memory.keep(issue)
        return Answered(json.dumps(issue).encode(), status=201)

    def _list(self, call: Call) -> Answered:
        assert call.query["state"] == "all"
        found = [i for i in self.memory.issues if i["updated_at"] >= call.query["since"]][::-1]
        page = int(call.query["page"])
        more = f'<{call.base}{call.path}?page={page + 1}>; rel="next"'
        return reply(found[2 * page - 2 : 2 * page], Link=more if len(found) > 2 * page else "")


@dataclass(slots=True)
class Linear:
    """A team ENG with a label groundswell; it refuses an id that it has."""

    memory: Memory = field(default_factory=Memory)
    labels: Mapping[str, str] = field(default_factory=lambda: {"groundswell": "label-1"})
    busy: int = 0
    """How many of the next queries are put off."""

    def __call__(self, _world: Sequence[Item], call: Call) -> Answered:
        if call.headers["authorization"] != TOKEN:
            return _error("AUTHENTICATION_ERROR")
        if self.busy:
            self.busy -= 1
            return _error("RATELIMITED")
        query, told = call.body["query"], call.body["variables"]
        if "issueCreate" in query:
            return self._create(told["input"])
        if "issueLabels" in query:
            known = [{"id": i, "name": n} for n, i in self.labels.items() if n in told["names"]]
            return reply({"data": {"issueLabels": {"nodes": known}}})
        if "teams" in query:
            team = [{"id": "team-1"}] if told["key"] == "ENG" else []
            return reply({"data": {"teams": {"nodes": team}}})
        found = [i for i in self.memory.issues if i["id"] == told["id"]]
        return reply({"data": {"issues": {"nodes": found}}})

    def _create(self, told: dict[str, Any]) -> Answered:
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f-]{16}", told["id"])
        if any(issue["id"] == told["id"] for issue in self.memory.issues):
            return _error("INVALID_INPUT")
        name = f"ENG-{len(self.memory.issues) + 1}"
        issue = {**told, "identifier": name, "url": f"https://linear.app/x/issue/{name}"}
        self.memory.keep(issue)
        return reply({"data": {"issueCreate": {"success": True, "issue": issue}}})


def _error(code: str) -> Answered:
    errors = [{"message": "no", "extensions": {"code": code}}]
    return Answered(json.dumps({"errors": errors}).encode(), status=400)


FAKES: Mapping[Tracker, Any] = {"jira": Jira, "linear": Linear, "github": Github}


def sections(base: str, **more: Any) -> dict[str, Any]:
    """Return the tables of config.toml that lead to a fake at an address."""
    reached: dict[str, Any] = {"allow_hosts": (base.removeprefix("http://"),)}
    return {
        "handover": HandoverConfig(**more.pop("handover", {})),
        "jira": JiraConfig(**{"url": base, "project": "RF", **reached, **more.pop("jira", {})}),
        "linear": LinearConfig(url=f"{base}/graphql", team="ENG", **reached),
        "github": GithubConfig(url=base, repository="octo/app", **reached),
        **more,
    }
