"""Programming interfaces of other systems: one module each, listed in `CONNECTORS`.

Reading goes page by page. The caller commits the rows of a page and its cursor in one
transaction; killed between two pages, it goes on after the last one committed. An item may come
more than once, so the caller merges by id.
"""

from collections.abc import Iterator, Mapping

from groundswell.errors import IngestError
from ingest.apis.apple_reviews import APPLE_REVIEWS
from ingest.apis.discourse import DISCOURSE
from ingest.apis.feed import FEED
from ingest.apis.github import GITHUB
from ingest.apis.github_discussions import GITHUB_DISCUSSIONS
from ingest.apis.intercom import INTERCOM
from ingest.apis.paging import walk
from ingest.apis.pull import Client, Limits
from ingest.apis.rest import REST
from ingest.apis.source import ApiSource, Connector, Page
from ingest.apis.zendesk import ZENDESK

__all__ = ["CONNECTORS", "ApiSource", "Client", "Connector", "Limits", "Page", "read_pages"]

CONNECTORS: Mapping[str, Connector] = {
    "github": GITHUB,
    "github_discussions": GITHUB_DISCUSSIONS,
    "zendesk": ZENDESK,
    "intercom": INTERCOM,
    "apple_reviews": APPLE_REVIEWS,
    "discourse": DISCOURSE,
    "feed": FEED,
    "rest": REST,
}
"""Value of a source's ``api`` to its connector."""


def read_pages(source: ApiSource, cursor: str, client: Client) -> Iterator[Page]:
    """Yield what is new, page by page.

    Parameters
    ----------
    cursor
        The `Page.cursor` committed last, of this pull or of an earlier one; empty: from the
        beginning. One that belongs to another address or other options counts as empty.

    Yields
    ------
    Page
        `RawRow.line` counts the items of the pull from 1. The last page may have no rows, but
        its cursor counts.

    Raises
    ------
    IngestError
        The settings are wrong, the API refuses, fails for long or asks to wait over an hour.
        Pages yielded before stay good: another call with their cursor goes on after them.
    """
    if source.api not in CONNECTORS:
        raise IngestError(
            f"[[sources]] {source.name}: api {source.api!r} is not known;"
            f" choose one of {', '.join(CONNECTORS)}"
        )
    return walk(source, CONNECTORS[source.api], cursor, client)
