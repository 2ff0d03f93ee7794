"""Which backlog items are ideas that were handed over: known for certain, not by likeness."""

from collections.abc import Mapping, Sequence

from groundswell.domain import Handover, WorkItem, marks_in


def handed_items(items: Sequence[WorkItem], handovers: Sequence[Handover]) -> Mapping[str, str]:
    """Return the candidate of each item that came of a hand-over, by the item's id.

    An item is known by the mark in its text, or by its id or address where the tracker gave one.
    A mark that was not given out by this store says nothing.
    """
    by_mark = {one.mark: one.candidate_id for one in handovers}
    by_name = {name: one.candidate_id for one in handovers for name in (one.key, one.url) if name}
    found: dict[str, str] = {}
    for item in items:
        marked = [by_mark[mark] for mark in marks_in(item.text) if mark in by_mark]
        named = [by_name[name] for name in (item.url, item.item_id) if name in by_name]
        for candidate_id in (*marked, *named)[:1]:
            found[item.item_id] = candidate_id
    return found
