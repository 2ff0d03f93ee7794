"""A caller of the connectors in small: commits pages, dies, comes back."""

import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.apis import ApiSource, Client, Limits, Page, read_pages
from ingest.sources.rows import RawRow
from tests.ingest.apis.fault_server import Api

TOKEN = "canary-5f2b77d1-secret"
LIMITS = Limits(body_bytes=2_000_000)
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: loading authorities takes time


def client(api: Api, environ: Mapping[str, str] | None = None, **more: Any) -> Client:
    """Return a client whose time is that of the server's clock."""
    told = {"limits": LIMITS, "tls": _TLS, "chance": random.Random(1).random}
    told |= {"now": api.clock.now, "monotonic": api.clock.monotonic, "sleep": api.clock.sleep}
    return Client(environ=environ or {"WISHES_TOKEN": TOKEN}, **{**told, **more})


@dataclass(slots=True)
class Store:
    """Rows by id, and the cursor that came with the last of them."""

    id_field: str
    rows: dict[str, Mapping[str, object]] = field(default_factory=dict)
    cursor: str = ""
    pages: list[Page] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def commit(self, page: Page) -> None:
        for row in page.rows:
            assert isinstance(row, RawRow), row
            self.rows[str(row.fields[self.id_field])] = row.fields
        self.cursor = page.cursor
        self.pages.append(page)

    def pull(self, source: ApiSource, client: Client) -> bool:
        """Read to the end; return whether it came to one without an error."""
        try:
            for page in read_pages(source, self.cursor, client):
                self.commit(page)
        except IngestError as error:
            assert "\n" not in str(error)
            self.errors.append(str(error))
            return False
        return True

    def pull_until_done(self, source: ApiSource, client: Client, most: int = 40) -> int:
        """Run again after every error; return how many runs it took."""
        for run in range(1, most + 1):
            if self.pull(source, client):
                return run
        raise AssertionError(f"not done after {most} runs: {self.errors[-1]}")


def rows(page: Page) -> list[RawRow]:
    assert not any(isinstance(row, QuarantinedRow) for row in page.rows)
    return [row for row in page.rows if isinstance(row, RawRow)]
