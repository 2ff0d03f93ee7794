"""Kill a piece of work at every failpoint, do it again, and compare what is left.

A scenario is a function ``scenario(database, folder)`` at the top of a module: it opens the
store, works, and writes its files into the folder. It must do nothing when its work is already
done, as a person would start it again without knowing how far it came.
"""

import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select

from groundswell.store import open_store, tables
from groundswell.store.database import Database
from tests.promises.children import processes

Scenario = Callable[[str, Path], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the kills."""

    points: list[str]
    """Names of the failpoints that one undisturbed run passes."""
    kills: int
    differences: list[str] = field(default_factory=list)
    """What was not as after the undisturbed run, each with the kill that brought it about."""


def every_point(points: Sequence[str]) -> Sequence[int]:
    """Visit them all."""
    return range(1, len(points) + 1)


def each_name_once(points: Sequence[str]) -> Sequence[int]:
    """Visit the first point of each name, where a visit takes long."""
    return [points.index(name) + 1 for name in dict.fromkeys(points)]


def kill_everywhere(
    scenario: Scenario,
    new_database: Callable[[Path], str],
    folder: Path,
    *,
    visit: Callable[[Sequence[str]], Sequence[int]] = every_point,
    seed: int | None = None,
) -> Outcome:
    """Kill a scenario at its failpoints, one after another, each time in a fresh place.

    Parameters
    ----------
    new_database
        Makes an empty database, given an empty folder it may use.
    folder
        Empty; everything is made inside.
    visit
        Chooses the points, numbered from 1 in the order an undisturbed run passes them.
    seed
        Kill the recovery too, at a point drawn with it. None: the recovery is left in peace.
    """
    points, expected = _undisturbed(scenario, new_database, folder)
    chance = None if seed is None else random.Random(seed)
    kills, differences = 0, []
    for n in visit(points):
        point = points[n - 1]
        here = Place(new_database, folder / f"kill-{n}")
        if here.run(scenario, GROUNDSWELL_FAILPOINT=str(n)) != -signal.SIGKILL:
            differences.append(f"{n} {point}: the process was not killed")
        kills += 1
        differences += [f"{n} {point}: {fault}" for fault in here.faults()]
        if chance is not None:
            again = chance.randint(1, len(points))
            kills += here.run(scenario, GROUNDSWELL_FAILPOINT=str(again)) == -signal.SIGKILL
            differences += [f"{n} {point}, {again}: {fault}" for fault in here.faults()]
        if (status := here.run(scenario)) != 0:
            differences.append(f"{n} {point}: the run after the kill ended with {status}")
        differences += [f"{n} {point}: {what} differs" for what in _compare(here, expected)]
        here.clear()
    return Outcome(points, kills, differences)


def run_apart(
    scenario: Scenario,
    database: str,
    folder: Path,
    meanwhile: Callable[[], object] = lambda: None,
    **environment: str,
) -> int | None:
    """Run a scenario in a child and return its exit status, negative for a signal."""
    child = processes.Process(target=_work, args=(scenario, database, folder, environment))
    child.start()
    meanwhile()
    child.join()
    return child.exitcode


class Place:
    """A database and a folder of its own for one disturbance."""

    def __init__(self, new_database: Callable[[Path], str], folder: Path) -> None:
        self.files = folder / "files"
        self.files.mkdir(parents=True)
        self.database = new_database(folder)

    def run(
        self, scenario: Scenario, meanwhile: Callable[[], object] = lambda: None, **environment: str
    ) -> int | None:
        """Run in a child and return its exit status, negative for a signal."""
        return run_apart(scenario, self.database, self.files, meanwhile, **environment)

    def image(self) -> dict[str, bytes]:
        """Return the store's canonical image and every file, by name."""
        with open_store(self.database) as store:
            image = {"store": store.image()}
        files = sorted(path for path in self.files.rglob("*") if path.is_file())
        return image | {str(path.relative_to(self.files)): path.read_bytes() for path in files}

    def clear(self) -> None:
        """Make room for the next."""
        shutil.rmtree(self.files.parent)

    def faults(self) -> list[str]:
        """Return what a reader may never see, not even right after a kill."""
        return [*_damage(self.database), *_unbalanced(self.database)]


def _work(scenario: Scenario, database: str, folder: Path, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    scenario(database, folder)


def _undisturbed(
    scenario: Scenario, new_database: Callable[[Path], str], folder: Path
) -> tuple[list[str], dict[str, bytes]]:
    log = folder / "failpoints.log"
    place = Place(new_database, folder / "undisturbed")
    status = place.run(scenario, GROUNDSWELL_FAILPOINT_LOG=str(log))
    if status != 0:
        raise RuntimeError(f"the undisturbed run ended with {status}")
    return log.read_text().split(), place.image()


def _compare(place: Place, expected: Mapping[str, bytes]) -> list[str]:
    found = place.image()
    names = sorted({*expected, *found})
    return [name for name in names if expected.get(name) != found.get(name)]


def _damage(database: str) -> list[str]:
    if "://" in database:
        return []
    with closing(sqlite3.connect(database)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    return [] if found == "ok" else [f"integrity: {found}"]


def _unbalanced(database: str) -> list[str]:
    """Recount what the packages say, and check the files that the store names."""
    with open_store(database) as store:
        packages = store.feedback.packages()
        run = next(iter(store.ledger.runs(1)), None)
        files = store.ideas.files(run.run_id) if run else []
    faults = []
    recount = Database(database)
    with recount.read() as connection:
        for package in packages:
            entries = select(func.count()).where(
                tables.quarantine.c.package_id == package.package_id
            )
            if connection.scalar(entries) != package.quarantined:
                faults.append(f"package {package.package_id}: quarantined rows do not add up")
        feedback = [package for package in packages if package.kind == "feedback"]
        for package in feedback[-1:]:  # no later one has replaced any of its records
            records = select(func.count()).where(tables.record.c.package_id == package.package_id)
            if connection.scalar(records) != package.accepted:
                faults.append(f"package {package.package_id}: accepted rows do not add up")
    recount.engine.dispose()
    for file in files:
        path = Path(file.folder, file.name)
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != file.sha256:
            faults.append(f"{file.name}: named by the store but not whole on disk")
    return faults
