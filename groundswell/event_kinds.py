"""What webhooks can be told of; apart from the vocabulary, so that settings load quickly."""

from typing import Literal, get_args

EventKind = Literal[
    "decision.made", "report.ready", "need.rising", "run.failed", "source.silent", "report.old"
]
EVENTS: tuple[EventKind, ...] = get_args(EventKind)
