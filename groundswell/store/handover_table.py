"""The table of hand-overs to trackers, by the mark in the issue."""

from groundswell.store.columns import Moment, key, optional, required, table

handover = table(
    "handover",
    key("mark"),
    required("candidate_id"),
    required("tracker"),
    required("way"),
    required("begun_at", Moment, volatile=""),
    required("brief_sha256"),
    required("key"),
    required("url"),
    optional("sent_at", Moment, volatile=""),
)
