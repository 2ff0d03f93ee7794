"""What there is to say of a release plan, in the same words for terminal and page."""

from groundswell.report import PlannedIdea, ReleasePlan
from reports import figures
from reports.inert import one_line

_NOTHING = "next to nothing"
_LEAST = 0.001  # share of the plan's value below which a price tells nothing


def value(amount: float, plan: ReleasePlan) -> str:
    """Write a value in the plan's unit: ``EUR 12 k``, ``0.42 points``."""
    if plan.value_unit == plan.currency:
        return figures.money(amount, plan.currency)
    return f"{amount:,.2f} {plan.value_unit}"


def change(amount: float, plan: ReleasePlan) -> str:
    """Write a difference of values with its sign: ``+0.42 points``; empty: it is none."""
    text = value(abs(amount), plan)
    return "" if text == value(0.0, plan) else _signed(text, amount)


def change_of_money(amount: float | None, plan: ReleasePlan) -> str:
    """Write a difference in currency with its sign: ``+EUR 12 k``; empty: none, or not known."""
    text = figures.money(abs(amount or 0.0), plan.currency)
    return "" if not amount or text == figures.money(0.0, plan.currency) else _signed(text, amount)


def headline(plan: ReleasePlan) -> str:
    """Say how much is planned."""
    days = sum(load.planned for load in plan.loads)
    capacity = sum(load.capacity for load in plan.loads)
    return (
        f"{len(plan.ideas)} of {len(plan.ideas) + len(plan.left_out)} ideas in"
        f" {_number(len(plan.releases), 'release')}: {figures.count(days)} of"
        f" {figures.count(capacity)} person-days, worth {value(plan.value, plan)}"
    )


def quality(plan: ReleasePlan) -> str:
    """Say how good the plan is, and how much better than the list from the top."""
    best = (
        "No plan is worth more"
        if plan.gap < 1e-6
        else f"No plan is worth {figures.share(plan.gap)} more"
    )
    if plan.list_value <= 0.0:
        return f"{best}."
    more = plan.value / plan.list_value - 1.0
    if more < 0.005:
        return f"{best}; ideas from the top of the list, as they fit, are worth as much."
    return (
        f"{best}; it is worth {figures.share(more)} more than ideas from the top of the list,"
        " as they fit."
    )


def money(plan: ReleasePlan) -> list[str]:
    """Say what the work costs and whether the budget will do."""
    budget = plan.budget
    if budget.cost is None:
        return ["Cost n/a: a day rate is not known."]
    line = (
        f"Cost {figures.money(budget.cost, plan.currency)}, P80"
        f" {figures.money(budget.p80, plan.currency)}"
    )
    if budget.limit is not None and budget.over is not None:
        line += (
            f"; budget {figures.money(budget.limit, plan.currency)}, exceeded with a probability"
            f" of {figures.share(budget.over)}"
        )
    spent = ", ".join(
        f"{one_line(release)} {figures.money(cost, plan.currency)}"
        for release, cost in budget.by_release
    )
    return [f"{line}. By release: {spent}."]


def work(idea: PlannedIdea) -> str:
    """Write who works on an idea: ``Linnet 22 d``; over releases ``Linnet 4.10: 12 d, ...``."""
    if idea.starts == idea.ships:
        return ", ".join(f"{one_line(team)} {figures.days(days)}" for team, _, days in idea.work)
    return ", ".join(
        f"{one_line(team)} {one_line(release)}: {figures.days(days)}"
        for team, release, days in sorted(idea.work, key=lambda part: part[0])
    )


def titles(plan: ReleasePlan) -> dict[str, str]:
    """Return the titles of all ideas by id."""
    planned = {idea.candidate_id: one_line(idea.title) for idea in plan.ideas}
    return planned | {out.candidate_id: one_line(out.title) for out in plan.left_out}


def alternatives(plan: ReleasePlan) -> list[str]:
    """Write each alternative: what it is worth less, what comes in and what goes."""
    named, lines = titles(plan), []
    for other in plan.alternatives:
        less = (plan.value - other.value) / plan.value if plan.value else 0.0
        words = [f"{abs(less):.1%}".replace("%", " %") + (" less" if less >= 0 else " more")]
        words += [f"in: {_list(other.added, named)}"] if other.added else []
        words += [f"out: {_list(other.dropped, named)}"] if other.dropped else []
        lines.append(
            "; ".join([*words, f"highest chance of overrun {figures.share(other.overrun)}"])
        )
    return lines


def capacity(plan: ReleasePlan) -> list[str]:
    """Write what more days of each team are worth."""
    named, lines = titles(plan), []
    for more in plan.capacity_prices:
        share = f" ({more.gain / plan.value:.1%})".replace("%", " %") if plan.value > 0 else ""
        gain = f"{value(more.gain, plan)}{share}" if _tells(more.gain, plan) else _NOTHING
        line = f"{one_line(more.team)}, {figures.days(more.days)} more: {gain}"
        lines.append(line + (f"; brings {_list(more.brings, named)}" if more.brings else ""))
    return lines


def duties(plan: ReleasePlan) -> list[str]:
    """Write what it costs that ideas must be done."""
    return [f"{one_line(pick.title)}: {price(pick.cost, plan)}" for pick in plan.forced_picks]


def placements(plan: ReleasePlan) -> list[str]:
    """Write what planners decided, what it costs, and what could not be kept."""
    lines = []
    for one in plan.placements:
        where = one_line(one.release) + (f", {one_line(one.team)}" if one.team else "")
        told = f"costs {price(one.cost, plan)}"
        if one.problem:
            told = f"could not be kept: {one_line(one.problem)}"
        lines.append(f"{one_line(one.title)}, {where}: {told} (decision {one.decision})")
    if plan.placements_cost is not None and len(lines) > 1:
        lines.append(f"all together: {price(plan.placements_cost, plan)}")
    return lines


def between_teams(plan: ReleasePlan) -> list[str]:
    """Write what binds teams to each other, and the longest chain."""
    named = titles(plan)
    lines = [
        f"{named[link.candidate_id]} ({', '.join(map(one_line, link.teams))}) waits for"
        f" {named[link.needs]} ({', '.join(map(one_line, link.needs_teams))})"
        for link in plan.couplings
    ]
    if plan.shared_ideas:
        lines.append(f"need two teams or more: {_list(plan.shared_ideas, named)}")
    if plan.critical_chain:
        chain = " → ".join(named[i] for i in plan.critical_chain)
        lines.append(f"longest chain, {figures.days(plan.critical_days)}: {chain}")
    return lines


def notes(plan: ReleasePlan) -> list[str]:
    """Write what the figures rest on."""
    return [
        f"The value of an idea is {plan.value_basis}; later releases are discounted.",
        *(
            f"Least share of {one_line(share.name)}: {figures.share(share.wanted)} wanted,"
            f" {figures.share(share.reached)} reached"
            + ("" if share.asked >= share.wanted - 1e-9 else "; there is no more to plan")
            + "."
            for share in plan.shares
        ),
        *(
            f"{one_line(load.team)} is over-allocated in {one_line(load.release)}: what must be"
            " done or was placed leaves no choice."
            for load in plan.loads
            if load.over_allocated
        ),
        *plan.notes,
    ]


def price(amount: float | None, plan: ReleasePlan) -> str:
    """Write what taking an idea costs; empty if it was not computed."""
    if amount is None:
        return ""
    return value(amount, plan) if _tells(amount, plan) else _NOTHING


def _signed(text: str, amount: float) -> str:
    return ("+" if amount > 0 else "−") + text  # noqa: RUF001 - a minus, not a hyphen


def _tells(amount: float, plan: ReleasePlan) -> bool:
    return amount > _LEAST * abs(plan.value)


def _list(ids: tuple[str, ...], named: dict[str, str]) -> str:
    return ", ".join(named[i] for i in ids)


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
