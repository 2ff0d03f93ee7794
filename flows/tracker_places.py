"""Where the settings say that the issues of a tracker go."""

from typing import Any

from groundswell.config import Config
from groundswell.domain import Tracker
from groundswell.errors import ConfigError
from ingest.trackers import Place

_EXAMPLES = {
    "url": "https://example.atlassian.net",
    "project": "RF",
    "team": "ENG",
    "repository": "octo/app",
}


def place_of(config: Config, tracker: Tracker) -> Place:
    """Return where issues go.

    Raises
    ------
    ConfigError
        The settings do not say.
    """
    told: dict[str, Any] = getattr(config, tracker).model_dump()
    home = {"jira": "project", "linear": "team", "github": "repository"}[tracker]
    for name in ("url", home, "token_variable"):
        if not told[name]:
            example = _EXAMPLES.get(name, f"{tracker.upper()}_TOKEN")
            raise ConfigError(f'[{tracker}] {name} is empty; set it, such as {name} = "{example}"')
    return Place(
        tracker=tracker,
        url=told["url"],
        token_variable=told["token_variable"],
        auth=told.get("auth", "bearer"),
        home=told[home],
        labels=config.handover.labels,
        private=config.handover.accounts,
        allow_hosts=told["allow_hosts"],
        options={name: str(told[name]) for name in ("issue_type", "api_version") if name in told},
    )
