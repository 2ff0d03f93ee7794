"""A PostgreSQL server of the tests' own: started once, in a temporary folder, and thrown away."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from time import sleep

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
    return _shared(binaries).new_database()


@contextmanager
def own_postgres() -> Iterator["Postgres"]:
    """Yield a server that may be killed; skip where none can be started."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with ExitStack() as ending:
        yield Postgres(binaries, ending)


class Postgres:
    """A server in a folder of its own, started and, when `ending` ends, thrown away."""

    def __init__(self, binaries: Path, ending: ExitStack) -> None:
        self._binaries = binaries
        self._folder = Path(mkdtemp(prefix="groundswell-postgres-"))
        ending.callback(shutil.rmtree, self._folder)
        self._user, self._port = _unprivileged(), _free_port()
        if self._user:
            shutil.chown(self._folder, self._user.pw_uid)
        words = ["--auth=trust", "--username=groundswell", "--encoding=UTF8", "--locale=C.UTF-8"]
        _run(self._user, binaries / "initdb", "--no-sync", *words, f"--pgdata={self._data}")
        self.start()
        ending.callback(self._control, "--mode=immediate", "stop")

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            # Words in the order of a language: a query that leaves the order to chance is found
            # out.
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
            )
        return self._url(name)

    def start(self) -> None:
        """Start it; what it had begun when it was killed, it undoes first."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        options += " -c fsync=off"  # survives the end of the process, if not of the machine
        self._control(f"--log={self._folder}/log", f"--options={options}", "start")

    def kill(self) -> None:
        """End the server and all its processes at once, as if out of memory."""
        leader = int((self._data / "postmaster.pid").read_text().split()[0])
        family = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for pid in (leader, *map(int, family)):
            os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}").exists() for pid in (leader, *family)):
            sleep(0.01)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _url(self, name: str) -> str:
        return f"postgresql://groundswell@127.0.0.1:{self._port}/{name}"

    def _control(self, *words: str) -> None:
        _run(self._user, self._binaries / "pg_ctl", f"--pgdata={self._data}", "--wait", *words)


def dumped(database: str) -> list[str]:
    """Return the lines of a PostgreSQL database's schema, sorted: a column may be added later."""
    binaries = _binaries()
    assert binaries is not None
    words = [str(binaries / "pg_dump"), "--schema-only", f"--dbname={database}"]
    found = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    lines = (line.rstrip(",") for line in found.splitlines())
    return sorted(line for line in lines if not line.startswith(("\\", "--")))


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    return None if found is None else Path(found).parent


@cache
def _shared(binaries: Path) -> Postgres:
    return Postgres(binaries, _ending)


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
