"""The tables of queued jobs, of decisions staged in drafts, and of what a draft would change."""

from sqlalchemy import Integer

from groundswell.store.columns import Moment, key, optional, required, table

job = table(
    "job",
    key("job_id", Integer),
    required("kind"),
    required("requested_by"),
    required("requested_at", Moment),
    required("reason"),
    required("state"),
    required("attempts", Integer),
    required("step"),
    required("done", Integer),
    optional("total", Integer),
    optional("started_at", Moment),
    optional("finished_at", Moment),
    optional("run_id", Integer),
    required("message"),
    required("subject"),
    required("manner"),
    info={"volatile": True},
)

staged_draft = table(
    "staged_draft",
    key("reviewer"),
    key("position", Integer),
    required("document"),
    optional("version", Integer),
)

draft_preview = table(
    "draft_preview",
    key("reviewer"),
    required("made_at", Moment),
    required("document"),
    info={"volatile": True},
)
