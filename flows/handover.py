"""Handing ideas over to a tracker: as a file that it imports, or by its interface.

Nothing is sent unless `send_ideas` is called. What is begun is kept before it is sent, and what
came of it afterwards, so that a crash in between makes no second issue.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.context import utc_now
from flows.overview import find_idea, reading
from flows.ranking import load_report
from groundswell.config import Config
from groundswell.domain import Handover, Tracker, new_mark
from groundswell.errors import ConfigError
from groundswell.failpoints import failpoint
from groundswell.files import write_whole
from groundswell.report import RankedIdea
from groundswell.store import Lease, Store
from reports import handover as rendering

if TYPE_CHECKING:
    from ingest.trackers import Client, Issue, Place, Sent, Session

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of one idea."""

    candidate_id: str
    title: str
    outcome: Literal["written", "sent", "found", "known"]
    """written to a file; sent; found, made by an attempt that broke off; known from before."""
    where: str
    """The file, or the issue and its address, and what the backlog has of it already."""


@dataclass(frozen=True, slots=True)
class _Task:
    """An idea, and the hand-over that it becomes or became before."""

    brief: rendering.Brief
    handover: Handover
    known: bool = False
    """It was handed over before and is left alone."""
    tried_at: datetime | None = None
    """When it was begun before, if nobody knows what came of it."""
    note: str = ""
    """What the backlog has of it already."""


def write_ideas(
    config: Config,
    names: Sequence[str],
    tracker: Tracker,
    *,
    path: Path | None = None,
    again: bool = False,
    clock: Clock = utc_now,
) -> list[HandedOver]:
    """Write ideas to the file that a tracker imports; for GitHub, to a folder of files.

    Parameters
    ----------
    names
        Ids of ideas, or their ranks.
    path
        None: in the folder of ``[handover]``. What is there is replaced.
    again
        Also ideas that were sent before; they get a new mark.

    Raises
    ------
    ConfigError
        An idea is not in the newest report, or is an item of the backlog itself.
    """
    target = path or config.handover.folder / (tracker if tracker == "github" else f"{tracker}.csv")
    with _opened(config) as (store, lease):
        tasks = _tasks(store, config, names, tracker, "file", again, clock())
        for task in tasks:
            if not task.known:
                store.handovers.save(lease, task.handover)
        briefs = [task.brief for task in tasks if not task.known]
        for file, data in _files(config, tracker, briefs).items() if briefs else ():
            write_whole(target / file, data)
    return [_known(t) if t.known else _outcome(t, "written", str(target)) for t in tasks]


def send_ideas(
    config: Config,
    names: Sequence[str],
    tracker: Tracker,
    *,
    again: bool = False,
    clock: Clock = utc_now,
    client: "Client | None" = None,
) -> list[HandedOver]:
    """Make an issue of each idea by the tracker's interface, once. Parameters as `write_ideas`.

    Raises
    ------
    ConfigError
        An idea is not in the newest report or is an item of the backlog itself, or the settings
        do not say where issues go.
    IngestError
        The tracker cannot be reached or refuses; what was sent before is kept.
    """
    from flows.tracker_places import place_of
    from ingest.trackers import Client, Session

    place = place_of(config, tracker)
    with _opened(config) as (store, lease):
        tasks = _tasks(store, config, names, tracker, "api", again, clock())
        if all(task.known for task in tasks):
            return list(map(_known, tasks))
        with Session(place, client or Client()) as session:
            session.check()
            return [
                _known(task) if task.known else _send(task, place, session, store, lease, clock)
                for task in tasks
            ]


def preview_ideas(config: Config, names: Sequence[str], tracker: Tracker) -> list[str]:
    """Return what would be handed over, as Markdown; nothing is written, sent or kept."""
    with reading(config) as store:
        tasks = _tasks(store, config, names, tracker, "file", True, utc_now())
    return [f"# {t.brief.title}\n\n{rendering.markdown(t.brief.blocks)}" for t in tasks]


@contextmanager
def _opened(config: Config) -> Iterator[tuple[Store, Lease]]:
    with reading(config) as store, store.lease("handover") as lease:
        yield store, lease


def _tasks(
    store: Store,
    config: Config,
    names: Sequence[str],
    tracker: Tracker,
    way: Literal["file", "api"],
    again: bool,
    now: datetime,
) -> list[_Task]:
    report = load_report(store)
    ideas = {idea.candidate_id: idea for idea in (find_idea(report, name) for name in names)}
    earlier = sorted(store.handovers.all(), key=lambda one: one.begun_at)
    before = {} if again else {one.candidate_id: one for one in earlier if one.tracker == tracker}
    handed, least = config.handover, config.privacy.least_voices
    details = rendering.Details(handed.link, handed.accounts, least)
    tasks = []
    for idea in ideas.values():
        _refuse_item(idea)
        last = before.get(idea.candidate_id)
        mark = last.mark if last else new_mark(idea.candidate_id, tracker, now)
        brief = rendering.brief_of(idea, report, mark, details)
        digest = rendering.digest(brief)
        if last is not None and (last.key or last.way != way):
            tasks.append(_Task(brief, last, known=True))
        else:
            begun = Handover(mark, idea.candidate_id, tracker, way, now, digest)
            tried_at = last.begun_at if last else None
            note = f"{idea.status} {idea.status_reason}" if idea.status != "new" else ""
            tasks.append(_Task(brief, begun, tried_at=tried_at, note=note))
    return tasks


def _refuse_item(idea: RankedIdea) -> None:
    if not idea.theme_ids:
        items = ", ".join(idea.item_ids)
        raise ConfigError(
            f"idea {idea.candidate_id}: it is {items} of the backlog, so a tracker has it;"
            " hand over ideas that customers ask for"
        )


def _files(config: Config, tracker: Tracker, briefs: Sequence[rendering.Brief]) -> dict[str, bytes]:
    """Return files by name below the target; an empty name is the target itself."""
    labels = config.handover.labels
    if tracker == "jira":
        issue_type = config.jira.issue_type
        return {"": rendering.jira_csv(briefs, issue_type=issue_type, labels=labels)}
    if tracker == "linear":
        return {"": rendering.linear_csv(briefs, team=config.linear.team, labels=labels)}
    return rendering.github_files(briefs, labels=labels)


def _send(
    task: _Task, place: "Place", session: "Session", store: Store, lease: Lease, clock: Clock
) -> HandedOver:
    issue = _issue(task.brief, place)
    found = session.find(issue, task.tried_at) if task.tried_at else None
    if found is None:
        store.handovers.save(lease, replace(task.handover, begun_at=clock()))
    sent = found or session.create(issue)
    failpoint("handover.sent")
    done = replace(task.handover, key=sent.key, url=sent.url, sent_at=clock())
    store.handovers.save(lease, done)
    return _outcome(task, "found" if found else "sent", _named(sent))


def _issue(brief: rendering.Brief, place: "Place") -> "Issue":
    from ingest.trackers import Issue

    body: object = rendering.markdown(brief.blocks)
    if place.tracker == "jira":
        cloud = place.options["api_version"] == "3"
        body = rendering.adf(brief.blocks) if cloud else rendering.wiki(brief.blocks)
    return Issue(brief.mark, brief.title, body)


def _known(task: _Task) -> HandedOver:
    last = task.handover
    what = f"as {last.key} {last.url}" if last.key else "to a file; its import is not known of yet"
    if not last.key and last.way == "api":
        what = "but nobody knows whether it arrived; --send looks for it, --again makes another"
    changed = rendering.digest(task.brief) != last.brief_sha256
    more = "; what would be said has changed since" if changed else ""
    return _outcome(task, "known", f"handed over {last.begun_at:%Y-%m-%d} {what}{more}")


def _outcome(
    task: _Task, outcome: Literal["written", "sent", "found", "known"], where: str
) -> HandedOver:
    where += f"; beware, the backlog has it: {task.note}" if task.note else ""
    return HandedOver(task.handover.candidate_id, task.brief.title, outcome, where)


def _named(sent: "Sent") -> str:
    return f"{sent.key} {sent.url}"
