"""Ask a configured service for what is new: the way in for rows that lie in no file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundswell.config import SourceConfig
from groundswell.domain import ReadRow
from ingest.apis import CONNECTORS, ApiSource, Client, read_pages
from ingest.kinds import Intake, Privacy
from ingest.mapping import KINDS, check_date_format, stated_columns
from ingest.reading import fates


@dataclass(frozen=True, slots=True)
class PulledPage:
    """What became of some rows, and where to go on after them: to be kept together."""

    rows: Sequence[ReadRow]
    cursor: str


def pull_rows(
    source: SourceConfig,
    cursor: str,
    privacy: Privacy,
    *,
    keep_raw: bool = False,
    client: Client | None = None,
) -> Iterator[PulledPage]:
    """Yield what became of every new item of a service, page by page.

    An item may come more than once; the store knows it by its id.

    Parameters
    ----------
    cursor
        `PulledPage.cursor` kept last; empty: from the beginning.

    Raises
    ------
    IngestError
        The settings cannot be used, or the service refuses or fails for long. What was yielded
        before stays good: the next pull goes on after it.
    """
    check_date_format(source)
    columns = _columns(source)
    votes_alone = source.api in CONNECTORS and CONNECTORS[source.api].votes_exclude_author
    intake = Intake(_as_read(source), privacy, keep_raw, votes_exclude_author=votes_alone)
    for page in read_pages(api_source(source), cursor, client or Client()):
        yield PulledPage(list(fates(iter(page.rows), intake, columns)), page.cursor)


def api_source(source: SourceConfig) -> ApiSource:
    """Return the part of the settings that tells how to ask."""
    return ApiSource(
        name=source.name,
        api=source.api,
        url=source.url,
        token_env=source.token_env,
        auth=source.auth,
        params=source.params,
        headers=source.headers,
        options=source.options,
        allow_hosts=source.allow_hosts,
        since=source.since,
        overlap_minutes=source.overlap_minutes,
        requests_per_minute=source.requests_per_minute,
    )


_MEANS: Mapping[str, Mapping[str, str]] = {
    "changelog": {"date": "created_at", "release": "text", "title": "title"},
    "backlog": {"item_id": "id", "title": "title", "text": "text"},
    "work_history": {"item_id": "id", "title": "title", "text": "text"},
}
"""Kind to its fields, each with the field of feedback that a connector finds in the same place."""


def _columns(source: SourceConfig) -> dict[str, str]:
    kind, own = KINDS[source.kind], _connector_columns(source)
    stated = dict(stated_columns(source))
    known = {field: own.get(field, field) for field in (*kind.required, *kind.optional)}
    return {
        field: column
        for field, column in (known | stated).items()
        if source.columns.get(field) != ""  # an empty name turns a field off
    }


def _connector_columns(source: SourceConfig) -> Mapping[str, str]:
    columns = CONNECTORS[source.api].columns if source.api in CONNECTORS else {}
    if source.kind == "feedback":
        return columns
    means = _MEANS.get(source.kind, {})
    return {field: columns[meant] for field, meant in means.items() if meant in columns}


def _as_read(source: SourceConfig) -> SourceConfig:
    connector = CONNECTORS.get(source.api)
    if connector is None:
        return source
    known = {
        "channel": source.channel or connector.channel,
        "date_format": source.date_format or connector.date_format,
    }
    return source.model_copy(update=known)
