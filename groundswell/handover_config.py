"""The tables of ``config.toml`` about trackers: what is handed over, and where to."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from groundswell.section import LocalPath, Section

Label = Annotated[str, Field(pattern=r"^[^\s,]{1,50}$")]
"""Jira takes no blanks in a label, GitHub no more than 50 characters, Linear's files no comma."""


class HandoverConfig(Section):
    """``[handover]``."""

    folder: LocalPath = Path("data/handover")
    labels: Annotated[tuple[Label, ...], Field(strict=False)] = ("groundswell",)
    link: Annotated[str, Field(pattern=r"^(https?://[^\s<>\[\]|{}\"]+)?$")] = ""
    accounts: bool = True


class JiraConfig(Section):
    """``[jira]``."""

    url: str = ""
    project: Annotated[str, Field(pattern=r"^([A-Za-z][A-Za-z0-9_]*)?$")] = ""
    issue_type: str = "Story"
    token_variable: str = "JIRA_TOKEN"  # noqa: S105 - a variable's name
    auth: Literal["basic", "bearer"] = "basic"
    api_version: Literal[2, 3] = 3
    allow_hosts: Annotated[tuple[str, ...], Field(strict=False)] = ()


class LinearConfig(Section):
    """``[linear]``."""

    url: str = "https://api.linear.app/graphql"
    team: Annotated[str, Field(pattern=r"^([A-Za-z0-9]{1,16})?$")] = ""
    token_variable: str = "LINEAR_TOKEN"  # noqa: S105 - a variable's name
    auth: Literal["header:authorization", "bearer"] = "header:authorization"
    allow_hosts: Annotated[tuple[str, ...], Field(strict=False)] = ()


class GithubConfig(Section):
    """``[github]``."""

    url: str = "https://api.github.com"
    repository: Annotated[str, Field(pattern=r"^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$")] = ""
    token_variable: str = "GITHUB_TOKEN"  # noqa: S105 - a variable's name
    allow_hosts: Annotated[tuple[str, ...], Field(strict=False)] = ()
