"""The command that lists what was asked for in the review app."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.options import DEFAULT_CONFIG, ConfigOption, CountOption, JsonOption

if TYPE_CHECKING:
    from groundswell.jobs import QueuedJob


def jobs(
    n: CountOption = 20, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show the runs and previews that were asked for in the review app, the newest first."""
    from flows import overview, terminal
    from groundswell.config import load_config

    with overview.reading(load_config(config)) as store:
        found = store.jobs.newest(n)
    if as_json:
        terminal.write_json(found)
    else:
        _show(found)


def _show(jobs: "Sequence[QueuedJob]") -> None:
    from flows.terminal import TwoLines, foreign, output, table

    if not jobs:
        output().print("No job was asked for yet.")
        return
    made = table(
        "job", "what", "state", "asked by", "when (UTC)", "run", "how", right=("job", "run")
    )
    for job in jobs:
        far = f"step {job.done + 1} of {job.total}: " if job.total else ""
        made.add_row(
            str(job.job_id),
            " ".join(filter(None, (job.kind, job.subject, job.manner))),
            job.state,
            foreign(job.requested_by),
            f"{job.requested_at:%Y-%m-%d %H:%M}",
            str(job.run_id or ""),
            TwoLines(job.message or (f"{far}{job.step}" if job.state == "running" else job.reason)),
        )
    output().print(made)
