"""The pipeline, run as ``make run`` runs it, finds what was planted in the sample."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from flows import steps
from flows.context import RunOutcome
from flows.outcomes import read_pace
from flows.ranking import load_report
from groundswell.config import Config, load_config
from groundswell.domain import NOISE
from groundswell.report import IdeaReport, RankedIdea
from groundswell.store import Store, open_store

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Finished:
    config: Config
    outcome: RunOutcome
    store: Store
    report: IdeaReport
    truth: dict[str, Any]
    theme_of: dict[str, int]
    """Record (``source:id``) to the theme it belongs to most strongly."""

    def theme_of_need(self, need: str) -> int:
        """The theme that most of a planted need's records went to."""
        records = self.truth["needs"][need]["records"]
        themes = Counter(self.theme_of[r] for r in records if r in self.theme_of)
        return themes.most_common(1)[0][0]

    def idea_of_need(self, need: str) -> RankedIdea:
        theme = self.theme_of_need(need)
        return next(idea for idea in self.report.ideas if theme in idea.theme_ids)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    home = tmp_path_factory.mktemp("sample")
    shutil.copy(ROOT / "config.toml", home)
    shutil.copytree(ROOT / "examples" / "sample", home / "examples" / "sample")
    config = load_config(home / "config.toml")
    outcome = steps.run(steps.REFRESH, config, kind="refresh")
    truth = json.loads((ROOT / "examples/sample/truth.json").read_text(encoding="utf-8"))
    with open_store(config.store.database) as store:
        mentions = store.feedback.mentions()
        records = store.feedback.records(mentions["record_id"].unique().tolist())
        names = {key: f"{r.source}:{r.source_id}" for key, r in records.items()}
        strongest = mentions.sort_values(["membership", "statement_id"], ascending=[False, True])
        by_record = strongest.groupby("record_id")["theme_id"].first()
        theme_of = {names[str(key)]: int(theme) for key, theme in by_record.items()}
        yield Finished(config, outcome, store, load_report(store), truth, theme_of)


def test_every_row_has_the_planted_fate(finished: Finished) -> None:
    found = {
        (Path(entry.path).name, entry.row.line, entry.row.reason)
        for entry in finished.store.feedback.quarantined(100)
    }
    planted = {(q["file"], q["line"], q["reason"]) for q in finished.truth["quarantined"]}
    assert found == planted
    assert finished.store.feedback.counts().records == finished.truth["counts"]["records"]


def test_themes_are_the_planted_needs(finished: Finished) -> None:
    needs = finished.truth["needs"]
    alone = {r: n for n in needs for r in needs[n]["records"]}
    for record in finished.truth["two_needs"]:
        alone.pop(record, None)
    records = [r for r in alone if r in finished.theme_of]
    agreement = adjusted_mutual_info_score(
        [alone[r] for r in records], [finished.theme_of[r] for r in records]
    )
    assert agreement >= 0.75
    # The encoder's last bits differ between kinds of processors, and with them what is found.
    assert 12 <= len(finished.report.themes) <= 35, "22 needs were planted, and praise"


def test_broad_needs_and_the_rising_one_lead(finished: Finished) -> None:
    broad = finished.truth["top_needs_by_accounts"]
    rising = finished.truth["rising"]["need"]
    assert all(finished.idea_of_need(need).rank <= 10 for need in [*broad, rising])
    assert sum(finished.idea_of_need(need).rank <= 6 for need in broad) >= 4
    trend = finished.idea_of_need(rising).trend
    assert trend.low is not None
    assert trend.low > 1.2


def test_one_loud_account_does_not_make_a_top_idea(finished: Finished) -> None:
    loud = finished.truth["loud"]
    idea = finished.idea_of_need(loud["need"])
    by_messages = sorted(finished.report.ideas, key=lambda one: -one.mentions)
    assert by_messages.index(idea) < 6
    assert idea.rank >= 10
    assert idea.voices < 20


def test_what_a_release_solved_is_told_and_falls_behind(finished: Finished) -> None:
    idea = finished.idea_of_need(finished.truth["solved"]["need"])
    assert idea.rank > 8
    assert idea.status == "shipped"
    assert "possibly solved" in idea.badges
    assert sum("possibly solved" in other.badges for other in finished.report.ideas) <= 2


def test_what_a_release_solved_is_measured(finished: Finished) -> None:
    theme = finished.theme_of_need(finished.truth["solved"]["need"])
    releases = read_pace(finished.config).releases
    (release,) = [one for one in releases if one.release.candidate_id == f"need-{theme}"]
    assert release.release.day.isoformat() == finished.truth["solved"]["released"]
    assert release.effect.verdict == "fell"
    assert [one.effect.verdict for one in releases].count("fell") == 1


def test_backlog_items_meet_their_needs(finished: Finished) -> None:
    planted = [b for b in finished.truth["backlog"] if b["needs"] and b["status"] == "open"]
    with_ideas = {theme for idea in finished.report.ideas for theme in idea.theme_ids}
    told = [b for b in planted if finished.theme_of_need(b["needs"][0]) in with_ideas]
    met = [item["item_id"] in finished.idea_of_need(item["needs"][0]).item_ids for item in told]
    assert sum(met) / len(planted) >= 0.7


def test_personal_data_is_gone_from_store_and_report(finished: Finished) -> None:
    report = (finished.config.report.folder / "ideas.json").read_text(encoding="utf-8")
    database = Path(finished.config.store.database).read_bytes()
    for planted in finished.truth["personal_data"]:
        assert planted["found"] not in report
        assert planted["found"].encode() not in database


def test_noise_is_visible_not_swallowed(finished: Finished) -> None:
    mentions = finished.store.feedback.mentions()
    noise = mentions.loc[mentions["theme_id"] == NOISE, "statement_id"].nunique()
    assert finished.report.totals.noise_share == pytest.approx(
        noise / mentions["statement_id"].nunique()
    )


def test_a_second_run_changes_nothing_but_its_own_stamp(finished: Finished) -> None:
    written = finished.config.report.folder / "ideas.json"
    before = json.loads(written.read_text(encoding="utf-8"))
    again = steps.run(steps.REFRESH, finished.config, kind="refresh")
    after = json.loads(written.read_text(encoding="utf-8"))
    assert again.counts["ingest_sources"].items_in == 0
    assert before.pop("run") != after.pop("run")
    assert before == after
    assert "no idea changed its place" in again.changes_markdown
