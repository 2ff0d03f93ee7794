"""The part of the inbox about models: what waits for a person, and what changed since then."""

from collections.abc import Iterator

from groundswell.domain import ModelVersion
from web.guard import Context
from web.pages.groups import Entry, Group, group
from web.pages.models import PLACE, Known, known
from web.pages.rendering import address_of
from web.versions import OfKind


def of_models(context: Context, since: int | None) -> Group:
    """Return what is to be told of models.

    Parameters
    ----------
    since
        The run whose report the reader compares with; None: there is none before.
    """
    now = known(context)
    found = [
        entry
        for of in now.kinds
        for entry in (*_waiting(now, of), *_changed(of, since), *_refused(of, since))
    ]
    return group(
        "Models",
        "A new version waits for a person, took over, was gone back to, or was held back.",
        found,
        PLACE,
    )


def _waiting(now: Known, of: OfKind) -> Iterator[Entry]:
    for one in of.others:
        if now.standing(one).waits:
            words = f"passed every gate and waits to be put in use; made because: {one.why}"
            yield _line(one, words, "waits", "new", "#use")


def _changed(of: OfKind, since: int | None) -> Iterator[Entry]:
    """Tell of one that a person put in use or that passed; what a run noted is no news."""
    champion = of.champion
    if since is None or champion is None or (champion.promoted_in or 0) <= since:
        return
    by, why = (champion.settings.get(key) for key in ("put_in_use_by", "because"))
    if by or champion.gates:
        words = f"put in use by {by}" if by else "passed every gate and took over"
        yield _line(champion, words + (f": {why}" if by and why else ""), "in use", "risen")


def _refused(of: OfKind, since: int | None) -> Iterator[Entry]:
    for one in of.others:
        if since is not None and one.state == "refused" and one.run_id > since:
            told = "; ".join(f"{gate.name}: {gate.told}" for gate in one.failed)
            yield _line(one, told, "held back", "fallen")


def _line(version: ModelVersion, words: str, mark: str, kind: str, part: str = "") -> Entry:
    return Entry(version.name, address_of("models", version.name) + part, words, mark, kind)
