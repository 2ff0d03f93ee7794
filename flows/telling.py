"""What a webhook is told of an event: ids, titles and the page to look at; no customer's words.

A title is made of phrases of customers. Where fewer voice a need than ``[privacy] least_voices``,
its id is told in place of it, unless a reviewer gave it the name.

A message is made when it is sent: nothing of it is kept beside the event.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from flows.decisions import as_lines
from groundswell.config import Config
from groundswell.domain import Delivery, Event
from groundswell.domain.drafts import is_idea, statement_named, theme_of
from groundswell.report import IdeaMove
from groundswell.store import Store

SHOWN_MOVES = 5
"""In a line for people; a program is told all that the report tells."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told."""

    type: str
    at: datetime
    data: Mapping[str, Any]
    """As JSON has it."""
    words: Sequence[tuple[str, str]]
    """The same for people: pieces of a sentence, each with the address that it leads to."""

    def body(self, form: Literal["json", "slack"]) -> bytes:
        """Return the message as it is sent."""
        value: Mapping[str, Any] = {"text": "".join(_linked(*piece) for piece in self.words)}
        if form == "json":
            value = {"type": self.type, "timestamp": self.at.isoformat(), "data": self.data}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def message_of(told: Delivery, store: Store, config: Config) -> Message | None:
    """Return what there is to tell of an event; None: nothing."""
    kind, subject = told.event.kind, told.event.subject
    if kind == "decision.made":
        found = _of_decision(int(subject), store, config)
    elif kind == "need.rising":
        found = _of_rise(told.event, store, config)
    elif kind == "source.silent":
        found = _of_silence(subject, config)
    elif kind == "report.old":
        found = _of_age(int(subject), store, config)
    else:
        found = (_of_report if kind == "report.ready" else _of_failure)(int(subject), store, config)
    return None if found is None else Message(kind, told.happened_at, *found)


def trial(now: datetime, config: Config) -> Message:
    """Return a message that says that it is none."""
    words = [("Groundswell reaches this webhook.", "")]
    return Message("test", now, {"link": config.web.address}, words)


Told = tuple[Mapping[str, Any], Sequence[tuple[str, str]]]


def _of_decision(number: int, store: Store, config: Config) -> Told | None:
    found = store.decisions.log(number - 1, 1)
    if not found or found[0].number != number:
        return None
    made = found[0]
    title = _title(made.target, store, _titles(store, config))
    link = link_to(made.target, config)
    line = as_lines(found)[0]
    kept = ("number", "at", "reviewer", "kind", "target", "undoes")
    data = {**{name: line[name] for name in kept}, "title": title, "link": link}
    said = made.kind.replace("_", " ")
    words = [(f"{made.reviewer}: {said} ", ""), (title, link), (f" (decision {number})", "")]
    return data, words


def _of_failure(number: int, store: Store, config: Config) -> Told | None:
    runs = store.ledger.runs(1, number + 1)
    if not runs or runs[0].run_id != number:
        return None
    run, link = runs[0], f"{config.web.address}/runs?run={number}"
    data = {"run": number, "kind": run.kind, "state": run.state, "link": link}
    return data, [(f"Run {number} ({run.kind}) {run.state}; ", ""), ("the page says why", link)]


def _of_rise(event: Event, store: Store, config: Config) -> Told | None:
    alerts = [one for one in store.themes.alerts() if one.subject == event.subject]
    if not alerts:
        return None
    alert, target = alerts[0], f"theme-{alerts[0].theme_id}"
    known: Mapping[str, str] = {}
    if alert.voices >= config.privacy.least_voices:
        known = {f"theme-{one.theme_id}": one.label for one in store.themes.themes(True)}
    title, link = _title(target, store, known), link_to(target, config)
    data = {
        "need": alert.theme_id,
        "title": title,
        "view": alert.view,
        "since": alert.raised_on.isoformat(),
        "voices": alert.voices,
        "ratio": round(alert.ratio, 2),
        "link": link,
    }
    said = f" is rising: {alert.voices} customers, {alert.ratio:.1f} times what was expected"
    return data, [(title, link), (said, "")]


def _of_report(number: int, store: Store, config: Config) -> Told | None:
    moves = _moves(number, store)
    if not moves:
        return None
    known = _titles(store, config)
    titles = {one.candidate_id: _title(one.candidate_id, store, known) for one in moves}
    told = [
        {
            "idea": move.candidate_id,
            "title": titles[move.candidate_id],
            "rank_before": move.rank_before,
            "rank_now": move.rank_now,
        }
        for move in moves
    ]
    link = f"{config.web.address}/"
    words = [(f"New report (run {number}): ", ""), (f"{len(moves)} ideas moved", link)]
    for move in moves[:SHOWN_MOVES]:
        places = f" {move.rank_before or 'new'} → {move.rank_now or 'gone'}"
        words += [("\n• ", ""), (titles[move.candidate_id], link_to(move.candidate_id, config))]
        words.append((places, ""))
    return {"run": number, "moves": told, "link": link}, words


def _of_silence(subject: str, config: Config) -> Told:
    source, _, since = subject.rpartition(" ")
    link = f"{config.web.address}/runs"
    words = [(f"Source {source} has brought nothing new since {since}; ", ""), ("runs", link)]
    return {"source": source, "since": since, "link": link}, words


def _of_age(number: int, store: Store, config: Config) -> Told | None:
    if store.lookups.newest_report() != number:
        return None  # there is a newer one by now
    began = store.ledger.get(number).started_at
    link = f"{config.web.address}/runs"
    words = [(f"The newest report is of {began:%Y-%m-%d} (run {number}); ", ""), ("runs", link)]
    return {"run": number, "of": began.isoformat(), "link": link}, words


def _moves(run_id: int, store: Store) -> Sequence[IdeaMove]:
    """Return what moved between the report of a run and the one before."""
    import reports
    from models.ranking.moves import compare_reports

    document, earlier = store.ideas.report(run_id), store.ideas.previous_report(run_id)
    if document is None or earlier is None:
        return ()
    now, before = reports.from_json(document), reports.from_json(earlier)
    return compare_reports(before, now, new_records=0, theme_changes=()).moves


def _title(target: str, store: Store, titles: Mapping[str, str]) -> str:
    """Return what an idea or a need is called outside.

    Its id where it is not there any more, or is voiced by few.
    """
    theme_id, verdicts = theme_of(target), store.decisions.verdicts()
    idea = verdicts.ideas.get(target)
    theme = None if theme_id is None else verdicts.themes.get(theme_id)
    given = (idea and idea.title) or (theme and theme.label)
    return given or titles.get(target, target)


def _titles(store: Store, config: Config) -> dict[str, str]:
    """Return what ideas and needs of the newest report are called that enough customers voice."""
    import reports

    document = store.ideas.report()
    if document is None:
        return {}
    report, least = reports.from_json(document), config.privacy.least_voices
    ideas = {one.candidate_id: one.title for one in report.ideas if one.voices >= least}
    needs = {f"theme-{one.theme_id}": one.label for one in report.themes if one.voices >= least}
    return ideas | needs


def link_to(target: str, config: Config) -> str:
    """Return the page of an idea, a need, a statement or, for all else, of the log."""
    theme_id, statement = theme_of(target), statement_named(target)
    place = f"ideas/{quote(target, safe='')}" if is_idea(target) else "log"
    place = f"needs/{theme_id}" if theme_id is not None else place
    place = f"statements/{statement}" if statement is not None else place
    return f"{config.web.address}/{place}"


def _linked(text: str, address: str) -> str:
    """Return a piece of a sentence as Slack reads it: no text of others is a link or a call."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{address}|{plain.replace('|', '¦')}>" if address else plain
