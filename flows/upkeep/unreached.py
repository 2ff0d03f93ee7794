"""What an erasure does not reach, with what would do: a receipt that leaves it out would lie."""

from collections.abc import Iterator

from groundswell.config import Config
from groundswell.domain.erasure import Erasure, Left
from groundswell.store import Store

_BACKUPS = (
    "backups",
    "made before this moment",
    "delete them when your term for backups ends; a restored one is erased again by this receipt",
)
_EXPORTS = (
    "copies that people made",
    "reports, exports and lists that were saved, printed or sent",
    "ask those who have them",
)
_SERVER = (
    "database server",
    "its log of writes, replicas and backups",
    "they run out by the server's own settings",
)


def unreached(config: Config, store: Store, erasure: Erasure) -> Iterator[Left]:
    """Yield (what, where, what would do), besides the inputs that the store names itself."""
    yield _BACKUPS
    if not erasure.anew:
        return
    yield _EXPORTS
    for one in store.handovers.all():
        if one.way == "api" and one.url:
            yield "issue", one.url, "look whether it quotes them, and take that out there"
    if config.naming.enabled:
        yield "naming endpoint", config.naming.url, "it was shown statements; ask its operator"
    if "://" in config.store.database and not config.store.database.startswith("sqlite"):
        yield _SERVER
