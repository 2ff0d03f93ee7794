"""The queue of jobs, which the one worker takes in the order of their numbers.

Whoever holds the lease `WORKER` is the worker. So a job that says ``running`` when somebody else
takes that lease was left by a worker that is dead, and the lease's own renewals are its heartbeat.
Asking for a job and calling one off take no lease: people do not wait for the worker.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from groundswell.jobs import MOST_ATTEMPTS, JobKind, Manner, QueuedJob
from groundswell.store.database import Database, Lease
from groundswell.store.engines import lock_numbers
from groundswell.store.job_tables import job as table
from groundswell.store.leases import is_owned
from groundswell.store.rows import columns_of, row_of, values

WORKER = "jobs"
"""The resource that the worker owns."""


class Jobs:
    """The table ``job``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(
        self,
        kind: JobKind,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        subject: str = "",
        manner: Manner = "",
    ) -> tuple[QueuedJob, bool]:
        """Queue a job, or join one for the same that is queued and not begun.

        Previews are of somebody's draft, so only those of the same reviewer are the same.

        Returns
        -------
        tuple
            The job, and whether it was queued already.
        """
        same = {"kind": kind, "subject": subject, "manner": manner, "state": "queued"}
        alike = [table.c[name] == value for name, value in same.items()]
        if kind == "preview":
            alike.append(table.c.requested_by == by)
        with self._database.write("jobs.request", None, urgent=True) as connection:
            lock_numbers(connection)
            for queued in values(connection, table, QueuedJob, *alike):
                return queued, True
            last = connection.scalar(select(func.max(table.c.job_id))) or 0
            job = QueuedJob(last + 1, kind, by, at, reason, subject=subject, manner=manner)
            connection.execute(insert(table).values(row_of(job)))
            return job, False

    def cancel(self, job_id: int, at: datetime) -> bool:
        """Call off a job that is queued; False, and nothing done, for any other."""
        with self._database.write("jobs.cancel", None, urgent=True) as connection:
            lock_numbers(connection)
            queued = (table.c.job_id == job_id, table.c.state == "queued")
            return _set(connection, *queued, state="cancelled", finished_at=at)

    def newest(self, count: int) -> list[QueuedJob]:
        """Return the newest jobs, the newest first."""
        query = select(*columns_of(table, QueuedJob)).order_by(table.c.job_id.desc()).limit(count)
        with self._database.read() as connection:
            return [QueuedJob(*row) for row in connection.execute(query)]

    def job(self, job_id: int) -> QueuedJob | None:
        """Return the job of that number."""
        with self._database.read() as connection:
            found = values(connection, table, QueuedJob, table.c.job_id == job_id)
        return found[0] if found else None

    def last_preview(self, reviewer: str) -> QueuedJob | None:
        """Return the newest preview that a reviewer asked for."""
        with self._database.read() as connection:
            mine = (table.c.kind == "preview", table.c.requested_by == reviewer)
            found = values(connection, table, QueuedJob, *mine)
        return found[-1] if found else None

    def any_open(self) -> bool:
        """Tell whether a worker has something to do: begin a job, or take one over."""
        waiting = select(exists().where(table.c.state.in_(("queued", "running"))))
        with self._database.read() as connection:
            return bool(connection.scalar(waiting))

    def has_worker(self) -> bool:
        """Tell whether a worker is alive, as far as its lease says."""
        return is_owned(self._database, WORKER)

    def take_over(self, lease: Lease, at: datetime) -> None:
        """Queue what a dead worker left again; what was begun too often has failed."""
        with self._database.write("jobs.take_over", lease) as connection:
            for job in values(connection, table, QueuedJob, table.c.state == "running"):
                changes: dict[str, Any] = {"state": "queued", "step": "", "done": 0}
                if job.attempts >= MOST_ATTEMPTS:
                    told = f"its worker ended {job.attempts} times in the midst of it"
                    message = f"{told}; look for 'killed' in the system's log, or free some memory"
                    changes = {"state": "failed", "finished_at": at, "message": message}
                _set(connection, table.c.job_id == job.job_id, **changes)

    def take(self, lease: Lease, at: datetime) -> QueuedJob | None:
        """Begin the job that waits longest; None: none waits."""
        with self._database.write("jobs.take", lease) as connection:
            lock_numbers(connection)
            for job in values(connection, table, QueuedJob, table.c.state == "queued"):
                begun = replace(job, state="running", started_at=at, attempts=job.attempts + 1)
                _set(connection, table.c.job_id == job.job_id, **row_of(begun))
                return begun
        return None

    def tell(self, lease: Lease, job_id: int, step: str, done: int, total: int | None) -> None:
        """Say how far a job is."""
        with self._database.write("jobs.tell", lease) as connection:
            _set(connection, table.c.job_id == job_id, step=step, done=done, total=total)

    def finish(
        self,
        lease: Lease,
        job_id: int,
        state: Literal["done", "failed"],
        *,
        at: datetime,
        run_id: int | None = None,
        message: str = "",
    ) -> None:
        """Say what became of a job."""
        ended = {"state": state, "finished_at": at, "run_id": run_id, "message": message}
        with self._database.write("jobs.finish", lease) as connection:
            _set(connection, table.c.job_id == job_id, step="", **ended)


def _set(connection: Connection, *where: ColumnElement[bool], **changes: Any) -> bool:
    return connection.execute(update(table).where(*where).values(**changes)).rowcount == 1
