"""A release plan of any size, drawn: what the board of the review app is measured on."""

from dataclasses import replace

import reports
from bench.plan import invent
from groundswell.config import Config
from groundswell.store import open_store
from models.planning.plan import make_plan
from models.planning.problem import make_problem


def write_plan(config: Config, count: int, teams: int, releases: int, *, seed: int) -> None:
    """Plan the first ideas of the newest report with drawn values and days, and write the plan.

    Its search is as rough as it may be: only its size matters here.
    """
    with open_store(config.store.database) as store:
        document = store.ideas.report()
    if document is None:
        raise ValueError("there is no report to plan the ideas of")
    ideas = reports.from_json(document).ideas[:count]
    drawn = invent(len(ideas), teams, releases, seed)
    named = {item.item_id: idea for item, idea in zip(drawn.items, ideas, strict=True)}
    items = [
        replace(item, item_id=named[item.item_id].candidate_id, title=named[item.item_id].title)
        for item in drawn.items
    ]
    links = [
        replace(
            link,
            item_id=named[link.item_id].candidate_id,
            other_id=named[link.other_id].candidate_id,
        )
        for link in drawn.links
    ]
    rules = replace(drawn.rules, alternatives=0, robustness_draws=1, gap=0.05)
    problem = make_problem(items, drawn.cells, drawn.releases, links, rules)
    config.report.folder.mkdir(parents=True, exist_ok=True)
    path = config.report.folder / "plan.json"
    path.write_text(reports.plan_json(make_plan(problem, value_unit="points")), encoding="utf-8")
