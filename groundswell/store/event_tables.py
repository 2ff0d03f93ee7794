"""The tables of the outbox: what happened, who is told since when, and what was told.

They tell nothing of the feedback, so an image of the store leaves them out.
"""

from sqlalchemy import Index, Integer

from groundswell.store.columns import Moment, Words, key, optional, part_of, required, table

NO_DATA = {"volatile": True}

event = table(
    "event",
    key("event_id"),
    required("kind"),
    required("subject"),
    required("happened_at", Moment),
    info=NO_DATA,
)
Index("event_time", event.c.happened_at)

webhook = table("webhook", key("name"), required("since", Moment), info=NO_DATA)

delivery = table(
    "delivery",
    key("webhook"),
    key("event_id", Words, part_of("event.event_id")),
    required("state"),
    required("tries", Integer),
    optional("next_at", Moment),
    optional("begun_at", Moment),
    required("found"),
    info=NO_DATA,
)
Index("delivery_waiting", delivery.c.state, delivery.c.webhook)
