"""Trackers that ideas are handed over to: the one place from which anything is sent.

It stands in `ingest` since only this package speaks with foreign systems, by the same checked
addresses, secrets and pauses as reading (`ingest.apis`). An issue is made at most once: what was
begun before is looked for first, by the mark in the issue, and a request that makes something is
repeated only where the tracker says that it did nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from groundswell.domain import Tracker
from ingest.apis.pull import Client, Pull
from ingest.apis.source import ApiSource
from ingest.trackers.github import GITHUB
from ingest.trackers.issue import Issue, Place, Sent, TrackerApi
from ingest.trackers.jira import JIRA
from ingest.trackers.linear import LINEAR

__all__ = ["TRACKERS", "Client", "Issue", "Place", "Sent", "Session"]

TRACKERS: Mapping[Tracker, TrackerApi] = {"jira": JIRA, "linear": LINEAR, "github": GITHUB}


class Session:
    """A visit to one tracker; a context that closes its connections.

    Raises
    ------
    IngestError
        The address cannot be used, or the secret is not there.
    """

    def __init__(self, place: Place, client: Client) -> None:
        self._place, self._client, self._api = place, client, TRACKERS[place.tracker]
        source = ApiSource(
            name=place.tracker,
            api=place.tracker,
            url=place.url,
            token_env=place.token_variable,
            auth=place.auth,
            allow_hosts=place.allow_hosts,
            section=f"[{place.tracker}]",
        )
        pace = self._api.requests_per_minute
        self._pull = Pull(client, source, place.url, place.auth, pace)

    def __enter__(self) -> "Session":
        self._pull.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._pull.__exit__(None, None, None)

    def check(self) -> None:
        """Raise `IngestError` if the tracker is not the place for what would be sent."""
        if self._api.check is not None:
            self._api.check(self._pull, self._place)

    def find(self, issue: Issue, begun_at: datetime) -> Sent | None:
        """Return the issue if an attempt begun at a moment has made it.

        Where a tracker finds new issues only after a while, that while is waited for.
        """
        passed = self._client.now() - begun_at.timestamp()
        if passed < self._api.settle_seconds:
            self._client.sleep(min(self._api.settle_seconds, self._api.settle_seconds - passed))
        return self._api.find(self._pull, self._place, issue, begun_at)

    def create(self, issue: Issue) -> Sent:
        """Make the issue.

        Raises
        ------
        UnreachableError
            It is not known whether it was made; `find` tells.
        IngestError
            The tracker refuses.
        """
        return self._api.create(self._pull, self._place, issue)
