"""A PostgreSQL server of the tests' own: started once, in a temporary folder, and thrown away."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

REQUIRED = "GROUNDSWELL_REQUIRE_POSTGRES"
_numbers = count(1)
_ending = ExitStack()


@pytest.fixture(scope="session", autouse=True)
def stop_server() -> Iterator[None]:
    """Stop the server after the last test, if one was started."""
    yield
    _ending.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield what opens a fresh, empty database of either kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "store" / "groundswell.db")
    else:
        yield fresh_postgres()


def fresh_postgres() -> str:
    """Return the URL of a new, empty database; skip where no server can be started."""
    binaries = _binaries()
    if binaries is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1 but there is no initdb; install postgresql")
        pytest.skip("PostgreSQL is not installed")
    port = _server(binaries)
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(_url(port, "postgres"), autocommit=True) as connection:
        # Words in the order of a language: a query that leaves the order to chance is found out.
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
        )
    return _url(port, name)


def dumped(database: str) -> list[str]:
    """Return the lines of a PostgreSQL database's schema, sorted: a column may be added later."""
    binaries = _binaries()
    assert binaries is not None
    words = [str(binaries / "pg_dump"), "--schema-only", f"--dbname={database}"]
    found = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    lines = (line.rstrip(",") for line in found.splitlines())
    return sorted(line for line in lines if not line.startswith(("\\", "--")))


def _url(port: int, name: str) -> str:
    return f"postgresql://groundswell@127.0.0.1:{port}/{name}"


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    return None if found is None else Path(found).parent


@cache
def _server(binaries: Path) -> int:
    folder = Path(mkdtemp(prefix="groundswell-postgres-"))
    _ending.callback(shutil.rmtree, folder)
    user = _unprivileged()
    if user:
        shutil.chown(folder, user.pw_uid)
    data, port = folder / "data", _free_port()
    initdb = ["--auth=trust", "--username=groundswell", "--encoding=UTF8", "--locale=C.UTF-8"]
    _run(user, binaries / "initdb", "--no-sync", *initdb, f"--pgdata={data}")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = (binaries / "pg_ctl", f"--pgdata={data}", "--wait")
    _run(user, *control, f"--log={folder}/log", f"--options={options}", "start")
    _ending.callback(_run, user, *control, "--mode=immediate", "stop")
    return port


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom to become: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _run(user: pwd.struct_passwd | None, *command: object) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=() if user else None,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
