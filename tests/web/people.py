"""What tests of the review app share: a clock that is set by hand, users, browsers."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from argon2 import PasswordHasher
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.accounts import Permission, Role, User
from groundswell.config import Config, StoreConfig
from groundswell.store import open_store
from groundswell.web_config import WebConfig
from web.accounts.passwords import Passwords
from web.accounts.secrets import new_token
from web.app import create_app

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
ADDRESS = "http://127.0.0.1:8765"
HTML = {"accept": "text/html"}

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = Passwords(CHEAP)
HASH = PASSWORDS.hash(PASSWORD)


class Clock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def settings(folder: Path, **web: Any) -> Config:
    """Return settings with an empty store, copied: to make each anew takes longer than a test."""
    path = folder / "groundswell.db"
    path.write_bytes(_empty_store())
    return Config(store=StoreConfig(path=path), web=WebConfig(**web))


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "groundswell.db")
        with open_store(str(path)):
            pass
        return path.read_bytes()


def add_user(config: Config, name: str = "ann", role: Role = "reviewer") -> None:
    with open_store(config.store.database) as store:
        assert store.accounts.add_user(User(name, role, HASH, False, NOON))


def add_token(
    config: Config, name: str = "ann", *scopes: Permission, days: int = 90, label: str = ""
) -> dict[str, str]:
    """Return the header of a new token."""
    made = new_token(name, label, scopes, NOON, days)
    with open_store(config.store.database) as store:
        store.accounts.add_token(made.token)
    return {"authorization": f"Bearer {made.secret}"}


def browser(config: Config, clock: Clock | None = None, **more: Any) -> TestClient:
    """Return a browser that has the app open; it says where its requests come from."""
    app = more.pop("app", None) or create_app(
        config, passwords=PASSWORDS, clock=clock or Clock(), **more
    )
    base = ADDRESS.replace("http", "https") if config.web.https else ADDRESS
    return TestClient(
        app,
        base_url=base,
        raise_server_exceptions=False,
        follow_redirects=False,
        client=("127.0.0.1", 50000),
        headers={"sec-fetch-site": "same-origin"},
    )


def sign_in(client: TestClient, name: str = "ann", password: str = PASSWORD) -> Response:
    return client.post("/login", data={"name": name, "password": password})
