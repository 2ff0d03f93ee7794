"""What the dependencies of backlog items mean for the ideas that stand for them."""

from collections.abc import Sequence

from groundswell.domain import Dependency, WorkItem
from groundswell.errors import PlanError
from groundswell.report import RankedIdea


class IdeaLinks:
    """The dependencies of a backlog, said of ideas; each is looked up by the items it holds.

    What is done satisfies a requirement and excludes for good. Where an idea needs work that no
    idea stands for, it is blocked, and so is what needs that idea.

    Raises
    ------
    PlanError
        Something must be done that no idea stands for, or that is blocked.
    """

    musts: frozenset[str]
    """Ids of ideas that must be planned."""
    blocked: dict[str, str]
    """Idea to why it cannot be planned."""
    between: list[Dependency]
    """requires, excludes and together between ideas that are not blocked."""

    def __init__(
        self,
        ideas: Sequence[RankedIdea],
        items: Sequence[WorkItem],
        dependencies: Sequence[Dependency],
    ) -> None:
        self._items = {item.item_id: item for item in items}
        self._idea_of: dict[str, str] = {}
        for idea in sorted(ideas, key=lambda idea: idea.rank):
            for item in self.open_items(idea):
                self._idea_of.setdefault(item.item_id, idea.candidate_id)
        ordered = sorted(dependencies, key=lambda d: (d.item_id, d.kind, d.other_id))
        musts = [self._must(d.item_id) for d in ordered if d.kind == "must"]
        self.musts = frozenset(filter(None, musts))
        self.blocked = {}
        found = [link for d in ordered if d.kind != "must" for link in self._links(d)]
        self._spread(found)
        self.between = [link for link in found if not self._is_blocked(link)]
        if stuck := sorted(self.musts & set(self.blocked)):
            raise PlanError(
                f"dependencies: {stuck[0]} must be done, but {self.blocked[stuck[0]]};"
                " take one of the two rows out"
            )

    def open_items(self, idea: RankedIdea) -> list[WorkItem]:
        """Return the work that waits for an idea."""
        found = (self._items.get(item_id) for item_id in idea.item_ids)
        return [item for item in found if item is not None and item.status == "open"]

    def _must(self, item_id: str) -> str | None:
        """Return the idea that must be planned; None: the item is done."""
        if self._is_done(item_id):
            return None
        if item_id not in self._idea_of:
            raise PlanError(
                f"dependencies: {item_id} must be done, and no idea of the report stands for it;"
                " raise [report] ideas, or take the row out"
            )
        return self._idea_of[item_id]

    def _links(self, dependency: Dependency) -> list[Dependency]:
        """Return the link between two ideas, or block the one that cannot be planned."""
        kind, ends = dependency.kind, (dependency.item_id, dependency.other_id)
        one, other = (self._idea_of.get(item_id) for item_id in ends)
        if one is not None and other is not None:
            return [Dependency(one, kind, other)] if one != other else []
        for idea, needed in ((one, ends[1]), (other, ends[0])):
            if idea is None or (kind == "requires" and idea == other):
                continue
            if kind == "excludes" and self._is_done(needed):
                self.blocked[idea] = f"excluded by {needed}, which is done"
            elif kind != "excludes" and not self._is_done(needed):
                self.blocked[idea] = f"needs {needed}, which no idea of the report stands for"
        return []

    def _spread(self, links: Sequence[Dependency]) -> None:
        """Block what needs what is blocked, until nothing more is."""
        needs = [(link.item_id, link.other_id) for link in links if link.kind != "excludes"]
        needs += [(link.other_id, link.item_id) for link in links if link.kind == "together"]
        count = -1
        while len(self.blocked) > count:
            count = len(self.blocked)
            for one, needed in needs:
                if needed in self.blocked:
                    self.blocked.setdefault(one, f"needs {needed}, which is left out")

    def _is_done(self, item_id: str) -> bool:
        item = self._items.get(item_id)
        return item is not None and item.status == "done"

    def _is_blocked(self, link: Dependency) -> bool:
        return link.item_id in self.blocked or link.other_id in self.blocked
