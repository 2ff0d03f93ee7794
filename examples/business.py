"""The files around the feedback: customers' money, the market, the team's own work."""

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from examples.customers import Customer, account_rows

Table = Iterable[Sequence[object]]


def write_business(
    folder: Path, plan: Path, customers: Sequence[Customer]
) -> dict[str, list[dict[str, Any]]]:
    """Write every file that is not feedback; return which entries answer which planted needs."""
    market = tomllib.loads((plan / "market.toml").read_text(encoding="utf-8"))
    work = tomllib.loads((plan / "work.toml").read_text(encoding="utf-8"))
    _write_csv(folder / "accounts.csv", account_rows(customers))
    deals = market["deals"]
    _write_csv(folder / "opportunities.csv", [deals["columns"], *deals["rows"]])
    for changelog in market["changelogs"]:
        _write_changelog(folder / changelog["file"], changelog)
    _write_trends(folder / "google_trends.csv", market["trends"])
    _write_csv(folder / "backlog.csv", [work["backlog"]["columns"], *work["backlog"]["rows"]])
    _write_csv(folder / "work_history.csv", _history(work["history"]))
    _write_csv(folder / "capacity.csv", _capacity(work["capacity"]))
    return _answers(market, work)


def release_dates(plan: Path) -> list[tuple[date, str]]:
    """Return our own releases as (day, version), oldest first."""
    market = tomllib.loads((plan / "market.toml").read_text(encoding="utf-8"))
    ours = next(c for c in market["changelogs"] if c["file"] == "releases.md")
    return [(release["date"], release["version"]) for release in ours["releases"]]


def _write_csv(path: Path, rows: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_changelog(path: Path, changelog: Mapping[str, Any]) -> None:
    releases = sorted(changelog["releases"], key=lambda r: r["date"], reverse=True)
    if path.suffix == ".csv":
        rows = [[r["version"], r["date"], r["text"]] for r in releases]
        _write_csv(path, [("version", "date", "release"), *rows])
        return
    parts = [f"# {changelog['title']}\n"]
    for r in releases:
        parts.append(
            f"\n## [{r['version']}] - {r['date']}\n\n### {r['section']}\n\n- {r['text']}\n"
        )
    path.write_text("".join(parts), encoding="utf-8", newline="")


def _write_trends(path: Path, trends: Mapping[str, Any]) -> None:
    """Write the native "Interest over time" download: preamble, blank line, weeks, ``<1``."""
    rng = Random("trends")  # noqa: S311 - invented data, not secrets
    weeks = range(trends["weeks"])
    levels = [
        [_level(term["shape"], week) * rng.uniform(0.92, 1.08) for week in weeks]
        for term in trends["terms"]
    ]
    top = max(level for series in levels for level in series)
    header = ["Week", *(f"{term['term']}: ({trends['geo']})" for term in trends["terms"])]
    rows: list[Sequence[object]] = [["Category: All categories"], [], header]
    for week in weeks:
        shown = [_index(100 * series[week] / top) for series in levels]
        rows.append([trends["first_week"] + timedelta(weeks=week), *shown])
    _write_csv(path, rows)


def _level(knots: Sequence[Sequence[float]], week: int) -> float:
    for (start, low), (end, high) in pairwise(knots):
        if start <= week <= end:
            return low + (high - low) * (week - start) / (end - start)
    raise ValueError(f"the shape {knots} does not reach week {week}")


def _index(value: float) -> str:
    return "<1" if 0 < value < 1 else str(round(value))


def _history(history: Mapping[str, Any]) -> Table:
    """Yield work_history.csv: actual days are the estimate times a log-normal overrun."""
    rng = Random("history")  # noqa: S311 - invented data, not secrets
    yield [
        "item_id", "title", "text", "area", "type", "est_days", "actual_days", "team", "started",
        "finished", "story_points",
    ]  # fmt: skip
    begin = dict.fromkeys(history["overrun"], history["start"])
    for number, (title, area, kind, estimate, team) in enumerate(history["items"]):
        ratio = history["overrun"][team] * rng.lognormvariate(0, 0.25)
        actual = max(0.5, round(2 * estimate * ratio) / 2)
        started = begin[team] + timedelta(days=rng.randint(8, 36))
        finished = started + timedelta(days=round(actual * 1.1))
        if title in history["finished"]:
            finished = history["finished"][title]
            started = finished - timedelta(days=round(actual * 1.1))
        else:
            begin[team] = finished
        points = min((1, 2, 3, 5, 8, 13, 20, 40), key=lambda p: abs(p - estimate / 2))
        item_id = f"RF-{history['first_id'] + number}"
        yield [
            item_id, title, "", area, kind, estimate, actual, team, started, finished, points,
        ]  # fmt: skip


def _capacity(capacity: Mapping[str, Any]) -> Table:
    yield ["team", "release", "person_days", "day_rate"]
    for place, release in enumerate(capacity["releases"]):
        for team in capacity["teams"]:
            yield [team["team"], release, team["person_days"][place], team["day_rate"]]


def _answers(market: Mapping[str, Any], work: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    releases = [
        {"file": c["file"], "version": r["version"], "date": r["date"], "needs": r["needs"]}
        for c in market["changelogs"]
        for r in c["releases"]
        if "needs" in r
    ]
    needs = work["backlog"]["needs"]
    items = [
        {"item_id": row[0], "status": row[-1], "needs": needs.get(row[0], [])}
        for row in work["backlog"]["rows"]
    ]
    terms = [{"term": t["term"], "needs": t["needs"]} for t in market["trends"]["terms"]]
    return {
        "own_releases": [r for r in releases if r["file"] == "releases.md"],
        "competitor_releases": [r for r in releases if r["file"] != "releases.md"],
        "backlog": items,
        "search_terms": terms,
    }
