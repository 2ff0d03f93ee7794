"""The tables of erasures: what was done, and which decisions it blanked.

Who it was stands nowhere. What is drawn by chance or told by the clock is left out of an image.
"""

from sqlalchemy import Boolean, Integer

from groundswell.store.columns import Document, Moment, key, optional, part_of, required, table

erasure = table(
    "erasure",
    key("erasure_id", Integer),
    required("requested_at", Moment, volatile=""),
    required("requested_by"),
    required("state"),
    required("tombstones", Document, volatile="[]"),
    required("counts", Document),
    required("anew", Boolean),
    required("numbers", Document),
    required("files", Document, volatile="[]"),
    required("left", Document),
    optional("finished_at", Moment, volatile=""),
)

blanked_decision = table(
    "blanked_decision",
    key("number", Integer),
    required("erasure_id", Integer, part_of("erasure.erasure_id")),
    required("seal"),
)
